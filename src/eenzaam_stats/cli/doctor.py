"""``eenzaam-stats doctor``: what is installed here, and whether it really works."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from eenzaam_stats.cli.output import envelope, examples, give, progress
from eenzaam_stats.errors import SourceError
from eenzaam_stats.version import UNKNOWN, VERSION, read_version

if TYPE_CHECKING:
    import pandas as pd

    from eenzaam_stats.survey import Survey

EXAMPLES = examples("doctor", "doctor --json")
REQUIRED = ("numpy", "scipy", "pandas", "statsmodels", "narwhals", "typer", "rich")
SIGNS = {True: "works", False: "FAILS", None: "absent"}
NEEDED = ("core", "reference")


def doctor(
    spark: Annotated[
        bool, typer.Option("--spark", help="Also start Java for PySpark (ten seconds or more).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages on stderr.")] = False,
) -> None:
    """Try what is installed: engines, extras, reference tables, cache; exit code 3 on a fault."""
    from eenzaam_stats.cli.doctor import trials  # noqa: PLC0415

    found: list[Trial] = []
    with progress(1, "trying", quiet=quiet or as_json) as advance:
        found.extend(trials(spark=spark))
        advance("done")
    broken = [one for one in found if one.works is False]
    data = {
        "versions": _versions(),
        "trials": [asdict(one) for one in found],
        "healthy": not broken,
    }
    give(
        envelope("doctor", data=data, warnings=[_line(one) for one in broken])
        if as_json
        else _text(found)
    )
    needed = [one.name for one in broken if one.part in NEEDED]
    if needed:
        raise SourceError(
            f"doctor found {len(needed)} part(s) that every command needs and that do not work: "
            f"{', '.join(needed)}. Install the package again in a fresh environment."
        )


def _versions() -> dict[str, Any]:
    own = {"eenzaam-stats": VERSION, "python": platform.python_version()}
    return {**own, "system": platform.system(), **{n: read_version(n) for n in REQUIRED}}


def _text(found: Sequence[Trial]) -> str:
    versions = [f"{name:<16} {version}" for name, version in _versions().items()]
    return "\n".join([*versions, "", *(_line(one) for one in found)])


def _line(one: Trial) -> str:
    return f"{SIGNS[one.works]:<7} {one.part:<10} {one.name:<24} {one.version:<10} {one.detail}"


# What an installation can do, tried and not only looked up: engines, extras, tables, cache. A
# trial runs the real path on a small SYNTHETIC survey and compares its answer with the one of
# pandas. Whatever goes wrong is the finding, so this is the one place that catches every
# exception.

Part = Literal["core", "engine", "extra", "reference", "cache"]
N = 1_000  # respondents of the synthetic survey: the fewest that it can have
OUTCOME = "often_or_always_lonely"
SAME = 1e-12  # engines sum in another order


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one part of the installation.

    Attributes
    ----------
    part : {"core", "engine", "extra", "reference", "cache"}
        Kind of part.
    name, version : str
        Distribution or table, and its version; empty where it has none.
    works : bool or None
        Whether the trial gave the right answer; ``None`` when it is absent or was not tried.
    detail : str
        What was tried, what went wrong, or how to get it.
    """

    part: Part
    name: str
    version: str
    works: bool | None
    detail: str


