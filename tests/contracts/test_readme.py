"""What the README promises: the two commands, the links, and ten lines that run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest


@pytest.fixture
def readme(repository: Path) -> str:
    return (repository / "README.md").read_text("utf-8")


def _fence_after(text: str, mark: str) -> str:
    found = re.search(rf"<!-- {re.escape(mark)} -->\n```\w*\n(.*?)```", text, re.S)
    assert found, f"no fence after {mark}"
    return found[1]


def test_both_commands_are_marked_for_the_machine(readme: str) -> None:
    run, test = (_fence_after(readme, f"command: {name}").strip() for name in ("run", "test"))
    assert run.startswith("python3 -m venv .venv && ")
    assert run.endswith("eenzaam-stats letter")
    assert test.startswith("python3 -m venv .venv && ")
    assert test.endswith("-m pytest -n auto")
    assert "\n" not in run + test


def test_example_has_ten_lines_at_most_and_runs(
    readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = _fence_after(readme, "example")
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README", "exec"), {})
    assert "estimate" in capsys.readouterr().out


def test_links_to_files_exist(readme: str, repository: Path) -> None:
    targets = [t for t in re.findall(r"\]\(([^)#]+)", readme) if not t.startswith("http")]
    assert targets
    assert [target for target in targets if not (repository / target).exists()] == []
