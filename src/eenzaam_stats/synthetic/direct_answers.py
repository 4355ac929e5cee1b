"""A synthetic survey of several countries with the direct question and UCLA items.

The direct question meets its shares to the nearest person; items and question share one latent
loneliness. What a source calls its columns stands in the module of the source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.codebook.layout import WaveCodebook
from eenzaam_stats.loaders.pooling.waves import choose_waves
from eenzaam_stats.numerics.scales.item_response import answers_given, draw_latent
from eenzaam_stats.synthetic.eu_people import DJG_NUMBERS, nine_items
from eenzaam_stats.synthetic.report import SynthesisMargin, SynthesisReport
from eenzaam_stats.synthetic.sav_content import MISSING, require_size, sav_content
from eenzaam_stats.synthetic.writing import require_target, write_whole
from eenzaam_stats.vocabulary import Origin

# ASSUMED, not estimates: place and spread on the latent scale, tie of the direct question.
_MEAN, _SPREAD, _TIE = -0.3, 1.2, 0.85
WEIGHT_NOISE = 0.3
# ASSUMED shares of rows of other countries, and of absent answers.
OTHER_SHARE, MISSING_SHARE = 0.3, 0.01


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


def draw_answers(
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
    >>> drawn = draw_answers(1000, shares=(0.1, 0.2, 0.7), missing=0.0, rng=rng)
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


Columns = Callable[
    [WaveCodebook, DirectAnswers, IntArray, np.random.Generator], Mapping[str, object]
]


@dataclass(frozen=True, slots=True)
class DirectSource:
    """What one source adds to a synthetic file.

    Attributes
    ----------
    name : str
        Of the codebook.
    titled : str
        Of the file, with the word for a wave.
    waves : tuple of int
        Waves that it has.
    shares : tuple of float
        ASSUMED shares of the direct question, from the loneliest answer on.
    often : int
        How many of those answers count as often lonely.
    columns : callable
        Columns of the file, from the codebook, the answers, the place at which each was drawn
        (people of the Netherlands first) and the source of randomness.
    labels : callable
        Labels of the columns that the codebook does not know.
    assumptions : tuple of str
        What the report says.
    """

    name: str
    titled: str
    waves: tuple[int, ...]
    shares: tuple[float, ...]
    often: int
    columns: Columns
    labels: Callable[[WaveCodebook], Mapping[str, str]]
    assumptions: tuple[str, ...]

    @property
    def verb(self) -> str:
        """Name of the public function, for messages."""
        return f"synthesise_{self.name}()"


def own_rows(n: int) -> int:
    """Rows of the Netherlands among ``n``."""
    return n - round(OTHER_SHARE * n)


def write_direct(
    source: DirectSource, path: str | Path, *, wave: int, n: int, seed: int, overwrite: bool
) -> SynthesisReport:
    """Write the file of a source whole, or nothing."""
    (wave,) = choose_waves(wave, source.waves)
    target = Path(path)
    require_target(target, verb=source.verb, overwrite=overwrite)
    require_size(n, seed)
    codebook = load_codebook(source.name).wave(wave)
    rng = np.random.default_rng(seed)
    # Each country is drawn alone, so that the share is met among the Dutch rows too, not only in
    # the file; then the rows are mixed, so that leaving out a country is no matter of position.
    own, other = (
        draw_answers(size, shares=source.shares, missing=MISSING_SHARE, rng=rng)
        for size in (own_rows(n), n - own_rows(n))
    )
    place = rng.permutation(n)
    everyone = DirectAnswers(
        np.concatenate([own.direct, other.direct])[place],
        np.concatenate([own.ucla, other.ucla])[place],
        np.concatenate([own.weight, other.weight])[place],
    )
    columns = source.columns(codebook, everyone, place, rng)
    write_whole(
        target,
        sav_content(codebook, columns, own=source.labels(codebook)),
        title=f"SYNTHETIC {source.titled} {wave}, no real respondents",
        notes=["SYNTHETIC DATA: no respondent is real and no figure from this file is a finding."],
        verb=source.verb,
        overwrite=overwrite,
    )
    return SynthesisReport(
        source=codebook.title,
        wave=wave,
        origin=Origin.SYNTHETIC,
        file=target.name,
        rows=n,
        seed=seed,
        weight=codebook.weights[0],
        cells=(),
        margins=(direct_margin(own, shares=source.shares, often=source.often),),
        assumptions=source.assumptions,
    )
