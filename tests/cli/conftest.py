"""One synthetic file for all command line tests, and what a run gave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from eenzaam_stats.cli.main import run
from eenzaam_stats.synthetic import synthesise_gezondheidsmonitor


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic Gezondheidsmonitor of 2022."""
    path = tmp_path_factory.mktemp("demo") / "demo.sav"
    synthesise_gezondheidsmonitor(path, wave=2022, n=4_000, seed=5)
    return path


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def call(*arguments: object) -> Ran:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return call
