"""What a table becomes: codes, labels, dates, units, bounds and reasons, in both versions."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.errors import (
    ChangedTableError,
    EenzaamStatsWarning,
    IncompleteTableError,
    OptionError,
    UnknownCodeError,
    UnknownTableError,
)
from eenzaam_stats.statline import statline
from eenzaam_stats.statline.access import Access
from eenzaam_stats.statline.choice import contains, starts_with
from eenzaam_stats.statline.statline import (
    find_tables,
    read_description,
    read_table,
    save_table,
    with_margins,
)
from statline.odata_server import Site, serving
from statline.odata_tables import (
    ServedMember,
    ServedTable,
    ServedTopic,
    loneliness,
    neighbourhoods,
    population,
    years,
)
from statline.patient import at, patient


@pytest.fixture
def open_to(tmp_path: Path):
    """Access to a site, with a cache of its own."""

    def access(site: Site, **options: object) -> Access:
        version = options.pop("version", 3)
        catalogue = options.pop("catalogue", "CBS")
        own = at(site.address, version=version, catalogue=catalogue)
        return Access(own, patient(read=5.0), tmp_path / "cache", **options)

    return access


@pytest.fixture
def only(open_to):
    """One served table, read."""

    def read(table: ServedTable, *arguments: object, version: int = 3, **options: object):
        with serving(table, page_size=50) as site:
            return read_table(
                table.id, *arguments, access=open_to(site, version=version), **options
            )

    return read


def expected_long(table: ServedTable) -> list[tuple[object, ...]]:
    """Codes and printed text of every cell, straight from the description."""
    rows = []
    for number in range(table.size):
        codes = table.codes(number)
        rows.append((*codes.values(), *(table.value(codes, t.key) for t in table.topics)))
    return rows


def test_every_figure_is_the_printed_one_and_every_gap_has_its_reason(only) -> None:
    served = loneliness()
    frame = only(served, margins="long").tidy()
    names = ["Eenzaamheid", "SocialeEenzaamheid", "EmotioneleEenzaamheid"]
    compared = 0
    for row, (*codes, first, second, third) in zip(
        frame.to_dict("records"), expected_long(served), strict=True
    ):
        assert [row[d.key] for d in served.dimensions] == codes
        for name, text in zip(names, (first, second, third), strict=True):
            reason = {"": "impossible", ".": "unknown_unreliable_or_secret"}.get(text, "")
            assert row[f"{name}_missing"] == reason
            assert np.isnan(row[name]) if reason else row[name] == float(text)
            compared += 1
    assert compared == 3 * 396


def test_typed_set_gives_the_same_figures_in_spite_of_single_precision(only) -> None:
    served = loneliness()
    plain = only(served, missing="plain").tidy()
    reasons = only(served).tidy()
    assert not [name for name in plain if name.endswith("_missing")]
    pd.testing.assert_frame_equal(plain, reasons[list(plain)])


def test_codes_stay_and_labels_dates_units_and_status_are_added(only) -> None:
    row = only(loneliness(2022, 2023), {"Kenmerken": "53050"}).tidy().iloc[1]
    assert row["Kenmerken"] == "53050"
    assert row["Kenmerken_label"] == "Leeftijd: 15 tot 25 jaar"
    assert (row["Perioden"], row["Perioden_label"]) == ("2023JJ00", "2023")
    assert row["date"] == pd.Timestamp(2023, 1, 1)
    assert (row["frequency"], row["status"]) == ("year", "Voorlopig")
    assert row["Eenzaamheid_unit"] == "%"


def test_bounds_become_columns_and_fill_no_gap(only) -> None:
    served = loneliness(2022)
    wide = only(served).tidy()
    assert len(wide) == 33
    assert "Marges" not in wide
    gaps = wide["Eenzaamheid"].isna()
    assert 0 < gaps.sum() < 33
    known = wide[~gaps]
    assert np.allclose(known["Eenzaamheid"] - known["Eenzaamheid_conf_low"], 1.3)
    assert np.allclose(known["Eenzaamheid_conf_high"] - known["Eenzaamheid"], 1.4)
    names = list(wide)
    assert names[names.index("Eenzaamheid") + 1] == "Eenzaamheid_conf_low"
    pd.testing.assert_frame_equal(
        only(served, margins="value").tidy(),
        wide.drop(columns=[name for name in wide if "_conf_" in name]),
    )


def test_with_margins_does_afterwards_what_reading_does_at_once(only) -> None:
    served = loneliness(2022)
    long = only(served, margins="long")
    before = long.tidy()
    pd.testing.assert_frame_equal(with_margins(long).tidy(), only(served).tidy())
    pd.testing.assert_frame_equal(long.tidy(), before)
    with pytest.raises(OptionError, match="needs rows of bounds"):
        with_margins(with_margins(long))


def test_estimate_outside_its_bounds_is_refused(only) -> None:
    served = loneliness(2022, gaps=False)

    def value(codes, topic: str) -> str:
        text = served.value(codes, topic)
        return "99.9" if codes["Marges"] == "MOG0095" and codes["Kenmerken"] == "3000" else text

    wrong = replace(served, value=value)
    with pytest.raises(
        ChangedTableError, match=r"3 estimate\(s\) lie outside their bound 'conf_low'"
    ):
        only(wrong)
    assert len(only(wrong, margins="long").tidy()) == 99


def test_margins_without_an_upper_bound_are_refused(only) -> None:
    served = loneliness(2022)
    first = replace(served.dimensions[0], members=served.dimensions[0].members[:2])
    with pytest.raises(ChangedTableError, match="not a value with a lower and an upper bound"):
        only(replace(served, dimensions=(first, *served.dimensions[1:])))


def test_bounds_that_were_not_asked_for_are_missed(only) -> None:
    with pytest.raises(ChangedTableError, match="33 estimates and 0 rows of the bound"):
        only(loneliness(2022), {"Marges": ["MW00000"]})
    assert len(only(loneliness(2022), {"Marges": "MW00000"}, margins="value").tidy()) == 33


@pytest.mark.parametrize("more", [0, 1, 5])
def test_padding_of_any_width_is_taken_from_the_member_list(more: int, only) -> None:
    served = loneliness(2022).with_widths(more)
    found = only(served, {"Kenmerken": ["53050", "T009002 "]}).tidy()
    assert len(found) == 6
    assert set(found["Kenmerken"]) == {"53050", "T009002"}


def test_filters_of_the_server_and_of_this_side_choose_the_same(open_to) -> None:
    codes = [f"GM{number:04d}" for number in range(9_000, 9_060)]
    served = neighbourhoods(*codes)
    with serving(served, page_size=500) as site:
        access = open_to(site, catalogue="RIVM")

        def rows(where) -> int:
            return len(read_table(served.id, where, margins="value", access=access).tidy())

        assert rows({"WijkenEnBuurten": starts_with("GM")}) == 60 * 3 * 4
        assert rows({"WijkenEnBuurten": codes}) == 60 * 3 * 4  # more than an address can hold
        assert rows({"WijkenEnBuurten": contains("01"), "Perioden": "2022JJ00"}) == 13 * 3
        filters = [one.options.get("$filter", "") for one in site.data_requests()]
    assert "startswith(WijkenEnBuurten,'GM')" in filters
    assert "substringof('01',WijkenEnBuurten) and (Perioden eq '2022JJ00')" in filters
    assert not [text for text in filters if "GM9000" in text]


def test_code_with_a_quotation_mark_is_doubled_in_the_filter(only) -> None:
    served = loneliness(2022)
    odd = ServedMember("'s-G", "Voorbeeld")
    region = replace(served.dimensions[1], members=(*served.dimensions[1].members, odd))
    changed = replace(served, dimensions=(served.dimensions[0], region, *served.dimensions[2:]))
    assert set(only(changed, {"Kenmerken": "'s-G"}).tidy()["Kenmerken"]) == {"'s-G"}


@pytest.mark.parametrize(
    ("where", "kind", "words"),
    [
        ({"Kenmerken": "53051"}, UnknownCodeError, r"'53051' .*not in its list of 11.*'53050'"),
        ({"Kenmerken": ["T009002", "x"]}, UnknownCodeError, "'x'"),
        ({"Kenmerken": starts_with("Q")}, UnknownCodeError, "'Q'"),
        ({"Kenmerken": []}, OptionError, "is empty"),
        ({"Regio": "NL01"}, OptionError, r"'Regio', which is not an option.*'Kenmerken'"),
    ],
)
def test_choice_that_does_not_fit_is_no_empty_table(where, kind, words: str, only) -> None:
    with pytest.raises(kind, match=words):
        only(loneliness(2022), where)


def test_topics_are_found_by_stem_in_every_edition(only) -> None:
    for by in (-3, 0, 1):
        served = neighbourhoods().with_shifted_suffixes(by + 3)
        found = only(served, topics=["Eenzaam", "SociaalEenzaam"], margins="value")
        assert "Eenzaam" in found.tidy()
        assert "EmotioneelEenzaam" not in found.tidy()
        assert found.source.topics == (
            ("Eenzaam", f"Eenzaam_{30 + by}"),
            ("SociaalEenzaam", f"SociaalEenzaam_{33 + by}"),
        )


def test_stem_that_is_gone_names_the_candidates(only) -> None:
    served = neighbourhoods()
    renamed = tuple(
        replace(t, key=t.key.replace("Eenzaam_27", "MateEenzaam_27")) for t in served.topics
    )
    with pytest.raises(
        ChangedTableError,
        match=r"of 2099-01-02T02:00:00\) has no topic with the stem 'Eenzaam'.*'MateEenzaam_27'",
    ):
        only(replace(served, topics=renamed), topics=["Eenzaam"])


def test_stem_that_stands_for_two_topics_is_no_guess(only) -> None:
    served = loneliness(2022)
    copy = ServedTopic("Eenzaamheid_9", "Eenzaamheid", group=None)
    doubled = replace(served, topics=(*served.topics, copy))
    with pytest.raises(
        ChangedTableError,
        match=r"2 topics with the stem.*'Eenzaamheid_1' \(Soorten eenzaamheid / Eenzaamheid\)",
    ):
        only(doubled, topics=["Eenzaamheid"])
    frame = only(doubled, margins="value").tidy()
    assert {"Eenzaamheid_1", "Eenzaamheid_9", "SocialeEenzaamheid"} <= set(frame)
    assert "Eenzaamheid" not in frame
    assert "Eenzaamheid_9" in only(doubled, topics=["Eenzaamheid_9"], margins="value").tidy()


def test_description_has_groups_totals_and_trimmed_titles(open_to) -> None:
    with serving(loneliness(2022, 2023)) as site:
        found = read_description("85766NED", access=open_to(site))
    kenmerken = {member.code: member for member in found.dimensions[1].members}
    assert kenmerken["3000"].group == "Geslacht"
    assert kenmerken["53050"].raw == "53050  "
    assert [code for code, member in kenmerken.items() if member.is_total] == ["T009002"]
    assert found.time is not None
    assert [member.title for member in found.time.members] == ["2022", "2023"]
    assert found.topics[0].path == "Soorten eenzaamheid / Eenzaamheid"
    assert (found.topics[0].unit, found.topics[0].decimals) == ("%", 1)


def test_equal_titles_do_not_merge_codes(only) -> None:
    served = loneliness(2022)
    members = tuple(replace(m, title="Zelfde titel") for m in served.dimensions[1].members)
    projections = replace(served.dimensions[1], members=members)
    frame = only(
        replace(served, dimensions=(served.dimensions[0], projections, *served.dimensions[2:]))
    ).tidy()
    assert frame["Kenmerken"].nunique() == 11
    assert set(frame["Kenmerken_label"]) == {"Zelfde titel"}


def test_table_without_time_or_with_english_periods_is_read(only) -> None:
    served = loneliness(2022)
    english = replace(served, dimensions=(*served.dimensions[:3], years(2022, key="Periods")))
    assert set(only(english).tidy()["date"]) == {pd.Timestamp(2022, 1, 1)}
    timeless = only(replace(served, dimensions=served.dimensions[:3])).tidy()
    assert "date" not in timeless
    assert len(timeless) == 33


def test_period_of_another_form_keeps_its_code_and_has_no_date(only) -> None:
    served = loneliness(2022)
    odd = replace(served.dimensions[3], members=(ServedMember("2022XX01", "anders"),))
    frame = only(replace(served, dimensions=(*served.dimensions[:3], odd))).tidy()
    assert set(frame["Perioden"]) == {"2022XX01"}
    assert frame["date"].isna().all()


def test_text_topics_are_trimmed(only) -> None:
    frame = only(neighbourhoods(), topics=["Gemeentenaam"], margins="long").tidy()
    assert set(frame["Gemeentenaam"]) == {"Voorbeeldstad", "."}


def test_code_that_no_list_has_stops_the_reading(only, monkeypatch) -> None:
    served = loneliness(2022)
    plain = type(served).raw

    def raw(self, number: int) -> dict[str, str]:
        return {**plain(self, number), **({"Kenmerken": "999"} if number == 7 else {})}

    monkeypatch.setattr(ServedTable, "raw", raw)
    with pytest.raises(UnknownCodeError, match=r"'Kenmerken': code '999' \(1 row\(s\)"):
        only(served)


def test_member_that_came_while_rows_were_read_is_read_in_the_new_edition(
    open_to, monkeypatch
) -> None:
    """The description is of the old edition, the first page of the new: read again, no error."""
    served = loneliness(2022)
    margins, groups, *others = served.dimensions
    new = ServedMember("999", "Nieuw")
    more = replace(groups, members=(new, *groups.members))
    plain = Site.table

    def table(self, name: str) -> ServedTable | None:
        found = plain(self, name)
        return replace(found, dimensions=(margins, more, *others)) if self.edition else found

    monkeypatch.setattr(Site, "table", table)
    changed = []

    def faults(_: int, asked) -> str | None:
        if asked.is_data and not changed:
            changed.append(1)
            return "modified"
        return None

    with serving(served, page_size=50) as site:
        site.faults = faults
        found = read_table("85766NED", margins="long", access=open_to(site))
    assert found.source.rows == 108
    assert "999" in set(found.tidy()["Kenmerken"])


def test_symbol_that_nobody_explained_stops_the_reading(only) -> None:
    odd = replace(loneliness(2022), value=lambda *_: "x")
    with pytest.raises(ChangedTableError, match=r"cell with 'x'.*symbols \['', '\.'\]"):
        only(odd)
    with pytest.raises(ChangedTableError, match="cell with 'inf'"):
        only(replace(loneliness(2022), value=lambda *_: "inf"))


def test_column_that_nobody_announced_is_told_and_left_out(only) -> None:
    with pytest.warns(EenzaamStatsWarning, match=r"has column\(s\) \['Nieuw_9'\]") as heard:
        frame = only(replace(loneliness(2022), extra={"Nieuw_9": "1"})).tidy()
    assert len(heard) == 1
    assert "Nieuw_9" not in frame


def test_column_that_is_gone_stops_the_reading(only, monkeypatch) -> None:
    plain = ServedTable.row

    def row(self, number: int, *, typed: bool) -> dict[str, object]:
        whole = plain(self, number, typed=typed)
        return {name: cell for name, cell in whole.items() if name != "Eenzaamheid_1"}

    monkeypatch.setattr(ServedTable, "row", row)
    with pytest.raises(ChangedTableError, match="rows without the column 'Eenzaamheid_1'"):
        only(loneliness(2022))


def test_number_of_rows_that_is_not_the_announced_one(open_to) -> None:
    with serving(replace(loneliness(2022), record_count=100), page_size=50) as site:
        with pytest.raises(
            IncompleteTableError,
            match=r"in 3 readings, last: its service announces 100 rows, and 99 came .*'warn'",
        ):
            read_table("85766NED", access=open_to(site))
        with pytest.warns(EenzaamStatsWarning, match="announces 100 rows, and 99 came"):
            found = read_table("85766NED", access=open_to(site, record_count="warn"))
    assert found.source.rows == 99


def test_gap_in_the_numbers_of_rows_is_a_lost_row(open_to, monkeypatch) -> None:
    """A server that lost row 50, counts and pages as if it had never been."""
    plain = ServedTable.row

    def row(self, number: int, *, typed: bool) -> dict[str, object]:
        return {**plain(self, number, typed=typed), "ID": number + (number >= 50)}

    monkeypatch.setattr(ServedTable, "row", row)
    with (
        serving(loneliness(2022), page_size=50) as site,
        pytest.raises(IncompleteTableError, match="row numbers reach 99, but 99 rows came"),
    ):
        read_table("85766NED", access=open_to(site))


def test_table_that_nobody_has(open_to) -> None:
    with serving(loneliness(2022)) as site, pytest.raises(UnknownTableError, match="85766ned"):
        read_table("85766ned", access=open_to(site))


def test_catalogue_is_searched_by_words(open_to) -> None:
    with serving(loneliness(2022), population(), neighbourhoods()) as site:
        found = find_tables("EENZAAM", access=open_to(site))
        other = find_tables(access=open_to(site, catalogue="RIVM"))
    assert [info.id for info in found] == ["85766NED"]
    assert found[0].records == 99
    assert [info.id for info in other] == ["50120NED"]


def test_source_names_owner_table_date_and_licence(only) -> None:
    found = only(loneliness(2022))
    assert found.source.attribution().startswith("Bron: SYNTHETIC 85766NED, geraadpleegd 20")
    assert found.source.rows == 99
    assert len(found.source.sha256) == 64
    assert found.source.modified == "2099-01-02T02:00:00"


def test_version_four_gives_the_same_figures(only) -> None:
    served = loneliness(2022)
    third = only(served).tidy()
    fourth = only(served, version=4).tidy()
    assert "Measure_label" in fourth
    compared = 0
    for place, name in enumerate(["Eenzaamheid", "SocialeEenzaamheid", "EmotioneleEenzaamheid"]):
        rows = fourth[fourth["Measure"] == f"M{990_000 + place}"].reset_index(drop=True)
        for ours, theirs in ((name, "value"), (f"{name}_conf_low", "value_conf_low")):
            np.testing.assert_array_equal(third[ours], rows[theirs])
            compared += len(rows)
        assert list(rows["Kenmerken"]) == list(third["Kenmerken"])
    assert compared == 6 * 33
    assert "impossible" in set(only(served, version=4, margins="long").tidy()["value_missing"])


def test_version_four_is_filtered_by_measure_and_not_by_topic(only) -> None:
    with pytest.raises(OptionError, match=r"where=\{'Measure'"):
        only(loneliness(2022), version=4, topics=["Eenzaamheid"])


def test_parquet_has_the_rows_of_the_frame_and_appears_whole(open_to, tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    with serving(loneliness(), page_size=7) as site:
        source = save_table("85766NED", path, access=open_to(site))
        frame = read_table("85766NED", margins="long", access=open_to(site)).tidy()
    assert source.rows == 396
    saved = pd.read_parquet(path)
    pd.testing.assert_frame_equal(saved, frame, check_categorical=False, check_dtype=False)
    assert sorted(tmp_path.iterdir()) == [tmp_path / "cache", path]


def test_parquet_of_a_failed_reading_is_not_there(open_to, tmp_path: Path) -> None:
    with serving(loneliness(), page_size=7) as site:
        site.faults = lambda _, asked: "500" if asked.options.get("$skip") == "70" else None
        with pytest.raises(OSError, match="status 500"):
            save_table("85766NED", tmp_path / "table.parquet", access=open_to(site))
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


def test_members_on_several_pages_are_all_read(open_to, monkeypatch) -> None:
    from statline import odata_server

    plain = odata_server._v3

    def paged(site, asked, name: str, entity: str):
        document = plain(site, asked, name, entity)
        if entity == "Kenmerken":
            skip = int(asked.options.get("$skip", 0))
            rows = document["value"]
            document["value"] = rows[skip : skip + 4]
            if skip + 4 < len(rows):
                document["odata.nextLink"] = odata_server._link(site, asked, skip + 4)
        return document

    monkeypatch.setattr(odata_server, "_v3", paged)
    with serving(loneliness(2022)) as site:
        found = read_description("85766NED", access=open_to(site))
    assert len(found.dimensions[1].members) == 11


def test_no_warning_is_heard_on_a_sound_table(only) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(only(loneliness(2022)).tidy()) == 33


def test_front_names_are_there() -> None:
    assert all(hasattr(statline, name) for name in statline.__all__)
    with pytest.raises(OptionError, match="missing is 'none'"):
        read_table("85766NED", missing="none")
    assert read_table.__doc__ is not None
