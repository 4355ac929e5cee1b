"""A client of others reads our server too: the shapes are those that real clients meet."""

from __future__ import annotations

from pathlib import Path

import pytest

from eenzaam_stats.statline.access import Access
from eenzaam_stats.statline.statline import read_table
from statline.odata_server import serving
from statline.odata_tables import loneliness, neighbourhoods
from statline.patient import at, patient

cbsodata = pytest.importorskip("cbsodata", reason="cbsodata is not installed (extra dev)")


@pytest.fixture
def theirs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cbsodata.options, "use_https", False)
    monkeypatch.setattr(cbsodata.options, "requests", {})

    def read(site, name: str, **options: object) -> list[dict[str, object]]:
        return cbsodata.get_data(name, catalog_url=site.address.partition("//")[2], **options)

    return read


def test_client_of_others_reads_the_same_figures_and_titles(theirs, tmp_path: Path) -> None:
    with serving(loneliness(2021, 2022), page_size=25) as site:
        their_rows = theirs(site, "85766NED")
        access = Access(at(site.address), patient(read=5.0), tmp_path)
        ours = read_table("85766NED", margins="long", missing="plain", access=access).tidy()
    assert len(their_rows) == len(ours) == 198
    compared = 0
    for their_row, (_, our_row) in zip(their_rows, ours.iterrows(), strict=True):
        for name in ("Marges", "Kenmerken", "MateVanEenzaamheid", "Perioden"):
            assert str(their_row[name]).strip() == our_row[f"{name}_label"]
            compared += 1
        for number, name in enumerate(["Eenzaamheid", "SocialeEenzaamheid"], 1):
            theirs_value = their_row[f"{name}_{number}"]
            if theirs_value is None:
                assert our_row[name] != our_row[name]
            else:
                assert round(theirs_value, 1) == our_row[name]
            compared += 1
    assert compared == 198 * 6


def test_client_of_others_reads_filters_info_and_catalogue(theirs) -> None:
    with serving(neighbourhoods(), loneliness(2022), page_size=25) as site:
        rows = theirs(site, "50120NED", filters="WijkenEnBuurten eq 'GM9901      '")
        host = site.address.partition("//")[2]
        info = cbsodata.get_info("85766NED", catalog_url=host)
        listed = cbsodata.get_table_list(catalog_url=host)
    assert len(rows) == 3 * 3 * 4
    assert {row["WijkenEnBuurten"] for row in rows} == {"Voorbeeldstad 01"}
    assert info["Identifier"] == "85766NED"
    assert [row["Identifier"] for row in listed] == ["50120NED", "85766NED"]
