"""Templates are complete, explain themselves, and are refused with a clear list until filled in."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from eenzaam_stats.errors import OptionError, SchemaError, SourceError
from eenzaam_stats.loaders.codebook.template import TEMPLATES, mapping_template, write_template
from eenzaam_stats.loaders.mapping.labels import INSTRUMENTS, is_placeholder
from eenzaam_stats.loaders.mapping.mapping import check_mapping, read_mapping

EXPECTED_ITEMS = {
    "ssw": [f"djg_{number}" for number in (3, 4, 7, 9, 8, 10)],
    "djg11": [f"djg_{number}" for number in range(1, 12)],
    "djg6": [f"djg_{number}" for number in (3, 4, 7, 8, 9, 10)],
    "ucla3": ["ucla_1", "ucla_2", "ucla_3"],
    "direct": ["direct"],
}
PEOPLE = ["person_id", "sex", "age"]


def filled(source: str) -> str:
    """Template as a user would fill it in, with a name per placeholder."""
    text = mapping_template(source)
    text = text.replace('"<year>"', "2022").replace('"<youngest age>"', "18")
    text = text.replace("<short_name>", "mine")
    answer_words = re.findall(r'^"(<code of [^"]*>)" = ', text, re.M)
    for place, word in enumerate(dict.fromkeys(answer_words), start=1):
        text = text.replace(f'"{word}"', str(place))
    text = text.replace('"<code of a missing answer>"', "99")
    lines = text.splitlines()
    return "\n".join(
        re.sub(r"<[^<>]*>", f"v{number}", line) if not line.startswith("#") else line
        for number, line in enumerate(lines)
    )


@pytest.mark.parametrize("source", TEMPLATES)
def test_template_is_toml_with_every_item_of_its_instrument(source):
    raw = tomllib.loads(mapping_template(source))
    names = [row["name"] for row in raw["variable"]]
    assert names == EXPECTED_ITEMS[source] + PEOPLE
    scale = INSTRUMENTS[raw["source"]["instrument"]]
    assert {item.column for item in scale.items} == set(EXPECTED_ITEMS[source])


@pytest.mark.parametrize("source", TEMPLATES)
def test_every_column_of_a_template_is_a_marked_placeholder(source):
    raw = tomllib.loads(mapping_template(source))
    assert all(is_placeholder(row["column"]) for row in raw["variable"])
    assert is_placeholder(raw["design"]["weight"])


@pytest.mark.parametrize("source", TEMPLATES)
def test_every_field_of_the_head_is_explained_by_a_comment(source):
    head = mapping_template(source).split("# -----")[0].splitlines()
    fields = [at for at, line in enumerate(head) if re.match(r"\w+ = ", line)]
    assert len(fields) == 11
    # the design lines that follow each other share one comment
    assert all(
        head[at - 1].startswith("#") or re.match(r"stratum = ", head[at - 1]) for at in fields
    )


@pytest.mark.parametrize("source", TEMPLATES)
def test_unfilled_template_gives_the_whole_list_of_what_is_missing(source, tmp_path):
    path = write_template(source, tmp_path / "mine.toml")
    failed = [check.message for check in check_mapping(path) if check.passed is False]
    text = "\n".join(failed)
    for number, name in enumerate(EXPECTED_ITEMS[source], start=1):
        assert f"row {number} ({name}): column is not filled in" in text
        assert f"row {number} ({name}): codes are not filled in" in text
    assert "[source] wave is not filled in: '<year>'" in text
    assert "[design] weight is not filled in" in text
    with pytest.raises(SchemaError, match=rf"mine.toml: the mapping has {len(failed)} problem"):
        read_mapping(path)


@pytest.mark.parametrize("source", TEMPLATES)
def test_filled_template_has_no_problem(source, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(filled(source), "utf-8")
    assert {check.passed for check in check_mapping(path)} == {True, None}


def test_unknown_template_names_the_options():
    with pytest.raises(OptionError, match=r"template is 'share'.*'ssw', 'djg11', 'djg6', 'ucla3'"):
        mapping_template("share")


def test_template_never_replaces_a_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("my own work", "utf-8")
    with pytest.raises(SourceError, match=r"does not replace mine.toml, which exists already"):
        write_template("ssw", path)
    assert path.read_text("utf-8") == "my own work"


def test_template_needs_a_toml_name_and_a_folder(tmp_path):
    with pytest.raises(OptionError, match=r"suffix of the file to write is '.txt'.*'.toml'"):
        write_template("ssw", tmp_path / "mine.txt")
    with pytest.raises(SourceError, match=r"needs an existing folder for mine.toml"):
        write_template("ssw", tmp_path / "absent" / "mine.toml")


def test_failed_writing_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(SourceError, match=r"cannot write mine.toml: No space left"):
        write_template("ssw", tmp_path / "mine.toml")
    assert list(tmp_path.iterdir()) == []
