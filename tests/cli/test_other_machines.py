"""Every command as on another machine: other encodings, no links, no locks, names of any bytes."""

from __future__ import annotations

import ast
import io
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pyreadstat
import pytest

import eenzaam_stats as es
from cli.test_every_command import COMMANDS, EXAMPLES, workplace
from eenzaam_stats.cli.main import run
from eenzaam_stats.cli.streams import REPLACED
from eenzaam_stats.letter import report

__all__ = ["workplace"]
ENCODINGS = ("cp1252", "cp850", "latin-1", "ascii", "utf-8")
GM = ("--source", "gezondheidsmonitor", "--wave", "2022", "--outcome", "severely_lonely")
WITHOUT_NETWORK = sorted({name for name, _ in EXAMPLES})
posix = pytest.mark.skipif(sys.platform == "win32", reason="names of bytes are of POSIX")


class Machine:
    """Standard output and error of one encoding that refuse what it lacks."""

    def __init__(self, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.encoding = encoding
        self.patch = monkeypatch

    def run(self, *words: object) -> tuple[int, str, str]:
        kept = [io.BytesIO(), io.BytesIO()]
        streams = [io.TextIOWrapper(one, encoding=self.encoding, newline="\n") for one in kept]
        with self.patch.context() as patch:
            patch.setattr(sys, "stdout", streams[0])
            patch.setattr(sys, "stderr", streams[1])
            code = run([str(word) for word in words])
            for stream in streams:
                stream.flush()
        return (code, *(one.getvalue().decode(self.encoding) for one in kept))


@pytest.fixture
def machine(request, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """As Windows: no links, no locks of folders, one encoding of eight bits."""

    def refused(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    for name in ("hardlink_to", "symlink_to"):
        monkeypatch.setattr(Path, name, refused)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    return Machine(request.param, monkeypatch)


on_every_machine = pytest.mark.parametrize("machine", ENCODINGS, indirect=True)
on_windows = pytest.mark.parametrize("machine", ["cp1252"], indirect=True)


@pytest.mark.parametrize("line", sorted({line.strip() for _, line in EXAMPLES}))
@on_windows
def test_every_example_runs(line: str, machine: Machine, workplace: Path, monkeypatch) -> None:
    monkeypatch.setattr(report, "documents", lambda _: {"letter.html": "–", "manifest.json": "{}"})
    (workplace / "out").mkdir()
    words = shlex.split(line)[1:]
    if words[:2] == ["codebook", "template"]:
        words[3] = f"new_{words[3]}" if len(words) > 3 else "x"
    if words[0] == "synthesise":
        words += ["--force"]
    code, out, err = machine.run(*words)
    assert code == 0, err
    assert "mistake in the toolkit" not in err
    assert out or words[0] == "doctor"


def test_the_examples_are_of_every_command_without_a_network() -> None:
    assert set(WITHOUT_NETWORK) == set(COMMANDS) - {"fetch"}


@on_every_machine
def test_text_json_and_csv_are_written_on_every_machine(machine: Machine, demo: Path) -> None:
    code, out, _ = machine.run("prevalence", demo, *GM, "--by", "age_group")
    assert code == 0
    assert ("–" in out) is (machine.encoding in ("cp1252", "utf-8"))
    _, exact, _ = Machine("utf-8", machine.patch).run("prevalence", demo, *GM, "--json")
    code, out, _ = machine.run("prevalence", demo, *GM, "--json")
    assert code == 0
    assert json.loads(out) == json.loads(exact)  # also what the encoding lacks
    code, out, _ = machine.run("prevalence", demo, *GM, "--csv")
    assert code == 0
    assert out.startswith("outcome,")


@posix
@on_every_machine
def test_name_that_is_no_text(machine: Machine, demo: Path, tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/gm\xff\xfe.sav"))
    odd.write_bytes(demo.read_bytes())
    for words in (
        ("prevalence", odd, *GM),
        ("prevalence", odd, *GM, "--json"),
        ("prevalence", odd, *GM, "--out", f"{odd}.csv"),
        ("codebook", "template", "ssw", f"{odd}.toml"),
        ("codebook", "template", "ssw", f"{odd}.toml", "--json"),
        ("synthesise", "ess", odd, "--n", "1000"),
        ("prevalence", f"{odd}x.sav", *GM),
        ("codebook", "check", odd),
        ("trend", odd, "--interruption", "2020"),
        ("project", "--prevalence", odd),
    ):
        code, _, err = machine.run(*words)
        assert code in (0, 2, 3), err
        assert "mistake" not in err
        assert "Traceback" not in err


@posix
@pytest.mark.slow
@pytest.mark.parametrize("people", [3, 12, 20])
def test_letter_on_an_extract_of_a_few_people(people, demo, tmp_path, command, monkeypatch) -> None:
    """Its name is no text and holds marks of formulas; JSON has no NaN; every picture is drawn."""
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/g$m_{\xff%<b>&\\frac$.sav")
    frame, meta = pyreadstat.read_sav(demo, user_missing=True)
    pyreadstat.write_sav(
        frame.head(people), tmp_path / "x.sav", file_label=meta.file_label, note=meta.notes,
        column_labels=meta.column_names_to_labels, missing_ranges=meta.missing_ranges,
        variable_value_labels=meta.variable_value_labels,
    )  # fmt: skip
    (tmp_path / "x.sav").rename(odd)
    if people != 3:  # one of the three draws everything, which takes a minute
        monkeypatch.setattr(report, "all_figures", lambda **_: ())
    ran = command("letter", "--survey", odd, "--out", tmp_path / "out", "--json")
    assert ran.code == 0, ran.err

    def refuse(word: str) -> None:
        raise AssertionError(word)

    data = json.loads(ran.out, parse_constant=refuse)["data"]
    assert [one["outcome"] for one in data["computed"]] == ["severely_lonely", "lonely"]
    assert data["computed"][0]["file"] == "g$m_{\N{REPLACEMENT CHARACTER}%<b>&\\frac$.sav"
    page = (tmp_path / "out" / "letter.html").read_text("utf-8")
    assert "g$m_{\N{REPLACEMENT CHARACTER}%&lt;b&gt;&amp;\\frac$.sav" in page
    assert "<b>&" not in page
    for name in ("claims.json", "manifest.json"):
        json.loads((tmp_path / "out" / name).read_text("utf-8"), parse_constant=refuse)


# ------------------------------------------------------------------ a program of its own


def _program(*words: str, encoding: str = "cp1252", **options) -> subprocess.CompletedProcess:
    code = "from eenzaam_stats.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        check=False,
        stderr=subprocess.PIPE,
        **options,
    )


def test_redirect_of_windows(demo: Path, tmp_path: Path) -> None:
    with (tmp_path / "out.txt").open("wb") as stream:
        ran = _program("prevalence", str(demo), *GM, stdout=stream)
    assert ran.returncode == 0, ran.stderr
    assert "ernstig eenzaam" in (tmp_path / "out.txt").read_text("cp1252")


@posix
@pytest.mark.parametrize("options", [(), ("--json",), ("--csv",)])
def test_full_standard_output_is_one_sentence(options, demo: Path) -> None:
    with Path("/dev/full").open("wb") as stream:
        ran = _program("prevalence", str(demo), *GM, "--quiet", *options, stdout=stream)
    assert ran.returncode == 3
    said = ran.stderr.decode("cp1252")
    assert said.count("\n") == 1
    assert "standard output cannot be written: No space left on device" in said


@posix
def test_reader_that_leaves_and_streams_that_are_closed() -> None:
    code = "from eenzaam_stats.cli.main import main; main()"
    words = f"{shlex.quote(sys.executable)} -c {shlex.quote(code)} project --edition 2024"
    for tail in ("| head -c 5", ">&- 2>&-", "2>/dev/full", "2>&-"):
        ran = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {words} {tail}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "Traceback" not in ran.stderr, tail
        assert "Exception ignored" not in ran.stderr, tail
        assert ran.returncode in (0, 2, 3), tail


def test_no_text_is_read_or_written_in_the_encoding_of_the_machine() -> None:
    found = []
    for path in Path(es.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            named = {word.arg for word in node.keywords} & {"encoding"}
            texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
            binary = any(isinstance(one, str) and "b" in one for one in texts)
            if name == "read_text" and not node.args and not named:
                found.append((path.name, node.lineno))
            if name == "open" and isinstance(node.func, ast.Name) and not (binary or named):
                found.append((path.name, node.lineno))
    assert found == []


def test_nearest_characters() -> None:
    text = "18–34 ≥ é € → \N{GRINNING FACE} \udcff"
    assert text.encode("cp1252", REPLACED).decode("cp1252") == "18–34 >= é € -> ? ?"
    assert text.encode("ascii", REPLACED).decode() == "18-34 >= e EUR -> ? ?"
    assert text.encode("utf-8", REPLACED).decode() == text.replace("\udcff", "?")
