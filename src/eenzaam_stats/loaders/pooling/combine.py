"""``combine``: several surveys become one, with their designs side by side.

The order of the steps stands here. What may be pooled is decided in ``pooling.py``, frames are
stacked in ``stacking.py``, reports are merged here. No weight is rescaled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from eenzaam_stats.arguments import in_words
from eenzaam_stats.design import Design
from eenzaam_stats.errors import DesignError, UnknownColumnError
from eenzaam_stats.keys import key_text, normal_keys
from eenzaam_stats.loaders.harmonise.design_columns import CLUSTERS, SIZES
from eenzaam_stats.loaders.pooling.pooling import (
    Difference,
    Part,
    agree_single_psu,
    key_surveys,
    require_poolable,
    weight_checks,
)
from eenzaam_stats.loaders.pooling.shared_persons import (
    LEAST_SHARED,
    check_shared_persons,
    require_share,
)
from eenzaam_stats.loaders.pooling.stacking import in_one_form, stack_frames
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.scoring_report import ScoringReport
from eenzaam_stats.survey import ColumnReport, HarmonisationReport, Survey
from eenzaam_stats.vocabulary import MissingKind, Origin, SinglePsu, require_option

Persons = Literal["different", "shared"]
WEIGHT, STRATUM = "weight", "stratum"
CLUSTER, INNER = CLUSTERS
_EVERYONE = "everyone"


@in_words
def combine(
    surveys: Sequence[Survey],
    *,
    persons: Persons = "different",
    single_psu: SinglePsu | None = None,
    allow: Sequence[Difference] = (),
    least_shared: float = LEAST_SHARED,
) -> Survey:
    """Stack surveys of several sources or waves into one survey.

    Parameters
    ----------
    surveys : sequence of Survey
        Surveys as they were read, or all scored in the same way. They are not changed.
    persons : {"different", "shared"}, default "different"
        Whether the surveys hold different people, or the surveys of one source are waves of a panel
        in which the same key is the same person or household. It is stated, never guessed from
        keys, because serial numbers agree by chance.
    single_psu : {"certainty", "centred", "average", "collapsed", "fail"}, optional
        Rule for a stratum with one sampling unit; needed when the designs differ.
    allow : sequence of {"instrument", "age_floor", "population", "origin", "weight", "same_file"}
        Differences that may be pooled; each one that occurs becomes a note of the report.
    least_shared : float, default 0.1
        With shared persons, the share (0-1) of the persons of a wave that must be in the wave next
        to it; with fewer a check of the report fails and names both forms of the keys.

    Returns
    -------
    Survey
        One row per person and wave. ``stratum`` is survey times stratum; a survey without strata is
        one stratum. ``cluster`` is survey times cluster. With shared persons the surveys of one
        source have common strata and clusters, and the person is the cluster where the design names
        none. ``weight`` is the weight of each survey as it was delivered. Reports are merged;
        scoring reports are kept when all surveys were scored in the same way.

    Raises
    ------
    SchemaError
        If instruments, age floors, populations or origins differ, a file occurs twice, or a column
        holds different kinds of values.
    DesignError
        If weighted and unweighted surveys meet, the rules for single-PSU strata differ, only some
        have a finite population correction, or shared persons have no key, change stratum or belong
        to different sources.
    UnknownColumnError
        If a column of a design is not in its respondents.
    OptionError
        If there is no survey or an option is unknown.

    See Also
    --------
    eenzaam_stats.estimation.prevalence.prevalence : ``by=["wave"]`` gives each survey's own result.

    Notes
    -----
    Independent samples are strata of one large sample, so the estimate, standard error and degrees
    of freedom of one survey are the same before and after. An estimate over several surveys
    together gives each the share that its sum of weights has, which is rarely what is meant; the
    sums are in the report.

    **Unit.** Weights stay in the unit of their survey.

    **Missing data.** A column that a survey does not have is missing in its rows, counted as
    ``not_asked`` in the report, for items also in the column such as ``djg_1_missing``.

    **Validated against.** Separate estimates, in ``tests/loaders/pooling/test_combine.py``.

    Examples
    --------
    >>> from eenzaam_stats.survey import HarmonisationReport
    >>> def wave(year, shares):
    ...     people = pd.DataFrame({"wave": year, "lonely": shares, "weight": 1.0})
    ...     report = HarmonisationReport("x", str(year), f"x{year}.sav", "synthetic", "all", 3, 3)
    ...     return Survey(people, Design(weight="weight"), report)
    >>> both = combine([wave(2020, [1, 0, 0]), wave(2022, [1, 1, 0])])
    >>> both.respondents["stratum"].unique().tolist()
    ['x 2020 x2020.sav / everyone', 'x 2022 x2022.sav / everyone']
    """
    require_option(persons, Persons, name="persons")
    require_share(least_shared, name="least_shared")
    parts = key_surveys(surveys, allow=allow)
    notes = require_poolable(parts, allow=allow)
    rule = agree_single_psu(parts, single_psu)
    _require_columns(parts)
    panels = _panels(parts, persons)
    frames = [_with_design(part, parts, panels=panels) for part in parts]
    frame = stack_frames(frames, keys=[part.key for part in parts])
    if panels:
        _require_nested(frame)
    design = Design(
        weight=WEIGHT if WEIGHT in _design_columns(parts) else None,
        stratum=STRATUM,
        cluster=_clusters(parts, panels=panels),
        fpc=_common_fpc(parts),
        single_psu=rule,
    )
    checks = (*weight_checks(parts), *_person_checks(parts, frames, panels, least=least_shared))
    return Survey(
        respondents=frame,
        design=design,
        report=merge_reports(parts, notes=(*notes, *_notes(parts, panels)), checks=checks),
        scoring=merge_scoring(parts),
    )


def _design_columns(parts: Sequence[Part]) -> set[str]:
    """Parts of the design that at least one survey has."""
    named = [part.survey.design for part in parts]
    return {name for name in (WEIGHT, STRATUM, CLUSTER) if any(getattr(d, name) for d in named)}


def _require_columns(parts: Sequence[Part]) -> None:
    for part in parts:
        design = part.survey.design
        named = [design.weight, design.stratum, *design.clusters, *design.sizes]
        absent = [name for name in named if name is not None and name not in part.frame]
        if absent:
            raise UnknownColumnError.among(
                absent, list(part.frame.columns), needed_for=f"combine(), design of {part.key},"
            )


def _panels(parts: Sequence[Part], persons: Persons) -> frozenset[str]:
    """Sources whose surveys are waves of one panel."""
    if persons == "different":
        return frozenset()
    sources = [part.survey.report.source for part in parts]
    panels = frozenset(source for source in sources if sources.count(source) > 1)
    if not panels:
        raise DesignError(
            f"combine(persons='shared') needs several waves of one source, and got {sources}. "
            "Leave persons out for surveys of different people."
        )
    return panels


def _with_design(part: Part, parts: Sequence[Part], *, panels: frozenset[str]) -> pd.DataFrame:
    """Respondents with weight, stratum and cluster under the common names."""
    design, frame = part.survey.design, part.frame
    panel = part.survey.report.source in panels
    prefix = part.survey.report.source if panel else part.key
    own = frame[design.stratum] if design.stratum else pd.Series(_EVERYONE, index=frame.index)
    columns = {STRATUM: _key_values(prefix, own, part=part)}
    if design.weight is not None:
        columns[WEIGHT] = frame[design.weight].astype("float64")
    elif WEIGHT in _design_columns(parts):
        columns[WEIGHT] = pd.Series(1.0, index=frame.index)
    if CLUSTER in _design_columns(parts) or panels:
        columns[CLUSTER] = _key_values(prefix, _units(part, panel=panel), part=part)
    if design.sizes and len(design.clusters) > 1:
        columns[INNER] = _key_values(prefix, frame[design.clusters[1]], part=part)
    columns |= {to: frame[name] for to, name in zip(SIZES, design.sizes, strict=False)}
    return in_one_form(frame.assign(**columns), place=f"combine(), {part.key}")


def _units(part: Part, *, panel: bool) -> pd.Series[Any]:
    """Sampling units: the clusters of the design, else persons in a panel, else rows."""
    design, frame = part.survey.design, part.frame
    if design.clusters:
        return frame[design.clusters[0]]
    if not panel:
        return pd.Series(np.arange(1, len(frame) + 1), index=frame.index).astype("str")
    if "person_id" not in frame:
        raise DesignError(
            f"combine(persons='shared') needs a key of the person, and {part.key} has no column "
            "'person_id' and no cluster. Read the file with its key."
        )
    return frame["person_id"]


def _key_values(prefix: str, values: pd.Series[Any], *, part: Part) -> pd.Series[Any]:
    blank = key_text(values).isna()
    if blank.any():
        raise DesignError(
            f"combine() needs {values.name!r} in every row, and {part.key} lacks it in "
            f"{int(blank.sum())} row(s), first in row {int(blank.to_numpy().argmax()) + 1}. "
            "Complete it, or take it out of the design."
        )
    keys = normal_keys(values, place=f"combine(), column {values.name!r} of {part.key},")
    return prefix + " / " + keys


def _require_nested(frame: pd.DataFrame) -> None:
    strata = frame.groupby(CLUSTER, observed=True)[STRATUM].nunique()
    moved = int((strata > 1).sum())
    if moved:
        raise DesignError(
            f"combine(persons='shared') needs each sampling unit in one stratum, and {moved:,} "
            "unit(s) change stratum between waves. Take the strata out of the designs, or keep the "
            "stratum of the first wave."
        )


def _clusters(parts: Sequence[Part], *, panels: frozenset[str]) -> tuple[str, ...] | None:
    """Names of the clusters; a second stage counts only where its population sizes are known."""
    stages = (CLUSTER, INNER) if len(_common_fpc(parts) or ()) > 1 else (CLUSTER,)
    return stages if CLUSTER in _design_columns(parts) or panels else None


def _common_fpc(parts: Sequence[Part]) -> tuple[str, ...] | None:
    stages = [len(part.survey.design.sizes) for part in parts]
    if len(set(stages)) > 1:
        said = ", ".join(f"{part.key}: {n}" for part, n in zip(parts, stages, strict=True))
        raise DesignError(
            "combine() needs a finite population correction in all surveys, of the same stages, or "
            f"in none; the columns with population sizes are {said}. Take it out of the other "
            "designs."
        )
    return SIZES[: stages[0]] or None


def _person_checks(
    parts: Sequence[Part],
    frames: Sequence[pd.DataFrame],
    panels: frozenset[str],
    *,
    least: float,
) -> tuple[CheckResult, ...]:
    """Compare the persons of waves of a panel; count keys that occur again in other surveys."""
    found = []
    for source in dict.fromkeys(part.survey.report.source for part in parts):
        own = [
            (part, frame)
            for part, frame in zip(parts, frames, strict=True)
            if part.survey.report.source == source
        ]
        keyed = [(part.key, frame["person_id"]) for part, frame in own if "person_id" in frame]
        if source in panels:
            if len(keyed) < len(own):
                keyed = [
                    (
                        part.key,
                        normal_keys(_units(part, panel=True), place=f"combine(), {part.key}"),
                    )
                    for part, _ in own
                ]
            found.append(check_shared_persons(keyed, least=least))
        elif len(keyed) > 1:
            keys = [set(own.dropna()) for _, own in keyed]
            again = sum(map(len, keys)) - len(set().union(*keys))
            message = (
                f"{source}: {again:,} key(s) occur again in another survey, taken as different "
                "people"
            )
            found.append(CheckResult("persons in several surveys", None, message))
    return tuple(found)


def _notes(parts: Sequence[Part], panels: frozenset[str]) -> tuple[str, ...]:
    notes = [f"combined from {len(parts)} survey(s); each keeps its own strata and weights"]
    if panels:
        notes.append(f"waves of one panel, with common strata and clusters: {', '.join(panels)}")
    if _design_columns(parts) & {WEIGHT}:
        notes += [
            f"{part.key} has no weights: every respondent counts 1"
            for part in parts
            if part.survey.design.weight is None
        ]
    return tuple(notes)


# Reports of several surveys in one: counts added, checks and notes kept with their survey.

_KINDS = [kind.value for kind in MissingKind]
# Questions can go unasked; the columns of a design are filled for every survey.
_DESIGN = ("weight", "stratum", *CLUSTERS, *SIZES)


def merge_reports(
    parts: Sequence[Part], *, notes: Sequence[str], checks: Sequence[CheckResult]
) -> HarmonisationReport:
    """One report of all parts.

    Parameters
    ----------
    parts : sequence of Part
        Surveys with their keys.
    notes, checks : sequence
        What combining adds; they come first.

    Returns
    -------
    HarmonisationReport
        Rows, dropped rows, valid and missing values are sums; a column that a survey does not have
        counts all its rows as ``not_asked``. A check or note of one survey begins with its key.
    """
    reports = [part.survey.report for part in parts]
    floors = {report.age_floor for report in reports}
    dropped: Counter[str] = Counter()
    for report in reports:
        dropped.update(dict(report.dropped))
    synthetic = any(report.origin is Origin.SYNTHETIC for report in reports)
    return HarmonisationReport(
        source=_join_words(report.source for report in reports),
        wave=_join_words(report.wave for report in reports),
        file=_join_words(report.file for report in reports),
        origin=Origin.SYNTHETIC if synthetic else reports[0].origin,
        population="; ".join(dict.fromkeys(report.population for report in reports)),
        n_read=sum(report.n_read for report in reports),
        n_kept=sum(len(part.frame) for part in parts),
        dropped=tuple(dropped.items()),
        columns=_merge_columns(parts),
        checks=(
            *checks,
            *(
                replace(check, name=f"{part.key}: {check.name}")
                for part in parts
                for check in part.survey.report.checks
            ),
        ),
        notes=(
            *notes,
            *(f"{part.key}: {note}" for part in parts for note in part.survey.report.notes),
        ),
        age_floor=floors.pop() if len(floors) == 1 else None,
    )


def merge_scoring(parts: Sequence[Part]) -> tuple[ScoringReport, ...]:
    """Scoring reports with added counts, when all parts were scored in the same way."""
    kinds = {
        tuple((one.scale, one.outcomes, one.subscale_cutoff) for one in part.survey.scoring)
        for part in parts
    }
    if len(kinds) != 1:
        return ()
    return tuple(
        replace(
            same[0],
            n_rows=sum(one.n_rows for one in same),
            n_valid=sum(one.n_valid for one in same),
            n_one_missing=sum(one.n_one_missing for one in same),
            direction=_merge_direction(parts, [one.direction for one in same]),
            tolerated_column=max(one.tolerated_column for one in same),
            from_total=max(one.from_total for one in same),
            note=" ".join(dict.fromkeys(one.note for one in same if one.note)),
        )
        for same in zip(*(part.survey.scoring for part in parts), strict=True)
    )


def _merge_direction(parts: Sequence[Part], checks: Sequence[CheckResult]) -> CheckResult:
    """Failed where one fails, passed where all pass."""
    passed = [check.passed for check in checks]
    verdict = False if False in passed else (None if None in passed else True)
    said = "; ".join(
        f"{part.key}: {check.message}" for part, check in zip(parts, checks, strict=True)
    )
    return CheckResult(checks[0].name, verdict, said)


def _merge_columns(parts: Sequence[Part]) -> tuple[ColumnReport, ...]:
    by_part = [{column.name: column for column in p.survey.report.columns} for p in parts]
    names = dict.fromkeys(name for columns in by_part for name in columns)
    merged = []
    for name in names:
        found = [columns[name] for columns in by_part if name in columns]
        missing: Counter[str] = Counter()
        for part, columns in zip(parts, by_part, strict=True):
            if name in columns:
                missing.update(dict(columns[name].missing))
            elif name not in part.frame and name not in _DESIGN:
                missing[MissingKind.NOT_ASKED.value] += len(part.frame)
        merged.append(
            ColumnReport(
                name,
                _join_words(column.source_name for column in found),
                sum(column.n_valid for column in found),
                tuple((kind, missing[kind]) for kind in _KINDS if missing[kind]),
                tuple(dict.fromkeys(said for column in found for said in column.recodes)),
            )
        )
    return tuple(merged)


def _join_words(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))
