"""Whether the values of a codebook row are those of the harmonised column that it fills.

A row can be whole and still say something else than its own labels: such a row would turn answers
round without a word. Names, codes and gaps are checked in ``codebook_row.py``.
"""

from __future__ import annotations

from collections.abc import Mapping

from eenzaam_stats.errors import SchemaError, listed
from eenzaam_stats.loaders.codebook.answer_labels import contradicted
from eenzaam_stats.loaders.codebook.layout import Variable, answers_of
from eenzaam_stats.respondents import COLUMNS, DJG_ITEMS, UCLA_ITEMS
from eenzaam_stats.vocabulary import MissingKind

_CATEGORIES: Mapping[str, tuple[str, ...]] = {column.name: column.categories for column in COLUMNS}
_ITEMS = (*DJG_ITEMS, *UCLA_ITEMS)
_ENDS = {
    **dict.fromkeys(DJG_ITEMS, ("yes", "no")),
    **dict.fromkeys(UCLA_ITEMS, ("hardly_ever", "often")),
}


def require_own_meaning(variable: Variable, *, where: str, name: str) -> None:
    """Raise when a value is none of its column, or its label says that it is another one.

    Parameters
    ----------
    variable : Variable
        Row of the codebook.
    where, name : str
        Row and name in the file, for messages.

    Raises
    ------
    SchemaError
        If the row is an item that no scale has, a value is not one of the harmonised column, an
        item lacks one of its ends, or a label plainly stands for another value.
    """
    if variable.role == "item" and variable.name not in _ITEMS:
        raise SchemaError(
            f"{where}: {name} is an item, and {variable.name!r} is none. "
            f"Choose one of [{listed(_ITEMS)}]."
        )
    _require_known_values(variable, where=where, name=name)
    for code, (value, label) in variable.codes.items():
        meant = contradicted(variable.name, label, value, offered=answers_of(variable))
        if meant:
            raise SchemaError(
                f"{where}: code {code!r} of {name} has the label {label!r}, which stands for "
                f"{meant}, and the value {value!r}. Correct one of them."
            )


def _require_known_values(variable: Variable, *, where: str, name: str) -> None:
    known = _CATEGORIES.get(variable.name, ())
    values = {value for value, _ in variable.codes.values()}
    if variable.otherwise is not None and not isinstance(variable.otherwise, MissingKind):
        values.add(variable.otherwise)
    strange = sorted(str(value) for value in values if known and value not in known)
    if variable.kind == "boolean":
        strange = sorted(str(value) for value in values if not isinstance(value, bool))
        known = ("true", "false")
    if strange:
        raise SchemaError(
            f"{where}: value(s) [{listed(strange)}] of {name} are none of {variable.name}. "
            f"Choose from [{listed(known)}]."
        )
    absent = [end for end in _ENDS.get(variable.name, ()) if end not in values]
    if absent and variable.role == "item":
        raise SchemaError(f"{where}: the codes of {name} leave out [{listed(absent)}].")
