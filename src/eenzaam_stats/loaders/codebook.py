"""Codebooks as data: which names, codes, missing codes and weights a source has in each wave.

This file turns ``codebooks/*.toml`` into the frozen values of ``layout.py`` and checks them once.
It reads no survey file and knows no source by name: a new wave, variable or code is a row in the
TOML.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, get_args

from eenzaam_stats.errors import OptionError, SchemaError
from eenzaam_stats.loaders.layout import (
    Codebook,
    EvidenceWord,
    RespondentFilter,
    Role,
    Storage,
    Value,
    Variable,
    VariableKind,
    WaveCodebook,
)
from eenzaam_stats.vocabulary import MissingKind, require_option

__all__ = ["Codebook", "Variable", "WaveCodebook", "load_codebook", "parsed_codebook"]

Table = Mapping[str, Any]


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
        If a code is both valid and missing, or a row lacks evidence.

    Examples
    --------
    >>> wave = load_codebook("gezondheidsmonitor").wave(2022)
    >>> wave.weights, wave.stratum
    (('ewGGD',), 'PrimaireEenheid')
    >>> wave.variable("GGEEB201").codes[1]
    ('yes', 'Ja')
    """
    folder = files("eenzaam_stats").joinpath("loaders/codebooks")
    known = sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml"))
    if name not in known:
        raise OptionError.among(name, known, name="codebook")
    return parsed_codebook(folder.joinpath(f"{name}.toml").read_text("utf-8"))


def parsed_codebook(text: str) -> Codebook:
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
        If a code is both valid and missing, or a row lacks evidence.
    OptionError
        If a word of a row is not in its vocabulary.
    """
    raw = tomllib.loads(text)
    waves = tuple(_wave(table, raw) for table in sorted(raw["wave"], key=lambda row: row["year"]))
    return Codebook(raw["name"], raw["title"], waves, MappingProxyType(raw["sources"]))


def _wave(table: Table, raw: Table) -> WaveCodebook:
    year = str(table["year"])
    rows = [(row, _list_of(row, raw, key="evidence")) for row in raw["variable"]]
    return WaveCodebook(
        title=raw["title"],
        year=table["year"],
        population=table["population"],
        population_evidence=_evidence(table["population_evidence"], year),
        age_floor=table["age_floor"],
        variables=tuple(_variable(row, raw, said[year]) for row, said in rows if year in said),
        weights=tuple(table["weights"]),
        weights_evidence=_evidence(table["weights_evidence"], year),
        wrong_weights=MappingProxyType(table.get("wrong_weights", {})),
        discouraged_weights=MappingProxyType(table.get("discouraged_weights", {})),
        stratum=table["stratum"],
        stratum_evidence=_evidence(table["stratum_evidence"], year),
        layout_evidence=_evidence(table["layout_evidence"], year),
        respondents=_respondents(table.get("respondents")),
        prefixes=tuple(raw["prefixes"]),
    )


def _respondents(table: Table | None) -> RespondentFilter | None:
    if table is None:
        return None
    evidence = _evidence(table["evidence"], table["source_name"])
    return RespondentFilter(
        table["source_name"], tuple(table["keep"]), tuple(table["drop"]), evidence
    )


def _variable(row: Table, raw: Table, evidence: str) -> Variable:
    where = row["source_names"][0]
    kind, storage = row.get("kind", "category"), row.get("storage", "numeric")
    for word, options, name in (
        (kind, VariableKind, "kind"),
        (storage, Storage, "storage"),
        (row["role"], Role, "role"),
    ):
        require_option(word, options, name=f"{name} of {where}")
    codes = _codes(_list_of(row, raw, key="codes"))
    missing = {int(code): said for code, said in row.get("missing", {}).items()}
    both = sorted(codes.keys() & missing.keys())
    if both:
        raise SchemaError(f"codebook: code(s) {both} of {where} are both valid and missing.")
    return Variable(
        name=row["name"],
        source_names=tuple(row["source_names"]),
        role=row["role"],
        kind=kind,
        label_nl=row["label_nl"],
        codes=MappingProxyType(codes),
        missing=MappingProxyType({code: MissingKind(said[0]) for code, said in missing.items()}),
        missing_labels=MappingProxyType({code: said[1] for code, said in missing.items()}),
        declared_missing=row.get("declared_missing", bool(missing)),
        bounds=tuple(row["range"]) if "range" in row else None,
        storage=storage,
        format=row.get("format", "F1" if codes else ""),
        evidence=_evidence(evidence, where),
        note=row.get("note", ""),
    )


def _list_of(row: Table, raw: Table, *, key: str) -> Table:
    """Return the list that stands in the row, or the shared one that the row names."""
    said = row.get(key, {})
    listed: Table = raw[key][said] if isinstance(said, str) else said
    return listed


def _codes(table: Table) -> dict[int, tuple[Value, str]]:
    return {int(code): (said[0], said[1]) for code, said in table.items()}


def _evidence(text: str, where: str) -> str:
    if text.replace(";", " ").split(" ")[0] not in get_args(EvidenceWord):
        raise SchemaError(f"codebook: {where} has evidence {text!r}, which has no status word.")
    return text
