"""What a mapping of CBS SSW must say, from what is public about the survey."""

from __future__ import annotations

from collections.abc import Iterator

from eenzaam_stats.loaders.mapping.labels import Table, instruments_in, years_in

NAME = "ssw"
AGE_FLOOR = 15
HOUSEHOLDS = "private"
INSTRUMENT = "DJG6"
# Before, CBS asked other items; 2017 had a list of its own, so no series runs through 2019.
FIRST_WAVE = 2019


def ssw_demands(source: Table) -> Iterator[str]:
    """What keeps the [source] table of a mapping from being one of SSW, beside general problems."""
    for field, value in (("age_floor", AGE_FLOOR), ("households", HOUSEHOLDS)):
        if source.get(field) != value:
            yield f"[source] {field} is {source.get(field)!r}; for SSW {value!r} is needed"
    if INSTRUMENT not in instruments_in(source):
        yield f"[source] instrument does not hold {INSTRUMENT!r}, the items of SSW"
    early = [year for year in years_in(source) if year < FIRST_WAVE]
    if early:
        yield (
            f"[source] wave is {early[0]}; SSW has these six items from {FIRST_WAVE} on, and "
            "earlier waves make no series with them"
        )
