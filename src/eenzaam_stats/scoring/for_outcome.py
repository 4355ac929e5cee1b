"""Which scale an outcome comes from, when a person names the outcome and not the scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from eenzaam_stats.errors import OptionError, list_all, verb_named
from eenzaam_stats.scoring.asked import NotAsked
from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.direct import DIRECT
from eenzaam_stats.scoring.engine_frame import open_frame
from eenzaam_stats.scoring.instrument import Scale
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.scoring.ucla import UCLA3
from eenzaam_stats.survey import Survey
from eenzaam_stats.vocabulary import SubscaleCutoff

SCALES: Mapping[str, Scale] = MappingProxyType(
    {"djg11": DJG11, "djg6": DJG6, "ucla3": UCLA3, "direct": DIRECT}
)
_DIRECT_FLAGS = tuple(flag.name for flag in DIRECT.flags)


@verb_named("scoring")
def score_for(
    survey: Survey,
    outcomes: Sequence[str],
    *,
    scale: str | None = None,
    subscale_cutoff: SubscaleCutoff | None = None,
    not_asked: NotAsked = "refuse",
) -> Survey:
    """Survey with the scale scored that its outcomes come from.

    Parameters
    ----------
    survey : Survey
        Harmonised respondents. It is not changed.
    outcomes : sequence of str
        Columns that are wanted; those that are there already need no scoring.
    scale : {"djg11", "djg6", "ucla3", "direct"}, optional
        Scale to score. Without it: the direct question for its own flag, else the De Jong Gierveld
        scale with 11 items where all 11 are there, else the one with 6.
    subscale_cutoff : str, optional
        Convention for emotional and social loneliness.
    not_asked : {"refuse", "shorter"}, default "refuse"
        As in :func:`eenzaam_stats.score`.

    Returns
    -------
    Survey
        The same one when every outcome is there and no scale is named.

    Raises
    ------
    OptionError
        If the scale is unknown, or no scale can be found for the items of the survey.
    ScaleError
        If an item of the scale was not asked, and as for ``score``.

    Examples
    --------
    >>> sorted(SCALES)
    ['direct', 'djg11', 'djg6', 'ucla3']
    """
    if scale is not None and scale not in SCALES:
        raise OptionError.among(scale, SCALES, name="scale")
    columns = set(open_frame(survey).columns)
    if scale is None and set(outcomes) <= columns:
        return survey
    wanted = SCALES[scale] if scale is not None else _find_scale(columns, outcomes)
    return score(survey, wanted, subscale_cutoff=subscale_cutoff, not_asked=not_asked)


def _find_scale(columns: set[str], outcomes: Sequence[str]) -> Scale:
    """Scale whose items are there."""
    # The longer scale first: six of its items are the short one, whose cut-offs are others.
    order = (DIRECT,) if set(outcomes) & set(_DIRECT_FLAGS) else (DJG11, DJG6)
    for scale in order:
        if {item.column for item in scale.items} <= columns:
            return scale
    raise OptionError(
        f"outcome(s) [{list_all(outcomes)}] are no columns of the survey, which has the "
        "items of no "
        "De Jong Gierveld scale to make them from. Name a column, or a scale of "
        f"{list_all(SCALES)}."
    )
