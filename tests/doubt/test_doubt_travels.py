"""No derived result is reliable when a row that it rests on is not, in any public function."""

from __future__ import annotations

import importlib
import inspect
import math
import pkgutil
import re
import typing
from collections import Counter
from contextlib import suppress

import pytest

import eenzaam_stats
from doubt.closures import CLOSURES, NOT_APPLICABLE
from doubt.small_tables import KINDS, RELIABLE, SmallTable
from eenzaam_stats.errors import EenzaamStatsError
from eenzaam_stats.vocabulary import Flag

SEEDS = (1, 2)
# what a result can be made of: respondents, estimates, frames of them, other results
MADE_OF = re.compile(
    r"\b(Survey|Cells|Estimates|Comparisons|DataFrame|InterruptedFit|ForecastGap|PanelFit"
    r"|SeriesCheck|Projection|CountChange|Hindcast|ComputedFigure|Bands|object)\b"
)
MADE_OF_RESULTS = re.compile(
    r"\b(Estimates|Comparisons|InterruptedFit|ForecastGap|PanelFit|SeriesCheck|Projection"
    r"|CountChange|Hindcast|ComputedFigure|Sequence\[Survey\])"
)
OF_RESPONDENTS = ("estimation", "trend", "disclosure", "plots", "tables", "letter")
NO_RESULT = re.compile(
    r"^(None|NoReturn|Survey|HarmonisationReport|str|Frame|SchemaError|Errors|list\[str\]|Input"
    r"|dict\[str, Input\]|pd\.Series\[bool\])$"
)


def public_functions() -> dict[str, str]:
    """Functions that make something of respondents or estimates, with what they give."""
    found = {}
    for module in pkgutil.walk_packages(eenzaam_stats.__path__, "eenzaam_stats."):
        name = module.name.removeprefix("eenzaam_stats.")
        package = name.split(".", maxsplit=1)[0]
        if package in ("__main__", "cli", "numerics"):  # commands call verbs; arrays know no rows
            continue
        made_of = MADE_OF if package in OF_RESPONDENTS else MADE_OF_RESULTS
        for word, function in vars(importlib.import_module(module.name)).items():
            own = inspect.isfunction(function) and function.__module__ == module.name
            if word.startswith("_") or not own:
                continue
            hints = {key: str(value) for key, value in function.__annotations__.items()}
            gives = hints.pop("return", "None")
            if any(made_of.search(value) for value in hints.values()):
                found[f"{name}.{word}"] = gives
    return found


def test_every_public_function_is_registered_or_excused() -> None:
    found = public_functions()
    assert len(found) > 60
    asked = {
        name
        for name, gives in found.items()
        if not NO_RESULT.match(gives) or name in CLOSURES or name in NOT_APPLICABLE
    }
    unknown = asked - CLOSURES.keys() - NOT_APPLICABLE.keys()
    assert unknown == set(), "register these in tests/doubt/closures.py, or say why not"
    methods = {"trend.projection.scenarios.CohortShift"}  # a class that project() takes
    gone = CLOSURES.keys() - found.keys() - methods
    assert gone == set(), "these are no longer there"


def test_every_verb_of_the_front_is_among_them() -> None:
    homes = {
        f"{value.__module__}.{name}".removeprefix("eenzaam_stats.")
        for name in eenzaam_stats.__all__
        if inspect.isfunction(value := getattr(eenzaam_stats, name))
    }
    packages = ("loaders.", "published.", "synthetic.", "scoring.")
    readers = {name for name in homes if name.startswith(packages)}
    givers_of_surveys = {"estimation.calibration.calibrate.calibrate"}
    registered = CLOSURES.keys() | NOT_APPLICABLE.keys()
    assert homes - readers - givers_of_surveys - registered == set()


@pytest.mark.parametrize("name", CLOSURES)
@pytest.mark.parametrize("kind", KINDS)
def test_no_derived_result_is_reliable_when_an_input_is_not(name: str, kind: str) -> None:
    for seed in SEEDS:
        found = []
        with suppress(EenzaamStatsError):  # refused in words, which is right too
            found = list(CLOSURES[name](SmallTable(kind, seed)))
        for one in found:
            if one.doubted:
                assert one.flag != Flag.RELIABLE
                assert all(math.isnan(value) for value in one.tests)


@pytest.mark.parametrize("name", CLOSURES)
def test_doubt_is_not_cast_on_what_is_reliable(name: str) -> None:
    found = list(CLOSURES[name](SmallTable(RELIABLE, 3)))
    assert found
    assert not any(one.doubted for one in found)
    assert Counter(str(one.flag) for one in found) == {"reliable": len(found)}
    assert all(math.isfinite(value) for one in found for value in one.tests)


def test_the_walk_knows_a_function_that_forgets() -> None:
    """The pattern sees each way in which a verb could take respondents or estimates."""
    for words in (
        "Survey | Cells",
        "Estimates | pd.DataFrame",
        "Sequence[Estimates]",
        "InterruptedFit | ForecastGap",
        "Mapping[str, Estimates | pd.DataFrame]",
        "object",
    ):
        assert MADE_OF.search(words)
    assert not NO_RESULT.match("Comparisons")
    assert typing.get_type_hints(public_functions) == {"return": dict[str, str]}
