"""Every writer of the package, with what it writes; the source itself is searched for others."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import eenzaam_stats as es
from eenzaam_stats.cli import main, release
from eenzaam_stats.cli.output import deliver
from eenzaam_stats.disclosure import export_to_argus
from eenzaam_stats.errors import SourceError
from eenzaam_stats.files.writing import write_set
from eenzaam_stats.letter import report
from eenzaam_stats.loaders.codebook.template import write_template
from eenzaam_stats.loaders.harmonise import cache as survey_cache
from eenzaam_stats.loaders.sources.ess import read_ess
from eenzaam_stats.plots import canvas, pdf, png, svg
from eenzaam_stats.statline import cache
from eenzaam_stats.statline.statline import ParquetSink, require_parquet
from eenzaam_stats.survey import HarmonisationReport
from eenzaam_stats.tables import csv_text

SOURCE = Path(es.__file__).parent
WAYS = {"write_file", "write_set", "write_folder", "PendingFile"}
# what would write past the one module; ``to_csv`` without a path gives text
PRIMITIVES = {
    "write_text", "write_bytes", "mkstemp", "NamedTemporaryFile", "TemporaryDirectory", "touch",
    "to_parquet", "to_excel", "to_pickle", "to_feather", "to_stata", "write_sav",
    "write_dta", "write_table", "ParquetWriter", "savefig", "symlink_to", "hardlink_to",
    "copyfile", "copy2", "dump", "fdopen",
}  # fmt: skip


def _calls(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }


def writing_modules() -> set[str]:
    """Modules that write through ``files/writing.py``."""
    return {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if path != SOURCE / "files" / "writing.py"
        if _calls(path) & WAYS
    }


def primitive_modules() -> dict[str, set[str]]:
    """Modules that use a way to write of their own, with that way."""
    found = {}
    for path in SOURCE.rglob("*.py"):
        used = _calls(path) & PRIMITIVES
        used |= {"open(w)"} if _opens_to_write(path) else set()
        if used:
            found[path.relative_to(SOURCE).as_posix()] = used
    return found


def _opens_to_write(path: Path) -> bool:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        words = [*node.args, *(word.value for word in node.keywords if word.arg == "mode")]
        modes = [one.value for one in words if isinstance(one, ast.Constant)]
        if name == "open" and any(isinstance(m, str) and set(m) <= set("wabx+t") for m in modes):
            return True
    return False


@dataclass(frozen=True)
class Writer:
    """One way to a file: ``write`` makes it, ``name`` is the file that stands there afterwards."""

    name: str
    module: str
    write: Callable[[Path, bool], object]
    replaces: bool = True  # whether it can be told to replace
    always: bool = False  # whether it replaces without being told: its own files in its own folder
    also: tuple[str, ...] = ()


def _survey(path: Path) -> es.Survey:
    return read_ess(path, wave=11)


def _picture(suffix: str) -> bytes:
    with canvas(width=2.0, height=2.0) as axes:
        axes.plot([0, 1], [0, 1])
        if suffix == "svg":
            return svg(axes, title="t", description="d")
        return pdf(axes, title="t") if suffix == "pdf" else png(axes)


def _fetched(folder: Path, overwrite: bool) -> None:
    table = pd.DataFrame({"a": [1.5]})
    files = {"ssw.csv": csv_text(table), "ssw_changes.csv": csv_text(table), "ssw.json": "[]\n"}
    write_set(folder, files, needed_by="fetch", overwrite=overwrite)


def _report(folder: Path, _: bool) -> None:
    report.write(None, folder)  # its documents are replaced by small ones


def _kept(folder: Path, _: bool) -> None:
    writer = cache.Writer(folder, "k")
    for _page in range(3):
        writer.add(np.random.default_rng(1).bytes(40_000).hex().encode())
    try:
        writer.commit({"modified": "m", "read_at": "r", "rows": 1})
    except BaseException:
        writer.discard()
        raise


def _saved(path: Path, overwrite: bool) -> None:
    require_parquet(path, overwrite=overwrite)
    sink = ParquetSink(None, path, overwrite)
    try:
        sink.add({"a": np.random.default_rng(1).random(9_000)})
        sink.close()
    except BaseException:
        sink.discard()
        raise


def _released(folder: Path, _: bool) -> None:
    record, _earlier = release.open_release(folder)
    with release.remember_release(record, (), out=None):
        pass


def _argus(folder: Path, overwrite: bool) -> None:
    people = pd.DataFrame({"y": [0, 1] * 40, "g": ["a", "b"] * 40})
    report_of = HarmonisationReport("a", "2022", "a.sav", "synthetic", "adults", 80, 80)
    survey = es.Survey(people, es.Design(), report_of)
    table = es.prevalence(survey, "y", by="g", weights=None)
    export_to_argus(table, folder=folder, name="t", overwrite=overwrite)


def _cached(folder: Path, _: bool) -> None:
    path = folder.parent / "source.sav"
    if not path.exists():
        es.synthesise("ess", path, wave=11, n=1_000, seed=1)
    key = survey_cache.CacheKey("ess", (path,), "", {})
    survey_cache.cache_survey(folder, key, lambda: _survey(path))


def _synthesise(source: str, n: int | None = 1_000) -> Callable[[Path, bool], object]:
    def write(path: Path, overwrite: bool) -> None:
        es.synthesise(source, path, n=n, seed=1, overwrite=overwrite)

    return write


def _deliver(content: Callable[[], str | bytes]) -> Callable[[Path, bool], object]:
    return lambda path, overwrite: deliver(content(), path, force=overwrite)


def _template(path: Path, _: bool) -> None:
    write_template("ssw", path)


def _command(*words: str) -> Callable[[Path, bool], object]:
    """A command of the command line; its exit code as the error that it stands for."""

    def write(path: Path, overwrite: bool) -> None:
        force = ["--force"] if overwrite else []
        if main.run([*words, str(path), "--quiet", *force]) != 0:
            raise SourceError("exit code")

    return write


SYNTHETIC = "synthetic/writing.py"
WRITERS = (
    Writer("gm.sav", SYNTHETIC, _synthesise("gezondheidsmonitor")),
    Writer("gm.zsav", SYNTHETIC, _synthesise("gezondheidsmonitor")),
    Writer("gmjv.sav", SYNTHETIC, _synthesise("gmjv")),
    Writer("ess.sav", SYNTHETIC, _synthesise("ess")),
    Writer("share.sav", SYNTHETIC, _synthesise("share")),
    Writer("lasa.sav", SYNTHETIC, _synthesise("lasa")),
    Writer("ssw.sav", "synthetic/ssw.py", _synthesise("ssw"), also=("ssw.toml",)),
    Writer("eu_values.csv", "synthetic/eu_survey.py", _synthesise("eu_loneliness_survey")),
    Writer("eu.dta", "synthetic/eu_survey.py", _synthesise("eu_loneliness_survey")),
    Writer("t.csv", "cli/output.py", _deliver(lambda: csv_text(pd.DataFrame({"a": range(99)})))),
    Writer("t.json", "cli/output.py", _deliver(lambda: "{}" * 99)),
    Writer("t.svg", "cli/output.py", _deliver(lambda: _picture("svg"))),
    Writer("t.png", "cli/output.py", _deliver(lambda: _picture("png"))),
    Writer("t.pdf", "cli/output.py", _deliver(lambda: _picture("pdf"))),
    Writer("own.toml", "loaders/codebook/template.py", _template, replaces=False),
    Writer("table.parquet", "statline/statline.py", _saved),
)
# those that write into a folder
FOLDERS = (
    Writer("fetched", "cli/fetch.py", _fetched, also=("ssw.csv", "ssw_changes.csv", "ssw.json")),
    Writer("letter_output", "letter/report.py", _report, always=True),
    Writer("release", "cli/release.py", _released, always=True),
    Writer("argus", "disclosure/argus.py", _argus, also=("t.tab", "t.rda", "t.arb")),
    Writer("readings", "statline/cache.py", _kept, always=True),
    Writer("kept", "loaders/harmonise/cache.py", _cached, always=True),
    Writer("liss", "synthetic/liss.py", _synthesise("liss"), replaces=False),
)
