"""Words and number formats of a language stand in its catalogue; no code asks which it is."""

import ast
import string
from pathlib import Path

import pytest

import eenzaam_stats
from eenzaam_stats.letter.claims import read_claims
from eenzaam_stats.letter.recompute import recompute_all
from eenzaam_stats.letter.recompute.registry import words
from eenzaam_stats.letter.wording import percent_range
from eenzaam_stats.plots.frame import NumberText
from eenzaam_stats.vocabulary import (
    add_percent,
    format_level,
    format_number,
    format_percent,
    labels,
)

SOURCE = Path(eenzaam_stats.__file__).parent
LANGUAGES = ("nl", "en")
# Dutch words without which no Dutch phrase of three words or more of the letter was written.
DUTCH = {"de", "het", "een", "van", "bij", "naar", "niet", "geen", "zonder", "voor", "jaar", "uit"}


def _trees():
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text("utf-8"))


def test_no_module_asks_which_language_it_is() -> None:
    found = []
    for name, tree in _trees():
        for node in ast.walk(tree):
            sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
            keys = node.keys if isinstance(node, ast.Dict) else []
            if any(isinstance(one, ast.Constant) and one.value in LANGUAGES for one in sides):
                found.append((name, node.lineno))
            if {"nl", "en"} <= {getattr(key, "value", None) for key in keys}:
                found.append((name, node.lineno))
    assert found == []


def test_the_letter_is_recomputed_without_dutch_words_in_code() -> None:
    found = {}
    for name, tree in _trees():
        if name.startswith("letter/recompute"):
            said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            text = [
                one.value.lower().replace(",", " ").split()
                for one in ast.walk(tree)
                if isinstance(one, ast.Constant)
                and isinstance(one.value, str)
                and id(one) not in said
            ]
            hits = [" ".join(one) for one in text if DUTCH & set(one)]
            if hits:
                found[name] = hits
    assert found == {}


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_catalogues_have_the_same_keys_and_a_filled_label_the_same_fields() -> None:
    dutch, english = (labels(language) for language in LANGUAGES)
    assert dutch.keys() == english.keys()
    for key in dutch:
        if key.startswith(("alternative.", "finding.")):
            assert _fields(dutch[key]) == _fields(english[key]), key


def test_every_alternative_and_finding_of_the_catalogue_is_used() -> None:
    code = "".join(path.read_text("utf-8") for path in (SOURCE / "letter/recompute").glob("*.py"))
    known = [key.partition(".") for key in labels("en")]
    for group, _, name in known:
        if group == "finding":
            assert f'"finding.{name}"' in code
        if group == "alternative" and not name.startswith("rating_"):
            assert f'"{name}"' in code


def test_every_alternative_of_the_letter_reads_in_both_languages() -> None:
    rows = recompute_all(read_claims())
    said = [one for row in rows for one in row.recomputation.alternatives]
    assert len(said) > 40
    for one in said:
        assert one.label_en
        assert one.label_nl
        assert "{" not in one.label_en + one.label_nl


@pytest.mark.parametrize(
    ("language", "number", "percent", "limits", "tick"),
    [
        ("nl", "−1.234.567,9", "14,3%", "4,9–15,8%", "97,5"),
        ("en", "−1,234,567.9", "14.3%", "4.9–15.8%", "97.5"),
    ],
)
def test_every_writer_of_numbers_takes_the_signs_of_the_catalogue(
    language, number, percent, limits, tick
) -> None:
    assert format_number(-1234567.85, decimals=1, language=language) == number
    assert format_percent(0.1425, decimals=1, language=language) == percent
    assert percent_range(4.9, 15.8, language=language) == limits
    assert NumberText(language, decimals=1).percent(14.25) == percent
    assert add_percent(NumberText(language).tick(97.5), language) == f"{tick}%"
    assert format_level(0.975, language=language) == f"{tick}%"
    assert format_level(0.95, language=language) == "95%"


def test_signs_and_percent_come_from_the_catalogue(monkeypatch) -> None:
    from eenzaam_stats import vocabulary

    swiss = {"number.decimal": ",", "number.thousands": "’", "unit.percent": " %"}
    monkeypatch.setattr(vocabulary, "labels", lambda _: swiss)
    assert format_number(1234.5, decimals=1, language="en") == "1’234,5"
    assert format_percent(0.5, decimals=0, language="en") == "50 %"


def test_a_field_that_depends_on_the_language_is_asked_in_each() -> None:
    shown = words("finding.higher_in", higher=lambda *, language: language, others=2)
    assert [shown(language=one) for one in LANGUAGES] == ["hoger in nl van 2", "higher in en of 2"]


def test_no_figure_or_table_writes_a_percentage_past_the_catalogue() -> None:
    spec = ("%",)
    found = {}
    for name, tree in _trees():
        if not name.startswith(("plots/", "tables/", "letter/")):
            continue
        for node in ast.walk(tree):
            own = [
                value
                for value in getattr(node, "values", [])
                if isinstance(node, ast.JoinedStr) and isinstance(value, ast.Constant)
            ]
            after = [one.value for one in own if str(one.value).startswith(spec)]
            form = getattr(node, "format_spec", None)
            sign = form is not None and any(
                str(getattr(one, "value", "")).endswith(spec) for one in form.values
            )
            if after or sign:
                found.setdefault(name, []).append(node.lineno)
    assert found == {}
