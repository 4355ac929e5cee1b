"""One parser and one list of age bands, and every reader of a band says the same of a band."""

import ast
import re
from pathlib import Path

import pytest

import eenzaam_stats
from eenzaam_stats import age_bands
from eenzaam_stats.age_bands import (
    ADULT_BANDS,
    HINDCAST_GROUPS,
    LISS_BANDS,
    MONITOR_BANDS,
    PUBLISHED_BANDS,
    band_edges,
    edges_by_group,
    from_age,
    parse_age_title,
    parse_band,
)
from eenzaam_stats.errors import OptionError, SchemaError
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.codebook.row import _require_bands
from eenzaam_stats.published.population_editions import POPULATIONS
from eenzaam_stats.published.reference import reference
from eenzaam_stats.statline.description import Dimension, Member
from eenzaam_stats.statline.fetched import read_ages

SOURCE = Path(eenzaam_stats.__file__).parent
# Words of published tables, by which the letter looks a figure up: data, not a list of bands.
OLDEST = 150
LOOKED_UP = ("letter/recompute",)


def _literals(path: Path) -> list[str]:
    tree = ast.parse(path.read_text("utf-8"))
    said = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
    }  # docstrings and their examples
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
    ]


def _is_age_band(text: str) -> bool:
    """A band, not the years of a wave; or the pattern of one."""
    band = parse_band(text)
    return (band is not None and band[0] < OLDEST) or text.startswith(
        (r"(\d+)(?:-(", r"(\d+) jaar")
    )


def test_no_other_module_lists_or_parses_a_band() -> None:
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if (path.name == "age_bands.py" and path.parent == SOURCE) or name.startswith(LOOKED_UP):
            continue
        words = [one for one in _literals(path) if _is_age_band(one)]
        if words:
            found[name] = words
    assert found == {}


@pytest.mark.parametrize("bands", [ADULT_BANDS, MONITOR_BANDS, PUBLISHED_BANDS, LISS_BANDS])
def test_every_list_of_bands_runs_without_gap_to_an_open_end(bands) -> None:
    edges = band_edges(bands)
    assert edges[-1][1] is None
    assert edges_by_group(bands) == dict(zip(bands, edges, strict=True))


def test_the_bands_of_2022_are_those_of_the_codebook() -> None:
    values = load_codebook("gezondheidsmonitor").wave(2022).variable("LeeftijdSub").values
    assert tuple(values) == MONITOR_BANDS


@pytest.mark.parametrize("bands", [ADULT_BANDS, PUBLISHED_BANDS, HINDCAST_GROUPS])
def test_bands_of_a_population_do_not_cut_a_band_of_the_tables(bands) -> None:
    for name in POPULATIONS:
        table = reference(name)
        lows, highs = set(table["age_low"]), set(table["age_high"].dropna())
        for low, high in edges_by_group(bands).values():
            assert low in lows
            assert high is None or high in highs


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("18-24", (18, 24)),
        ("0-0", (0, 0)),
        ("75+", (75, None)),
        ("100+", (100, None)),
        ("24-18", (24, 18)),
        ("18 - 24", None),
        ("18–24", None),
        ("75 +", None),
        ("75", None),
        ("+", None),
        ("", None),
        ("total", None),
        ("75 of ouder", None),
        ("18-24+", None),
        ("-5", None),
    ],
)
def test_one_parser_reads_two_spellings_and_no_other(text, band) -> None:
    assert parse_band(text) == band


@pytest.mark.parametrize("text", ["24-18", "18 - 24", "", "75", "total"])
def test_a_list_of_bands_or_groups_names_the_word_that_is_none(text) -> None:
    for read in (band_edges, edges_by_group):
        with pytest.raises(OptionError, match=f"age band is '{re.escape(text)}', which is no band"):
            read([text])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["24-18", "25+"], "the range of 24-18 of x runs from 24 down to 18"),
        (["18-24", "24+"], "bands 18-24 and 24\\+ of x overlap"),
        (["18-24", "26+"], "bands 18-24 and 26\\+ of x leave a gap"),
        (["0-0", "2+"], "bands 0-0 and 2\\+ of x leave a gap"),
        (["18+", "75+"], "bands 18\\+ and 75\\+ of x overlap|bands 75\\+ and 18\\+ of x overlap"),
    ],
)
def test_a_codebook_names_the_band_that_is_wrong(values, words) -> None:
    with pytest.raises(SchemaError, match=words):
        _require_bands(values, place="codebook", name="x")


def test_a_codebook_takes_bands_in_any_order_and_words_beside_them() -> None:
    _require_bands(["85+", "18-64", "65-84", "unknown"], place="codebook", name="x")


@pytest.mark.parametrize(
    ("title", "age"),
    [
        ("0 jaar", (0, 0)),
        ("105 jaar of ouder", (105, None)),
        ("20 tot 25 jaar", None),
        ("Totaal", None),
        ("75 of ouder", None),
        ("75 jaar en ouder", None),
    ],
)
def test_titles_of_ages_are_single_years_or_the_open_end(title, age) -> None:
    assert parse_age_title(title) == age


def test_ages_of_a_table_leave_groups_out() -> None:
    titles = ["0 jaar", "1 jaar", "2 jaar of ouder", "1 jaar of ouder", "0 tot 2 jaar"]
    members = tuple(Member(str(at), str(at), one) for at, one in enumerate(titles))
    found = read_ages(Dimension("Leeftijd", "Leeftijd", "Dimension", members), "1ABC")
    assert found == {"0": 0, "1": 1, "2": 2}


def test_a_floor_raises_the_first_band_only() -> None:
    assert from_age(band_edges(PUBLISHED_BANDS), 19) == ((19, 74), (75, 84), (85, None))
    assert from_age(band_edges(PUBLISHED_BANDS), 18) == band_edges(PUBLISHED_BANDS)


def test_every_name_of_a_set_of_bands_is_one() -> None:
    named = [name for name in vars(age_bands) if name.endswith(("_BANDS", "_GROUPS"))]
    assert len(named) == 5
    for name in named:
        assert edges_by_group(getattr(age_bands, name))
