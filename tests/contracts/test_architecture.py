"""The map of the package: its paths exist, and each file holds the word that a reader looks for."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path

import pytest


@pytest.fixture
def page(repository) -> str:
    return (repository / "ARCHITECTURE.md").read_text("utf-8")


def test_every_question_is_answered_by_a_file_that_holds_the_word(page, repository):
    source = repository / "src" / "eenzaam_stats"
    rows = re.findall(r"^\| (.+?) \| `([^`]+)` \| `([^`]+)` \|$", page, re.MULTILINE)
    assert len(rows) >= 20
    absent = [
        (question, path, word)
        for question, path, word in rows
        if not (source / path).is_file() or word.rpartition(".")[2] not in _words(source / path)
    ]
    assert not absent


def _words(path: Path) -> str | set[str]:
    """Names in the code of a module, docstrings and comments left out; the text of other files."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        return text
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {token.string for token in tokens if token.type == tokenize.NAME}


def test_every_path_on_the_page_exists(page, repository):
    source = repository / "src" / "eenzaam_stats"
    found = re.findall(r"`([a-z_/]+(?:\.py|\.toml|/))`", page)
    assert len(found) > 40
    absent = [
        path
        for path in found
        if not (source / path).exists()
        and not (repository / path).exists()
        and not any(source.glob(f"*/{path}"))
    ]
    assert not absent


def test_every_package_and_module_of_the_top_is_on_the_page(page, repository):
    source = repository / "src" / "eenzaam_stats"
    packages = {f"{one.parent.name}/" for one in source.glob("*/__init__.py")}
    modules = {one.name for one in source.glob("*.py")} - {"__init__.py", "__main__.py"}
    assert not {name for name in packages | modules if f"`{name}`" not in page}
