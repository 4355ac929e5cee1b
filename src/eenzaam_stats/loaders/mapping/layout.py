"""A sound mapping as a codebook of one wave, for the engine that reads all sources.

No check happens here: ``check.py`` came before.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from eenzaam_stats.design import read_rule
from eenzaam_stats.loaders.codebook.layout import (
    RespondentFilter,
    Role,
    Variable,
    VariableKind,
    WaveCodebook,
    read_code,
)
from eenzaam_stats.loaders.mapping.labels import (
    MAPPED_COLUMNS,
    NO_COLUMN,
    Table,
    is_published,
    read_entry,
    years_in,
)
from eenzaam_stats.loaders.mapping.stored_items import harmonise_value
from eenzaam_stats.respondents import DJG_ITEMS, UCLA_ITEMS
from eenzaam_stats.vocabulary import MissingKind

_HOUSEHOLDS = {
    "private": "in private households",
    "all": "in all households",
    "unstated": "(households not stated)",
}
_KEYS = ("person_id", "household_id")


def build_wave(raw: Table, year: int | None = None) -> WaveCodebook:
    """Return the wave that a sound mapping describes.

    Parameters
    ----------
    raw : mapping
        Tables of a mapping without a problem.
    year : int, optional
        One of the years of the mapping; by itself the first.

    Returns
    -------
    WaveCodebook
        Every row is a required variable: its user wrote that the file has it.
    """
    source = raw["source"]
    evidence = _evidence(source)
    weight = design_column(raw, "weight")
    rule = raw.get("respondents")
    wave = years_in(source)[0] if year is None else year
    return WaveCodebook(
        title=source["title"],
        year=wave,
        name=str(wave),
        population=describe_population(source),
        population_evidence=evidence,
        age_floor=source["age_floor"],
        variables=tuple(_variable(row, evidence) for row in raw["variable"]),
        weights=(weight,) if weight else (),
        delivers_weights=weight is not None,
        weight_levels=MappingProxyType({}),
        stratum_levels=MappingProxyType({}),
        zero_weight=raw["design"].get("zero_weight", ""),
        weights_evidence=evidence,
        wrong_weights=MappingProxyType({}),
        discouraged_weights=MappingProxyType({}),
        stratum=design_column(raw, "stratum"),
        stratum_evidence=evidence,
        cluster=next(iter(list_stage_columns(raw, "cluster")), None),
        cluster_evidence=evidence,
        single_psu=read_rule(raw["design"].get("single_psu", "fail")),
        layout_evidence=evidence,
        respondents=RespondentFilter(
            rule["column"], tuple(read_code(str(one)) for one in rule["keep"]), (), evidence
        )
        if rule
        else None,
        prefixes=(),
        notes=(source["note"],) if source.get("note") else (),
        blank_weight=raw["design"].get("blank_weight", ""),
        wave_column=source.get("wave_column", ""),
        own_rows_only="wave_column" in source,
        inner_cluster=next(iter(list_stage_columns(raw, "cluster")[1:]), None),
        fpc=list_stage_columns(raw, "fpc"),
    )


def design_column(raw: Table, field: str) -> str | None:
    """Name of a column of the design in the file; ``None`` when there is none."""
    said = str(raw.get("design", {}).get(field, NO_COLUMN))
    return None if said == NO_COLUMN else said


def list_stage_columns(raw: Table, field: str) -> tuple[str, ...]:
    """Columns of a field that may name one per stage of sampling."""
    said = raw.get("design", {}).get(field, NO_COLUMN)
    names = said if isinstance(said, list) else [said]
    return tuple(str(name) for name in names if name != NO_COLUMN)


def describe_population(source: Table) -> str:
    """Who the survey covers, in the terms of the mapping or built from its fields.

    Examples
    --------
    >>> describe_population({"age_floor": 15, "households": "private"})
    'people of 15 and older in private households'
    """
    households = _HOUSEHOLDS[source.get("households", "unstated")]
    return str(
        source.get("population") or f"people of {source['age_floor']} and older {households}"
    )


def _evidence(source: Table) -> str:
    said = source["evidence"]
    return "unverified; mapping of the user" if said == "user" else f"{said}; mapping of the user"


def _variable(row: Table, evidence: str) -> Variable:
    name = row["name"]
    codes = {read_code(key): _read_code(name, entry) for key, entry in row.get("codes", {}).items()}
    missing = {read_code(key): read_entry(entry) for key, entry in row.get("missing", {}).items()}
    return Variable(
        name=name,
        source_names=(row["column"],),
        role=_role(name),
        kind=_kind(row, [value for value, _ in codes.values()]),
        label_nl=MAPPED_COLUMNS[name].description if name in MAPPED_COLUMNS else name,
        codes=MappingProxyType(codes),
        missing=MappingProxyType({code: MissingKind(kind) for code, (kind, _) in missing.items()}),
        missing_labels=MappingProxyType({code: label for code, (_, label) in missing.items()}),
        declared_missing=False,
        bounds=(row["min"], row["max"]) if "number" in row else None,
        storage="either",
        format="",
        evidence=evidence,
        note=row.get("note", ""),
        required=True,
        status="complete",
        otherwise=MissingKind(row["else"]) if "else" in row else None,
    )


def _read_code(name: str, entry: Any) -> tuple[Any, str]:
    """Value and label of a code; an item that was dichotomised gets the side of the cut."""
    written, label = read_entry(entry)
    value = harmonise_value(name, written)
    return (value, label) if value is written else (value, read_entry(value)[1])


def _role(name: str) -> Role:
    if name in DJG_ITEMS:
        return "item"
    if name in (*UCLA_ITEMS, "direct"):
        return "loneliness"
    if is_published(name):
        return "published"
    return "key" if name in _KEYS else "demographic"


def _kind(row: Table, values: list[Any]) -> VariableKind:
    if "number" in row:
        return "integer"
    if "text" in row:
        return "municipality" if row["name"] == "municipality" else "text"
    if values and all(isinstance(value, bool) for value in values):
        return "boolean"
    return "category"
