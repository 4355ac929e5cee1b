"""The verb ``prevalence``: weighted proportions per group, with everything a reader needs beside.

It asks for the sums, hands them to ``numerics`` and words the result. No sum over rows and no
formula may enter.
"""

from __future__ import annotations

from collections.abc import Sequence

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import OptionError, verb
from eenzaam_stats.estimation.aggregates.cells import Cells, cells_for
from eenzaam_stats.estimation.aggregates.columns import (
    DESIGN_WEIGHT,
    OUTCOME,
    Outcome,
    grouping,
    once,
)
from eenzaam_stats.estimation.crossing import Crossing
from eenzaam_stats.estimation.method_words import footnote, method_words
from eenzaam_stats.estimation.rows import label_rows, proportion_rows, require_level
from eenzaam_stats.estimation.variance.variance_method import Replication, estimate_errors
from eenzaam_stats.results.estimates import Estimate, Estimates
from eenzaam_stats.survey import Survey
from eenzaam_stats.vocabulary import IntervalMethod, require_option


@in_words
def prevalence(
    survey: Survey | Cells,
    outcome: str | Sequence[str],
    *,
    by: str | Sequence[str] = (),
    interval: IntervalMethod = "logit",
    level: float = 0.95,
    weights: str | None = DESIGN_WEIGHT,
    replication: Replication | None = None,
) -> Estimates:
    """Estimate the share of people with an outcome, for everyone or per group.

    Parameters
    ----------
    survey : Survey or Cells
        Respondents with their design, for instance from ``read_gezondheidsmonitor`` and ``score``,
        in a frame of pandas, Polars (eager or lazy), PyArrow, DuckDB or PySpark; or sums that
        ``cells`` made of them. It is not changed.
    outcome : str or sequence of str
        Boolean or 0/1 column, for instance ``lonely`` or ``severely_lonely``. Several are summed
        in the same pass; the result then has a first grouping column ``outcome``.
    by : str or sequence of str, default ()
        Grouping columns; one estimate per combination that occurs.
    interval : {"logit", "beta", "korn_graubard", "wilson", "wald"}, default "logit"
        Method of the interval. Only ``"korn_graubard"`` has limits where nobody or everybody has
        the outcome.
    level : float, default 0.95
        Coverage of the interval, strictly between 0 and 1.
    weights : str or None, default "design"
        ``"design"`` for the weight of the survey's design, the name of another column, or ``None``
        for an estimate without weights. Strata and clusters are kept in all three cases.
    replication : RaoWu or Jackknife, optional
        Variance from replicates of the clusters instead of linearisation. A design with replicate
        weights of its own uses those.

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
        infinite or not above 0, a stratum or cluster is missing, a stratum has one sampling unit
        and the design says ``"fail"``, or a finite population is smaller than its sample.
    SchemaError
        If the outcome is not boolean or 0/1, or the respondents are not a frame.
    UnknownColumnError
        If a column is absent.
    OptionError
        If ``interval`` or ``level`` is not possible, or a column is named twice.

    See Also
    --------
    eenzaam_stats.cells : Sums for several estimates from one pass.
    eenzaam_stats.compare : Differences and ratios between groups.
    eenzaam_stats.numerics.survey.variance.domain_variance : Formula of the variance.

    Notes
    -----
    Taylor linearisation for a stratified sample of respondents or clusters. The sizes of the strata
    come from the whole file, so a group is a domain and not a smaller survey. Degrees of freedom
    are those of the group: its sampling units with an answer minus the strata with one. Weights are
    treated as fixed unless the design holds their calibration; for calibrated weights taken as
    fixed the standard error can be too large or too small.

    **Unit.** Proportion, 0-1.

    **Missing data.** A respondent without the outcome is left out, counted in ``n_missing``, and
    keeps the place in the stratum; never counted as "no". A respondent without a group is left out
    of the rows and counted in the footnote.

    **Validated against.** R ``survey`` (``svyby``, ``svymean``, ``svyciprop``), in
    ``tests/estimation/test_vs_survey.py`` and ``test_vs_reference_data.py``.

    References
    ----------
    .. [1] Lumley, T. (2004). Analysis of complex survey samples. Journal of Statistical Software,
       9(8), 1-19. doi:10.18637/jss.v009.i08

    Examples
    --------
    >>> import pandas as pd
    >>> from eenzaam_stats.design import Design
    >>> from eenzaam_stats.survey import HarmonisationReport
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
    require_level(level)
    names = once((outcome,) if isinstance(outcome, str) else tuple(outcome), name="outcome")
    outcomes = [Outcome(name) for name in names]
    if not outcomes:
        raise OptionError(f"{verb()} needs an outcome to estimate, such as 'lonely'; it got none.")
    groups = grouping(by)
    source = cells_for(survey, outcomes, by=groups, weights=weights)
    rows: list[Estimate] = []
    n_without_group = 0
    words = ""
    for one in outcomes:
        domains = source.domains(one, by=groups)
        errors, words = estimate_errors(
            survey, source, domains, one, by=groups, statistic="proportion", replication=replication
        )
        # Each outcome drops those without an answer to it, and to nothing else: a second outcome
        # may not change the first.
        found = proportion_rows(domains, errors, interval=interval, level=level)
        rows += found if isinstance(outcome, str) else label_rows(one.name, found)
        n_without_group = domains.n_without_group
    return Estimates(
        by=groups if isinstance(outcome, str) else (OUTCOME, *groups),
        rows=tuple(rows),
        footnote=footnote(
            source,
            outcomes,
            statistic="proportion",
            method=method_words(source, variance=words, interval=interval),
            level=level,
            n_without_group=n_without_group,
        ),
    ).of(Crossing(survey, outcomes[0]))
