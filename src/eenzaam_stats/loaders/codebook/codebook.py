"""Codebooks as data: which names, codes, missing codes and weights a source has in each wave.

This file turns ``codebooks/*.toml`` into the frozen values of ``layout.py``, once; the rows are
checked in ``row.py``. It reads no survey file and knows no source by name: a new wave,
variable or code is a row in the TOML.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from eenzaam_stats.errors import OptionError, SchemaError, list_all
from eenzaam_stats.files.document_text import parse_toml
from eenzaam_stats.loaders.codebook.layout import Codebook, RespondentFilter, Variable, WaveCodebook
from eenzaam_stats.loaders.codebook.row import (
    read_variable,
    require_evidence,
    require_no_repeated_rows,
)
from eenzaam_stats.vocabulary import SinglePsu, require_option

__all__ = ["build_codebook", "codebook_names", "codebook_text", "load_codebook", "parse_codebook"]

Table = Mapping[str, Any]
_SINGLE_PSU: SinglePsu = "fail"
_VARIABLE_HEADER = re.compile(r"^\s*\[\[\s*variable\s*\]\]")


def codebook_names() -> tuple[str, ...]:
    """Short names of the codebooks in the package, in alphabetical order."""
    folder = files("eenzaam_stats").joinpath("loaders/codebooks")
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name[:-5] for name in names if name.endswith(".toml")))


def codebook_text(name: str) -> str:
    """Text of one codebook of the package; an unknown name is an ``OptionError``."""
    if name not in codebook_names():
        raise OptionError.among(name, codebook_names(), name="codebook")
    folder = files("eenzaam_stats").joinpath("loaders/codebooks")
    return folder.joinpath(f"{name}.toml").read_text("utf-8")


@cache
def load_codebook(name: str) -> Codebook:
    """Codebook of one source, read from the package and checked.

    Parameters
    ----------
    name : str
        Short name of the source, such as ``"gezondheidsmonitor"``.

    Returns
    -------
    Codebook
        Waves with their variables, weights, strata and evidence.

    Raises
    ------
    OptionError
        If the package has no codebook of that name.
    SchemaError
        If rows overlap, leave a gap or lack evidence.

    Examples
    --------
    >>> wave = load_codebook("gezondheidsmonitor").wave(2022)
    >>> wave.weights, wave.stratum
    (('ewGGD',), 'PrimaireEenheid')
    >>> wave.variable("GGEEB201").codes[1]
    ('yes', 'Ja')
    """
    return parse_codebook(codebook_text(name))


def parse_codebook(text: str) -> Codebook:
    """Codebook from the text of its TOML file.

    Parameters
    ----------
    text : str
        TOML with ``wave`` and ``variable`` tables and shared ``codes`` and ``evidence`` lists.

    Returns
    -------
    Codebook
        Frozen values.

    Raises
    ------
    SchemaError
        If the text is no TOML, a code is both valid and missing or occurs twice, bounds or bands
        leave a gap, or a row lacks evidence; names the row.
    OptionError
        If a word of a row is not in its vocabulary.
    """
    try:
        raw = parse_toml(text, of="codebook")
    except tomllib.TOMLDecodeError as error:
        raise SchemaError(f"codebook: {error}{_find_row(text, str(error))}.") from error
    return build_codebook(raw)


def build_codebook(raw: Table) -> Codebook:
    """Codebook from tables that have the shape of its TOML file; as ``parse_codebook``."""
    name = str(raw.get("name", "without a name"))
    try:
        waves = tuple(_wave(table, raw) for table in sorted(raw["wave"], key=_order))
    except KeyError as error:
        raise SchemaError(f"codebook {name}: {error} is missing.") from error
    return Codebook(
        raw["name"],
        raw["title"],
        waves,
        MappingProxyType(raw["sources"]),
        raw.get("part_of", raw["name"]),
    )


def _find_row(text: str, message: str) -> str:
    """Number of the variable in which a line of the TOML stands."""
    line = re.search(r"at line (\d+)", message)
    before = text.splitlines()[: int(line[1]) if line else None]
    row = sum(bool(_VARIABLE_HEADER.match(own)) for own in before)
    return f", in variable row {row}" if row else ""


def _order(table: Table) -> int:
    year: int = table["year"]
    return year


def _wave(table: Table, raw: Table) -> WaveCodebook:
    name = str(table.get("name", table["year"]))
    variables = _variables(raw, name)
    weights = tuple(table.get("weights", ()))
    notes = [*table.get("notes", ()), table.get("design_note", "")]
    rule = table.get("single_psu", _SINGLE_PSU)
    require_option(rule, SinglePsu, name=f"single_psu of {name}")
    return WaveCodebook(
        title=raw["title"],
        year=table["year"],
        name=name,
        population=table["population"],
        population_evidence=require_evidence(table["population_evidence"], place=name),
        age_floor=table["age_floor"],
        variables=tuple(row for row in variables if row.status != "impossible"),
        weights=weights,
        delivers_weights=bool(weights) or table.get("weight_named_by_user", False),
        weight_levels=MappingProxyType(table.get("weight_levels", {})),
        stratum_levels=MappingProxyType(table.get("stratum_levels", {})),
        zero_weight=table.get("zero_weight", ""),
        weights_evidence=require_evidence(table["weights_evidence"], place=name),
        wrong_weights=MappingProxyType(table.get("wrong_weights", {})),
        discouraged_weights=MappingProxyType(table.get("discouraged_weights", {})),
        stratum=table.get("stratum") or None,
        stratum_evidence=_optional_evidence(table, "stratum", place=name),
        cluster=table.get("cluster") or None,
        cluster_evidence=_optional_evidence(table, "cluster", place=name),
        single_psu=rule,
        layout_evidence=require_evidence(table["layout_evidence"], place=name),
        respondents=_respondents(table.get("respondents")),
        prefixes=tuple(table.get("prefixes", raw.get("prefixes", ()))),
        notes=tuple(note for note in notes if note),
        impossible=tuple(row for row in variables if row.status == "impossible"),
        blank_weight=table.get("blank_weight", ""),
        wave_column=table.get("wave_column", ""),
        other_names=MappingProxyType(table.get("other_names", {})),
    )


def _optional_evidence(table: Table, key: str, *, place: str) -> str:
    """Evidence of a design column; the one of the layout when none is given apart."""
    return require_evidence(table.get(f"{key}_evidence", table["layout_evidence"]), place=place)


def _respondents(table: Table | None) -> RespondentFilter | None:
    if table is None:
        return None
    evidence = require_evidence(table["evidence"], place=table["source_name"])
    words = {key: table[key] for key in ("own", "others", "reason") if key in table}
    keep, drop = tuple(table["keep"]), tuple(table["drop"])
    return RespondentFilter(table["source_name"], keep, drop, evidence, **words)


def _variables(raw: Table, wave: str) -> tuple[Variable, ...]:
    """Rows of one wave, each with its number in the codebook for messages."""
    found = []
    for number, row in enumerate(raw["variable"], start=1):
        said = _find_list(row, raw, key="evidence", number=number)
        _require_waves(said, raw, number=number)
        if wave in said:
            full = dict(row) | {"codes": _find_list(row, raw, key="codes", number=number)}
            found.append(
                (number, read_variable(full, number=number, wave=wave, evidence=said[wave]))
            )
    require_no_repeated_rows(found, wave=wave)
    return tuple(variable for _, variable in found)


def _require_waves(said: Table, raw: Table, *, number: int) -> None:
    known = {str(table.get("name", table["year"])) for table in raw["wave"]}
    strange = sorted(said.keys() - known)
    if strange:
        raise SchemaError(
            f"codebook, row {number}: evidence for wave(s) [{list_all(strange)}], which the "
            "codebook "
            "does not have."
        )


def _find_list(row: Table, raw: Table, *, key: str, number: int) -> Table:
    """Return the list that stands in the row, or the shared one that the row names."""
    said = row.get(key, {})
    if isinstance(said, Mapping):
        return said
    if not isinstance(said, str):
        raise SchemaError(
            f"codebook, row {number}: {key} is {said!r}, which is no table. "
            "Write a table or the name of a shared one."
        )
    shared: Table = raw.get(key, {})
    if said not in shared:
        raise SchemaError(
            f"codebook, row {number}: no shared list [{key}.{said}]. "
            f"There are [{list_all(sorted(shared))}]."
        )
    named: Table = shared[said]
    return named
