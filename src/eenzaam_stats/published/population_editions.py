"""Names of the counts and forecasts of the population, in one table.

Options, defaults, messages and the letter take an edition from here; how readers see it named
stands in ``labels/*.toml`` under ``edition``. How many people it has stands in the packaged tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

OBSERVED = "cbs_observed"
KERNPROGNOSE = "cbs_kernprognose_2016"
DERIVED_A, DERIVED_B = "derived_A", "derived_B"
PROGNOSE_2023 = "cbs_prognose_2023"


@dataclass(frozen=True, slots=True)
class Edition:
    """A count or forecast of the population.

    Attributes
    ----------
    name : str
        Name in the column ``edition``.
    table : str
        Table that holds it.
    counted : bool
        Whether people were counted, not forecast.
    official : bool
        Whether an institute published it. A derived run is never named as that of an institute.
    packaged : bool
        Whether it comes with the package; otherwise it is there only after a live reading.
    """

    name: str
    table: str
    counted: bool
    official: bool
    packaged: bool = True


EDITIONS: Mapping[str, Edition] = MappingProxyType(
    {
        one.name: one
        for one in (
            Edition(OBSERVED, "population", counted=True, official=True),
            Edition(KERNPROGNOSE, "population", counted=False, official=True),
            Edition(DERIVED_A, "population_derived", counted=False, official=False),
            Edition(DERIVED_B, "population_derived", counted=False, official=False),
            Edition(PROGNOSE_2023, "population", counted=False, official=True, packaged=False),
        )
    }
)
# The packaged tables, official ones first: an edition is looked up in this order.
POPULATIONS = tuple(dict.fromkeys(one.table for one in EDITIONS.values()))
FORECASTS = tuple(one for one in EDITIONS.values() if one.packaged and not one.counted)
