"""A mean of a score beside its classes, tables of a file and of an extract of it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import eenzaam_stats as es
from disclosure.tables import NOTE
from disclosure.tables import row as counted
from eenzaam_stats.design import Design
from eenzaam_stats.disclosure import suppress
from eenzaam_stats.errors import DisclosureError
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.vocabulary import Flag

REGIONS = {"A": (30, 20, 15), "B": (21, 14, 4), "C": (30, 18, 16), "D": (20, 20, 12)}


def _survey(weight: float) -> Survey:
    rows = [
        (region, float(score))
        for region, counts in REGIONS.items()
        for score, count in enumerate(counts)
        for _ in range(count)
    ]
    frame = pd.DataFrame(rows, columns=["region", "score"]).assign(weight=weight)
    frame["mild"] = (frame["score"] >= 1) * 1.0
    frame["severe"] = (frame["score"] == 2) * 1.0
    n = len(frame)
    report = HarmonisationReport("made_up", "2022", "a.sav", "synthetic", "18+", n, n)
    return Survey(frame, Design("weight"), report)


def _found(mean: Estimates, mild: Estimates, severe: Estimates) -> list[str]:
    """Regions whose severe people are hidden and follow from the other two."""
    return [
        hidden.group[0]
        for number, shown, hidden in zip(mean.rows, mild.rows, severe.rows, strict=True)
        if hidden.flag is Flag.SUPPRESSED and Flag.SUPPRESSED not in (number.flag, shown.flag)
    ]


@pytest.mark.parametrize("weight", [1.0, 50.0])
@pytest.mark.parametrize("earlier", [False, True])
def test_a_mean_does_not_open_a_class_of_its_score(weight: float, earlier: bool) -> None:
    survey = _survey(weight)
    mean = es.mean(survey, "score", by="region")
    shares = [es.prevalence(survey, one, by="region") for one in ("mild", "severe")]
    released = suppress([suppress(mean) if earlier else mean, *shares])
    assert any(row.flag is Flag.SUPPRESSED for row in released[2].rows)
    assert _found(*released) == []
    # apart they do: mean times people less the mild ones are the severe
    assert "B" in _found(suppress(mean), *(suppress(one) for one in shares))


def test_a_file_and_an_extract_of_it_by_other_groups_do_not_leave_together() -> None:
    def by(name: str, *people: int) -> Estimates:
        rows = tuple(counted((str(at),), n, n // 2) for at, n in enumerate(people))
        return Estimates((name,), rows, NOTE)

    assert suppress([by("age", 60, 40), by("sex", 50, 50)])
    with pytest.raises(DisclosureError, match="count different people for one cell"):
        suppress([by("age", 60, 40), by("sex", 50, 47)])
    without = by("sex", 50, 47)
    without = replace(without, footnote=replace(NOTE, n_without_group=3))
    assert suppress([by("age", 60, 40), without])


def test_degrees_of_freedom_do_not_count_strata() -> None:
    few = [counted((), 84, 40, df=df) for df in (82, 83)]
    released = [suppress(Estimates((), (one,), NOTE)).rows[0].df for one in few]
    assert released == [80, 80]