def trials(*, spark: bool = False) -> Iterator[Trial]:
    """Try everything, one after the other.

    Parameters
    ----------
    spark : bool, default False
        Also start a Java machine for PySpark, which takes some ten seconds.

    Yields
    ------
    Trial
        The core first: without it the engines cannot be tried and are not yielded.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made: list[Survey] = []
        yield _try_part("core", "pyreadstat", lambda: _read(folder, made))
        yield _try_part("core", "matplotlib", _draw_figure)
        if made:
            yield from _engines(made[0], spark=spark)
        yield from _extras(folder)
    yield from _tables()
    yield _cache()


def _try_part(part: Part, name: str, run: Callable[[], str], *, extra: str = "") -> Trial:
    """Result of a trial; absent when an extra is not installed."""
    version = read_version(name)
    if extra and version == UNKNOWN:
        return Trial(part, name, "", None, f"not installed: pip install 'eenzaam-stats[{extra}]'")
    try:
        return Trial(part, name, version, works=True, detail=run())
    except Exception as problem:  # the finding, whatever it is
        return Trial(part, name, version, works=False, detail=_first_line(problem))


def _first_line(problem: Exception) -> str:
    lines = str(problem).splitlines() or [""]
    return f"{type(problem).__name__}: {lines[0]}"[:200]


def _read(folder: Path, made: list[Survey]) -> str:
    from eenzaam_stats.loaders.sources.ess import read_ess  # noqa: PLC0415
    from eenzaam_stats.scoring import DIRECT, score  # noqa: PLC0415
    from eenzaam_stats.synthetic.sources import synthesise  # noqa: PLC0415

    synthesise("ess", folder / "trial.sav", wave=11, n=N, seed=1)
    made.append(score(read_ess(folder / "trial.sav", wave=11), DIRECT))
    return f"wrote, read and scored a SYNTHETIC file of {N} rows"


def _draw_figure() -> str:
    from eenzaam_stats import plots  # noqa: PLC0415

    with plots.canvas(width=2, height=2) as axes:
        axes.plot([0, 1], [0, 1])
        picture = plots.svg(axes, title="trial", description="one line")
    return f"drew an SVG of {len(picture)} bytes"


def _engines(survey: Survey, *, spark: bool) -> Iterator[Trial]:
    expected = _estimate(survey, survey.respondents)
    plain = _plain(survey)
    for name, change in ENGINES.items():
        run = partial(_in_engine, survey, plain, change, expected)
        yield _try_part("engine", name, run, extra=FAST)
    if spark:
        run = partial(_in_spark, survey, plain, expected)
        yield _try_part("engine", "pyspark", run, extra="spark")
    else:
        version = read_version("pyspark")
        hint = (
            "add --spark to try it" if version != UNKNOWN else "pip install 'eenzaam-stats[spark]'"
        )
        yield Trial("engine", "pyspark", version.replace(UNKNOWN, ""), None, f"not tried: {hint}")


def _plain(survey: Survey) -> pd.DataFrame:
    """The columns that an estimate needs, as numbers that every engine has."""
    import pandas as pd  # noqa: PLC0415

    design = survey.design
    named = (design.weight, design.stratum, *design.clusters, *design.sizes)
    names = [name for name in named if name]
    frame: pd.DataFrame = survey.respondents[[OUTCOME, *names]].copy()
    frame[OUTCOME] = frame[OUTCOME].astype("Float64").astype(float)
    for name in [name for name in (design.stratum, *design.clusters) if name]:
        frame[name] = pd.factorize(frame[name])[0]
    return frame


def _estimate(survey: Survey, respondents: Any) -> float:
    from eenzaam_stats.estimation.prevalence import prevalence  # noqa: PLC0415

    changed = survey.with_respondents(respondents, scoring=survey.scoring)
    return prevalence(changed, OUTCOME).rows[0].estimate


def _in_engine(
    survey: Survey, frame: pd.DataFrame, change: Callable[[pd.DataFrame], Any], expected: float
) -> str:
    return _same(survey, change(frame), expected)


def _same(survey: Survey, respondents: Any, expected: float) -> str:
    found = _estimate(survey, respondents)
    if not isclose(found, expected, rel_tol=SAME):
        raise ArithmeticError(f"estimated {found!r} where pandas gives {expected!r}")
    return "estimated a prevalence, equal to that of pandas"


def _in_polars(frame: pd.DataFrame) -> Any:
    import polars  # noqa: PLC0415

    return polars.DataFrame({name: frame[name].to_numpy() for name in frame}).fill_nan(None)


def _in_arrow(frame: pd.DataFrame) -> Any:
    import pyarrow  # noqa: PLC0415

    return pyarrow.Table.from_pandas(frame, preserve_index=False)


def _in_duckdb(frame: pd.DataFrame) -> Any:
    import duckdb  # noqa: PLC0415

    return duckdb.from_df(frame)


def _in_spark(survey: Survey, frame: pd.DataFrame, expected: float) -> str:
    from pyspark.sql import SparkSession  # noqa: PLC0415

    session = SparkSession.builder.master("local[1]").getOrCreate()
    try:
        return _same(survey, session.createDataFrame(frame), expected)
    finally:
        session.stop()


FAST = "fast"
ENGINES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "polars": _in_polars,
    "pyarrow": _in_arrow,
    "duckdb": _in_duckdb,
}


def _extras(folder: Path) -> Iterator[Trial]:
    yield _try_part("extra", "polars-readstat", lambda: _read_fast(folder), extra=FAST)
    yield _try_part("extra", "openpyxl", lambda: _workbook(folder), extra="excel")
    yield _try_part("extra", "orjson", _document, extra=FAST)


def _read_fast(folder: Path) -> str:
    import pandas as pd  # noqa: PLC0415

    from eenzaam_stats.loaders.formats.opened import open_file, read_columns  # noqa: PLC0415
    from eenzaam_stats.loaders.formats.survey_file import Reader  # noqa: PLC0415

    readers: tuple[Reader, ...] = ("pyreadstat", "fast")
    opened = [open_file(folder / "trial.sav", reader=reader) for reader in readers]
    slow, fast = (read_columns(file, file.columns)[0] for file in opened)
    pd.testing.assert_frame_equal(slow, fast)
    return f"read {slow.shape[1]} columns of the same file, with the same values"


def _workbook(folder: Path) -> str:
    import pandas as pd  # noqa: PLC0415

    pd.DataFrame({"a": [1, 2]}).to_excel(folder / "trial.xlsx", index=False)
    found = pd.read_excel(folder / "trial.xlsx")["a"].tolist()
    if found != [1, 2]:
        raise ArithmeticError(f"a workbook came back as {found!r}")
    return "wrote and read an Excel workbook"


def _document() -> str:
    from eenzaam_stats.statline.document import plain, read_document  # noqa: PLC0415

    text = '{"value": [{"ID": 0, "Eenzaam_1": 0.1, "Naam": "één"}]}'.encode()
    if read_document(text) != plain(text):
        raise ArithmeticError("a document was read in two ways")
    return "read a JSON document as the standard library does"


def _tables() -> Iterator[Trial]:
    from eenzaam_stats.published.reference import reference_names  # noqa: PLC0415

    for name in reference_names():
        yield replace(_try_part("reference", name, partial(_read_table, name)), version="")


def _read_table(name: str) -> str:
    from eenzaam_stats.published.reference import reference  # noqa: PLC0415

    return f"{len(reference(name))} rows, checksum right"


def _cache() -> Trial:
    from eenzaam_stats.statline.cache import cache_folder, check_cache, readings_folder  # noqa: PLC0415

    check = check_cache(readings_folder())
    name, detail = str(cache_folder()), check.message
    if check.passed is None:
        return Trial("cache", name, "", None, detail)
    writable = os.access(readings_folder(), os.W_OK)
    state = "" if writable else ", not writable"
    return Trial("cache", name, "", check.passed and writable, f"{detail}{state}")
