"""A transport whose waiting takes no time, and that remembers how long it would have waited."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field, replace

from eenzaam_stats.statline.service import Service
from eenzaam_stats.statline.transport import Patience, Transport

QUICK = Patience(connect=2.0, read=0.12, deadline=600.0)


@dataclass
class Waits:
    """Sleeps that were asked for; the clock runs on by them."""

    seconds: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)

    def clock(self) -> float:
        return time.monotonic() + sum(self.seconds)


def patient(waits: Waits | None = None, *, seed: int = 1, **limits: float) -> Transport:
    kept = waits if waits is not None else Waits()
    return Transport(replace(QUICK, **limits), kept.clock, kept.sleep, random.Random(seed))


def at(address: str, *, version: int = 3, catalogue: str = "CBS") -> Service:
    suffix = "/odata/v1" if version == 4 else ""
    return Service(catalogue, f"{address}{suffix}", version, "SYNTHETIC", "none")
