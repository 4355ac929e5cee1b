"""Estimates of groups as linear scores of the finest cells, so that they can be compared.

A group is a sum of the finest domains, or their weighted mean when it is standardised. Differences,
trends and tests are then linear in the scores. No sum over respondents may enter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import OptionError, SchemaError, UnknownColumnError, list_all
from eenzaam_stats.estimation.aggregates.domains import Domains, text
from eenzaam_stats.estimation.class_names import same_classes
from eenzaam_stats.messages import show_groups
from eenzaam_stats.number_columns import numbers_or_nan
from eenzaam_stats.numerics.survey.linearise import Statistic, linearise

POPULATION = "population"


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard population: shares of the classes of some columns.

    Attributes
    ----------
    over : tuple of str
        Columns whose composition is held fixed, for instance age group and sex.
    shares : tuple of (tuple of str, float)
        Class in words and its share; the shares add up to 1.

    Examples
    --------
    >>> Standard.of({"18-64": 3.0, "65+": 1.0}, over="age_group").shares
    ((('18-64',), 0.75), (('65+',), 0.25))
    """

    over: tuple[str, ...]
    shares: tuple[tuple[tuple[str, ...], float], ...]

    @classmethod
    def of(
        cls, population: Mapping[object, float] | pd.DataFrame, *, over: str | Sequence[str]
    ) -> Standard:
        """Standard from people counted per class.

        Parameters
        ----------
        population : mapping or pandas.DataFrame
            Counts per class of one column; or a frame with the columns of ``over`` and one named
            ``population``, of which repeated classes are added.
        over : str or sequence of str
            Columns whose composition is held fixed.

        Raises
        ------
        SchemaError
            If a count is negative or missing, or all are 0; or several columns have no frame.
        UnknownColumnError
            If the frame lacks a column.
        """
        names = (over,) if isinstance(over, str) else tuple(over)
        if isinstance(population, pd.DataFrame):
            missing = [name for name in (*names, POPULATION) if name not in population]
            if missing:
                raise UnknownColumnError.among(
                    missing, list(population.columns), needed_for="a standard population"
                )
            keys = [
                tuple(text(value) for value in row)
                for row in population[list(names)].itertuples(index=False, name=None)
            ]
            given = population[POPULATION]
        else:
            if len(names) != 1:
                raise SchemaError(
                    f"a standard population over [{list_all(names)}] needs a frame with these "
                    f"columns and {POPULATION!r}; counts per class tell one column. Give a frame."
                )
            keys = [(text(key),) for key in population]
            given = pd.Series(list(population.values()), dtype=object, name=POPULATION)
        people = numbers_or_nan(given, place="a standard population")
        pairs = zip(keys, people.tolist(), strict=True)
        counts: dict[tuple[str, ...], float] = {}
        for key, value in pairs:
            counts[key] = counts.get(key, 0.0) + value
        total = sum(counts.values())
        if not total > 0 or not all(0 <= value < np.inf for value in counts.values()):
            raise SchemaError(
                "a standard population needs a count of at least 0 per class and one above 0; "
                f"it has [{list_all(counts.values())}]. Correct the counts."
            )
        return cls(names, tuple((key, value / total) for key, value in counts.items()))


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """Estimates of groups with their scores over the finest domains.

    Attributes
    ----------
    groups : tuple of tuple of str
        One per target, in the order of the finest domains.
    estimate : ndarray of float, shape (t,)
        NaN where it does not exist.
    score : tuple of two ndarray of float, shape (t, d)
        Coefficients for ``numerics.survey.covariance.score_covariance``.
    member : ndarray of float, shape (t, d)
        1 where a finest domain belongs to the target.
    empty : tuple of tuple of str
        Per target the classes of the standard that nobody answered for.
    value : callable
        Estimates of the targets from the sums of the finest domains, shape (d, 2) to (t,).
    """

    groups: tuple[tuple[str, ...], ...]
    estimate: FloatArray
    score: tuple[FloatArray, FloatArray]
    member: FloatArray
    empty: tuple[tuple[str, ...], ...]
    value: Callable[[FloatArray], FloatArray]


