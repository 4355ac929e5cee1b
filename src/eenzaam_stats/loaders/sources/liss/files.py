"""Which files of a folder are waves of the LISS panel, which are background files: by name alone.

No file is opened here. A name that contradicts itself is refused; of several versions of one wave
the highest is taken.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from eenzaam_stats.errors import SourceError, list_all

SUFFIXES = (".sav", ".zsav", ".dta", ".csv")
CORONA = "corona"
CORONA_REASON = (
    "it repeats the items with another reference period, how people feel now, so its answers are "
    "not a wave of this series"
)
_WAVE_NAME = re.compile(r"cs(\d\d)([a-z])", re.IGNORECASE)
_MONTH_NAME = re.compile(r"avars_(\d{4})(\d\d)(?!\d)", re.IGNORECASE)
# A version as in 2p, 3.0p and 1.1p.
_VERSION = re.compile(r"(?<![\d.])(\d+)(?:\.(\d+))?p(?![a-z0-9])", re.IGNORECASE)
_MONTHS = range(1, 13)

Version = tuple[int, int]
Paths = str | Path | Sequence[str | Path]


@dataclass(frozen=True, slots=True)
class LissFile:
    """One file of the panel, by its name.

    Attributes
    ----------
    path : Path
        Where it lies.
    key : str
        Wave such as ``cs08a``, or month of a background file such as ``202010``.
    version : tuple of (int, int) or None
        Version in the name; ``None`` when the name has none.
    """

    path: Path
    key: str
    version: Version | None


@dataclass(frozen=True, slots=True)
class LissFiles:
    """Files that belong together.

    Attributes
    ----------
    waves : mapping of str to Path
        File of each wave, by its code, in order of time.
    backgrounds : mapping of int to Path
        Background file of each month, by YYYYMM.
    older : tuple of str
        Names of files of which a higher version is there.
    others : tuple of str
        Names of files that are neither.
    unasked : tuple of str
        Names of waves that were not asked for.
    """

    waves: Mapping[str, Path]
    backgrounds: Mapping[int, Path]
    older: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()

    def of_codes(self, codes: Collection[str]) -> LissFiles:
        """Files with some of the waves."""
        return replace(
            self,
            waves={code: file for code, file in self.waves.items() if code in codes},
            unasked=tuple(file.name for code, file in self.waves.items() if code not in codes),
        )


def read_version(name: str) -> Version | None:
    """Version in a file name.

    Examples
    --------
    >>> [read_version(n) for n in ("cs08a_2p_EN.sav", "cs11d_EN_3.0p.sav", "cs20m_EN_1.1p.sav")]
    [(2, 0), (3, 0), (1, 1)]
    >>> read_version("cs08a.sav") is None
    True
    """
    found = _VERSION.findall(name)
    if not found:
        return None
    whole, part = found[-1]
    return int(whole), int(part or 0)


def panel_files(path: Paths, *, codes: Mapping[str, int]) -> LissFiles:
    """Waves and background files in a folder, a list of files or one file.

    Parameters
    ----------
    path : str, Path or sequence of these
        Folder, file or files. Of a folder all files are sorted out by name; files must each be a
        wave or a background file, and background files beside them are found too.
    codes : mapping of str to int
        Year of each wave code.

    Returns
    -------
    LissFiles
        One file per wave and month.

    Raises
    ------
    SourceError
        If a path is absent or no file of the panel, a name contradicts itself, one version occurs
        twice, or no wave is found.
    """
    named = [Path(path)] if isinstance(path, (str, Path)) else [Path(one) for one in path]
    if not named:
        raise SourceError("read_liss() got an empty list of files. Give a folder or its files.")
    inside = [file for one in named for file in _contents(one)]
    direct = [one for one in named if not one.is_dir()]
    beside = [
        file
        for folder in dict.fromkeys(one.parent for one in direct)
        for file in _contents(folder)
        if _MONTH_NAME.match(file.name)
    ]
    for one in direct:
        _require_panel_file(one)
    files = list(dict.fromkeys([*inside, *direct]))
    waves, older = _newest(_wave_file(file, codes) for file in files if _is(_WAVE_NAME, file))
    months, old_months = _newest(
        _month_file(file) for file in dict.fromkeys([*files, *beside]) if _is(_MONTH_NAME, file)
    )
    if not waves:
        raise SourceError(
            f"{named[0].name} holds no wave of the LISS panel: no file name starts as cs08a to "
            f"cs25r and ends in one of {list_all(SUFFIXES)}. Give the folder with the files of the "
            "core study Social Integration and Leisure."
        )
    return LissFiles(
        waves={code: waves[code] for code in codes if code in waves},
        backgrounds={int(month): file for month, file in months.items()},
        older=(*older, *old_months),
        others=tuple(
            file.name for file in files if not (_is(_WAVE_NAME, file) or _is(_MONTH_NAME, file))
        ),
    )


def background_files(path: Paths) -> Mapping[int, Path]:
    """Background files that the user names, by month.

    Raises
    ------
    SourceError
        If a path is absent, is no background file, or a folder holds none.
    """
    named = [Path(path)] if isinstance(path, (str, Path)) else [Path(one) for one in path]
    files = []
    for one in named:
        if not one.exists():
            raise SourceError(f"background {one.name} does not exist. Check the path.")
        found = [file for file in _contents(one) or [one] if _is(_MONTH_NAME, file)]
        if not found:
            raise SourceError(
                f"background {one.name} is no background file of the LISS panel, nor a folder "
                "with one: their names start with avars_ and the month, as in avars_202010. "
                "Give the file or folder with the month of the fieldwork."
            )
        files += found
    months, _ = _newest(_month_file(file) for file in dict.fromkeys(files))
    return {int(month): file for month, file in months.items()}


def _contents(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(one for one in folder.iterdir() if one.is_file() and one.name[0] != ".")


def _is(pattern: re.Pattern[str], file: Path) -> bool:
    return bool(pattern.match(file.name)) and file.suffix.casefold() in SUFFIXES


def _require_panel_file(file: Path) -> None:
    if not file.exists():
        raise SourceError(f"{file.name} does not exist. Check the path.")
    if CORONA in file.name.casefold():
        raise SourceError(
            f"{file.name} is a questionnaire on the coronavirus: {CORONA_REASON}. "
            "Give the files of the core study, whose names start with cs and the year."
        )
    if not (_is(_WAVE_NAME, file) or _is(_MONTH_NAME, file)):
        raise SourceError(
            f"{file.name} is not named as a file of the LISS panel. Waves start as cs08a to cs25r, "
            f"background files as avars_202010, and both end in one of {list_all(SUFFIXES)}; "
            "give the file the name it had in the archive."
        )


def _wave_file(file: Path, codes: Mapping[str, int]) -> LissFile:
    code = file.name[:5].casefold()
    if code not in codes:
        digits, letter = code[2:4], code[4]
        by_year = next((own for own in codes if own[2:4] == digits), None)
        by_letter = next((own for own in codes if own[4] == letter), None)
        known = ", ".join(
            [f"20{digits} is wave {by_year}" if by_year else f"20{digits} is no known wave"]
            + ([f"letter {letter} is wave {by_letter}"] if by_letter else [])
        )
        raise SourceError(
            f"{file.name}: year and letter of the wave do not agree: {known}. "
            "Check the name against the archive, or give the files to read as a list."
        )
    return LissFile(file, code, read_version(file.name[5:]))


def _month_file(file: Path) -> LissFile:
    year, month = file.name[6:10], file.name[10:12]
    if int(month) not in _MONTHS:
        raise SourceError(
            f"{file.name}: {year}{month} is no month. Check the name against the archive."
        )
    return LissFile(file, year + month, read_version(file.name[12:]))


def _newest(files: Iterable[LissFile]) -> tuple[dict[str, Path], tuple[str, ...]]:
    """Highest version per wave or month, and the names of the lower ones."""
    newest: dict[str, Path] = {}
    older: list[str] = []
    for key, group in groupby(sorted(files, key=lambda one: one.key), key=lambda one: one.key):
        same = list(group)
        best = max(same, key=lambda one: one.version or (0, 0))
        rivals = [one for one in same if one.version in (best.version, None)]
        if len(same) > 1 and len(rivals) > 1:
            raise SourceError(
                f"{key} has several files and no version decides: "
                f"{list_all(sorted(one.path.name for one in rivals))}. Remove all but one of them."
            )
        newest[key] = best.path
        older += [one.path.name for one in same if one is not best]
    return newest, tuple(older)
