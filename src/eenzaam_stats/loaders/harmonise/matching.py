"""Names in a file matched to names in a codebook: exactly, or else in any case and with a prefix.

pyreadstat ignores unknown names and takes case literally, so every name is resolved here before
values are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eenzaam_stats.errors import SchemaError, SourceError, UnknownColumnError, list_all
from eenzaam_stats.loaders.codebook.layout import Variable, WaveCodebook

WEIGHT_WORDS = (
    *("ew", "weeg", "gew", "weight", "standaardisatiefactor", "w_"),
    *("pspw", "anw", "dweight", "pweight", "cciw", "cchw"),
)


@dataclass(frozen=True, slots=True)
class NameIndex:
    """Names of a file by their bare form: without prefix, in one case.

    Attributes
    ----------
    names : tuple of str
        Names as the file has them.
    prefixes : tuple of str
        Prefixes that a name may carry.
    """

    names: tuple[str, ...]
    prefixes: tuple[str, ...]

    def bare(self, name: str) -> str:
        """Name without prefix, in lower case."""
        # GGDs put VO_, JV_ or KM_ before the names when they prepare a file for their databank, in
        # any case.
        lowered = name.casefold()
        for prefix in self.prefixes:
            if lowered.startswith(prefix.casefold()):
                return lowered[len(prefix) :]
        return lowered

    def find(self, name: str) -> str | None:
        """Name in the file for a name of the codebook, or ``None``.

        Of names that differ in case only, the one written as in the codebook is taken.

        Raises
        ------
        SchemaError
            If several names of the file match.
        """
        wanted = name.casefold()
        alike = [own for own in self.names if wanted in (own.casefold(), self.bare(own))]
        exact = {own.casefold() for own in alike if own.endswith(name)}
        found = [own for own in alike if own.endswith(name) or own.casefold() not in exact]
        if len(found) > 1:
            raise SchemaError(
                f"Column {name} of the codebook matches [{list_all(found)}] in the file. "
                "Keep one of them and remove or rename the others."
            )
        return found[0] if found else None

    def weights(self) -> tuple[str, ...]:
        """Names that look like weights, in file order."""
        return tuple(name for name in self.names if self.bare(name).startswith(WEIGHT_WORDS))


@dataclass(frozen=True, slots=True)
class Match:
    """A codebook variable and the column of the file that holds it.

    Attributes
    ----------
    variable : Variable
        Row of the codebook.
    column : str
        Name in the file.
    """

    variable: Variable
    column: str


def match_variables(
    wave: WaveCodebook, index: NameIndex, *, file: str, leave_out: Sequence[str] = ()
) -> tuple[tuple[Match, ...], tuple[str, ...]]:
    """Columns of the file that fill the harmonised columns of one wave.

    Parameters
    ----------
    wave : WaveCodebook
        Variables to look for.
    index : NameIndex
        Names in the file.
    file : str
        File name for messages.
    leave_out : sequence of str
        Harmonised columns that must not be read.

    Returns
    -------
    matches : tuple of Match
        One per harmonised column that the file can fill, in codebook order.
    absent : tuple of str
        Harmonised columns that the file cannot fill.

    Raises
    ------
    SourceError
        If none of the required columns is in the file, which is then of another survey.
    UnknownColumnError
        If some of the required columns are absent; all are named.
    SchemaError
        If several columns of the file match one name.
    """
    _require_all(wave, index, file=file)
    matches: list[Match] = []
    absent: list[str] = []
    for name in dict.fromkeys(variable.name for variable in wave.variables):
        if name in leave_out:
            continue
        match = _first_match(wave.candidates(name), index)
        if match is None:
            absent.append(name)
        else:
            matches.append(match)
    return tuple(matches), tuple(absent)


def _first_match(candidates: Sequence[Variable], index: NameIndex) -> Match | None:
    for variable in candidates:
        for source_name in variable.source_names:
            column = index.find(source_name)
            if column is not None:
                return Match(variable, column)
    return None


def _require_all(wave: WaveCodebook, index: NameIndex, *, file: str) -> None:
    found = {name: _first_match(wave.candidates(name), index) for name in wave.mandatory_columns}
    absent = [name for name, match in found.items() if match is None]
    if not absent:
        return
    names = [wave.candidates(name)[0].source_names[0] for name in absent]
    if len(absent) == len(found):
        raise SourceError(
            f"{file} does not look like the {wave.title} of {wave.name}: none of its "
            f"{len(index.names):,} column(s) is one of {_name_absent(wave, absent)} {names[0]} to "
            f"{names[-1]}. Check the file and the wave."
        )
    taken = {match.column for match in found.values() if match is not None}
    free = [name for name in index.names if name not in taken]
    raise UnknownColumnError.among(names, free, needed_for=f"{wave.title} {wave.name} ({file})")


def _name_absent(wave: WaveCodebook, absent: Sequence[str]) -> str:
    items = {item.name for item in wave.items}
    return "the items" if items >= set(absent) else "the columns it needs,"
