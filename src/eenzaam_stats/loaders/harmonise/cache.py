"""A harmonised ``Survey`` kept as Parquet, so that the same file is not read twice.

The key is the content of the files, of the codebook, the options and the version of the package:
when any of them changes, the survey is read again. The name of a cache file ends in the SHA-256 of
its own content: one that was edited is read again too. A kept survey holds answers of persons, as
the file itself does; the folder deserves the same care. Nothing is harmonised here.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from eenzaam_stats.design import Design
from eenzaam_stats.errors import EenzaamStatsWarning, SourceError, users_level
from eenzaam_stats.files.document_text import parse_json
from eenzaam_stats.files.writing import PendingFile, require_place
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.survey import ColumnReport, HarmonisationReport, Survey
from eenzaam_stats.version import VERSION
from eenzaam_stats.vocabulary import Origin

VERB = "cache="
_CHUNK = 1 << 20
SHORT = 40  # hexadecimal signs of a SHA-256 in a name: 160 bits


@dataclass(frozen=True, slots=True)
class CacheKey:
    """What a kept survey depends on.

    Attributes
    ----------
    source : str
        Short name of the source; the name of the cache file begins with it.
    files : tuple of Path
        Files that were read, each counted by its content.
    codebook : str
        Text of the codebook or mapping.
    options : mapping of str to value
        Options of the reader that change the survey.
    """

    source: str
    files: tuple[Path, ...]
    codebook: str
    options: Mapping[str, object]

    def name(self) -> str:
        """Begin of the name of the cache file: the source and a SHA-256 over all parts."""
        digest = hashlib.sha256()
        parts = [VERSION, self.source, self.codebook, _text(self.options)]
        for part in parts:
            # A digest of each part: parts written behind each other could be cut elsewhere and give
            # the same name.
            digest.update(hashlib.sha256(part.encode()).digest())
        for file in self.files:
            digest.update(hashlib.sha256(os.fsencode(file.name)).digest())
            digest.update(_content(file))
        return f"{self.source}-{digest.hexdigest()[:SHORT]}"


def cache_survey(folder: str | Path | None, key: CacheKey, read: Callable[[], Survey]) -> Survey:
    """Survey from the cache, or read and kept there.

    Parameters
    ----------
    folder : str, Path or None
        Folder of the cache, which is made when it is absent; ``None`` reads without a cache.
    key : CacheKey
        What the survey depends on.
    read : callable
        Gives the survey when it is not in the cache.

    Returns
    -------
    Survey
        The same values, types, categories, design and report, whether kept or read.

    Raises
    ------
    SourceError
        If PyArrow is not installed, the folder cannot be made, or a file cannot be opened.

    Warns
    -----
    EenzaamStatsWarning
        What the reading itself warned about, also when the survey comes from the cache; and when
        the survey cannot be kept.

    Notes
    -----
    A cache file that is damaged, cut off or edited is read again and replaced. It is written beside
    its place and moved there when it is complete, so that two programs can use one folder.

    **Missing data.** Kept as it is, with the kinds of missing.
    """
    if folder is None:
        return read()
    place, name = _folder(folder), key.name()
    kept = _read_kept(place, name)
    if kept is not None:
        survey, said = kept
        _warn(said)
        return survey
    survey, said = _read_and_heard(read)
    _keep(place, name, survey, said)
    return survey


def _text(options: Mapping[str, object]) -> str:
    return json.dumps(dict(options), sort_keys=True)


def _content(file: Path) -> bytes:
    digest = hashlib.sha256()
    try:
        with file.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        raise SourceError(f"{file.name} does not exist. Check the path.") from None
    except OSError as error:
        raise SourceError(f"{file.name} cannot be opened: {error.strerror}.") from error
    return digest.digest()


def _folder(folder: str | Path) -> Path:
    if find_spec("pyarrow") is None:
        raise SourceError(
            "cache= needs PyArrow, which is not installed. "
            "Install it with: pip install 'eenzaam-stats[fast]', or read without cache=."
        )
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SourceError(
            f"cache= needs a folder, and {path.name} cannot be one: {error.strerror}. "
            "Name another folder."
        ) from error
    return path


def _read_kept(folder: Path, name: str) -> tuple[Survey, tuple[str, ...]] | None:
    """Survey and warnings of a cache file; ``None`` when it is absent, damaged or edited."""
    for path in sorted(folder.glob(f"{name}-*.parquet")):
        with contextlib.suppress(DamagedCacheError, SourceError):
            if path.name == _name_file(name, path):
                return survey_from(path)
    return None


def _name_file(name: str, path: Path) -> str:
    """Name that a cache file has by its content."""
    return f"{name}-{_content(path).hex()[:SHORT]}.parquet"


def _read_and_heard(read: Callable[[], Survey]) -> tuple[Survey, tuple[str, ...]]:
    """Survey of a reading, with its warnings, which are passed on."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always", EenzaamStatsWarning)
        survey = read()
    own = tuple(str(said.message) for said in heard if _is_own(said))
    for other in heard:
        if not _is_own(other):
            warnings.warn_explicit(other.message, other.category, other.filename, other.lineno)
    _warn(own)
    return survey, own


