"""What the labels in a file of the LISS panel must say before its columns count as the items.

Most waves were not seen when the codebook was made, so the file itself is a witness: its labels
must name the subject of each item and the answers. Nothing is guessed and nothing is recoded here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eenzaam_stats.errors import ScaleError, SchemaError, SourceError, list_all
from eenzaam_stats.loaders.codebook.answer_labels import construe
from eenzaam_stats.loaders.codebook.layout import Variable
from eenzaam_stats.loaders.formats.survey_file import SurveyFile
from eenzaam_stats.loaders.harmonise.file_labels import require_file_labels
from eenzaam_stats.loaders.harmonise.labels import format_code
from eenzaam_stats.loaders.harmonise.matching import Match
from eenzaam_stats.loaders.sources.liss.files import CORONA, CORONA_REASON
from eenzaam_stats.messages import show_label
from eenzaam_stats.scoring.wording import plain
from eenzaam_stats.vocabulary import Sex

# Beginnings of words, in Dutch and English, of which the label of each item holds at least one; a
# blank at the end makes it a whole word.
SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "djg_3": ("leeg", "empt"),
    "djg_4": ("narigheid", "terug", "count on", "fall back", "misfortune", "trouble", "need "),
    "djg_7": ("vertrouw", "trust", "rely"),
    "djg_8": ("verbonden", "close"),
    "djg_9": ("mis ", "miss ", "missing ", "gemis"),
    "djg_10": ("steek", "desert", "let down", "abandon", "reject"),
}
SEX_WORDS: Mapping[str, Sex] = {
    "man": Sex.MEN,
    "mannelijk": Sex.MEN,
    "male": Sex.MEN,
    "vrouw": Sex.WOMEN,
    "vrouwelijk": Sex.WOMEN,
    "female": Sex.WOMEN,
    "woman": Sex.WOMEN,
    "anders": Sex.OTHER,
    "other": Sex.OTHER,
}
_REMEDY = "Compare the file with the codebook of the archive for this wave"


def require_core_study(file: SurveyFile) -> None:
    """Stop when the file says that it is a questionnaire on the coronavirus."""
    said = [file.label, *file.columns, *file.column_labels.values()]
    if any(CORONA in text.casefold() for text in said):
        raise SourceError(
            f"{file.path.name} says in its labels that it is a questionnaire on the coronavirus: "
            f"{CORONA_REASON}. Give the files of the core study."
        )


def require_items(match: Match, file: SurveyFile, *, place: str) -> None:
    """Stop unless the labels of a column are those of its item.

    Parameters
    ----------
    match : Match
        Item and column.
    file : SurveyFile
        File with its labels.
    place : str
        Wave and file, for messages.

    Raises
    ------
    ScaleError
        If a value label names another answer than the codebook, or the layout of the wave is
        unverified and an answer has no label.
    SchemaError
        If the label of the column does not name the subject of the item, or is absent where the
        layout of the wave is unverified.
    """
    variable, column = match.variable, match.column
    labels = require_file_labels(variable, file, column)
    unverified = variable.evidence_word == "unverified"
    if unverified:
        _require_answers(variable, labels, column=column, place=place)
    said = file.column_labels.get(column, "").strip()
    if not said and not unverified:
        return
    if not _names(said, SUBJECTS[variable.name]):
        found = f"is labelled {show_label(said)}" if said else "has no label"
        words = list_all(word.strip() for word in SUBJECTS[variable.name])
        raise SchemaError(
            f"{place}: column {column!r} {found} and should be {variable.label_nl!r}, with a word "
            f"that starts as one of {words}. {_REMEDY}; no column is read as an item on its name "
            "alone."
        )


def require_sexes(variable: Variable, labels: Mapping[Any, str], *, column: str) -> None:
    """Stop when a label, in Dutch or English, gives a code of the sex to another sex."""
    for code, label in labels.items():
        words = plain(label).split(" ")
        said = SEX_WORDS.get(words[0]) if words else None
        own = variable.codes[code][0] if code in variable.codes else None
        if said is not None and own is not None and said != own:
            raise SchemaError(
                f"Column {column!r}: code "
                f"{format_code(code)} is labelled {show_label(label)} in the file and "
                f"is {own!r} in the codebook. Check the file, or leave out column 'sex'."
            )


def _names(label: str, subjects: tuple[str, ...]) -> bool:
    words = f" {plain(label)} "
    return any(f" {subject}" in words for subject in subjects)


def _require_answers(
    variable: Variable, labels: Mapping[Any, str], *, column: str, place: str
) -> None:
    bare = [code for code in variable.codes if not construe(variable.name, labels.get(code, ""))]
    if bare:
        raise ScaleError(
            f"{place}: the layout of this wave was not verified and column {column!r} has no value "
            f"label for code(s) {list_all(bare)}, so the direction of the answers is not certain. "
            f"{_REMEDY}, and read a file with value labels for {list_all(variable.value_labels)}."
        )
