"""People of a synthetic survey with the direct question and UCLA items: arrays and randomness only.

The direct question meets its shares to the nearest person; items and question share one latent
loneliness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.numerics.scales.item_response import answers_given, draw_latent
from eenzaam_stats.synthetic.eu_people import DJG_NUMBERS, nine_items
from eenzaam_stats.synthetic.report import SynthesisMargin
from eenzaam_stats.synthetic.sav_content import MISSING

# ASSUMED, not estimates: place and spread on the latent scale, tie of the direct question.
_MEAN, _SPREAD, _TIE = -0.3, 1.2, 0.85
WEIGHT_NOISE = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class DirectAnswers:
    """Rows of a sample.

    Attributes
    ----------
    direct : ndarray of int, shape (n,)
        Place of the answer from the loneliest on, ``MISSING`` where not answered.
    ucla : ndarray of int, shape (n, 3)
        0 hardly ever .. 2 often, ``MISSING`` where not answered.
    weight : ndarray of float, shape (n,)
        Mean 1, related to nothing.
    """

    direct: IntArray
    ucla: IntArray
    weight: FloatArray


def drawn_answers(
    n: int, *, shares: Sequence[float], missing: float, rng: np.random.Generator
) -> DirectAnswers:
    """Draw people whose direct question meets its shares to the nearest person.

    Parameters
    ----------
    n : int
        Rows.
    shares : sequence of float
        Shares of the answers among people who answered, from the loneliest on; they add up to 1.
    missing : float
        Share of every answer that is absent.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    DirectAnswers

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> drawn = drawn_answers(1000, shares=(0.1, 0.2, 0.7), missing=0.0, rng=rng)
    >>> np.bincount(drawn.direct).tolist()
    [100, 200, 700]
    """
    model = nine_items()
    latent = draw_latent(model, mean=np.full(n, _MEAN), spread=np.full(n, _SPREAD), rng=rng)
    answers = answers_given(model, latent, rng=rng).astype(np.int64)
    answers[rng.random(answers.shape) < missing] = MISSING
    felt = _TIE * latent.mean(axis=0) + np.sqrt(1 - _TIE**2) * rng.standard_normal(n)
    answering = rng.permutation(n)[: n - round(missing * n)]
    loneliest = answering[np.argsort(-felt[answering], kind="stable")]
    bounds = np.round(np.cumsum(shares)[:-1] * loneliest.size)
    direct = np.full(n, MISSING, dtype=np.int64)
    direct[loneliest] = np.searchsorted(bounds, np.arange(loneliest.size), side="right")
    weight = np.exp(WEIGHT_NOISE * rng.standard_normal(n))
    return DirectAnswers(direct, answers[:, len(DJG_NUMBERS) :], weight / weight.mean())


def direct_margin(drawn: DirectAnswers, *, shares: Sequence[float], often: int) -> SynthesisMargin:
    """Assumed share of the ``often`` loneliest answers beside the share in the file."""
    answered = drawn.direct[drawn.direct != MISSING]
    target = float(sum(shares[:often]))
    return SynthesisMargin(
        outcome="often_or_always_lonely",
        group="Netherlands",
        sex="total",
        printed_pct=round(100 * target, 6),
        target=target,
        expected=float(np.mean(answered < often)),
        evidence="assumption; no figure is packaged",
    )
