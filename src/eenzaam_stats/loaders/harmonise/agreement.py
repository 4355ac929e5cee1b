"""Scores in the file compared with scores from the items: agreement and undocumented cut-offs.

The file's own scores are kept to check ours against, and the other way round. Nothing is corrected
here; every finding is a ``CheckResult``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.arrays import BoolArray
from eenzaam_stats.respondents import DJG_ITEMS
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.scoring.asked import is_not_asked
from eenzaam_stats.scoring.de_jong_gierveld import DJG11
from eenzaam_stats.scoring.direction import check_direction
from eenzaam_stats.scoring.scale import score_regardless

ROWS_SHOWN = 10
CUTOFFS = (2, 3)

# Scores in the file and the column of the scoring that must equal them.
RECOMPUTED: Mapping[str, str] = {
    "published_total": "djg11_total",
    "published_emotional": "djg11_emotional",
    "published_social": "djg11_social",
    "published_category": "djg11_category",
    "published_lonely": "lonely",
    "published_severely_lonely": "severely_lonely",
}
# Subscale flags in the file: the score in the file, our score, the documented cut-off.
FLAGS: Mapping[str, tuple[str, str, int | None]] = {
    "published_emotionally_lonely": ("published_emotional", "djg11_emotional", None),
    "published_socially_lonely": ("published_social", "djg11_social", None),
    "published_emotionally_lonely_rivm2016": ("published_emotional", "djg11_emotional", 2),
    "published_socially_lonely_rivm2016": ("published_social", "djg11_social", 2),
}


@dataclass(frozen=True, slots=True, eq=False)
class PublishedScores:
    """Harmonised respondents with what is needed to name a finding.

    Attributes
    ----------
    respondents : pandas.DataFrame
        Items and published scores, one row per person.
    rows : array of int, shape (n,)
        Row numbers in the file, from 1.
    source_names : mapping of str to str
        Name in the file of each harmonised column.
    max_disagreement : float
        Share of complete cases that may differ, 0-1.
    """

    respondents: pd.DataFrame
    rows: npt.NDArray[np.int64]
    source_names: Mapping[str, str]
    max_disagreement: float


def agreement_checks(published: PublishedScores) -> tuple[CheckResult, ...]:
    """Direction of the items, agreement of every score in the file, and cut-offs of its flags.

    Parameters
    ----------
    published : PublishedScores
        Respondents with items and scores of the file.

    Returns
    -------
    tuple of CheckResult
        One for the direction, one per score in the file, one per subscale flag.

    Notes
    -----
    **Missing data.** Complete cases, with all eleven items, are counted apart: on these the file
    and the items must agree. A score that is missing on one side only is a difference. Where
    nobody answered an item there is no complete case, and a score of the file that differs all the
    same fails: it comes from answers that were not read.
    """
    items = published.respondents[list(DJG_ITEMS)]
    scored = score_regardless(items, DJG11)
    return (
        check_direction(items, DJG11),
        *_agreements(published, scored),
        *_cutoffs(published, scored),
    )


def _agreements(published: PublishedScores, scored: pd.DataFrame) -> Iterator[CheckResult]:
    complete = (scored["djg11_n_missing"] == 0).to_numpy(dtype=np.bool_)
    blank = _blank_items(published)
    for name, computed in RECOMPUTED.items():
        if name in published.source_names:
            differs = _differs(published.respondents[name], scored[computed])
            check = _agreement(published, published.source_names[name], differs, complete)
            if blank and differs.any():
                message = (
                    f"{check.message}; nobody or almost nobody answered {blank}, and the scores of "
                    "the file are of many: the item was not read from where its answers are"
                )
                check = CheckResult("agreement", False, message, _first(published.rows, differs))
            yield check


def _blank_items(published: PublishedScores) -> str:
    """Items that were not asked, by their name in the file; an empty text for none."""
    answered = published.respondents[list(DJG_ITEMS)].notna().to_numpy()
    people = np.array(answered.any(axis=1).sum())
    lacking = is_not_asked(answered.sum(axis=0), people)
    names = [item for item, lacks in zip(DJG_ITEMS, lacking, strict=True) if lacks]
    return ", ".join(f"{item} ({published.source_names.get(item, 'no column')})" for item in names)


def _agreement(
    published: PublishedScores, name: str, differs: BoolArray, complete: BoolArray
) -> CheckResult:
    n_complete, n_other = int(complete.sum()), int((~complete).sum())
    at_complete, at_other = int((differs & complete).sum()), int((differs & ~complete).sum())
    message = (
        f"{name} against the items: {at_complete:,} of {n_complete:,} complete cases differ, "
        f"{at_other:,} of {n_other:,} incomplete cases differ"
    )
    if not n_complete:
        return CheckResult("agreement", None, message)
    # Complete cases only: the missing rule behind the published total is not documented, and
    # incomplete ones may differ by it.
    share = at_complete / n_complete
    passed = share <= published.max_disagreement
    if not passed:
        message += f"; {share:.1%} is more than the {published.max_disagreement:.1%} allowed"
    return CheckResult("agreement", passed, message, _first(published.rows, differs & complete))


def _differs(published: pd.Series[Any], computed: pd.Series[Any]) -> BoolArray:
    """Rows whose values differ; missing on one side only is a difference, on both sides is not."""
    if isinstance(published.dtype, pd.CategoricalDtype):
        categories = published.cat.categories
        other = pd.Categorical(computed, categories=categories).codes
        return np.asarray(published.cat.codes != other, dtype=np.bool_)
    one, two = (
        values.to_numpy(dtype=np.float64, na_value=np.nan) for values in (published, computed)
    )
    same = (one == two) | (np.isnan(one) & np.isnan(two))
    return np.asarray(~same, dtype=np.bool_)


def _first(rows: npt.NDArray[np.int64], at: BoolArray) -> tuple[int, ...]:
    return tuple(int(row) for row in rows[at][:ROWS_SHOWN])


def _cutoffs(published: PublishedScores, scored: pd.DataFrame) -> Iterator[CheckResult]:
    for name, (own_score, computed, documented) in FLAGS.items():
        if name not in published.source_names:
            continue
        # Against the score of the file where it is there: a cut-off is found, and may not be hidden
        # by another missing rule behind our scores.
        in_file = own_score in published.source_names
        scores = published.respondents[own_score] if in_file else scored[computed]
        against = published.source_names[own_score] if in_file else f"{computed} from the items"
        title = f"{published.source_names[name]} against {against}"
        yield _cutoff(published, name, scores, title=title, documented=documented)


def _cutoff(
    published: PublishedScores,
    name: str,
    scores: pd.Series[Any],
    *,
    title: str,
    documented: int | None,
) -> CheckResult:
    flags = published.respondents[name]
    both = (flags.notna() & scores.notna()).to_numpy(np.bool_)
    said = flags[both].to_numpy(np.bool_)
    points = scores[both].to_numpy(np.int64)
    if not both.any():
        return CheckResult("cut-off", None, f"{title}: no row has both")
    wrong = {cut: int(((points >= cut) != said).sum()) for cut in CUTOFFS}
    fewest = min(wrong.values())
    close = fewest <= published.max_disagreement * len(points)
    fits = [cut for cut, n in wrong.items() if close and n == fewest]
    tried = ", ".join(f"with >= {cut} {n:,} rows differ" for cut, n in wrong.items())
    message = f"{title}: {_finding(fits)} in {len(points):,} rows ({tried})"
    if documented is not None:
        message += f"; the codebook has >= {documented}"
        return CheckResult("cut-off", documented in fits, message)
    # Both cut-offs are published under one name (at least 2, at least 3), and a file in which
    # nobody scores 2 tells neither.
    passed = None if len(fits) == len(CUTOFFS) else bool(fits)
    return CheckResult("cut-off", passed, message)


def _finding(fits: list[int]) -> str:
    if not fits:
        return "no cut-off fits"
    if len(fits) == len(CUTOFFS):
        return "both cut-offs fit"
    return f"cut-off >= {fits[0]} found"
