"""Change in a number of people, split into population size, structure and prevalence.

Answers "how much of the rise in lonely people is population size, how much is age structure, how
much is prevalence". Arrays in, numbers out; which cells form the structure is the caller's choice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eenzaam_stats.errors import SchemaError
from eenzaam_stats.numerics.people.decomposition import symmetric_effects

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CountDecomposition:
    """Change in a number of people, split into three effects.

    Attributes
    ----------
    start, end : float
        Number of people with the condition before and after.
    size : float
        People added by growth of the population as a whole.
    structure : float
        People added by the shift of the population between the cells.
    prevalence : float
        People added by the change of the prevalence within the cells; 0 when it is held constant.
    """

    start: float
    end: float
    size: float
    structure: float
    prevalence: float

    @property
    def change(self) -> float:
        """Difference between end and start, the sum of the three effects."""
        return self.end - self.start


def count_effects(
    persons_start: ArrayLike,
    persons_end: ArrayLike,
    *,
    prevalence_start: ArrayLike,
    prevalence_end: ArrayLike,
) -> FloatArray:
    """Size, structure and prevalence effect on a number of people, for any number of draws at once.

    Parameters
    ----------
    persons_start, persons_end : array_like of float
        Shape (..., cells). People per cell before and after, at least 0, not all 0.
    prevalence_start, prevalence_end : array_like of float
        Shape (..., cells). Proportion with the condition per cell, 0-1. Leading axes (draws, years)
        broadcast over the four arrays.

    Returns
    -------
    numpy.ndarray
        Shape (3, ...): effect of population size, of structure and of prevalence.

    Raises
    ------
    SchemaError
        If the arrays differ in their cells or a population is empty.

    See Also
    --------
    count_decomposition : One decomposition, with its two totals.

    Notes
    -----
    The factors are the total number of people, the vector of shares per cell as a whole and the
    vector of prevalences as a whole.

    **Unit.** Persons.

    **Missing data.** None reaches this floor.

    **Validated against.** An independent three-factor computation on the Dutch population of 2017
    and 2050, in ``tests/numerics/people/test_decomposition.py``.

    Examples
    --------
    Two draws of the prevalence of two halves, of which the older grows by ten people:

    >>> draws = [[0.1, 0.2], [0.2, 0.2]]
    >>> parts = count_effects([50, 50], [50, 60], prevalence_start=draws, prevalence_end=draws)
    >>> parts.round(3).tolist()
    [[1.523, 2.0], [0.477, 0.0], [0.0, 0.0]]
    """
    before, after = np.asarray(persons_start, float), np.asarray(persons_end, float)
    p_before, p_after = np.asarray(prevalence_start, float), np.asarray(prevalence_end, float)
    cells = {one.shape[-1:] for one in (before, after, p_before, p_after)}
    if len(cells) > 1:
        raise SchemaError(
            f"The decomposition needs one set of cells for people and prevalences, but found "
            f"{sorted(cells)}. Use the same cells in the same order."
        )
    n_before, n_after = before.sum(axis=-1), after.sum(axis=-1)
    if np.any(n_before <= 0) or np.any(n_after <= 0):
        raise SchemaError(
            f"The decomposition needs people in both populations, but the totals are "
            f"{n_before.min():g} and {n_after.min():g}. Check the rows that were selected."
        )

    def with_condition(size: FloatArray, share: FloatArray, prevalence: FloatArray) -> FloatArray:
        return np.asarray(size * np.einsum("...c,...c->...", share, prevalence), float)

    return symmetric_effects(
        with_condition,
        [n_before, before / n_before[..., None], p_before],
        [n_after, after / n_after[..., None], p_after],
    )


def count_decomposition(
    persons_start: ArrayLike,
    persons_end: ArrayLike,
    *,
    prevalence_start: ArrayLike,
    prevalence_end: ArrayLike | None = None,
) -> CountDecomposition:
    """Split the change in a number of people into size, structure and prevalence.

    Parameters
    ----------
    persons_start, persons_end : array_like of float
        Shape (cells,). People per cell before and after, at least 0, not all 0.
    prevalence_start : array_like of float
        Shape (cells,). Proportion with the condition per cell before, 0-1.
    prevalence_end : array_like of float, optional
        The same after; by default the prevalence is held constant.

    Returns
    -------
    CountDecomposition
        Start, end and the three effects, in persons.

    Raises
    ------
    SchemaError
        If the arrays differ in shape or a population is empty.

    Notes
    -----
    The factors are the total number of people, the vector of shares per cell as a whole and the
    vector of prevalences as a whole. With constant prevalence the size effect is the growth of the
    population times the mean of the two crude prevalences, and the structure effect is the change
    of the crude prevalence times the mean of the two totals.

    **Unit.** Persons.

    **Missing data.** None reaches this floor.

    **Validated against.** An independent three-factor computation on the Dutch population of 2017
    and 2050, in ``tests/numerics/people/test_decomposition.py``.

    Examples
    --------
    Ten people join the older half, where twice as many are lonely:

    >>> parts = count_decomposition([50, 50], [50, 60], prevalence_start=[0.1, 0.2])
    >>> round(parts.size, 3), round(parts.structure, 3), parts.prevalence
    (1.523, 0.477, 0.0)
    """
    before, after = np.asarray(persons_start, float), np.asarray(persons_end, float)
    p_before = np.asarray(prevalence_start, float)
    p_after = p_before if prevalence_end is None else np.asarray(prevalence_end, float)
    shapes = {before.shape, after.shape, p_before.shape, p_after.shape}
    if len(shapes) > 1:
        raise SchemaError(
            f"count_decomposition() needs one shape for people and prevalences, but found "
            f"{sorted(shapes)}. Use the same cells in the same order."
        )
    size, structure, prevalence = count_effects(
        before, after, prevalence_start=p_before, prevalence_end=p_after
    )
    return CountDecomposition(
        start=float((before * p_before).sum()),
        end=float((after * p_after).sum()),
        size=float(size),
        structure=float(structure),
        prevalence=float(prevalence),
    )
