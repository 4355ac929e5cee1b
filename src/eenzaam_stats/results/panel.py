"""Frozen results of a panel model: coefficients, variances, means per wave, who came and went.

Nothing here computes a statistic, opens a file or draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from eenzaam_stats.output_check import remembering
from eenzaam_stats.results.series import Coefficient
from eenzaam_stats.vocabulary import Disclosure, Flag

COEFFICIENT_COLUMNS = (
    "term",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "df",
    "statistic",
    "p_value",
)
WAVE_COLUMNS = (
    "wave",
    "time",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "df",
    "n_valid",
    "flag",
    "reason",
)


@dataclass(frozen=True, slots=True)
class VarianceComponent:
    """One variance or covariance of a mixed model.

    Attributes
    ----------
    group : str
        ``person``, ``household`` or ``residual``.
    term : str
        ``intercept``, ``slope``, ``intercept and slope`` (their covariance), or empty.
    variance : float
        In the square of the unit of the outcome, or of log odds.
    boundary : bool
        Whether it lies at the edge of what is possible: 0, or a correlation of 1 or -1.
    """

    group: str
    term: str
    variance: float
    boundary: bool = False


@dataclass(frozen=True, slots=True)
class WaveMean:
    """Mean or prevalence of one wave, as if everyone had taken part.

    Attributes
    ----------
    wave : str
        Label of the wave.
    time : float
        Its mean date.
    estimate, std_error, conf_low, conf_high, df : float
        On the scale of the outcome, 0-1 for a prevalence; df infinite for large-sample limits.
    n_valid : int
        People in the model at that wave.
    flag : Flag
        Whether the wave has an error by itself; the one it has here is that of the model.
    reason : str
        Why not; empty otherwise.
    """

    wave: str
    time: float
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    df: float
    n_valid: int
    flag: Flag = Flag.RELIABLE
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WaveCount:
    """Who took part in one wave.

    Attributes
    ----------
    wave : str
        Label of the wave.
    n_persons, n_valid : int
        People with a row, and with an outcome.
    n_new, n_returned : int
        Of them: in for the first time, and back after missing at least one wave.
    n_left : int or None
        Not seen again after this wave; ``None`` for the last one, after which nobody knows.
    """

    wave: str
    n_persons: int
    n_valid: int
    n_new: int
    n_returned: int
    n_left: int | None


@dataclass(frozen=True, slots=True)
class PanelFit:
    """A fitted panel model.

    Attributes
    ----------
    outcome, source : str
        What was modelled and where it comes from.
    family : {"linear", "logistic"}
        Scale of the coefficients: that of the outcome, or log odds.
    model : str
        Estimator, random effects and degrees of freedom in words.
    coefficients : tuple of Coefficient
        Intercept, trend, terms, covariates.
    covariance : tuple of tuple of float
        Of the coefficients, in their order.
    variances : tuple of VarianceComponent
        Empty for a population-averaged model.
    correlation : float
        Between two answers of a person: of the intercepts in a mixed model (log-odds scale for
        yes and no), the working correlation in a population-averaged one; NaN with a random slope.
    marginal : tuple of WaveMean
        Standardised mean or prevalence per wave.
    dropout : tuple of WaveCount
        Who came and went.
    log_likelihood : float
        NaN for a population-averaged model.
    n_rows, n_persons, n_households : int
        In the model; 0 households when they play no part.
    n_missing, n_without_covariate, n_washout : int
        Rows left out: no outcome, an outcome without a covariate, in a phase-in.
    level : float
        Coverage of the intervals.
    origin : float
        Date at which the trend is 0, to which the intercept belongs.
    convention : str
        Where levels and slopes start.
    boundary : bool
        Whether a variance is estimated as 0, or intercept and slope as fully correlated.
    notes : tuple of str
        What a reader must know.
    version : str
        Version of the package.
    flag : Flag
        Whether the model can be used as it stands.
    reason : str
        Which waves are doubted, and why; empty otherwise.
    disclosure : Disclosure
        Whether it may leave: the worst of what it is made of, by ``output_check``.
    """

    outcome: str
    source: str
    family: str
    model: str
    coefficients: tuple[Coefficient, ...]
    covariance: tuple[tuple[float, ...], ...]
    variances: tuple[VarianceComponent, ...]
    correlation: float
    marginal: tuple[WaveMean, ...]
    dropout: tuple[WaveCount, ...]
    log_likelihood: float
    n_rows: int
    n_persons: int
    n_households: int
    n_missing: int
    n_without_covariate: int
    n_washout: int
    level: float
    origin: float
    convention: str
    boundary: bool
    notes: tuple[str, ...]
    version: str
    flag: Flag = Flag.RELIABLE
    reason: str = ""
    disclosure: Disclosure = Disclosure.UNCHECKED

    def tidy(self) -> pd.DataFrame:
        """Fresh frame, one row per coefficient.

        Returns
        -------
        pandas.DataFrame
            ``term, estimate, std_error, conf_low, conf_high, df, statistic, p_value``, and the
            flag and the reason of the model.
        """
        frame = _frame(self.coefficients, COEFFICIENT_COLUMNS)
        return self._add_doubt(frame.assign(flag=str(self.flag), reason=self.reason))

    def waves(self) -> pd.DataFrame:
        """Fresh frame, one row per wave: the standardised mean or prevalence.

        Returns
        -------
        pandas.DataFrame
            ``wave, time, estimate, std_error, conf_low, conf_high, df, n_valid, flag, reason``.
        """
        return self._add_doubt(_frame(self.marginal, WAVE_COLUMNS).astype({"flag": "str"}))

    def components(self) -> pd.DataFrame:
        """Fresh frame, one row per variance: ``group, term, variance, boundary``."""
        return self._add_doubt(_frame(self.variances, ("group", "term", "variance", "boundary")))

    def participation(self) -> pd.DataFrame:
        """Fresh frame, one row per wave: who came and went.

        Returns
        -------
        pandas.DataFrame
            ``wave, n_persons, n_valid, n_new, n_returned, n_left``.
        """
        names = ("wave", "n_persons", "n_valid", "n_new", "n_returned", "n_left")
        return self._add_doubt(_frame(self.dropout, names).astype({"n_left": "Int64"}))

    def _add_doubt(self, frame: pd.DataFrame) -> pd.DataFrame:
        return remembering(frame, self.disclosure)

    def coefficient(self, term: str) -> Coefficient:
        """Coefficient of one term, by its name."""
        found = {one.term: one for one in self.coefficients}
        if term not in found:
            raise KeyError(f"{term!r} is not a term; the model has {list(found)}")
        return found[term]

    def describe(self) -> str:
        """One English sentence that says what the numbers are, and the notes."""
        scale = "log odds" if self.family == "logistic" else "unit of the outcome"
        households = f" in {self.n_households:,} households" if self.n_households else ""
        sentence = (
            f"{self.family.capitalize()} panel model of {self.outcome} ({self.source}): "
            f"{self.model}; "
            f"{self.n_rows:,} answers of {self.n_persons:,} people{households} in "
            f"{len(self.marginal)} waves, {self.n_missing:,} rows without an outcome and "
            f"{self.n_without_covariate:,} without a covariate left out; coefficients in {scale}, "
            f"trend 0 at {self.origin:g}, {self.level:.0%} intervals; eenzaam_stats {self.version}."
        )
        doubt = (f"{self.flag}: {self.reason}",) if self.reason else ()
        return "\n".join([sentence, self.convention, *doubt, *self.notes])


def _frame(rows: Sequence[Any], names: Sequence[str]) -> pd.DataFrame:
    records = [{name: values[name] for name in names} for values in map(asdict, rows)]
    return pd.DataFrame(records, columns=list(names))
