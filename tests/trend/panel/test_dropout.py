"""Who comes and goes, and whether answers tell who leaves: by hand, and by R ``geepack``."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.errors import EenzaamStatsWarning, OptionError
from eenzaam_stats.trend.panel.dropout import check_dropout, warn_of_dropout, wave_counts
from eenzaam_stats.trend.panel.panel import panel_model
from eenzaam_stats.trend.panel.rows import PanelColumns, panel_rows
from trend.panel.panel_reference import COLUMNS, expected, panel_input

NUMBERS = r"odds ratio (\S+) per unit \(95% interval (\S+) to (\S+), p (\S+)\); (\S+) of (\S+) ans"
# the message prints three digits
PRINTED = 5e-3


def _read(message):
    return [float(number.replace(",", "")) for number in re.search(NUMBERS, message).groups()]


@pytest.mark.parametrize("outcome", ["y", "lonely"])
def test_relation_equals_geeglm_by_person(outcome):
    result = check_dropout(panel_input(), outcome, columns=COLUMNS)
    r = expected(f"dropout {outcome}", "coefficient").loc[outcome]
    counts = expected(f"dropout {outcome}", "count")["value"]
    ratio, low, high, p, absent, rows = _read(result.message)
    assert (absent, rows) == (counts["absent"], counts["rows"]) == (282, 2585)
    assert ratio == pytest.approx(np.exp(r["value"]), rel=PRINTED)
    assert low == pytest.approx(np.exp(r["value"] - 1.959964 * r["std_error"]), rel=PRINTED)
    assert high == pytest.approx(np.exp(r["value"] + 1.959964 * r["std_error"]), rel=PRINTED)
    assert p < 0.001
    assert result.passed is False
    assert f"people with a higher '{outcome}' are more often absent in the next" in result.message


def test_absence_by_chance_passes(rng):
    full = pd.DataFrame(
        {"person_id": np.repeat(np.arange(300), 4), "wave": np.tile(np.arange(4), 300)}
    )
    full["y"] = rng.normal(size=len(full)) + np.repeat(rng.normal(size=300), 4)
    kept = full[rng.random(len(full)) > 0.15]
    result = check_dropout(kept, "y")
    assert result.passed is True
    assert "no relation was found between 'y' and absence" in result.message


def test_absence_of_those_who_answer_lower_is_said():
    frame = pd.DataFrame({"person_id": range(200), "wave": 1, "y": [0, 1] * 100})
    stayed = [not (y == 0 and at % 4 == 0) and at % 10 != 1 for at, y in enumerate(frame["y"])]
    both = pd.concat([frame, frame[stayed].assign(wave=2)])
    result = check_dropout(both, "y")
    assert result.passed is False
    assert "people with a higher 'y' are less often absent" in result.message
    # by hand: 20 of 100 ones and 50 of 100 zeros leave
    assert _read(result.message)[0] == pytest.approx((20 / 80) / (50 / 50), rel=PRINTED)


def test_answers_that_tell_everyone_who_leaves_fail():
    frame = pd.DataFrame({"person_id": range(20), "wave": 1, "y": [0, 1] * 10})
    result = check_dropout(pd.concat([frame, frame[frame["y"] == 0].assign(wave=2)]), "y")
    assert result.passed is False
    assert result.message.startswith("the answers now tell without exception who is absent next")


@pytest.mark.parametrize("waves", [[1], [1, 2]])
def test_panel_without_absence_has_no_answer(waves):
    frame = pd.concat(
        [pd.DataFrame({"person_id": range(9), "wave": w, "y": range(9)}) for w in waves]
    )
    result = check_dropout(frame, "y")
    assert result.passed is None
    assert "nobody who answered is absent in the next wave" in result.message


def test_row_without_an_answer_counts_as_present():
    frame = pd.DataFrame(
        {"person_id": [1, 2, 3] * 2, "wave": [1] * 3 + [2] * 3, "y": [1, 2, 3, None, 1, 2]}
    )
    assert check_dropout(frame, "y").passed is None
    assert check_dropout(frame.dropna(), "y").passed is False


def test_same_answer_of_everyone_who_can_leave_has_no_answer():
    frame = pd.DataFrame({"person_id": [1, 2, 1], "wave": [1, 1, 2], "y": [1, 1, 2]})
    result = check_dropout(frame, "y")
    assert result.passed is None
    assert "gave the same answer" in result.message


def test_warning_says_whom_means_describe_and_what_to_use():
    with pytest.warns(EenzaamStatsWarning, match=r"Means of 'y' per wave describe those who stay"):
        result = warn_of_dropout(panel_input(), "y", columns=COLUMNS)
    assert result == check_dropout(panel_input(), "y", columns=COLUMNS)
    with pytest.warns(EenzaamStatsWarning, match=r"Use panel_model\(\), which keeps the earlier"):
        warn_of_dropout(panel_input(), "lonely", columns=COLUMNS)


def test_level_that_is_no_coverage_is_refused():
    with pytest.raises(OptionError, match=r"level is 1\.0"):
        check_dropout(panel_input(), "y", columns=COLUMNS, level=1.0)


def test_who_came_and_went_by_hand():
    # a: 1 2 3 4; b: 1 3 (back in 3, gone after); c: 2 (new); d: 4 (new); e: 1 4 (back)
    seen = {"a": [1, 2, 3, 4], "b": [1, 3], "c": [2], "d": [4], "e": [1, 4]}
    rows = [(person, wave) for person, waves in seen.items() for wave in waves]
    frame = pd.DataFrame(rows, columns=["person_id", "wave"]).assign(y=np.arange(10.0))
    frame.loc[0, "y"] = np.nan
    read = panel_rows(frame, "y", columns=PanelColumns(), family="linear")
    counts = wave_counts(read)
    assert [one.wave for one in counts] == ["1", "2", "3", "4"]
    assert [one.n_persons for one in counts] == [3, 2, 2, 3]
    assert [one.n_valid for one in counts] == [2, 2, 2, 3]
    assert [one.n_new for one in counts] == [3, 1, 0, 1]
    assert [one.n_returned for one in counts] == [0, 0, 1, 1]
    assert [one.n_left for one in counts] == [0, 1, 1, None]


def test_pattern_of_the_made_up_panel_adds_up():
    frame = panel_input()
    fit = panel_model(frame, "y", columns=COLUMNS)
    table = fit.participation()
    assert list(table) == ["wave", "n_persons", "n_valid", "n_new", "n_returned", "n_left"]
    assert table["n_persons"].sum() == len(frame) == 2872
    assert table["n_new"].sum() == frame["person_id"].nunique() == 420
    assert table["n_valid"].sum() == fit.n_rows == 2808
    last = frame.groupby("person_id")["wave"].max()
    assert table["n_left"].sum() == (last < 11).sum()
    # whoever is there was there before, is new, or is back
    stayed = (
        table["n_persons"].to_numpy()[1:] - (table["n_new"] + table["n_returned"]).to_numpy()[1:]
    )
    assert (stayed <= table["n_persons"].to_numpy()[:-1]).all()
