"""The names of editions in code are those of the tables, and stand in one place."""

import ast
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

import eenzaam_stats
from eenzaam_stats.errors import OptionError
from eenzaam_stats.published.population_editions import (
    EDITIONS,
    FORECASTS,
    OBSERVED,
    POPULATIONS,
    PROGNOSE_2023,
)
from eenzaam_stats.published.population_margins import population_margins
from eenzaam_stats.published.reference import edition_rows, persons, reference
from eenzaam_stats.trend.projection.hindcast import hindcast
from eenzaam_stats.trend.projection.project import project
from eenzaam_stats.vocabulary import label

SOURCE = Path(eenzaam_stats.__file__).parent


def test_the_packaged_tables_have_the_editions_of_the_list_and_no_other() -> None:
    listed = {(one.name, one.table) for one in EDITIONS.values() if one.packaged}
    found = {(name, table) for table in POPULATIONS for name in reference(table)["edition"]}
    assert found == listed


def test_counted_and_official_are_as_the_tables_say() -> None:
    for one in EDITIONS.values():
        if one.packaged:
            rows = edition_rows(one.name)
            assert set(rows["status"] == "observed") == {one.counted}
            assert set(rows["evidence"] == "derived") == {not one.official}


def test_a_live_edition_is_one_of_the_list() -> None:
    live = tomllib.loads(files("eenzaam_stats").joinpath("statline/live.toml").read_text("utf-8"))
    people = live["people"]
    assert people["population"]["edition"] == OBSERVED
    assert people["forecast"]["edition"] == PROGNOSE_2023
    assert not EDITIONS[PROGNOSE_2023].packaged


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_forecast_has_a_name_for_readers_and_a_derived_one_says_so(language) -> None:
    for one in FORECASTS:
        official = "niet officieel" if language == "nl" else "not official"
        assert (official in label(f"edition.{one.name}", language)) is not one.official


def test_no_other_module_spells_an_edition() -> None:
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        if path.name == "population_editions.py":
            continue
        tree = ast.parse(path.read_text("utf-8"))
        text = [
            one.value
            for one in ast.walk(tree)
            if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        words = [one for one in text if one in EDITIONS]
        if words:
            found[path.relative_to(SOURCE).as_posix()] = words
    assert found == {}


@pytest.mark.parametrize(
    "read",
    [
        lambda name: persons(name, 2022),
        lambda name: population_margins(2022, edition=name),
        lambda name: hindcast({(18, None): 0.5}, base_year=2022, edition=name),
        lambda name: hindcast({(18, None): 0.5}, base_year=2022, observed=name),
        lambda name: project("gezondheidsmonitor", name, to=2050),
    ],
)
def test_every_reader_names_all_editions_when_one_is_unknown(read) -> None:
    with pytest.raises(OptionError) as raised:
        read("cbs_2030")
    for one in EDITIONS.values():
        assert (repr(one.name) in str(raised.value)) is one.packaged
