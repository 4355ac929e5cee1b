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
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from eenzaam_stats.errors import EenzaamStatsWarning, SourceError, users_level
from eenzaam_stats.loaders.stored_survey import DamagedCacheError, stored, survey_from
from eenzaam_stats.survey import Survey
from eenzaam_stats.version import VERSION
from eenzaam_stats.writing import PendingFile, require_place

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
            digest.update(hashlib.sha256(part.encode()).digest())
        for file in self.files:
            digest.update(hashlib.sha256(os.fsencode(file.name)).digest())
            digest.update(_content(file))
        return f"{self.source}-{digest.hexdigest()[:SHORT]}"


def cached(folder: str | Path | None, key: CacheKey, read: Callable[[], Survey]) -> Survey:
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
    kept = _kept(place, name)
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


def _kept(folder: Path, name: str) -> tuple[Survey, tuple[str, ...]] | None:
    """Survey and warnings of a cache file; ``None`` when it is absent, damaged or edited."""
    for path in sorted(folder.glob(f"{name}-*.parquet")):
        with contextlib.suppress(DamagedCacheError, SourceError):
            if path.name == _named(name, path):
                return survey_from(path)
    return None


def _named(name: str, path: Path) -> str:
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
            stored(survey, said, part)
            pending.path = folder / _named(name, part)
        pending.place()
        for path in edited:
            if path != pending.path:
                path.unlink(missing_ok=True)
    except SourceError as error:
        _warn([f"the survey could not be kept in the cache, but it was read: {error}"])
