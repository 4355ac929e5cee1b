"""What a reader must know beside the numbers: footnote and method in words."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from eenzaam_stats.estimation.aggregates.aggregate import CLUSTER, PART, STRATUM
from eenzaam_stats.estimation.aggregates.cells import Cells
from eenzaam_stats.estimation.aggregates.columns import CellColumns, Outcome
from eenzaam_stats.estimation.aggregates.products import ROWS
from eenzaam_stats.estimation.aggregates.unanswered import ITEM_LOW
from eenzaam_stats.results.estimates import Footnote
from eenzaam_stats.version import VERSION

STATISTIC_WORDS = MappingProxyType(
    {
        "proportion": "proportion",
        "mean": "mean",
        "total": "total",
        "total_yes": "number of people",
        "ratio": "ratio",
    }
)


def footnote(
    source: Cells,
    outcomes: Sequence[Outcome],
    *,
    statistic: str,
    method: str,
    level: float,
    n_without_group: int,
) -> Footnote:
    """What a reader must know beside the rows."""
    report, columns = source.report, source.columns
    names = [outcome.label for outcome in outcomes]
    scales = [
        one.scale for one in source.scoring if set(one.outcomes) & {one.name for one in outcomes}
    ]
    return Footnote(
        outcome=", ".join(names),
        scale=scales[-1] if scales else "column of the file",
        source=report.source,
        wave=report.wave,
        population=report.population,
        origin=str(report.origin),
        method=method,
        level=level,
        weight=columns.weight or "",
        stratum=columns.stratum or "",
        n_without_group=n_without_group,
        version=VERSION,
        statistic=statistic,
        cluster=", ".join(source.design.clusters),
    )


def method_words(source: Cells, *, variance: str, interval: str) -> str:
    """Variance method, design, weights and interval in words."""
    return (
        f"direct estimate, {variance}, {_design_words(source)}, "
        f"{_weight_words(source, counted='residuals' in variance)}; "
        f"{interval} interval with t on the degrees of freedom of the group{_unseen_items(source)}"
    )


def _unseen_items(source: Cells) -> str:
    """Say when the column is gone that tells a group in which nobody answered an item."""
    known = dict(source.columns.tolerated)
    gone = [
        known[name]
        for number, outcome in enumerate(source.columns.outcomes)
        for name in outcome.names()
        if name in known and f"{ITEM_LOW}_{number}" not in source.table.cells
    ]
    if not gone:
        return ""
    return f"; without column {gone[0]!r} items that nobody in a group answered are not seen"


def _design_words(source: Cells) -> str:
    columns, design = source.columns, source.design
    words = ["stratified" if columns.stratum else "without strata"]
    lonely = {
        "certainty": "strata with one {unit} add no variance",
        "centred": "strata with one {unit} are centred at the mean of all",
        "average": "strata with one {unit} count as the average stratum",
        "collapsed": "strata with one {unit} are merged with the next of their kind",
    }.get(design.single_psu)
    if columns.stratum and lonely:
        words.append(lonely.format(unit="cluster" if columns.cluster else "respondent"))
    if columns.cluster:
        words.append(f"clusters {columns.cluster!r} nested in strata")
    words += _stage_words(source)
    return ", ".join(words)


def _stage_words(source: Cells) -> list[str]:
    """Finite population correction, and what of a second stage is counted or left out."""
    columns, inner = source.columns, source.design.clusters[1:]
    if columns.inner_cluster is not None:
        return [
            f"{columns.inner_cluster!r} drawn within them",
            "with finite population correction and variance of both stages",
        ]
    if columns.fpc is None:
        return [f"what drawing {name!r} adds is in the variance of the clusters" for name in inner]
    words = ["with finite population correction"]
    if columns.cluster is not None and _largest_cluster(source) > 1:
        words.append(
            "one stage: clusters are taken as observed completely, and what drawing respondents "
            "within them adds to the error is left out (two columns in cluster and fpc count it)"
        )
    return words


def _largest_cluster(source: Cells) -> float:
    """Most respondents in a cluster."""
    rows = source.table.cells.groupby([PART, STRATUM, CLUSTER], observed=True)[ROWS].sum()
    return float(rows.max()) if len(rows) else 0.0


def _weight_words(source: Cells, *, counted: bool) -> str:
    columns: CellColumns = source.columns
    design = source.design
    if columns.weight is None:
        return "without weights"
    if columns.weight != design.weight:
        instead = f"instead of {design.weight!r}" if design.weight else "named by the user"
        return f"weights from {columns.weight!r} {instead}, taken as fixed"
    if design.calibration is not None:
        how = "which the variance counts" if counted else "taken as fixed"
        return f"weights calibrated ({design.calibration.method}), {how}"
    return "weights of the design taken as fixed"
