"""Promises that hold for every command: help with examples that run, one envelope, exit codes."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer

from eenzaam_stats import errors
from eenzaam_stats.cli import main, output
from eenzaam_stats.errors import EenzaamStatsError
from eenzaam_stats.letter import report

ENVELOPE = ["schema", "ok", "command", "version", "data", "warnings", "error"]
PLACEHOLDERS = {
    "<short_name>": "own",
    "<name of the survey>": "SYNTHETIC survey",
    '"<year>"': "2024",
    '"<youngest age>"': "18",
    "<column of the weight, or none>": "w",
    "<column of the stratum, or none>": "none",
    "<column of the cluster, or none>": "none",
    "<column of the direct question>": "q",
    "<code of never>": "1",
    "<code of rarely>": "2",
    "<code of sometimes>": "3",
    "<code of often>": "4",
    "<code of always>": "5",
    "<code of a missing answer>": "9",
    "<column of the key of the person>": "id",
    "<column of sex>": "s",
    "<code of men>": "1",
    "<code of women>": "2",
    "<column of age in years>": "a",
}
NETWORK: set[str] = {"fetch"}  # commands whose examples need one, tested in their own file


def _commands(app: typer.Typer, before: tuple[str, ...] = ()) -> dict[str, str]:
    """Epilog of every command, by its words."""
    found = {
        " ".join([*before, str(info.name or info.callback.__name__)]): info.epilog or ""
        for info in app.registered_commands
    }
    for group in app.registered_groups:
        found |= _commands(group.typer_instance, (*before, str(group.name)))
    return found


COMMANDS = _commands(main.app)
EXAMPLES = [
    (name, line)
    for name, epilog in COMMANDS.items()
    if name not in NETWORK
    for line in re.findall(r"eenzaam-stats [^|\n]+", epilog)
]
SHOWN_AS_JSON = {name for name, line in EXAMPLES if "--json" in line}


@pytest.fixture
def workplace(tmp_path: Path, demo: Path, monkeypatch: pytest.MonkeyPatch, command) -> Path:
    """A folder with a SYNTHETIC file of every kind that an example names."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(7)
    for name in ("demo.sav", "gm2022.sav"):
        (tmp_path / name).write_bytes(demo.read_bytes())
    answers = rng.choice([1, 2, 3, 4, 5, 9], p=[0.35, 0.25, 0.2, 0.1, 0.05, 0.05], size=600)
    people = {"id": range(600), "q": answers, "w": rng.uniform(0.5, 2, 600)}
    people |= {"s": rng.choice([1, 2], 600), "a": rng.integers(18, 90, 600)}
    pd.DataFrame(people).to_csv("own.csv", index=False)
    assert command("codebook", "template", "direct", "own.toml").code == 0
    text = Path("own.toml").read_text("utf-8")
    for placeholder, word in PLACEHOLDERS.items():
        assert placeholder in text
        text = text.replace(placeholder, word)
    Path("own.toml").write_text(text, "utf-8")
    waves = np.arange(2008.8, 2026, 1.0)
    share = 0.2 + 0.004 * (waves - waves[0]) + rng.normal(0, 0.008, len(waves))
    series = {"wave": waves, "estimate": share, "std_error": 0.008}
    pd.DataFrame(series).to_csv("series.csv", index=False)
    cells = [(wave, band) for wave in (2012, 2016, 2020, 2022) for band in ("18-64", "65+")]
    prevalence = pd.DataFrame(cells, columns=["wave", "age_group"])
    lonely = 0.4 + 0.01 * (prevalence["wave"] - 2012)
    prevalence.assign(estimate=lonely, std_error=0.01).to_csv("prevalence.csv", index=False)
    Path("released.csv").write_text("region,n\na,40\nb,x\n", "utf-8")
    Path("places.csv").write_text("place,people\na,40\nb,geheim\nc,geheim\n", "utf-8")
    Path("areas.csv").write_text("area,people\nn,100\n", "utf-8")
    Path("lies_in.csv").write_text("place,area\na,n\nb,n\nc,n\n", "utf-8")
    return tmp_path


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report without its drawings, which other tests look at."""
    monkeypatch.setattr(
        report, "documents", lambda _: {"letter.html": b"x", "manifest.json": b"{}"}
    )


def test_there_are_the_known_commands_and_each_has_two_examples() -> None:
    known = {"letter", "prevalence", "audit", "trend", "project", "synthesise", "doctor"}
    assert known | {"codebook template", "codebook check"} <= set(COMMANDS)
    for name, epilog in COMMANDS.items():
        lines = re.findall(r"eenzaam-stats ([^|\n]+)", epilog)
        assert len(lines) >= 2, name
        assert all(line.startswith(name) for line in lines), name


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_its_examples_so_that_they_can_be_copied(name: str, command) -> None:
    ran = command(*name.split(), "--help")
    assert ran.code == 0
    assert ran.err == ""
    flat = " ".join(ran.out.split())
    for line in re.findall(r"eenzaam-stats [^|\n]+", COMMANDS[name]):
        assert " ".join(line.split()) in flat


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(("name", "line"), EXAMPLES, ids=[line for _, line in EXAMPLES])
def test_every_example_of_the_help_runs(name, line, workplace: Path, command) -> None:
    words = shlex.split(line)[1:]
    assert words[: len(name.split())] == name.split()
    if "template" in words or name == "synthesise":
        (workplace / words[-1]).unlink(missing_ok=True)
    ran = command(*words)
    assert ran.code == 0, ran.err
    assert ran.out.strip()
    assert "Traceback" not in ran.err
    if "--json" in words:
        _check_envelope(ran.out, name)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("name", sorted(set(COMMANDS) - NETWORK - SHOWN_AS_JSON))
def test_every_command_gives_one_envelope(name: str, workplace: Path, command) -> None:
    line = [line for one, line in EXAMPLES if one == name][-1]
    words = [word for word in shlex.split(line)[1:] if word != "--csv"]
    if "template" in words or name == "synthesise":
        (workplace / words[-1]).unlink(missing_ok=True)
    ran = command(*words, "--json")
    assert ran.code == 0, ran.err
    _check_envelope(ran.out, name)


def _check_envelope(text: str, name: str) -> None:
    document = json.loads(text)
    assert list(document) == ENVELOPE
    assert (document["schema"], document["ok"]) == (output.SCHEMA, True)
    assert (document["command"], document["error"]) == (name, None)
    assert document["data"]


@pytest.mark.parametrize("name", COMMANDS)
def test_wrong_option_is_named_in_the_envelope_too(name: str, command) -> None:
    ran = command(*name.split(), "--no-such-option", "--json")
    document = json.loads(ran.out)
    assert list(document) == ENVELOPE
    assert document["command"] == name
    assert (ran.code, document["error"]["exit_code"]) == (2, 2)
    assert "--no-such-option" in document["error"]["message"]
    assert "--no-such-option" in ran.err
    assert "Traceback" not in ran.err


def test_warning_of_the_package_is_on_stderr_and_in_the_envelope(
    workplace: Path, command, monkeypatch: pytest.MonkeyPatch
) -> None:
    import warnings

    from eenzaam_stats.errors import EenzaamStatsWarning
    from eenzaam_stats.loaders.codebook import template

    def warned(*_: object) -> Path:
        warnings.warn("look at this", EenzaamStatsWarning, stacklevel=1)
        return workplace / "x.toml"

    monkeypatch.setattr(template, "write_template", warned)
    ran = command("codebook", "template", "ssw", "--json")
    assert json.loads(ran.out)["warnings"] == ["look at this"]
    assert "note: look at this" in ran.err
    again = command("codebook", "check", "own.toml", "--json")
    assert json.loads(again.out)["warnings"] == []


@pytest.mark.parametrize("where", ["first", "last"])
def test_debug_shows_where_an_error_arose_and_changes_no_code(where: str, command) -> None:
    words = ["letter", "--lang", "fr"]
    plain = command(*words)
    loud = command(*(["--debug", *words] if where == "first" else [*words, "--debug"]))
    assert plain.code == loud.code == 2
    assert "Traceback" not in plain.err
    assert "Traceback" in loud.err
    assert loud.err.endswith(plain.err)


@pytest.mark.parametrize(("extra", "traced"), [([], False), (["--debug"], True)])
def test_mistake_of_the_toolkit_is_admitted_without_a_record(extra, traced, tmp_path: Path) -> None:
    code = (
        "import sys; from eenzaam_stats.cli import main, output\n"
        "from eenzaam_stats.loaders.codebook import template\n"
        "def broken(*_): raise KeyError('person 12, born 1950')\n"
        "template.write_template = broken\n"
        f"sys.argv = ['eenzaam-stats', 'codebook', 'template', 'ssw', '--json', *{extra!r}]\n"
        "main.main()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert ran.returncode == 1
    assert ("Traceback" in ran.stderr) is traced
    if not traced:
        assert "1950" not in ran.stderr + ran.stdout
        assert "KeyError, which nobody foresaw" in ran.stderr
        assert "--debug" in ran.stderr
        document = json.loads(ran.stdout)
        assert document["command"] == "codebook template"
        assert document["error"]["exit_code"] == 1


@pytest.mark.parametrize(
    ("ending", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF-"), ("svg", b"<?xml")]
)
def test_picture_of_a_series_has_the_kind_that_its_name_asks(
    ending, start, workplace: Path, command
) -> None:
    call = ("trend", "series.csv", "--interruption", "COVID-19:2020.2", "--plot", f"x.{ending}")
    ran = command(*call)
    assert ran.code == 0, ran.err
    assert (workplace / f"x.{ending}").read_bytes().startswith(start)
    assert command(*call).code == 3  # it is there already
    refused = command(*call[:-1], "x.gif")
    assert refused.code == 2
    assert "none of .png, .svg and .pdf" in refused.err


def _classes(root: type[EenzaamStatsError]) -> set[type[EenzaamStatsError]]:
    below = {one for child in root.__subclasses__() for one in _classes(child)}
    return {root, *below}


def test_help_documents_the_exit_code_of_every_class_of_error(command) -> None:
    ran = command("--help")
    told = {int(code) for code in re.findall(r"^\s+(\d+)\s{2,}\S", ran.out, re.MULTILINE)}
    used = {one.exit_code for one in _classes(EenzaamStatsError)}
    assert {2, 3, 4, 5} <= used
    assert told == used | {0, 1, 130}
    assert len(_classes(EenzaamStatsError)) >= len(
        [name for name in vars(errors) if name.endswith("Error")]
    )


def test_help_tells_how_to_complete_commands_and_the_shell_gets_a_script(command) -> None:
    ran = command("--help")
    assert "eenzaam-stats --install-completion" in ran.out
    for shell in ("bash", "zsh", "fish"):
        script = command("--show-completion", shell)
        assert script.code == 0, script.err
        assert "_EENZAAM_STATS_COMPLETE" in script.out
