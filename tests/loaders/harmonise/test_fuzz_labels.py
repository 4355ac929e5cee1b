"""Small SPSS files with any labels on numbers and on text codes: what they say, or a refusal.

The words that may be drawn stand here with their meaning, so that what comes out is compared with a
second opinion and not with the code under test.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eenzaam_stats.errors import EenzaamStatsError
from eenzaam_stats.loaders.harmonise import file_labels, harmonise
from eenzaam_stats.loaders.mapping.mapping import read_mapped
from eenzaam_stats.survey import Survey
from loaders.mapping.mapped_files import mapping, people, write_mapping

N = 60
FUZZ = settings(derandomize=True, deadline=None, max_examples=250)
ANSWERS = {
    **{"Ja": "yes", "ja": "yes", "Mee eens": "yes", "agree": "yes", "klopt": "yes"},
    **{"Min of meer": "more_or_less", "min-of-meer": "more_or_less", "neutraal": "more_or_less"},
    **{"Nee": "no", "oneens": "no", "niet mee eens": "no", "disagree": "no", "klopt niet": "no"},
}
SEXES = {"Man": "men", "man": "men", "Male": "men", "Vrouw": "women", "female": "women"}
MISSING = {
    **{"Weet niet": "dont_know", "DK": "dont_know", "weiß nicht": "dont_know"},
    **{"Weigert": "refused", "keine Angabe": "no_answer", "Geen opgave": "no_answer"},
    **{"n.v.t.": "not_asked", "niet beantwoord": "no_answer", "onbekend": "no_answer"},
}
STRANGE = ["xyz", "?", "kapot", "18-24"]
MEANING: dict[str, dict[int, str]] = {
    "q3": {1: "yes", 2: "more_or_less", 3: "no"},
    "q4": {1: "yes", 2: "more_or_less", 3: "no"},
    "sx": {1: "men", 2: "women"},
}
NAMES = {"q3": "djg_3", "q4": "djg_4", "sx": "sex", "lft": "age"}
FORMS = ["{:d}", "{:02d}", "{:d}.0", " {:d}"]
POOL = {"q3": ANSWERS, "q4": ANSWERS, "sx": SEXES, "lft": {"99": "99", "99 jaar": "99"}}


def own_label(column: str, code: int) -> st.SearchStrategy[str]:
    """Mostly the word that fits a code, so that files are read as often as refused."""
    said = MEANING.get(column, {99: "99"}).get(code)
    fitting = [word for word, value in POOL[column].items() if value == said] or list(MISSING)
    anything = [*POOL[column], *MISSING, *STRANGE]
    return st.one_of(*[st.sampled_from(fitting)] * 9, st.sampled_from(anything))


@st.composite
def columns(draw: st.DrawFn) -> dict[str, Any]:
    """One column: which, as text or numbers, its strange codes, its labels, what it declares."""
    column = draw(st.sampled_from(list(NAMES)))
    strange = draw(st.sampled_from([99] if column == "lft" else [7, 8, 9]))
    codes = [*MEANING.get(column, {}), strange]
    labelled = draw(st.lists(st.sampled_from(codes), unique=True))
    return {
        "column": column,
        "form": draw(st.sampled_from([None, *FORMS])),
        "strange": {draw(st.integers(0, N - 1)): strange},
        "labels": {code: draw(own_label(column, code)) for code in labelled},
        "declared": [strange] if draw(st.booleans()) else [],
    }


def write(folder: Path, drawn: dict[str, Any]) -> tuple[Path, pd.DataFrame]:
    """Write the file; gives its codes as numbers too."""
    frame = people(N)
    frame.loc[3, "q3"] = 2.0
    column, form = drawn["column"], drawn["form"]
    for row, code in drawn["strange"].items():
        frame.loc[row, column] = float(code)
    codes = frame.copy()
    labels, declared = drawn["labels"], drawn["declared"]
    if form:
        frame[column] = frame[column].map(lambda code: form.format(int(code))).astype(object)
        labels = {form.format(code): label for code, label in labels.items()}
        declared = [form.format(code) for code in declared]
    path = folder / "x.sav"
    pyreadstat.write_sav(
        frame,
        path,
        variable_value_labels={column: labels} if labels else None,
        missing_ranges={column: declared} if declared else None,
    )
    return path, codes


def contradicts(column: str, code: int, label: str, *, declared: bool) -> bool:
    """Whether a label of this file says something else than the mapping does."""
    valid, other = MEANING.get(column, {}).get(code), POOL[column].get(label)
    if valid is None:
        return not declared and other is not None and column != "lft"
    unknown = other is None and column in ("q3", "q4")
    return label in MISSING or unknown or other not in (None, valid)


def expected(drawn: dict[str, Any], codes: pd.DataFrame) -> list[Any] | None:
    """Values of the column by the words of this file alone; ``None`` where they must be refused."""
    column, labels, declared = drawn["column"], drawn["labels"], drawn["declared"]
    for code, label in labels.items():
        if contradicts(column, code, label, declared=code in declared):
            return None
    found: list[Any] = []
    for code in codes[column].astype(int):
        label = labels.get(code)
        known = code in declared or label in MISSING or (code == 9 and column in ("q3", "q4"))
        if code in MEANING.get(column, {}):
            found.append(MEANING[column][code])
        elif known:
            found.append(None)
        elif column != "lft" or label in STRANGE:
            return None
        else:
            found.append(code)
    return found


def values_of(survey: Survey, column: str) -> list[Any]:
    values = survey.respondents[NAMES[column]].astype(object)
    return [None if pd.isna(value) else value for value in values]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("labels")
    write_mapping(mapping(), made / "m.toml")
    return made


OUTCOMES: Counter[str] = Counter()


def outcome(folder: Path, drawn: dict[str, Any]) -> str:
    """Read one file: refused, the same as expected, or other numbers without a word."""
    path, codes = write(folder, drawn)
    wanted = expected(drawn, codes)
    try:
        survey = read_mapped(path, folder / "m.toml")
    except EenzaamStatsError as error:
        named = f"'{drawn['column']}'" in str(error)
        return "refused" if wanted is None and named else f"refused without a reason: {error}"
    return "same" if values_of(survey, drawn["column"]) == wanted else "wrong"


@FUZZ
@given(drawn=columns())
def test_any_labels_on_any_codes_are_heard_or_refused(folder, drawn):
    found = outcome(folder, drawn)
    OUTCOMES[found] += 1
    assert found in ("refused", "same")


def test_both_endings_occurred():
    assert min(OUTCOMES["refused"], OUTCOMES["same"]) >= 20


TURNED = {
    "column": "sx",
    "form": "{:d}",
    "strange": {},
    "labels": {1: "Vrouw", 2: "Man"},
    "declared": [],
}


def test_comparison_when_labels_go_unheard_then_sees_the_sexes_swapped(folder, monkeypatch):
    assert outcome(folder, TURNED) == "refused"
    for module in (harmonise, file_labels):
        monkeypatch.setattr(module, "codes_of_file", lambda _, __, declared, **___: ({}, declared))
    assert outcome(folder, TURNED) == "wrong"
