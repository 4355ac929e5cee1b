"""The colours can be told apart by every eye, and stand out from light and dark paper.

Simulation: Machado, Oliveira and Fernandes (2009), doi:10.1109/TVCG.2009.113, severity 1, on linear
RGB. Distance: CIE 1976 in L*a*b*, white point D65. Contrast: WCAG 2.2, 1.4.11 asks 3 for graphics.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from eenzaam_stats.letter.page.picture import DARK_INK
from eenzaam_stats.plots import theme

EYES = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
# petroff6, made for this purpose, has 25 by the same measure; ours have at least 26.5
APART = 25.0
STEP = 10.0  # neighbours on a ramp also differ in lightness and stand in a legend; least seen: 11.6
GRAPHIC, TEXT = 3.0, 4.5
SETS = {
    "series": (theme.COLOURS, theme.PAPER),
    "series, dark": (theme.DARK_COLOURS, theme.DARK_PAPER),
    "verdicts": (tuple(theme.VERDICTS.values()), theme.PAPER),
    "verdicts, dark": (tuple(theme.DARK_VERDICTS.values()), theme.DARK_PAPER),
}


def linear(colour: str) -> np.ndarray:
    part = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    ratio = TO_XYZ @ np.clip(light, 0, 1) / (TO_XYZ @ np.ones(3))
    bent = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * bent[1] - 16, 500 * (bent[0] - bent[1]), 200 * (bent[1] - bent[2])])


def distance(one: str, other: str, eye: np.ndarray) -> float:
    return float(np.linalg.norm(lab(eye @ linear(one)) - lab(eye @ linear(other))))


def contrast(one: str, other: str) -> float:
    dark, light = sorted(float(TO_XYZ[1] @ linear(colour)) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def test_measures_have_the_known_values() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0, rel=1e-6)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # WCAG's own example
    assert lab(linear("#ffffff")) == pytest.approx([100, 0, 0], abs=0.01)
    # pure red in L*a*b* under D65: 53.24, 80.09, 67.20
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.02)
    for eye in EYES.values():  # white and grey stay what they are: the rows add up to 1
        assert eye.sum(axis=1) == pytest.approx(np.ones(3), abs=2e-6)


def test_measure_finds_the_pair_that_is_known_to_be_confused() -> None:
    # light green and orange of the chart palette of CBS: 5.3 for deuteranopes, 70 for most eyes
    assert distance("#afcb05", "#f39200", EYES["deuteranopia"]) == pytest.approx(5.3, abs=0.05)
    assert distance("#afcb05", "#f39200", EYES["usual"]) > 40


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("name", SETS)
def test_every_pair_of_a_set_can_be_told_apart(name: str, eye: str) -> None:
    pairs = list(combinations(SETS[name][0], 2))
    assert len(pairs) in (10, 15)
    least = min((distance(*pair, EYES[eye]), pair) for pair in pairs)
    assert least[0] >= APART, least


@pytest.mark.parametrize("name", SETS)
def test_every_colour_stands_out_from_its_paper(name: str) -> None:
    colours, paper = SETS[name]
    for colour in colours:
        assert contrast(colour, paper) >= GRAPHIC, colour


def test_letters_stand_out_from_light_and_dark_paper() -> None:
    assert contrast(theme.INK, theme.PAPER) >= TEXT
    assert contrast(DARK_INK, theme.DARK_PAPER) >= TEXT


@pytest.mark.parametrize("eye", EYES)
def test_ramp_gets_darker_in_steps_that_every_eye_sees(eye: str) -> None:
    lightness = [lab(EYES[eye] @ linear(colour))[0] for colour in theme.RAMP]
    assert lightness == sorted(lightness, reverse=True)
    steps = [distance(a, b, EYES[eye]) for a, b in zip(theme.RAMP, theme.RAMP[1:], strict=False)]
    assert min(steps) >= STEP


def test_every_group_has_a_second_cue() -> None:
    n = len(theme.COLOURS)
    for cues in (theme.MARKERS, theme.DASHES, theme.HATCHES, theme.DARK_COLOURS):
        assert len(set(cues)) == len(cues) == n
    assert theme.VERDICTS.keys() == theme.DARK_VERDICTS.keys()
