"""The line of a mapping that would settle a word or label of a file: for messages, no guess.

The user chooses among all meanings; the line is written so that it can be copied.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from eenzaam_stats.loaders.codebook.layout import Value
from eenzaam_stats.messages import show_label
from eenzaam_stats.vocabulary import MissingKind

LONGEST = 60  # longer texts are answers in own words, or questions


def line_for_word(name: str, word: str, values: Sequence[Value]) -> str:
    """Lines of a mapping for a word that stands as a code in the file; empty for a long text.

    Examples
    --------
    >>> print(line_for_word("djg_4", "Soms", ["yes"]))
    A mapping says what it means under [variable.codes] of djg_4: "Soms" = "yes"; or that it is ...
    """
    if len(word) > LONGEST:
        return ""
    lines = " or ".join(f"{_toml(word)} = {_toml(value)}" for value in dict.fromkeys(values))
    codes = f"what it means under [variable.codes] of {name}: {lines}; or " if lines else ""
    missing = f"{_toml(word)} = {_toml(MissingKind.NO_ANSWER.value)}"
    return f"A mapping says {codes}that it is no answer under [variable.missing]: {missing}."


def line_for_label(code: str, label: str, value: Value | None) -> str:
    """Line of a mapping that accepts a label of the file for a code; empty when it has no meaning.

    Examples
    --------
    >>> line_for_label("2", "Somewhat", "more_or_less")
    'If the label is right, a mapping says so: 2 = ["more_or_less", "Somewhat"].'
    """
    if value is None or len(label) > LONGEST or show_label(label) != repr(label):
        return ""
    return f"If the label is right, a mapping says so: {code} = [{_toml(value)}, {_toml(label)}]."


def _toml(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False)
