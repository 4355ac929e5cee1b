"""The verb ``prevalence``: weighted proportions per group, with everything a reader needs beside.

It asks for the sums, hands them to ``numerics`` and words the result. No sum over rows and no
formula may enter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from eenzaam_stats.errors import DesignError, OptionError, listed
from eenzaam_stats.estimation.domains import Domains, coded
from eenzaam_stats.estimation.sufficient import CellColumns, cell_table
from eenzaam_stats.numerics.intervals import logit_interval, wald_interval
from eenzaam_stats.numerics.variance import DomainProportions, domain_proportions, lonely_strata
from eenzaam_stats.results import Estimate, Estimates, Footnote
from eenzaam_stats.survey import Survey
from eenzaam_stats.version import VERSION
from eenzaam_stats.vocabulary import Flag, IntervalMethod, require_option

DESIGN_WEIGHT = "design"
_WHERE = "prevalence()"
_INTERVALS = {"logit": logit_interval, "wald": wald_interval}
_SHOWN_STRATA = 10


def prevalence(
    survey: Survey,
    outcome: str,
    *,
    by: str | Sequence[str] = (),
    interval: IntervalMethod = "logit",
    level: float = 0.95,
    weights: str | None = DESIGN_WEIGHT,
) -> Estimates:
    """Estimate the share of people with an outcome, for everyone or per group.

    Parameters
    ----------
    survey : Survey
        Respondents with their design, for instance from ``read_gezondheidsmonitor`` and ``score``.
        It is not changed.
    outcome : str
        Boolean or 0/1 column, for instance ``lonely`` or ``severely_lonely``.
    by : str or sequence of str, default ()
        Grouping columns; one estimate per combination that occurs.
    interval : {"logit", "wald"}, default "logit"
        Method of the interval.
    level : float, default 0.95
        Coverage of the interval, strictly between 0 and 1.
    weights : str or None, default "design"
        ``"design"`` for the weight of the survey's design, the name of another column, or ``None``
        for an estimate without weights. Strata are kept in all three cases.

    Returns
    -------
    Estimates
        One row per group, sorted: ordered categories in their order, numbers by size, other values
        by their text. A group in which nobody answered has a row with ``n_valid`` 0. An estimate is
        flagged ``uncertain``, with its reason, when nobody answered, when nobody or everybody has
        the outcome, when there are no degrees of freedom, and when no variance could be estimated.

    Raises
    ------
    DesignError
        If the design names no weight and ``weights=None`` is not written, a weight is missing,
        infinite or not above 0, a stratum is missing, a stratum has one respondent and the design
        says ``"fail"``, or the design has clusters or a finite population correction.
    SchemaError
        If the outcome is not boolean or 0/1, or the respondents are not an eager frame.
    UnknownColumnError
        If a column is absent.
    OptionError
        If ``interval`` or ``level`` is not possible, or ``by`` names a column twice.

    See Also
    --------
    eenzaam_stats.numerics.variance.domain_proportions : Formulas of estimate and variance.
    eenzaam_stats.numerics.intervals.logit_interval : Formula of the interval.

    Notes
    -----
    Taylor linearisation for a stratified sample in which each respondent is a sampling unit. The
    sizes of the strata come from the whole file, so a group is a domain and not a smaller survey.
    Degrees of freedom are those of the group: its answered respondents minus the strata with one.
    Weights are treated as fixed; for calibrated weights the standard error can be too large or too
    small.

    **Unit.** Proportion, 0-1.

    **Missing data.** A respondent without the outcome is left out, counted in ``n_missing``, and
    keeps the place in the stratum; never counted as "no". A respondent without a group is left out
    of the rows and counted in the footnote.

    **Validated against.** R ``survey`` (``svyby``, ``svymean``, ``svyciprop``), in
    ``tests/estimation/test_vs_survey.py``.

    References
    ----------
    .. [1] Lumley, T. (2004). Analysis of complex survey samples. Journal of Statistical Software,
       9(8), 1-19. doi:10.18637/jss.v009.i08

    Examples
    --------
    >>> import pandas as pd
    >>> from eenzaam_stats.survey import Design, HarmonisationReport
    >>> people = pd.DataFrame({
    ...     "sex": ["men"] * 3 + ["women"] * 3,
    ...     "lonely": [True, False, None, True, True, False],
    ...     "weight": [1.0, 1.0, 1.0, 1.0, 1.0, 2.0],
    ... })
    >>> report = HarmonisationReport("example", "2022", "example.sav", "synthetic", "adults", 6, 6)
    >>> survey = Survey(people, Design(weight="weight"), report)
    >>> table = prevalence(survey, "lonely", by="sex").tidy()
    >>> table[["sex", "estimate", "std_error", "df", "n_valid", "n_missing"]].round(4)
         sex  estimate  std_error  df  n_valid  n_missing
    0    men       0.5     0.3873   1        2          1
    1  women       0.5     0.3354   2        3          0
    """
    require_option(interval, IntervalMethod, name="interval")
    _require_level(level)
    _require_supported(survey)
    columns = CellColumns(
        outcome=outcome,
        by=_grouping(by),
        weight=_weight_column(survey, weights),
        stratum=survey.design.stratum,
    )
    domains = coded(cell_table(survey.respondents, columns, where=_WHERE))
    if columns.stratum is not None and survey.design.lonely_stratum == "fail":
        _require_no_lonely_stratum(domains)
    proportions = domain_proportions(
        domains.sums, stratum_n=domains.stratum_n, n_domains=len(domains.groups)
    )
    return Estimates(
        by=columns.by,
        rows=_rows(domains, proportions, interval=interval, level=level),
        footnote=_footnote(
            survey, columns, interval=interval, level=level, n_without_group=domains.n_without_group
        ),
    )


def _require_level(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise OptionError(
            f"level is {level!r}, which is not a coverage. Choose a number between 0 and 1, "
            "for instance 0.95."
        )


def _require_supported(survey: Survey) -> None:
    """Raise for a design whose variance this verb would get wrong."""
    design = survey.design
    unsupported = [name for name in (design.cluster, design.fpc) if name is not None]
    if unsupported:
        raise DesignError(
            f"{_WHERE} takes each respondent as a sampling unit from an infinite population, and "
            f"the design names column(s) [{listed(unsupported)}] for clusters or a finite "
            "population correction. Its standard errors would be wrong: take those columns out of "
            "the design only if that is right for this survey."
        )


def _grouping(by: str | Sequence[str]) -> tuple[str, ...]:
    names = (by,) if isinstance(by, str) else tuple(by)
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise OptionError(
            f"by names column(s) [{listed(repeated)}] more than once. Name each column once."
        )
    return names


def _weight_column(survey: Survey, weights: str | None) -> str | None:
    """Column to weight with; an absent design weight is not quietly an unweighted estimate."""
    if weights != DESIGN_WEIGHT:
        return weights
    if survey.design.weight is None:
        report = survey.report
        raise DesignError(
            f"{_WHERE} needs a weight, and the design of {report.source} {report.wave} names none. "
            "Name the column when the file is read or in weights=, or write weights=None for an "
            "estimate without weights."
        )
    return survey.design.weight


def _require_no_lonely_stratum(domains: Domains) -> None:
    lonely = lonely_strata(domains.sums, stratum_n=domains.stratum_n)
    if lonely.size:
        names = [domains.strata[number] for number in lonely]
        more = f" and {len(names) - _SHOWN_STRATA} more" if len(names) > _SHOWN_STRATA else ""
        raise DesignError(
            f"{_WHERE} needs two respondents in every stratum, and {len(names)} stratum(s) have "
            f"one: [{listed(names[:_SHOWN_STRATA])}]{more}. Merge them with a neighbour in the "
            "data, or give the design lonely_stratum='certainty', which lets them add no variance."
        )


def _rows(
    domains: Domains, proportions: DomainProportions, *, interval: IntervalMethod, level: float
) -> tuple[Estimate, ...]:
    low, high = _INTERVALS[interval](
        proportions.estimate, proportions.std_error, df=proportions.df, level=level
    )
    rows = []
    for number, group in enumerate(domains.groups):
        reason = _reason(proportions, number)
        rows.append(
            Estimate(
                group=group,
                estimate=float(proportions.estimate[number]),
                std_error=float(proportions.std_error[number]),
                conf_low=math.nan if reason else float(low[number]),
                conf_high=math.nan if reason else float(high[number]),
                df=int(proportions.df[number]),
                n_valid=int(proportions.n[number]),
                n_missing=int(domains.n_missing[number]),
                weight_sum=float(proportions.weight_sum[number]),
                deff=float(proportions.deff[number]),
                flag=Flag.UNCERTAIN if reason else Flag.RELIABLE,
                reason=reason,
            )
        )
    return tuple(rows)


def _reason(proportions: DomainProportions, number: int) -> str:
    """Why an estimate has no interval; empty when it has one."""
    p, n = proportions.estimate[number], proportions.n[number]
    findings = (
        (n == 0, "nobody in the group has an answer"),
        (n > 0 and p == 0.0, "nobody who answered has the outcome"),
        (n > 0 and p == 1.0, "everybody who answered has the outcome"),
        (n > 0 and proportions.df[number] <= 0, "no degrees of freedom"),
        (0.0 < p < 1.0 and proportions.std_error[number] == 0.0, "no variance within the strata"),
    )
    return "; ".join(words for found, words in findings if found)


def _footnote(
    survey: Survey,
    columns: CellColumns,
    *,
    interval: IntervalMethod,
    level: float,
    n_without_group: int,
) -> Footnote:
    report = survey.report
    scales = [one.scale for one in survey.scoring if columns.outcome in one.outcomes]
    return Footnote(
        outcome=columns.outcome,
        scale=scales[-1] if scales else "column of the file",
        source=report.source,
        wave=report.wave,
        population=report.population,
        origin=str(report.origin),
        method=_method(survey, columns, interval=interval),
        level=level,
        weight=columns.weight or "",
        stratum=columns.stratum or "",
        n_without_group=n_without_group,
        version=VERSION,
    )


def _method(survey: Survey, columns: CellColumns, *, interval: IntervalMethod) -> str:
    """Variance method, weights and interval in words."""
    design = survey.design
    if columns.weight is None:
        weights = "without weights"
    elif columns.weight == design.weight:
        weights = "weights of the design taken as fixed"
    else:
        instead = f"instead of {design.weight!r}" if design.weight else "named by the user"
        weights = f"weights from {columns.weight!r} {instead}, taken as fixed"
    strata = "stratified" if columns.stratum else "without strata"
    if columns.stratum and design.lonely_stratum == "certainty":
        strata = "stratified, strata with one respondent add no variance"
    return (
        f"direct estimate, Taylor linearisation, {strata}, {weights}; {interval} interval with t "
        "on the degrees of freedom of the group"
    )