def _is_own(said: Any) -> bool:
    return issubclass(said.category, EenzaamStatsWarning)


def _warn(said: Sequence[str]) -> None:
    for sentence in said:
        warnings.warn(sentence, EenzaamStatsWarning, stacklevel=users_level())


def _keep(folder: Path, name: str, survey: Survey, said: tuple[str, ...]) -> None:
    edited = [*folder.glob(f"{name}-*.parquet")]
    try:
        require_place(folder / name, needed_by=VERB, overwrite=True)
        pending = PendingFile(folder / name, VERB, private=True, overwrite=True)
        with pending.writing() as part:
            store_survey(survey, said, part)
            pending.path = folder / _name_file(name, part)
        pending.place()
        for path in edited:
            if path != pending.path:
                path.unlink(missing_ok=True)
    except SourceError as error:
        _warn([f"the survey could not be kept in the cache, but it was read: {error}"])


# A Survey as one Parquet file and back, equal in values, types, categories and report. Categories
# are written as whole numbers with their words beside them, since Parquet forgets words that no
# row uses. Whether a file may be used is decided in cache.py.

_KEY = b"eenzaam_stats.survey"
_DIGEST = b"eenzaam_stats.sha256"


class DamagedCacheError(ValueError):
    """A file that does not hold a whole survey."""


def store_survey(survey: Survey, said: tuple[str, ...], path: Path) -> None:
    """Write a survey that was not scored yet, with the warnings of its reading."""
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    frame: pd.DataFrame = survey.respondents
    columns = {name: _plain(frame[name]) for name in frame.columns}
    table = pa.table({name: pa.Array.from_pandas(values) for name, values in columns.items()})
    facts = {
        "columns": {name: _facts(frame[name]) for name in frame.columns},
        "design": asdict(survey.design),
        "report": asdict(survey.report),
        "said": said,
    }
    text = json.dumps(facts).encode()
    metadata = {_KEY: text, _DIGEST: hashlib.sha256(text).hexdigest().encode()}
    parquet.write_table(
        table.replace_schema_metadata(metadata),
        path,
        compression="zstd",
        write_page_checksum=True,
    )


def survey_from(path: Path) -> tuple[Survey, tuple[str, ...]]:
    """Read a survey and the warnings of its reading.

    Raises
    ------
    DamagedCacheError
        If the file is damaged, cut off, or holds something else.
    """
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    try:
        table = parquet.read_table(path, partitioning=None, page_checksum_verification=True)
        facts = _read_facts(table.schema.metadata)
        frame = pd.DataFrame(
            {name: _restore_column(table[name], own) for name, own in facts["columns"].items()}
        )
        survey = Survey(frame, Design(**facts["design"]), _report(facts["report"]))
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedCacheError(str(error)) from error
    return survey, tuple(facts["said"])


def _read_facts(metadata: Mapping[bytes, bytes]) -> dict[str, Any]:
    text = metadata[_KEY]
    if hashlib.sha256(text).hexdigest().encode() != metadata[_DIGEST]:
        raise DamagedCacheError("the facts beside the table were changed")
    facts: dict[str, Any] = parse_json(text, of="the cache")
    return facts


def _plain(values: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes
    return values


def _facts(values: pd.Series[Any]) -> dict[str, Any]:
    if not isinstance(values.dtype, pd.CategoricalDtype):
        return {"dtype": str(values.dtype)}
    categories = values.cat.categories
    return {
        "categories": categories.tolist(),
        "dtype": str(categories.dtype),
        "ordered": values.cat.ordered,
    }


def _restore_column(column: Any, facts: Mapping[str, Any]) -> pd.Series[Any]:
    if "categories" in facts:
        words = pd.Index(facts["categories"], dtype=facts["dtype"])
        codes = column.to_numpy()
        return pd.Series(pd.Categorical.from_codes(codes, words, ordered=facts["ordered"]))
    if facts["dtype"] in ("boolean", "Int64", "Float64"):
        return pd.Series(pd.array(column.to_pylist(), dtype=facts["dtype"]))
    values: pd.Series[Any] = column.to_pandas().astype(facts["dtype"])
    return values


def _report(facts: Mapping[str, Any]) -> HarmonisationReport:
    columns = tuple(
        ColumnReport(
            **{
                **column,
                "missing": tuple((kind, n) for kind, n in column["missing"]),
                "recodes": tuple(column["recodes"]),
            }
        )
        for column in facts["columns"]
    )
    checks = tuple(CheckResult(**{**c, "rows": tuple(c["rows"])}) for c in facts["checks"])
    return HarmonisationReport(
        **{
            **facts,
            "origin": Origin(facts["origin"]),
            "dropped": tuple((reason, n) for reason, n in facts["dropped"]),
            "columns": columns,
            "checks": checks,
            "notes": tuple(facts["notes"]),
        }
    )
