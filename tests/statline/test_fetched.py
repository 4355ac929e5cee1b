"""Packaged tables built anew from live ones: every row, its words, and what it changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from eenzaam_stats.errors import ChangedTableError, OptionError, UnknownTableError
from eenzaam_stats.published.reference import persons, reference, reference_names
from eenzaam_stats.published.refreshed import refresh_tables
from eenzaam_stats.statline.access import Access
from eenzaam_stats.statline.fetched import BUILDERS, KINDS, fetch, live_population
from eenzaam_stats.statline.live_shares import live_small_areas, live_ssw
from statline.odata_server import serving
from statline.odata_tables import (
    ServedMember,
    forecast,
    loneliness,
    neighbourhoods,
    population,
)
from statline.patient import at, patient

KEY = ["wave", "population", "outcome", "dimension", "group", "sex"]


@pytest.fixture
def live(tmp_path: Path):
    """What a builder makes of served tables."""

    def run(build, *tables, **options):
        with serving(*tables, page_size=500) as site:
            services = {"CBS": at(site.address), "RIVM": at(site.address, catalogue="RIVM")}
            access = Access(transport=patient(read=10.0), folder=tmp_path / "cache")
            return build(access, services=services, **options)

    return run


def _fetch(*what: str):
    return lambda access, services: fetch(what, access, services=services)


def test_rows_of_the_survey_have_the_words_of_the_packaged_table(live) -> None:
    served = loneliness(2019, 2021, 2022, 2023)
    found = live(live_ssw, served)
    by_code = {"A052501": "not", "A052502": "somewhat", "A052503": "severely"}
    ends = ["lonely", "socially_lonely", "emotionally_lonely"]
    codes_of_ages = ["53050", "53500", "53700", "53800", "53900", "53925", "21600"]
    bands = ["15-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+"]
    ages = dict(zip(codes_of_ages, bands, strict=True))
    groups = {"T009002": ("total", "total", "total"), "3000": ("total", "total", "men")}
    groups |= {"4000": ("total", "total", "women")}
    groups |= {code: ("age", words, "total") for code, words in ages.items()}
    expected = {}
    for number in range(served.size):
        codes = served.codes(number)
        if codes["Marges"] != "MW00000" or codes["Kenmerken"] not in groups:
            continue
        for topic, end in zip(served.topics, ends, strict=True):
            text = served.value(codes, topic.key)
            outcome = f"{by_code[codes['MateVanEenzaamheid']]}_{end}"
            if text not in {"", "."}:
                key = (codes["Perioden"][:4], outcome, *groups[codes["Kenmerken"]])
                expected[key] = float(text)
    columns = ["wave", "outcome", "dimension", "group", "sex"]
    rows = found.rows
    assert (
        dict(zip(zip(*(rows[c] for c in columns), strict=True), rows["value"], strict=True))
        == expected
    )
    assert len(expected) > 300
    assert found.missing == 4 * 10 * 9 - len(expected)
    assert found.left_out == ("Kenmerken 2018710 (Onderwijsniveau: voorbeeld één)",)
    assert ((rows["value"] - rows["conf_low"]).round(6) == 1.3).all()
    assert set(rows["decimals"]) == {1}


def test_words_of_live_rows_are_those_of_packaged_rows(live) -> None:
    """Source, population, thresholds and the rest, word by word, for every packaged key."""
    rows = live(live_ssw, loneliness(2019, 2021, 2022, 2023, gaps=False)).rows
    packaged = reference("ssw").query("wave == '2022' and dimension in ['total', 'age']")
    both = packaged.merge(rows, on=["wave", "outcome", "dimension", "group", "sex"], how="left")
    compared = 0
    for name in ("source", "population", "age_floor", "household_base", "instrument", "threshold",
                 "unit", "table_id", "url", "evidence", "decimals"):  # fmt: skip
        assert (both[f"{name}_x"] == both[f"{name}_y"]).all(), name
        compared += len(both)
    assert compared == 11 * 90


def test_small_areas_stand_apart_from_the_survey(live) -> None:
    rows = live(live_small_areas, neighbourhoods("GM9901", "GM9902", "GM9903")).rows
    packaged = reference("gezondheidsmonitor")
    country = rows[
        (rows["dimension"] == "total") & (rows["age_floor"] == 18) & (rows["wave"] == "2022")
    ]
    same = packaged.merge(country, on=["source", *KEY, "threshold"])
    smap = packaged[packaged["source"] == "RIVM small-area model (SMAP)"]
    adults = country["population"].str.contains("18 and over")
    assert len(same) == adults.sum()
    assert 2 <= len(same) <= len(smap) == 4
    assert set(rows["group"]) == {"total", "GM9901", "GM9902", "GM9903"}
    assert set(rows["dimension"]) == {"total", "municipality"}
    assert "socially_lonely" not in set(rows[rows["wave"] == "2012"]["outcome"])
    assert not rows.duplicated(["source", "threshold", *KEY]).any()


def test_residents_are_summed_to_the_packaged_bands(live) -> None:
    served = population(2007, 2024, 2025)
    found = live(live_population, served)
    rows = found.rows
    assert sorted(rows["year"].unique()) == [2024, 2025]  # packaged counts begin in 2008
    packaged = reference("population").query("edition == 'cbs_observed' and year == 2025")
    keys = ["sex", "age_band", "age_low", "age_high"]
    live_keys = rows[rows["year"] == 2025][keys].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        live_keys.sort_values(keys[::2]).reset_index(drop=True),
        packaged[keys].sort_values(keys[::2]).reset_index(drop=True),
        check_dtype=False,
    )
    expected = {}
    for number in range(served.size):
        codes = served.codes(number)
        titles = {m.key: m.title for m in served.dimensions[1].members}
        age = titles[codes["Leeftijd"]].split()[0]
        if codes["Geslacht"] == "3000" and codes["BurgerlijkeStaat"] == "T001019" and age.isdigit():
            year = int(codes["Perioden"][:4])
            expected[year, int(age)] = int(served.value(codes, "Bevolking_1"))
    compared = 0
    for row in rows[rows["sex"] == "men"].itertuples():
        last = 200 if pd.isna(row.age_high) else int(row.age_high)
        own = sum(expected.get((row.year, age), 0) for age in range(row.age_low, last + 1))
        assert row.persons == own
        compared += 1
    assert compared == 2 * 20


def test_forecast_is_an_edition_of_its_own(live) -> None:
    (table,) = live(_fetch("forecast"), forecast(2030, 2050))
    assert table.counts()["added"] == 2 * 2 * 20
    assert table.counts()["changed"] == 0
    with refresh_tables({table.name: table.frame}):
        total = persons("cbs_prognose_2023", 2050)
        assert persons("cbs_observed", 2022, age_from=18) == 14_289_828
    served = forecast(2030, 2050)
    rows = (served.codes(n) for n in range(served.size))
    whole = {"Perioden": "2050JJ00", "Herkomstland": "T001040", "Geboorteland": "T001638"}
    cells = [codes for codes in rows if whole.items() <= codes.items()]
    assert total == sum(int(served.value(codes, "")) for codes in cells)
    with pytest.raises(OptionError, match="population edition"):
        persons("cbs_prognose_2023", 2050)


def test_live_rows_replace_packaged_ones_and_others_stay(live) -> None:
    tables = live(_fetch("loneliness"), loneliness(2022, 2023), neighbourhoods())
    ssw, monitor = tables
    assert (ssw.name, monitor.name) == ("ssw", "gezondheidsmonitor")
    packaged = reference("ssw")
    read = ssw.frame[ssw.frame["live"] != ""]
    stays = ssw.frame[ssw.frame["live"] == ""]
    counts = ssw.counts()
    assert list(counts) == list(KINDS)
    assert len(read) == counts["changed"] + counts["sharper"] + counts["added"] + counts["same"]
    assert len(stays) == len(packaged) - (counts["changed"] + counts["sharper"] + counts["same"])
    assert set(read["live"]) == {
        f"StatLine 85766NED of 2099-01-02T02:00:00, read {ssw.sources[0].read_at}"
    }
    merged = stays.merge(packaged, how="left", indicator=True)
    assert (merged["_merge"] == "both").all()
    key = ["source", "wave", "population", "threshold", "outcome", "dimension", "group", "sex"]
    assert not ssw.frame.duplicated(key).any()
    assert list(ssw.frame.columns) == [*packaged.columns, "live"]
    assert ssw.frame.drop(columns="live").dtypes.equals(packaged.dtypes)
    left = ssw.changes[ssw.changes["change"] == "packaged_only"]
    assert (left["value_live"].isna()).all()
    assert counts["packaged_only"] == len(left) > 0


def test_kinds_of_change_follow_from_the_two_figures(live) -> None:
    """2023 is packaged without decimals: 11 and 29 severely and somewhat lonely, 61 not."""
    served = loneliness(2022, 2023, gaps=False)
    wanted = {"A052501": "60.5", "A052502": "29.6", "A052503": "11.0"}

    def value(codes, topic: str) -> str:
        own = codes["Kenmerken"] == "T009002" and codes["Perioden"] == "2023JJ00"
        if own and topic == "Eenzaamheid_1" and codes["Marges"] == "MW00000":
            return wanted[codes["MateVanEenzaamheid"]]
        if own and topic == "Eenzaamheid_1":
            return {"MOG0095": "0.0", "MBG0095": "99.0"}[codes["Marges"]]
        return served.value(codes, topic)

    ssw = live(_fetch("loneliness"), replace(served, value=value), neighbourhoods())[0]
    rows = ssw.changes.query(
        "wave == '2023' and group == 'total' and dimension == 'total' and sex == 'total'"
    ).set_index("outcome")["change"]
    assert rows["severely_lonely"] == "same"
    assert rows["not_lonely"] == "sharper"
    assert rows["somewhat_lonely"] == "changed"
    assert rows["not_socially_lonely"] == "added"


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("title", r"code '53050' is called 'Leeftijd: anders', where '15 tot 25' was expected"),
        ("degree", r"has the degrees \['A052501 Vrij eenzaam'"),
        ("unit", r"topics in \['x 1 000'\], where '%' was expected"),
        ("period", r"periods of the kinds \['quarter'\]"),
        ("dimension", r"has no dimension 'Kenmerken' any more"),
        ("codes", r"has none of the 10 codes"),
    ],
)
def test_table_that_is_not_what_it_was_is_never_guessed(harm: str, words: str, live) -> None:
    served = loneliness(2022)
    margins, groups, degrees, time = served.dimensions

    def renamed(dimension, code: str, **change: str):
        members = tuple(replace(m, **change) if m.key == code else m for m in dimension.members)
        return replace(dimension, members=members)

    other = {
        "title": (margins, renamed(groups, "53050", title="Leeftijd: anders"), degrees, time),
        "degree": (margins, groups, renamed(degrees, "A052501", title="Vrij eenzaam"), time),
        "period": (margins, groups, degrees, renamed(time, "2022JJ00", key="2022KW01")),
        "dimension": (margins, replace(groups, key="Persoonskenmerken"), degrees, time),
        "codes": (margins, replace(groups, members=(ServedMember("X1", "Totaal"),)), degrees, time),
    }
    changed = replace(served, dimensions=other.get(harm, served.dimensions))
    if harm == "unit":
        changed = replace(
            served, topics=tuple(replace(topic, unit="x 1 000") for topic in served.topics)
        )
    with pytest.raises(ChangedTableError, match=words):
        live(live_ssw, changed)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("gap", "Ages must run from 0 without a gap"),
        ("code", "2 with a code of another age"),
        ("total", r"2 of 4 sums over ages differ from the total"),
        ("unit", "counts in 'x 1 000 000'"),
        ("open", "ends at 90 and over, before the last packaged band"),
        ("missing", "lacks persons for some ages"),
    ],
)
def test_ages_that_do_not_add_up_are_never_summed(harm: str, words: str, live) -> None:
    served = population(2024, 2025)
    sexes, ages, marital, time = served.dimensions
    plain = served.value

    def with_ages(members):
        return replace(
            served, dimensions=(sexes, replace(ages, members=tuple(members)), marital, time)
        )

    def value(codes, topic: str) -> str:
        if harm == "missing" and codes["Leeftijd"] == "10500":
            return "."
        more = harm == "total" and codes["Leeftijd"] == "10500" and codes["Geslacht"] == "3000"
        return str(int(plain(codes, topic)) + more)

    other = {"7 jaar": "8 jaar", "8 jaar": "7 jaar"}
    swapped = [replace(m, title=other.get(m.title, m.title)) for m in ages.members]
    changed = {
        "gap": with_ages(m for m in ages.members if m.title != "40 jaar"),
        "code": with_ages(swapped),
        "unit": replace(served, topics=(replace(served.topics[0], unit="x 1 000 000"),)),
        "open": replace(population(2024, 2025, top=90), modified="2099-03-03T02:00:00"),
    }.get(harm, replace(served, value=value))
    with pytest.raises(ChangedTableError, match=words):
        live(live_population, changed)


def test_unit_of_thousands_is_multiplied(live) -> None:
    served = population(2024)
    thousands = replace(served, topics=(replace(served.topics[0], unit="x 1 000"),))
    one, other = live(live_population, served).rows, None
    other = live(live_population, replace(thousands, modified="2099-05-05T02:00:00")).rows
    assert (other["persons"] == one["persons"] * 1_000).all()


def test_overlay_ends_with_its_block_also_after_an_error(live) -> None:
    (table,) = live(_fetch("population"), population(2024, 2025))
    before = persons("cbs_observed", 2025)

    def fails() -> None:
        with refresh_tables({table.name: table.frame}):
            assert persons("cbs_observed", 2025) != before
            assert persons("cbs_observed", 2022) == 17_590_672
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fails()
    assert persons("cbs_observed", 2025) == before
    assert not [name for name in reference_names() if "live" in reference(name)]


def test_unknown_thing_to_fetch_names_the_known_ones(live) -> None:
    with pytest.raises(OptionError, match="'loneliness', 'population', 'forecast'"):
        live(_fetch("health"))
    assert set(BUILDERS) == {"loneliness", "population", "forecast"}
    with pytest.raises(UnknownTableError):
        live(_fetch("population"), loneliness(2022))
