"""Standard errors under calibrated weights, by the residuals of the calibration.

Every row of the file has a residual, so this is the one error that needs respondents.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from eenzaam_stats.arrays import IntArray
from eenzaam_stats.design import Calibration, Design
from eenzaam_stats.errors import DesignError, verb, verb_named
from eenzaam_stats.estimation.aggregates.columns import Outcome
from eenzaam_stats.estimation.aggregates.domains import Domains
from eenzaam_stats.estimation.variance.respondent_rows import RespondentRows, respondent_rows
from eenzaam_stats.estimation.variance.standard_errors import StandardErrors
from eenzaam_stats.numerics.survey.auxiliaries import Auxiliaries, auxiliaries
from eenzaam_stats.numerics.survey.calibrated_variance import calibrated_variance
from eenzaam_stats.numerics.survey.calibration_residuals import CalibratedRows
from eenzaam_stats.numerics.survey.linearise import Linearised
from eenzaam_stats.survey import Survey


def estimate_calibrated_errors(
    survey: Survey, domains: Domains, outcome: Outcome, *, by: Sequence[str], found: Linearised
) -> StandardErrors:
    """Errors of the domains, the calibration of the weights counted.

    Parameters
    ----------
    survey : Survey
        Respondents whose design has a ``calibration``.
    domains : Domains
        The same outcome and groups, numbered.
    outcome, by
        What is estimated, and per what.
    found : Linearised
        Estimates and score coefficients of the domains.

    Returns
    -------
    Errors

    Raises
    ------
    DesignError
        If the design has no calibration, or a respondent lacks one of its variables.
    """
    # Every row of the file and not those of the group: outside it a row has a score of 0, and a
    # residual all the same.
    rows, calibration = read_calibrated_rows(survey, domains, outcome, by=by)
    variance = calibrated_variance(
        rows, found.score, method=calibration.method, strata=domains.strata
    )
    return StandardErrors(np.sqrt(variance.variance), variance.df)


@verb_named("variance under calibration")
def read_calibrated_rows(
    survey: Survey, domains: Domains, outcome: Outcome, *, by: Sequence[str]
) -> tuple[CalibratedRows, Calibration]:
    """Every respondent as the variance under calibration needs them, and the calibration.

    Parameters
    ----------
    survey, domains, outcome, by
        As in :func:`estimate_calibrated_errors`.

    Returns
    -------
    rows : CalibratedRows
    calibration : Calibration

    Raises
    ------
    DesignError
        If the design has no calibration, or a respondent lacks one of its variables.
    """
    design, calibration = survey.design, survey.design.calibration
    if calibration is None or design.weight is None:
        raise DesignError(f"{verb()} needs a calibrated design, and this one has no calibration.")
    margins = list(dict.fromkeys(name for margin in calibration.margins for name in margin))
    units = [*([design.stratum] if design.stratum else []), *design.clusters]
    rows = respondent_rows(
        survey,
        outcome,
        by=by,
        domains=domains,
        extra=(design.weight, calibration.base_weight, *calibration.numeric),
        labels=tuple(dict.fromkeys([*margins, *units])),
    )
    _require_complete(rows, margins)
    stratum = _strata(rows, design, domains)
    cluster = _clusters(rows, design, stratum, domains)
    inner = None
    if cluster is not None and domains.strata.inner is not None:
        inner = _within(rows, design.clusters[1], cluster)
    made = CalibratedRows(
        rows.domain,
        rows.one,
        rows.two,
        rows.extra[:, 0],
        rows.extra[:, 1],
        _auxiliaries(rows, calibration),
        stratum,
        cluster,
        inner,
    )
    return made, calibration


def _require_complete(rows: RespondentRows, margins: Sequence[str]) -> None:
    for name in margins:
        missing = rows.labels[name].isna()
        if missing.any():
            raise DesignError(
                f"{verb()} needs every variable of the calibration in every row, and {name!r} is "
                f"missing in {int(missing.sum())} row(s) (first in row "
                f"{int(missing.to_numpy().argmax()) + 1}). Calibrate again, or leave them out."
            )


def _auxiliaries(rows: RespondentRows, calibration: Calibration) -> Auxiliaries:
    """Cells of each margin as dummies, and the numeric variables."""
    codes: list[IntArray] = []
    sizes: list[int] = []
    for margin in calibration.margins:
        # A crossed margin is one margin of combinations. Its columns taken apart would be two
        # margins, which explain less.
        frame = pd.DataFrame({name: rows.labels[name].astype("str") for name in margin})
        code = frame.groupby(list(margin), sort=True).ngroup().to_numpy(np.int64)
        codes.append(code.astype(np.int64))
        sizes.append(int(code.max(initial=-1)) + 1)
    numeric = rows.extra[:, 2:] if calibration.numeric else None
    return auxiliaries(codes, sizes, numeric=numeric)


def _strata(rows: RespondentRows, design: Design, domains: Domains) -> IntArray:
    """Number of the stratum of each row, as the domains count them."""
    if design.stratum is None:
        return np.zeros(len(rows.domain), dtype=np.int64)
    number = {name: at for at, name in enumerate(domains.stratum_names)}
    return np.array([number[value] for value in rows.labels[design.stratum]], dtype=np.int64)


def _clusters(
    rows: RespondentRows, design: Design, stratum: IntArray, domains: Domains
) -> IntArray | None:
    """Number of the cluster of each row; ``None`` where rows are units.

    With two stages the clusters are strata of the second, so they are numbered as the domains do.
    """
    if not design.clusters:
        return None
    if not domains.cluster_names:
        return _within(rows, design.clusters[0], stratum)
    holders = np.zeros(0) if domains.clusters is None else domains.clusters
    pairs = zip(holders.tolist(), domains.cluster_names, strict=True)
    number = {pair: at for at, pair in enumerate(pairs)}
    own = zip(stratum.tolist(), rows.labels[design.clusters[0]], strict=True)
    return np.array([number[pair] for pair in own], dtype=np.int64)


def _within(rows: RespondentRows, name: str, outer: IntArray) -> IntArray:
    """Number of the unit of each row within its outer unit."""
    own = pd.factorize(rows.labels[name])[0]
    # Numbers of clusters repeat between strata: the key is always both.
    key = outer * (int(own.max(initial=0)) + 1) + own
    numbers: IntArray = np.unique(key, return_inverse=True)[1].reshape(-1).astype(np.int64)
    return numbers