def targets(
    domains: Domains, *, n_keys: int, statistic: Statistic, standard: Standard | None = None
) -> Targets:
    r"""Estimates per group, standardised over the remaining columns or not.

    Parameters
    ----------
    domains : Domains
        Finest domains; the first ``n_keys`` values of a group name the target, the others are the
        classes of the standard.
    n_keys : int
        Grouping columns of the target.
    statistic : str
        Statistic of ``numerics.survey.linearise``.
    standard : Standard, optional
        Population to standardise to.

    Returns
    -------
    Targets

    Notes
    -----
    A standardised estimate is :math:`\sum_a s_a p_a` with score :math:`\sum_a s_a U_a`; it does
    not exist when nobody answered in a class with a share, which is never re-weighted in silence.
    """
    groups = tuple(dict.fromkeys(group[:n_keys] for group in domains.groups))
    index = {group: at for at, group in enumerate(groups)}
    home = np.array([index[group[:n_keys]] for group in domains.groups], dtype=np.int64)
    member = np.zeros((len(groups), len(domains.groups)))
    member[home, np.arange(len(home))] = 1.0
    if standard is None:
        found = linearise(member @ domains.first, statistic)
        some = (member @ domains.n) > 0
        score = (member * found.score[:, :1], member * found.score[:, 1:])
        complete: tuple[tuple[str, ...], ...] = tuple(() for _ in groups)

        def pool(first: FloatArray) -> FloatArray:
            return linearise(member @ first, statistic).estimate

        estimate = np.where(some, found.estimate, np.nan)
        return Targets(groups, estimate, score, member, complete, pool)
    standard = as_written(standard, [group[n_keys:] for group in domains.groups])
    shares = dict(standard.shares)
    _require_classes(domains, shares, n_keys=n_keys, over=standard.over)
    share = np.array([shares[group[n_keys:]] for group in domains.groups])
    found = linearise(domains.first, statistic)
    answered = domains.n > 0

    def weigh(first: FloatArray) -> FloatArray:
        parts = share * linearise(first, statistic).estimate
        result: FloatArray = member @ np.where(answered & (share > 0), parts, 0.0)
        return result

    score = (member * (share * found.score[:, 0]), member * (share * found.score[:, 1]))
    present = [
        {
            group[n_keys:]
            for at, group in enumerate(domains.groups)
            if home[at] == g and answered[at]
        }
        for g in range(len(groups))
    ]
    empty = tuple(
        tuple("/".join(key) for key, value in standard.shares if value > 0 and key not in there)
        for there in present
    )
    level = member @ np.where(answered & (share > 0), share * domains.origin, 0.0)
    estimate = np.where([not one for one in empty], level + weigh(domains.first), np.nan)
    return Targets(groups, estimate, score, member, empty, weigh)


def as_written(standard: Standard, present: Sequence[tuple[str, ...]]) -> Standard:
    """Return the standard with its classes as the respondents write them."""
    known = [one for one, _ in standard.shares]
    written = {theirs: ours for ours, theirs in same_classes(present, known).items()}
    return replace(
        standard,
        shares=tuple((written.get(one, one), share) for one, share in standard.shares),
    )


def _require_classes(
    domains: Domains,
    shares: Mapping[tuple[str, ...], float],
    *,
    n_keys: int,
    over: Sequence[str],
) -> None:
    unknown = sorted({group[n_keys:] for group in domains.groups} - set(shares))
    if unknown:
        words = ["/".join(key) for key in unknown]
        raise OptionError(
            f"the standard population over [{list_all(over)}] has no count for ["
            f"{show_groups(words)}], "
            "which the respondents have. Give one for every class, 0 where it should not count."
        )
