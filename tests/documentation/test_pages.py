"""Pages of the reference say what the code says, and the files of the community are sound."""

from __future__ import annotations

import importlib
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
import yaml

import eenzaam_stats as es
from eenzaam_stats import errors, plots
from eenzaam_stats.cli.main import app
from eenzaam_stats.letter.claims import read_claims
from eenzaam_stats.respondents import COLUMNS
from eenzaam_stats.vocabulary import labels

DOCS = Path(__file__).resolve().parents[2] / "docs"
# Values and packages: they have a page or a section instead of an entry.
NO_ENTRY = {"DIRECT", "DJG6", "DJG11", "UCLA3", "__version__", "plots", "scenarios"}
# Sections of the label catalogue that the glossary takes its Dutch from.
LABEL_GROUPS = ("outcome", "verdict", "effect", "change", "category_djg11", "origin")
COMMANDS = 10


@pytest.fixture(scope="module")
def documented() -> list[str]:
    page = (DOCS / "reference" / "api.md").read_text("utf-8")
    fences = re.findall(r"```\{eval-rst\}\n(.*?)```", page, re.S)
    return [name for fence in fences for name in re.findall(r"^   ([\w.]+)$", fence, re.M)]


def made(name: str):
    """One of the scripts that write pages, loaded as Sphinx loads it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(DOCS))
        spec = spec_from_file_location(name, DOCS / f"{name}.py")
        module = module_from_spec(spec)
        patch.setitem(sys.modules, name, module)  # dataclasses look their module up
        spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("reference")
    paths = made("make_reference").build(folder)
    return {path.stem.removeprefix("made_"): path.read_text("utf-8") for path in paths}


def test_every_name_in_the_reference_exists_and_has_words(documented) -> None:
    assert len(documented) > 120
    assert len(set(documented)) == len(documented)
    for name in documented:
        place, _, last = f"eenzaam_stats.{name}".rpartition(".")
        assert getattr(importlib.import_module(place), last).__doc__, name


def test_the_top_level_the_figures_and_the_errors_are_all_in_the_reference(documented) -> None:
    assert set(es.__all__) - NO_ENTRY - set(documented) == set()
    assert {f"plots.{name}" for name in plots.__all__} - set(documented) == set()
    kinds = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and kind.__module__ == errors.__name__
    }
    assert len(kinds) >= 16
    assert {f"errors.{name}" for name in kinds} - set(documented) == set()


def test_commands_page_has_every_command_and_exit_code(written) -> None:
    page = written["commands"]
    assert page.count("\n## `eenzaam-stats ") == COMMANDS
    assert len(app.registered_commands) + 2 == COMMANDS
    rows = re.findall(r"^\| (\d+) \| ", page, re.M)
    assert rows == ["0", "1", "2", "3", "4", "5", "130"]
    assert page.count("```sh\neenzaam-stats ") == COMMANDS


def test_schema_scales_and_codebooks_are_complete(written) -> None:
    assert [c.name for c in COLUMNS if f"| `{c.name}` |" not in written["schema"]] == []
    for scale in (es.DJG11, es.DJG6, es.UCLA3, es.DIRECT):
        assert all(f"| `{item.column}` |" in written["scales"] for item in scale.items)
    books = ("gezondheidsmonitor", "gmjv", "eu_loneliness_survey", "liss", "lasa", "share", "ess")
    assert [name for name in books if f"(`{name}`)" not in written["codebooks"]] == []


def test_claims_page_counts_what_the_ledger_holds(written) -> None:
    page, claims = written["claims"], read_claims()
    assert f"All {len(claims)} quantitative statements" in page
    counted = re.findall(r"^\| [a-z ]+ \| (\d+) \|$", page, re.M)
    assert sum(map(int, counted)) == len(claims)


def test_dutch_words_of_the_glossary_are_those_of_the_catalogue() -> None:
    page = (DOCS / "reference" / "glossary.md").read_text("utf-8")
    rows = re.findall(r"^\| `([^`|]+)` \| ([^|]+?) \|", page, re.M)
    dutch, compared = labels("nl"), 0
    for word, shown in rows:
        found = {dutch[f"{g}.{word}"] for g in LABEL_GROUPS if f"{g}.{word}" in dutch}
        if found:
            assert shown in found, word
            compared += 1
    assert compared >= 18


@pytest.mark.parametrize("name", ["nl/index.md", "explanation/comparability.md"])
def test_pages_name_percentages_of_the_packaged_tables(name: str) -> None:
    page = (DOCS / name).read_text("utf-8")
    shown = re.search(r"^\| percentage \| ([\d,.]+) \| ([\d,.]+) \| ([\d,.]+) \|$", page, re.M)
    monitor, ssw = (
        table[
            (table["wave"].astype(str) == "2022")
            & (table["outcome"] == "severely_lonely")
            & (table["group"] == "total")
            & (table["sex"] == "total")
            & (table["evidence"] == "primary")
        ]["value"].tolist()
        for table in (es.reference("gezondheidsmonitor"), es.reference("ssw"))
    )
    europe = es.reference("eu_loneliness_survey")
    dutch = europe[
        (europe["group"] == "Netherlands")
        & (europe["threshold"] == "most or all of the time; missing excluded")
        & (europe["sex"] == "total")
    ]["value"].tolist()
    numbers = [[float(text.replace(",", "."))] for text in shown.groups()]
    assert numbers == [monitor, ssw, [round(value, 1) for value in dutch]]


def test_issue_forms_ask_for_privacy_and_have_their_fields() -> None:
    folder = DOCS.parent / ".github" / "ISSUE_TEMPLATE"
    forms = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in folder.glob("*.yml")}
    assert set(forms) == {"bug", "wrong-number", "new-source", "config"}
    for name in set(forms) - {"config"}:
        body = forms[name]["body"]
        assert {"name", "description", "labels"} <= forms[name].keys()
        fields = [one for one in body if one["type"] != "markdown"]
        assert len({one["id"] for one in fields}) == len(fields) >= 4
        warning = next(one for one in body if one["type"] == "markdown")["attributes"]["value"]
        assert re.search(r"No data of respondents|Do not attach the file", warning)


def test_citation_is_complete_and_names_no_person() -> None:
    citation = yaml.safe_load((DOCS.parent / "CITATION.cff").read_text("utf-8"))
    assert str(citation["version"]) == es.__version__
    assert citation["authors"] == [{"name": "eenzaam_stats contributors"}]
    assert {"cff-version", "message", "title", "type", "license"} <= citation.keys()
