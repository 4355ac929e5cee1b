"""The folder that remembers which tables have left: the next run is checked against them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eenzaam_stats.errors import DisclosureError, OptionError, SchemaError, SourceError
from eenzaam_stats.files.document_text import parse_json
from eenzaam_stats.files.writing import require_place, write_file

if TYPE_CHECKING:
    from eenzaam_stats.results.estimates import Estimates
    from eenzaam_stats.same_people import People

RECORD, WITHDRAW, LIST = "--release", "--withdraw", "releases.json"
_AGAIN = "run this again: another run has left a table meanwhile"
APART = (
    "tables of separate runs can be subtracted from each other. Name a folder with --release: it "
    "remembers what has left, and every next run is checked against it."
)
_NAME = re.compile(r"(?:release_)?0*(\d+)(?:\.json)?")
Signs = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Left:
    """One release that has left.

    Attributes
    ----------
    file, digest : str
        Its record, and the digest of what that holds.
    people : mapping of str to sequence of str
        Signs of the respondents per source and wave.
    tables : tuple of Estimates
        What it printed.
    """

    file: str
    digest: str
    people: Signs
    tables: tuple[Estimates, ...]

    def rename_sources(self, people: Sequence[People]) -> tuple[Estimates, ...]:
        """Its tables; those of the same respondents under the name that they have now."""
        now = {
            name: one for one in people for name, signs in self.people.items()
            if set(signs) & set(one.signs)
        }  # fmt: skip
        return tuple(
            _rename_source(table, now.get(_name_source(table.footnote))) for table in self.tables
        )


@dataclass(frozen=True, slots=True)
class Record:
    """A folder of releases at the begin of a run.

    Attributes
    ----------
    path : pathlib.Path
        Where the tables of this run are remembered.
    left : tuple of Left
        What left before, in order.
    withdrawn : tuple of str
        Records that never left, by the user's word: this run takes their place.
    """

    path: Path
    left: tuple[Left, ...]
    withdrawn: tuple[str, ...] = ()

    def tables(self, people: Sequence[People] = ()) -> tuple[Estimates, ...]:
        """All tables that left before, of the same respondents under the name they have now."""
        return tuple(table for one in self.left for table in one.rename_sources(people))


def open_release(
    folder: Path | None, withdraw: Sequence[str] = ()
) -> tuple[Record | None, tuple[Estimates, ...]]:
    """Record of this release, one behind the last, and the tables that left before, in order.

    Raises
    ------
    OptionError
        If a record that is withdrawn is not there.
    SourceError
        If the folder is not there, or a file of it cannot be read or written.
    SchemaError
        If a file in it is no record of a release, or records are not as they were written.
    """
    if folder is None:
        if withdraw:
            raise OptionError(
                f"{WITHDRAW} goes with {RECORD}. Name the folder that holds the record."
            )
        return None, ()
    if not folder.is_dir():
        raise SourceError(
            f"the folder {folder.name} of --release is not there. Make it, empty, for the first "
            "release, and keep it for all later ones."
        )
    listed = _read_list(folder)
    found = sorted(path.name for path in folder.glob("release_*.json"))
    gone = _withdrawn(withdraw, [*found, *listed], folder)
    left = tuple(_read_record(folder / name, listed) for name in found if name not in gone)
    require_whole(folder, gone)
    numbers = [_number(name) for name in [*found, *listed, *_before(folder)]]
    path = folder / f"release_{max(numbers, default=0) + 1:05d}.json"
    record = Record(require_place(path, needed_by=RECORD), left, gone)
    return record, record.tables()


def require_whole(folder: Path, gone: Sequence[str] = ()) -> None:
    """Raise when the records of a folder are not those that were written.

    Raises
    ------
    SchemaError
        With the folder, the record, and what to do.
    """
    listed = _read_list(folder)
    found = {path.name for path in folder.glob("release_*.json")}
    for name in sorted({*found, *listed} - set(gone)):
        if name not in listed:
            fault = f"is not in {LIST}"
        elif name not in found:
            fault = f"is in {LIST} and not there"
        elif _digest(folder / name) != listed[name]["digest"]:
            fault = "was changed after it was written"
        else:
            continue
        raise SchemaError(
            f"the folder {folder.name} of --release is not as it was left: {name} {fault}. Put the "
            f"files back as they were. Only when these tables never left: {WITHDRAW} "
            f"{_number(name)} takes the record out, and checks what is made now against the rest."
        )


@contextmanager
def remember_release(
    record: Record | None,
    tables: Sequence[Estimates],
    *,
    out: Path | None,
    people: Sequence[People] = (),
) -> Iterator[None]:
    """Write what leaves now beside what left before; forget it where nothing left.

    Raises
    ------
    SourceError
        If it cannot be written, or another run left a table meanwhile.
    """
    from eenzaam_stats.disclosure.released import format_released  # noqa: PLC0415

    if record is None:
        yield
        return
    folder = record.path.parent
    as_they_were = {
        name: (folder / name).read_bytes()
        for name in (LIST, *record.withdrawn)
        if (folder / name).is_file()
    }
    text = format_released(tables) + "\n"
    signs = {_name_source(one): one.signs for one in people}
    before = {one.file: (one.digest, one.people) for one in record.left}
    now = {**before, record.path.name: (_digest_text(text, record.path.name), signs)}
    gone = sorted({*_before(folder), *record.withdrawn})
    there = None if out is None or not out.is_file() else out.read_bytes()
    _place(record.path, text, now, gone, as_they_were)
    for name in record.withdrawn:
        (folder / name).unlink(missing_ok=True)
    try:
        yield
    except SourceError:
        # A file is whole or as it was, also where the disk failed after the move; what was printed
        # may have been read.
        if out is not None and there == (out.read_bytes() if out.is_file() else None):
            _as_before(record.path, as_they_were)
        raise


def _place(
    path: Path,
    text: str,
    now: Mapping[str, tuple[str, Signs]],
    gone: Sequence[str],
    as_they_were: Mapping[str, bytes],
) -> None:
    """Write a record and its line in the list: both, or none that counts."""
    own = not path.exists()
    if own:
        # a run that ends between the two files leaves a line without a record, which counts for
        # nothing; a record without a line would look like one that somebody added
        _write_list(path.parent, now, gone, pending=path.name)
    placed = False
    try:
        write_file(path, text, needed_by=RECORD, replaces=_AGAIN)
        placed = True
        _write_list(path.parent, now, gone)
    except SourceError:
        # a record that this run did not place is that of another, which writes the list itself
        if placed or (own and not path.exists()):
            with suppress(SourceError):
                _as_before(path, as_they_were)
        raise


def _as_before(path: Path, files: Mapping[str, bytes]) -> None:
    """Take a record away again, with its line in the list."""
    path.unlink(missing_ok=True)
    if LIST not in files:
        (path.parent / LIST).unlink(missing_ok=True)
    for name, content in files.items():
        if not (path.parent / name).is_file() or (path.parent / name).read_bytes() != content:
            write_file(path.parent / name, content, needed_by=RECORD, overwrite=True)


@contextmanager
def naming_record(
    record: Record | None, people: Sequence[People], tables: Sequence[Estimates], profile: str
) -> Iterator[None]:
    """Say in an error which earlier release contradicts this one, and what to do.

    Raises
    ------
    DisclosureError, SchemaError
        As they were raised, with the folder and the record.
    """
    try:
        yield
    except (DisclosureError, SchemaError) as problem:
        if record is None or not record.left or not _agree(tables, profile):
            raise
        apart = [
            one.file
            for one in record.left
            if not _agree([*one.rename_sources(people), *tables], profile)
        ]
        folder = record.path.parent.name
        which = f"{apart[0]} contradicts" if apart else "its records together contradict"
        kind = DisclosureError if isinstance(problem, DisclosureError) else SchemaError
        one = _number(apart[0]) if apart else "NUMBER"
        raise kind(
            f"{problem} In the folder {folder} of --release, {which} what is made now. Use the "
            "file that those tables were made of; for another file, a new folder. When that "
            f"release never left, {WITHDRAW} {one} takes it out and checks against the rest."
        ) from problem


def _agree(tables: Sequence[Estimates], profile: str) -> bool:
    from eenzaam_stats.disclosure import suppress as hide  # noqa: PLC0415

    try:
        hide(list(tables), profile=profile)
    except (DisclosureError, SchemaError):
        return False
    return True


def _name_source(note: Any) -> str:
    return f"{note.source} {note.wave}"


def _rename_source(table: Estimates, people: People | None) -> Estimates:
    if people is None:
        return table
    note = replace(
        table.footnote, source=people.source, wave=people.wave, population=people.population
    )
    return replace(table, footnote=note)


def _read_record(path: Path, listed: Mapping[str, Mapping[str, Any]]) -> Left:
    from eenzaam_stats.disclosure.released import parse_released  # noqa: PLC0415

    try:
        tables = parse_released(path.read_text("utf-8", errors="replace"))
    except SchemaError as problem:
        raise SchemaError(
            f"{path.parent.name}/{path.name}: {problem} Only when these tables never left: "
            f"{WITHDRAW} {_number(path.name)} takes the record out."
        ) from problem
    about = listed.get(path.name, {})
    return Left(path.name, str(about.get("digest", "")), about.get("people", {}), tables)


def _number(name: str) -> int:
    found = _NAME.fullmatch(name)
    return int(found[1]) if found else 0


def _withdrawn(said: Sequence[str], names: Sequence[str], folder: Path) -> tuple[str, ...]:
    """Records by their number or name."""
    by_number = {_number(name): name for name in names}
    found = []
    for one in said:
        number = _NAME.fullmatch(one.strip())
        if number is None or int(number[1]) not in by_number:
            raise OptionError(
                f"{WITHDRAW} is {one!r}, and the folder {folder.name} holds "
                f"[{', '.join(sorted(set(names))) or 'no record'}]. Write the number of a record."
            )
        found.append(by_number[int(number[1])])
    return tuple(dict.fromkeys(found))


def _digest(path: Path) -> str:
    return _digest_text(path.read_text("utf-8", errors="replace"), path.name)


def _digest_text(text: str, name: str) -> str:
    """Digest of what a record holds; blanks and line ends between its parts do not count."""
    with suppress(ValueError):
        text = json.dumps(parse_json(text, of=name), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _document(folder: Path) -> dict[str, Any]:
    """The list of records, which is sealed; empty where there is none."""
    path = folder / LIST
    if not path.is_file():
        return {"records": {}, "withdrawn": []}
    try:
        found = parse_json(path.read_text("utf-8", errors="replace"), of=LIST)
        whole = isinstance(found, dict) and found.get("seal") == _seal(found)
    except ValueError:
        whole = False
    if not whole:
        raise SchemaError(
            f"the list {LIST} in the folder {folder.name} of --release was changed or is damaged. "
            "Put it back as it was; without it nobody knows whether all records are there."
        )
    return dict(found)


def _seal(document: Mapping[str, Any]) -> str:
    rest = {name: value for name, value in document.items() if name != "seal"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode("utf-8")).hexdigest()


def _read_list(folder: Path) -> dict[str, dict[str, Any]]:
    """Lines of the list, without that of a run that ended before its record was there."""
    found = _document(folder)
    pending = found.get("pending", "")
    return {
        name: line
        for name, line in found["records"].items()
        if name != pending or (folder / name).is_file()
    }


def _before(folder: Path) -> list[str]:
    """Records that were withdrawn by earlier runs."""
    return list(_document(folder)["withdrawn"])


def _write_list(
    folder: Path,
    records: Mapping[str, tuple[str, Signs]],
    withdrawn: Sequence[str],
    *,
    pending: str = "",
) -> None:
    named = {
        name: {"digest": digest, "people": {key: list(signs) for key, signs in people.items()}}
        for name, (digest, people) in records.items()
    }
    document: dict[str, Any] = {"records": named, "withdrawn": list(withdrawn)}
    if pending:
        document["pending"] = pending
    text = json.dumps({**document, "seal": _seal(document)}, ensure_ascii=False, indent=1)
    write_file(folder / LIST, text + "\n", needed_by=RECORD, overwrite=True)
