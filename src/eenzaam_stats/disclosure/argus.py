"""The verb ``export_to_argus``: tables as τ-ARGUS reads them, to check them elsewhere.

The text of the files is given back, and written where a folder is named. They hold counts that are
not released, for the place where the respondents are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pandas as pd

from eenzaam_stats.disclosure.audit import list_known_cells
from eenzaam_stats.disclosure.derived import require_released
from eenzaam_stats.disclosure.profiles import DisclosureProfile, find_profile
from eenzaam_stats.disclosure.relations import compose_functions, find_functions
from eenzaam_stats.disclosure.rules import disclosive
from eenzaam_stats.disclosure.system import Functions
from eenzaam_stats.errors import OptionError, SchemaError, list_all
from eenzaam_stats.files.writing import require_folder, write_set
from eenzaam_stats.results.estimates import Estimate, Estimates
from eenzaam_stats.vocabulary import Disclosure

CountOf = Literal["n_valid", "n_outcome"]
TOTAL, LEAD, SEPARATOR = "Total", "@", ";"
_SAFE, _UNSAFE, _PROTECTED = "S", "U", "P"
_FORBIDDEN = (SEPARATOR, '"', "\n", "\r")
_SECRET = "// SECRET: these files hold counts that are not released"
_NEEDED_BY = "export_to_argus()"
_MADE = "_argus.tab"  # what the batch lets τ-ARGUS write
Group = tuple[str, ...]


def export_to_argus(
    estimates: Estimates | Sequence[Estimates],
    profile: str | DisclosureProfile = "strict10",
    *,
    of: CountOf = "n_valid",
    name: str = "release",
    together: pd.DataFrame | None = None,
    folder: str | Path | None = None,
    overwrite: bool = False,
) -> dict[str, str]:
    r"""Give tables of one outcome as input of τ-ARGUS, before anything is suppressed.

    Parameters
    ----------
    estimates : Estimates, or sequence of Estimates
        The finest table, and margins of it if they are shown too.
    profile : str or DisclosureProfile, default "strict10"
        Its rules say which cells are unsafe, and how wide they are protected.
    of : {"n_valid", "n_outcome"}, default "n_valid"
        Which count the cells hold: people who answered, or who have the outcome.
    name : str, default "release"
        Begin of the names of the files.
    together : pandas.DataFrame or None, default None
        As in :func:`eenzaam_stats.audit`, for areas that lie in each other.
    folder : str, Path or None, default None
        Where the files are written, readable by their owner alone; ``None`` writes nothing.
    overwrite : bool, default False
        Whether files of an earlier export with this name may be replaced, and the table that
        τ-ARGUS made of it.

    Returns
    -------
    dict of str to str
        Text per name of a file: the table (``.tab``: codes, count, frequency, status and
        protection levels), its description (``.rda``), the batch (``.arb``) that reads it,
        suppresses with the modular method and writes the result, and a list of codes (``.hrc``)
        per column that a coarser one is a function of.

    Raises
    ------
    OptionError
        If the profile or ``of`` is unknown, or a name of files is none.
    SourceError
        If a file is there already and ``overwrite`` is false, or cannot be written.
    SchemaError
        If a row is hidden already, tables do not add up, or a value holds a sign that τ-ARGUS does
        not take.

    See Also
    --------
    eenzaam_stats.suppress : Suppression of this package, over everything that is shown together.

    Notes
    -----
    A cell that breaks a rule has status U, one that left before P (it cannot be hidden any more),
    others S. Margins that were not given are added up. The width of the protection is divided over
    both sides: τ-ARGUS asks for each [1]_.

    **Unit.** People, unweighted.

    **Validated against.** ``pytauargus`` 0.6.0 read the files of four tables; cells hidden in
    decision 0008.

    References
    ----------
    .. [1] τ-ARGUS user's manual, chapters on table data, and rtauargus, ``tab_rda`` and
       ``tab_arb``.

    Examples
    --------
    >>> from eenzaam_stats.results.estimates import Estimate, Estimates, Footnote
    >>> note = Footnote("lonely", "DJG11", "example", "2022", "18+", "microdata", "Taylor", 0.95,
    ...                 "weight", "", 0, "0")
    >>> def row(name, n, yes):
    ...     return Estimate((name,), yes / n, 0.1, 0.1, 0.9, n - 1, n, 0, float(n), 1.0,
    ...                     n_outcome=yes, largest_weight_share=1 / n)
    >>> table = Estimates(("region",), (row("a", 40, 20), row("b", 8, 4), row("c", 60, 25)), note)
    >>> files = export_to_argus(table)
    >>> sorted(files)
    ['release.arb', 'release.rda', 'release.tab']
    >>> print(files["release.tab"])
    "Total";108;108;S;0;0
    "a";40;40;S;0;0
    "b";8;8;U;5;5
    "c";60;60;S;0;0
    <BLANKLINE>
    """
    if of not in ("n_valid", "n_outcome"):
        raise OptionError.among(of, ("n_valid", "n_outcome"), name="of")
    if not name or name != Path(name).name or "\\" in name:
        raise OptionError(f"name is {name!r}. Give the begin of the names of files, no folder.")
    chosen = find_profile(profile)
    tables = [estimates] if isinstance(estimates, Estimates) else list(estimates)
    _require(tables, of)
    pairs = [
        (tuple(sorted(table.by)), tuple(dict(zip(table.by, row.group, strict=True))[c]
                                        for c in sorted(table.by)))
        for table in tables
        for row in table.rows
    ]  # fmt: skip
    functions = compose_functions(find_functions([*pairs, *list_known_cells(together)]))
    finest = max(
        tables, key=lambda table: (len(_independent_columns(table.by, functions)), len(table.rows))
    )
    columns = _independent_columns(finest.by, functions)
    chains = {column: _chain(column, tables, functions) for column in columns}
    counts, printed = _cells(tables, finest, chains, of)
    total = float(counts[(TOTAL,) * len(columns)])
    lines = [
        _line(codes, count, printed.get(codes), _Rules(chosen, total))
        for codes, count in sorted(counts.items(), key=lambda one: _order(one[0]))
    ]
    lists = {column: f"{name}_{column}.hrc" for column in columns if chains[column]}
    files = {
        f"{name}.tab": "".join(f"{line}\n" for line in lines),
        f"{name}.rda": _description(columns, lists),
        f"{name}.arb": _batch(columns, name),
        **{
            file: "".join(f"{line}\n" for line in _codes(finest, column, chains[column]))
            for column, file in lists.items()
        },
    }
    if folder is not None:
        _write(files, Path(folder), name, overwrite=overwrite)
    return files


def _write(files: Mapping[str, str], folder: Path, name: str, *, overwrite: bool) -> None:
    """Write all files, or none where one of them, or what τ-ARGUS makes of them, is there."""
    option = "overwrite=True"
    require_folder(
        folder,
        [*files, f"{name}{_MADE}"],
        needed_by=_NEEDED_BY,
        overwrite=overwrite,
        replaces=option,
    )
    write_set(
        folder, files, needed_by=_NEEDED_BY, overwrite=overwrite, replaces=option, private=True
    )


class _Rules:
    """Profile with everyone who is in the class."""

    def __init__(self, profile: DisclosureProfile, total: float) -> None:
        self.profile, self.total = profile, total


Chain = tuple[tuple[str, Mapping[str, str]], ...]  # coarser columns, the finest of them first


def _require(tables: Sequence[Estimates], of: str) -> None:
    require_released(tables, verb="export_to_argus()")
    outcomes = {table.footnote.outcome for table in tables if isinstance(table, Estimates)}
    if len(outcomes) != 1 or not all(isinstance(table, Estimates) for table in tables):
        raise SchemaError(
            f"export_to_argus() takes estimates of one outcome, and these are of "
            f"[{list_all(sorted(outcomes))}] or are comparisons. Call it once for each outcome."
        )
    absent = sum(getattr(row, of) is None for table in tables for row in table.rows)
    if absent:
        raise SchemaError(
            f"export_to_argus() needs {of} in every row, and {absent} row(s) have none. Give the "
            "tables before es.suppress; for a number that is no share, of='n_valid'."
        )
    wrong = {
        value
        for table in tables
        for row in table.rows
        for value in row.group
        if any(sign in value for sign in _FORBIDDEN)
        or value.startswith(LEAD)
        or value in ("", TOTAL)
    }
    if wrong:
        raise SchemaError(
            f"export_to_argus() got {len(wrong)} group(s) with a name that τ-ARGUS cannot read, "
            f"such as {min(wrong)!r}. Rename groups that are empty, begin with {LEAD}, are called "
            f"{TOTAL} or hold a semicolon or a quotation mark."
        )


def _independent_columns(by: Sequence[str], functions: Functions) -> tuple[str, ...]:
    """Columns without those that follow from another one."""
    return tuple(
        one
        for at, one in enumerate(by)
        if not any(
            (other, one) in functions and ((one, other) not in functions or by.index(other) < at)
            for other in by
            if other != one
        )
    )


def _chain(column: str, tables: Sequence[Estimates], functions: Functions) -> Chain:
    """Coarser columns of the tables that follow from a column, each from the one before."""
    named = dict.fromkeys(name for table in tables for name in table.by)
    found = [
        (name, functions[column, name])
        for name in named
        if (column, name) in functions and (name, column) not in functions
    ]
    found.sort(key=lambda one: (-len(set(one[1].values())), one[0]))
    for (fine, _), (coarse, _) in pairwise(found):
        if (fine, coarse) not in functions:
            raise SchemaError(
                f"export_to_argus() found {fine!r} and {coarse!r}, which both follow from "
                f"{column!r} and not from each other. τ-ARGUS takes one hierarchy for a column: "
                "give the tables of one of them."
            )
    return tuple(found)


def _code(column: str, value: str) -> str:
    """Code of a coarser group, which may have the name of a finer one."""
    return f"{column}={value}"


def _cells(
    tables: Sequence[Estimates], finest: Estimates, chains: Mapping[str, Chain], of: str
) -> tuple[dict[Group, int], dict[Group, Estimate]]:
    """Counts of every margin, and the rows that print one; both by their codes."""
    counts: dict[Group, int] = {}
    for row in finest.rows:
        values = dict(zip(finest.by, row.group, strict=True))
        levels = [
            [values[column], *(_code(name, of_fine[values[column]]) for name, of_fine in chain)]
            for column, chain in chains.items()
        ]
        for codes in _cross_levels([[*one, TOTAL] for one in levels]):
            counts[codes] = counts.get(codes, 0) + int(getattr(row, of))
    printed: dict[Group, Estimate] = {}
    for table in tables:
        for row in table.rows:
            values = dict(zip(table.by, row.group, strict=True))
            codes = tuple(_own_code(column, chain, values) for column, chain in chains.items())
            if counts.get(codes) != int(getattr(row, of)):
                raise SchemaError(
                    f"export_to_argus() got a row of {', '.join(row.group) or 'everyone'} that is "
                    f"not the sum of the cells by {list(finest.by)}. τ-ARGUS takes tables that "
                    "add up: leave out people without a group before the estimates are made."
                )
            printed[codes] = row
    return counts, printed


def _cross_levels(levels: Sequence[Sequence[str]]) -> Iterator[Group]:
    if not levels:
        yield ()
        return
    for first in levels[0]:
        for rest in _cross_levels(levels[1:]):
            yield (first, *rest)


def _own_code(column: str, chain: Chain, values: Mapping[str, str]) -> str:
    if column in values:
        return values[column]
    return next((_code(name, values[name]) for name, _ in chain if name in values), TOTAL)


def _order(codes: Group) -> tuple[tuple[bool, str], ...]:
    return tuple((code != TOTAL, code) for code in codes)


def _line(codes: Group, count: int, row: Estimate | None, rules: _Rules) -> str:
    status, lower, upper = _SAFE, 0.0, 0.0
    if row is not None and row.disclosure is Disclosure.SAFE:
        status = _PROTECTED
    elif row is not None and disclosive(row, rules.profile):
        width = rules.profile.of_people(count, total=rules.total).width
        lower = min(float(count), math.floor(width / 2.0))
        status, upper = _UNSAFE, width - lower
    cells = [*(f'"{code}"' for code in codes), str(count), str(count), status]
    return SEPARATOR.join([*cells, f"{lower:g}", f"{upper:g}"])


def _codes(finest: Estimates, column: str, chain: Chain) -> Iterator[str]:
    """Codes of a hierarchy, the coarsest first, each below the one it lies in."""
    place = finest.by.index(column)
    values = sorted({row.group[place] for row in finest.rows})

    def below(level: int, inside: Sequence[str], depth: int) -> Iterator[str]:
        if level < 0:
            yield from (f"{LEAD * depth}{value}" for value in inside)
            return
        name, of_fine = chain[level]
        for coarse in sorted({of_fine[value] for value in inside}):
            yield f"{LEAD * depth}{_code(name, coarse)}"
            yield from below(level - 1, [v for v in inside if of_fine[v] == coarse], depth + 1)

    yield from below(len(chain) - 1, values, 0)


def _description(columns: Sequence[str], lists: Mapping[str, str]) -> str:
    lines = [f'<SEPARATOR> "{SEPARATOR}"', f'<SAFE> "{_SAFE}"', f'<UNSAFE> "{_UNSAFE}"']
    lines.append(f'<PROTECT> "{_PROTECTED}"')
    for column in columns:
        lines += [_word(column), "  <RECODEABLE>", f'  <TOTCODE> "{TOTAL}"']
        if column in lists:
            lines += ["  <HIERARCHICAL>", f'  <HIERCODELIST> "{lists[column]}"']
            lines.append(f'  <HIERLEADSTRING> "{LEAD}"')
    lines += ["people", "  <NUMERIC>", "  <DECIMALS> 0", "frequency", "  <FREQUENCY>"]
    lines += ["status", "  <STATUS>", "lower", "  <NUMERIC> <LOWERPL>", "  <DECIMALS> 0"]
    lines += ["upper", "  <NUMERIC> <UPPERPL>", "  <DECIMALS> 0"]
    return "".join(f"{line}\n" for line in lines)


def _word(column: str) -> str:
    return "_".join(column.split())


def _batch(columns: Sequence[str], name: str) -> str:
    explained = "".join(f'"{_word(column)}"' for column in columns)
    lines = [
        _SECRET,
        f'<OPENTABLEDATA> "{name}.tab"',
        f'<OPENMETADATA> "{name}.rda"',
        f'<SPECIFYTABLE> {explained}|"people"||',
        "<SAFETYRULE> MAN(10)",
        "<READTABLE> 0",
        "<SUPPRESS> MOD(1,5,1,0,0)",
        f'<WRITETABLE> (1,3,AS+,"{name}{_MADE}")',
    ]
    return "".join(f"{line}\n" for line in lines)
