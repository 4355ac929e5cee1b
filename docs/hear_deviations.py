"""Run tests and hear every number that they compare with a witness.

``numpy.testing.assert_allclose`` and ``pytest.approx`` are listened to; only comparisons that hold
are counted, since a test may also show that something differs on purpose.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

# References below this size are often rounding of an exact zero; they count in the absolute column.
SMALLEST_REFERENCE = 1e-6


@dataclass
class Heard:
    """What the tests of one name compared."""

    passed: int = 0
    compared: int = 0
    absolute: float = 0.0
    relative: float = 0.0

    def note(self, actual: Any, reference: Any) -> None:
        """Count the finite numbers of one comparison and keep its largest deviations."""
        try:
            ours, theirs = np.broadcast_arrays(
                np.asarray(actual, dtype=float), np.asarray(reference, dtype=float)
            )
        except (TypeError, ValueError):
            return  # words beside numbers, compared by equality
        there = np.isfinite(ours) & np.isfinite(theirs)
        if not there.any():
            return
        gaps, sizes = np.abs(ours - theirs)[there], np.abs(theirs)[there]
        self.compared += int(there.sum())
        self.absolute = max(self.absolute, float(gaps.max()))
        large = sizes > SMALLEST_REFERENCE
        if large.any():
            self.relative = max(self.relative, float((gaps[large] / sizes[large]).max()))


class _Listener:
    def __init__(self, names: Sequence[str]) -> None:
        self.heard = {name: Heard() for name in names}
        self.trouble: list[str] = []
        self._now: list[Heard] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        whole = item.nodeid.partition("[")[0]
        asked = {whole, whole.partition("::")[0]}
        self._now = [heard for name, heard in self.heard.items() if name in asked]
        try:
            return (yield)
        finally:
            self._now = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome != "passed":
            self.trouble.append(f"{report.nodeid}: {report.outcome}")
        elif report.when == "call":
            whole = report.nodeid.partition("[")[0]
            for name, heard in self.heard.items():
                heard.passed += name in {whole, whole.partition("::")[0]}

    def note(self, actual: Any, reference: Any) -> None:
        for heard in self._now:
            heard.note(actual, reference)


@contextlib.contextmanager
def _listening(note: Callable[[Any, Any], None]) -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    close = np.testing.assert_allclose

    def assert_allclose(actual: Any, desired: Any, *rest: Any, **more: Any) -> None:
        close(actual, desired, *rest, **more)
        note(actual, desired)

    patch.setattr(np.testing, "assert_allclose", assert_allclose)
    scalar = type(pytest.approx(1.0))

    def equal(self: Any, actual: Any, *, original: Any = scalar.__eq__) -> bool:
        same = original(self, actual)
        if same:
            note(actual, self.expected)
        return same

    patch.setattr(scalar, "__eq__", equal)
    try:
        yield
    finally:
        patch.undo()


def heard_by(root: Path, tests: Sequence[str]) -> dict[str, Heard]:
    """Run the tests below the root and give, per name, what they compared.

    Raises
    ------
    RuntimeError
        If a test fails or is skipped, or if a name has no test.
    """
    listener = _Listener(list(dict.fromkeys(tests)))
    told = io.StringIO()
    options = ["-q", "-p", "no:cacheprovider", "--no-header", f"--rootdir={root}"]
    with contextlib.chdir(root), contextlib.redirect_stdout(told), _listening(listener.note):
        pytest.main([*options, *listener.heard], plugins=[listener])
    silent = [name for name, heard in listener.heard.items() if not heard.passed]
    if listener.trouble or silent:
        raise RuntimeError(
            f"Not measured. Failed or skipped: {listener.trouble[:5]}; without a passed test: "
            f"{silent}.\n{told.getvalue()[-2000:]}"
        )
    return listener.heard
