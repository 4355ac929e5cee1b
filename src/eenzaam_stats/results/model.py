"""Frozen result of a regression on a sample: coefficients, tests of terms, adjusted figures."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import pandas as pd

from eenzaam_stats.output_check import remembering
from eenzaam_stats.results.series import Coefficient
from eenzaam_stats.vocabulary import Disclosure, Flag

COEFFICIENT_COLUMNS = ("term", "estimate", "std_error", "statistic", "df", "p_value", "conf_low")
FAMILY_WORDS = {"logit": "Logistic", "linear": "Linear", "poisson": "Poisson"}
_UNITS = {"logit": "log odds", "linear": "units of the outcome", "poisson": "log rates"}


@dataclass(frozen=True, slots=True)
class TermTest:
    """Test that every coefficient of a term is 0.

    Attributes
    ----------
    term : str
        As in the formula.
    statistic : float
        F of the Wald test: the quadratic form divided by its number of coefficients.
    df, df_error : float
        Number of coefficients, and degrees of freedom of the design left by the model.
    p_value : float
    """

    term: str
    statistic: float
    df: float
    df_error: float
    p_value: float


@dataclass(frozen=True, slots=True)
class AdjustedRow:
    """One average over the people of the sample, or a difference of two.

    Attributes
    ----------
    variable : str
        Variable that was set to a value for everybody.
    value : str
        That value; ``"b less a"`` for a difference, ``"slope"`` per unit of a number.
    estimate, std_error, conf_low, conf_high, df : float
    """

    variable: str
    value: str
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    df: float


@dataclass(frozen=True, slots=True)
class RegressionFit:
    """A regression whose errors count the design of the sample.

    Attributes
    ----------
    outcome, formula, source : str
        What was modelled, by what, and where it comes from.
    family : {"logit", "linear", "poisson"}
        Scale of the coefficients: log odds, that of the outcome, or log rates.
    coefficients : tuple of Coefficient
        Intercept and columns of the model, in their order.
    covariance : tuple of tuple of float
        Of the coefficients.
    terms : tuple of TermTest
        One per term of the formula, without the intercept.
    adjusted : tuple of AdjustedRow
        Means or prevalences over the whole sample, with one variable at each of its values.
    effects : tuple of AdjustedRow
        Average marginal effects: differences of these with the first value, and mean slopes of
        numbers.
    n, n_missing : int
        Rows in the model, and rows left out because a variable is missing.
    missing : tuple of (str, int)
        Rows without each variable; a row may lack several.
    df : int
        Degrees of freedom of the design less the columns beside the intercept.
    deviance, null_deviance : float
        With weights of mean 1.
    level : float
        Coverage of the intervals.
    method : str
        Weights and variance in words.
    version : str
        Version of the package.
    flag : Flag
        Whether the model can be used as it stands.
    reason : str
        Why not; empty otherwise.
    disclosure : Disclosure
        Whether it may leave, by ``output_check``.
    """

    outcome: str
    formula: str
    source: str
    family: str
    coefficients: tuple[Coefficient, ...]
    covariance: tuple[tuple[float, ...], ...]
    terms: tuple[TermTest, ...]
    adjusted: tuple[AdjustedRow, ...]
    effects: tuple[AdjustedRow, ...]
    n: int
    n_missing: int
    missing: tuple[tuple[str, int], ...]
    df: int
    deviance: float
    null_deviance: float
    level: float
    method: str
    version: str
    flag: Flag = Flag.RELIABLE
    reason: str = ""
    disclosure: Disclosure = Disclosure.UNCHECKED

    def tidy(self) -> pd.DataFrame:
        """Fresh frame, one row per coefficient.

        Returns
        -------
        pandas.DataFrame
            ``term, estimate, std_error, statistic, df, p_value, conf_low, conf_high, flag,
            reason``.
        """
        frame = pd.DataFrame([asdict(one) for one in self.coefficients])
        frame = frame[[*COEFFICIENT_COLUMNS, "conf_high"]]
        return self._remember(frame)

    def glance(self) -> pd.DataFrame:
        """Fresh frame of one row: outcome, family, numbers of rows, fit, method, version."""
        row = {
            "outcome": self.outcome,
            "formula": self.formula,
            "family": self.family,
            "n_valid": self.n,
            "n_missing": self.n_missing,
            "df": self.df,
            "deviance": self.deviance,
            "null_deviance": self.null_deviance,
            "level": self.level,
            "method": self.method,
            "version": self.version,
        }
        return self._remember(pd.DataFrame([row]))

    def tests(self) -> pd.DataFrame:
        """Fresh frame, one row per term: ``term, statistic, df, df_error, p_value``."""
        return self._remember(pd.DataFrame([asdict(one) for one in self.terms]))

    def adjusted_means(self) -> pd.DataFrame:
        """Fresh frame of adjusted prevalences, means or rates, by variable and value."""
        return self._remember(pd.DataFrame([asdict(one) for one in self.adjusted]))

    def marginal_effects(self) -> pd.DataFrame:
        """Fresh frame of average marginal effects, by variable."""
        return self._remember(pd.DataFrame([asdict(one) for one in self.effects]))

    def coefficient(self, term: str) -> Coefficient:
        """Coefficient of one column of the model, by its name."""
        found = {one.term: one for one in self.coefficients}
        if term not in found:
            raise KeyError(f"{term!r} is not a term; the model has {list(found)}")
        return found[term]

    def describe(self) -> str:
        """Two English sentences that say what the numbers are."""
        absent = ", ".join(f"{name} {n:,}" for name, n in self.missing if n)
        lines = [
            f"{FAMILY_WORDS[self.family]} regression {self.formula} ({self.source}): {self.n:,} "
            f"rows, {self.n_missing:,} left out{f' ({absent})' if absent else ''}; coefficients in "
            f"{_UNITS[self.family]}, {self.level:.0%} intervals with {self.df} degrees of freedom.",
            f"{self.method}; eenzaam_stats {self.version}.",
        ]
        return "\n".join([*lines, *([f"{self.flag}: {self.reason}"] if self.reason else [])])

    def _remember(self, frame: pd.DataFrame) -> pd.DataFrame:
        told = frame.assign(flag=str(self.flag), reason=self.reason)
        return remembering(told, self.disclosure)
