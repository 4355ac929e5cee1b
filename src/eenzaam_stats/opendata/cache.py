"""What was read before, on disk: one file per reading, with its checksum and description beside it.

The description is written last and names its file, so that a reading is there whole or not at all,
whatever ends a program and however many programs use the folder. No network is known here.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import os
import secrets
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from eenzaam_stats.document_text import json_of
from eenzaam_stats.errors import listed
from eenzaam_stats.results import CheckResult

VARIABLE = "EENZAAM_STATS_CACHE"
PART = ".part-"
DAY = 86_400.0
FIELDS = ("file", "sha256", "modified", "read_at", "pages", "rows")
_CHUNK = 1 << 20
SHOWN = 3
_TRIES = 5  # another program may replace a reading between two looks


def cache_folder() -> Path:
    """Folder for what was fetched: ``EENZAAM_STATS_CACHE``, or the place of this system.

    Returns
    -------
    pathlib.Path
        Not made here.

    Examples
    --------
    >>> cache_folder().name != ""
    True
    """
    named = os.environ.get(VARIABLE)
    return Path(named) if named else platformdirs.user_cache_path("eenzaam_stats", appauthor=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """One reading that is kept.

    Attributes
    ----------
    about : mapping
        Its description: table, address, ``modified``, ``read_at``, ``rows``, ``pages``, ``sha256``.
    content : pathlib.Path
        Compressed file with one answer per line.
    """

    about: Mapping[str, Any]
    content: Path

    @property
    def modified(self) -> str:
        """Moment of the last change of the table when it was read."""
        return str(self.about["modified"])

    def bodies(self) -> Iterator[bytes]:
        """Answers as the service gave them, one after the other."""
        with gzip.open(self.content, "rb") as stream:
            yield from stream


def readings_folder() -> Path:
    """Folder of what was read from services of open data, inside the cache."""
    return cache_folder() / "statline"


def key_of(table: str, **parts: object) -> str:
    """Name of a reading: the table, and a checksum over all that it depends on.

    Examples
    --------
    >>> key_of("85766NED", entity="TypedDataSet") == key_of("85766NED", entity="UntypedDataSet")
    False
    """
    text = json.dumps({"table": table, **parts}, sort_keys=True, default=str)
    name = "".join(letter for letter in table if letter.isalnum())[:24]
    return f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:20]}"


def find(folder: Path, key: str) -> Kept | None:
    """A reading whose checksum is right; ``None`` when there is none, or a damaged one.

    Parameters
    ----------
    folder : pathlib.Path
        The cache.
    key : str
        From :func:`key_of`.

    Returns
    -------
    Kept or None
    """
    for _ in range(_TRIES):
        kept = _described(folder / f"{key}.json")
        if kept is None:
            return None
        try:
            right = _sha256(kept.content) == kept.about["sha256"]
        except FileNotFoundError:
            continue  # replaced by another program since the description was read
        except OSError:
            return None
        return kept if right else None
    return None


def _described(path: Path) -> Kept | None:
    try:
        about = json_of(path.read_text("utf-8"), of=path.name)
    except (OSError, ValueError):
        return None
    if not isinstance(about, dict) or any(name not in about for name in FIELDS):
        return None
    return Kept(about, path.parent / Path(str(about["file"])).name)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@dataclass(slots=True)
class Writer:
    """Writes one reading; nothing of it can be found before :meth:`commit`.

    Attributes
    ----------
    folder : pathlib.Path
        The cache; made when it is absent.
    key : str
        From :func:`key_of`.
    """

    folder: Path
    key: str
    pages: int = 0
    _part: Path = field(init=False)
    _stream: gzip.GzipFile = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=PART, dir=self.folder)
        os.close(handle)
        self._part = Path(name)
        self._stream = gzip.open(self._part, "wb", compresslevel=1)  # noqa: SIM115

    def add(self, body: bytes) -> None:
        """Add one answer; line breaks of JSON are blanks, none stands inside a text."""
        self._stream.write(body.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n")
        self.pages += 1

    def commit(self, about: Mapping[str, Any]) -> Kept:
        """Make the reading findable; an earlier one is swept a day later.

        Parameters
        ----------
        about : mapping
            Description; ``modified``, ``read_at`` and ``rows`` at least.

        Returns
        -------
        Kept
        """
        self._stream.close()
        target = self.folder / f"{self.key}-{secrets.token_hex(6)}.jsonl.gz"
        digest = _sha256(self._part)
        before = _described(self.folder / f"{self.key}.json")
        self._part.replace(target)
        whole = {**about, "file": target.name, "sha256": digest, "pages": self.pages}
        _put(self.folder / f"{self.key}.json", json.dumps(whole, ensure_ascii=False, indent=1))
        if before is not None and before.content != target:
            # another program may have looked it up a moment ago: it is swept a day later
            with contextlib.suppress(OSError):
                os.utime(before.content)
        sweep(self.folder)
        return Kept(whole, target)

    def discard(self) -> None:
        """Forget what was written; harmless when there is nothing."""
        with contextlib.suppress(OSError):
            self._stream.close()
        self._part.unlink(missing_ok=True)


def _put(path: Path, text: str) -> None:
    """Write beside the target and rename, so that nothing is half-written."""
    handle, name = tempfile.mkstemp(prefix=PART, dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text + "\n")
    Path(name).replace(path)


def sweep(folder: Path, *, older_than: float = DAY) -> int:
    """Remove what interrupted programs left behind.

    Parameters
    ----------
    folder : pathlib.Path
        The cache.
    older_than : float, default one day
        Seconds; younger files may belong to a program that still runs.

    Returns
    -------
    int
        Files removed.
    """
    named = {kept.content for kept in map(_described, folder.glob("*.json")) if kept}
    stray = [*folder.glob(f"{PART}*"), *(set(folder.glob("*.jsonl.gz")) - named)]
    limit = time.time() - older_than
    removed = 0
    for path in stray:
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < limit:
                path.unlink()
                removed += 1
    return removed


def check_cache(folder: Path) -> CheckResult:
    """Whether everything that can be found in a cache is whole.

    Parameters
    ----------
    folder : pathlib.Path
        The cache.

    Returns
    -------
    CheckResult
        Not applicable when the folder is absent; names of damaged readings in its message.

    Examples
    --------
    >>> check_cache(Path("a folder that nobody made")).passed is None
    True
    """
    if not folder.is_dir():
        return CheckResult("cache", None, "not there: nothing was fetched yet")
    names = sorted(path.stem for path in folder.glob("*.json"))
    damaged = [name for name in names if find(folder, name) is None]
    size = sum(path.stat().st_size for path in folder.glob("*") if path.is_file()) / 1e6
    told = f"{len(names)} reading(s), {size:.1f} MB"
    if damaged:
        told += f"; {len(damaged)} damaged, to be read again: {listed(damaged[:SHOWN])}"
    return CheckResult("cache", not damaged, told)
