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
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from eenzaam_stats.errors import SourceError, list_all
from eenzaam_stats.files.document_text import parse_json
from eenzaam_stats.files.places import explain_refusals
from eenzaam_stats.files.scratch import remove_leftovers
from eenzaam_stats.files.writing import PendingFile, write_file
from eenzaam_stats.results.estimates import CheckResult

VARIABLE = "EENZAAM_STATS_CACHE"
COMMAND = "fetch"
DAY = 86_400.0
FIELDS = ("file", "sha256", "modified", "read_at", "pages", "rows", "seal")
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
    def modification_date(self) -> str:
        """Moment of the last change of the table when it was read."""
        return str(self.about["modified"])

    def bodies(self) -> Iterator[bytes]:
        """Answers as the service gave them, one after the other."""
        with gzip.open(self.content, "rb") as stream:
            yield from stream


def readings_folder() -> Path:
    """Folder of what was read from services of open data, inside the cache."""
    return cache_folder() / "statline"


def hash_key(table: str, **parts: object) -> str:
    """Name of a reading: the table, and a checksum over all that it depends on.

    Examples
    --------
    >>> hash_key("85766NED", entity="TypedDataSet") == hash_key("85766NED", entity="UntypedDataSet")
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
        From :func:`hash_key`.

    Returns
    -------
    Kept or None
    """
    for _ in range(_TRIES):
        kept = _read_kept(folder / f"{key}.json")
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


def _read_kept(path: Path) -> Kept | None:
    try:
        about = parse_json(path.read_text("utf-8"), of=path.name)
    except (OSError, ValueError):
        return None
    if not isinstance(about, dict) or any(name not in about for name in FIELDS):
        return None
    if about["seal"] != _seal(about):
        return None  # someone edited it
    return Kept(about, path.parent / Path(str(about["file"])).name)


def _seal(about: Mapping[str, Any]) -> str:
    """SHA-256 of a description without its seal, so that an edited one is noticed."""
    rest = {name: value for name, value in about.items() if name != "seal"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


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
        From :func:`hash_key`.
    """

    folder: Path
    key: str
    pages: int = 0
    _pending: PendingFile = field(init=False)
    _stream: gzip.GzipFile = field(init=False)
    _failure: SourceError | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        target = self.folder / f"{self.key}-{secrets.token_hex(6)}.jsonl.gz"
        with explain_refusals(self.folder, COMMAND):
            self.folder.mkdir(parents=True, exist_ok=True)
        self._pending = PendingFile(target, COMMAND)
        with self._pending.writing() as part:
            self._stream = gzip.open(part, "wb", compresslevel=1)  # noqa: SIM115

    def add(self, body: bytes) -> None:
        """Add one answer; line breaks of JSON are blanks, none stands inside a text.

        What the disk does not take is told by :meth:`commit`: the reading itself goes on.
        """
        if self._failure is None:
            try:
                with self._pending.writing():
                    self._stream.write(body.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n")
            except SourceError as problem:
                self._failure = problem
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

        Raises
        ------
        SourceError
            If the disk did not take all of it; nothing is kept then.
        """
        if self._failure is not None:
            raise self._failure
        target = self._pending.path
        with self._pending.writing() as part:
            self._stream.close()
            digest = _sha256(part)
        before = _read_kept(self.folder / f"{self.key}.json")
        self._pending.place()
        whole = {**about, "file": target.name, "sha256": digest, "pages": self.pages}
        whole["seal"] = _seal(whole)
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
        self._pending.discard()


def _put(path: Path, text: str) -> None:
    write_file(path, text + "\n", needed_by=COMMAND, overwrite=True)


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
    named = {kept.content for kept in map(_read_kept, folder.glob("*.json")) if kept}
    stray = set(folder.glob("*.jsonl.gz")) - named
    limit = time.time() - older_than
    removed = remove_leftovers(folder)
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
        told += f"; {len(damaged)} damaged, to be read again: {list_all(damaged[:SHOWN])}"
    return CheckResult("cache", not damaged, told)
