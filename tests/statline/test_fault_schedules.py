"""500 random schedules of faults: the exact table or a clear error, and a cache that is valid.

A schedule is drawn from its number, so that each one can be repeated alone. It may break the
connection, the status, the page or the table itself at any request, once or for good.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.errors import IncompleteTableError, SourceError, UnavailableError
from eenzaam_stats.files.scratch import PREFIX
from eenzaam_stats.statline.access import Access
from eenzaam_stats.statline.cache import check_cache
from eenzaam_stats.statline.statline import read_table, save_table
from statline.odata_server import FAULTS, PAGE_FAULTS, Asked, Site, serving
from statline.odata_tables import CHARACTERISTICS, ServedTable, loneliness
from statline.patient import Waits, at, patient

SCHEDULES = 500
EDITIONS = 40  # more than any schedule makes
BLOCKS = 10  # 50 schedules per test, so that several processes can share them
SENTENCE = re.compile(
    r"gave (no usable|an answer that cannot be right)|could not be read as one whole|"
    r"changed 3 times while it was read|already|offline"
)
# a stalled answer costs real time, so it is drawn less often than the others
KINDS = [fault for fault in FAULTS if fault != "stall"]
WEIGHTS = [2 if fault in PAGE_FAULTS else 1 for fault in KINDS]


@dataclass
class Schedule:
    """Faults of one run, by number of request; ``rate`` is how often."""

    number: int
    chance: random.Random = field(init=False)
    used: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"schedule {self.number}")
        self.rate = self.chance.choice([0.02, 0.1, 0.2, 0.35, 0.6])
        self.page_size = self.chance.choice([7, 11, 36])
        self.version = self.chance.choice([3, 3, 3, 4])
        self.longest = self.chance.choice([1, 3, 8])
        self.left, self.fault = 0, ""

    def __call__(self, _: int, asked: Asked) -> str | None:
        if self.left == 0 and self.chance.random() < self.rate:
            self.left = self.chance.randint(1, self.longest)
            self.fault = self.chance.choices(KINDS, WEIGHTS)[0]
            if self.chance.random() < 0.02:
                self.left, self.fault = 1, "stall"
        if self.left == 0:
            return None
        self.left -= 1
        if self.fault in PAGE_FAULTS and not asked.is_data:
            return None
        self.used[self.fault] += 1
        return self.fault


def _table(number: int) -> ServedTable:
    served = loneliness(2022, salt=number % 7)
    few = CHARACTERISTICS[: 2 + number % 3]
    kenmerken = type(served.dimensions[1])("Kenmerken", few, width=7)
    whole = (served.dimensions[0], kenmerken, *served.dimensions[2:])
    return type(served)(**{**vars(served), "dimensions": whole, "topics": served.topics[:2]})


def _exact(served: ServedTable, edition: int) -> list[tuple[str, ...]]:
    table = served.in_edition(edition)
    return [
        (*(c := table.codes(n)).values(), *(table.value(c, t.key) for t in table.topics))
        for n in range(table.size)
    ]


def _found(frame: pd.DataFrame, *, long: bool) -> list[tuple[str, ...]]:
    """Rows as their printed text again, from either version."""
    codes = ["Marges", "Kenmerken", "MateVanEenzaamheid", "Perioden"]
    symbol = {"impossible": "", "unknown_unreliable_or_secret": ".", "Missing": "."}

    def text(value: float, reason: str) -> str:
        return symbol[reason] if np.isnan(value) else f"{value:.1f}"

    if not long:
        names = ("Eenzaamheid", "SocialeEenzaamheid")
        return [
            (*(row[c] for c in codes), *(text(row[n], row[f"{n}_missing"]) for n in names))
            for row in frame.to_dict("records")
        ]
    rows = frame.to_dict("records")
    return [
        (
            *(one[c] for c in codes),
            text(one["value"], one["value_missing"]),
            text(other["value"], other["value_missing"]),
        )
        for one, other in zip(rows[::2], rows[1::2], strict=True)
    ]


def _asked(site: Site, schedule: Schedule, folder: Path) -> tuple[ServedTable, Access]:
    """Set the site up for one schedule."""
    served = _table(schedule.number)
    site.tables, site.page_size, site.edition = {served.id: served}, schedule.page_size, 0
    site.asked.clear()
    site.faults = schedule
    service = at(site.address, version=schedule.version)
    return served, Access(service, patient(Waits(), seed=schedule.number, read=0.1), folder)


def _read(
    served: ServedTable, access: Access, parquet: Path | None
) -> tuple[str, pd.DataFrame] | SourceError:
    """Moment of change and rows, or the error that was told."""
    try:
        if parquet is not None:
            source = save_table(served.id, parquet, access=access)
            return source.modified, pd.read_parquet(parquet)
        found = read_table(served.id, margins="long", access=access)
        return found.source.modified, found.tidy()
    except (UnavailableError, IncompleteTableError) as error:
        return error


def _require_exact(served: ServedTable, outcome: tuple[str, pd.DataFrame]) -> None:
    """The rows are those of the edition that was in force at the moment they are said to be of."""
    modified, frame = outcome
    editions = {served.in_edition(number).modified: number for number in range(EDITIONS)}
    assert _found(frame, long="Measure" in frame) == _exact(served, editions[modified[:19]])


def _run(site: Site, schedule: Schedule, folder: Path) -> str:
    """What became of one schedule; everything that must hold is asserted here."""
    served, access = _asked(site, schedule, folder)
    parquet = folder.parent / f"{schedule.number}.parquet"
    outcome = _read(served, access, parquet if schedule.number % 5 == 0 else None)
    failed = isinstance(outcome, SourceError)
    if failed:
        assert SENTENCE.search(str(outcome)), str(outcome)
        assert not parquet.exists()
    else:
        _require_exact(served, outcome)
    assert check_cache(folder).passed is not False
    assert not list(folder.glob(f"{PREFIX}*"))
    assert not list(folder.parent.glob(f".{parquet.name}*"))
    assert site.most_at_once == 1
    kept = _read(served, replace(access, offline=True), None)
    if isinstance(kept, SourceError):
        assert failed
        assert re.search("not kept|rows are kept of", str(kept))
    else:
        _require_exact(served, kept)
    return "error" if failed else "exact"


@pytest.mark.parametrize("block", range(BLOCKS))
def test_table_arrives_exact_or_not_at_all(block: int, tmp_path: Path) -> None:
    outcomes: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    each = SCHEDULES // BLOCKS
    with serving(loneliness(2022)) as site:
        for number in range(block * each, (block + 1) * each):
            schedule = Schedule(number)
            folder = tmp_path / f"cache{number % 21}"  # what one left, the next of the table finds
            outcomes[_run(site, schedule, folder)] += 1
            faults += schedule.used
    assert sum(outcomes.values()) == each
    assert outcomes["exact"] >= each // 4
    assert outcomes["error"] >= each // 25
    assert sum(faults.values()) > each
    assert len(faults) > len(KINDS) // 2
    (tmp_path / "outcomes.json").write_text(json.dumps({**outcomes, **faults}))


def test_every_fault_is_drawn() -> None:
    used: Counter[str] = Counter()
    asked = Asked("/x/UntypedDataSet", {}, {}, 0.0)
    for number in range(SCHEDULES):
        schedule = Schedule(number)
        for request in range(60):
            schedule(request, asked)
        used += schedule.used
        assert schedule.used["modified"] < EDITIONS
    assert set(used) == set(FAULTS)
    assert min(used.values()) > 5
