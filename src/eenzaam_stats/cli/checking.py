"""What may leave by a command: the options that say so, refusals, and the sentence that stays.

Every command that makes numbers of respondents has the same three words: ``--profile`` checks,
``--profile none --unchecked`` writes without a check, ``--release`` remembers what has left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eenzaam_stats.cli.output import say
from eenzaam_stats.cli.release import APART, Record, naming_record, open_release
from eenzaam_stats.errors import DisclosureError, OptionError
from eenzaam_stats.output_check import ATTRIBUTE, STAYS, UNSTATED, read_status, remembering
from eenzaam_stats.vocabulary import Disclosure

if TYPE_CHECKING:
    import pandas as pd

    from eenzaam_stats.results.estimates import Estimates
    from eenzaam_stats.same_people import People
    from eenzaam_stats.tables.delimited import CsvDialect

NONE = "none"
PUBLISHED = "--published"
ProfileName = Annotated[
    str, typer.Option("--profile", help="Disclosure profile; none leaves numbers unchecked.")
]
Unchecked = Annotated[
    bool, typer.Option("--unchecked", help="With --profile none: write what was not checked.")
]
ReleaseFolder = Annotated[
    Path | None,
    typer.Option(
        "--release", help="Folder that remembers what has left; this run is checked against it."
    ),
]
Withdrawn = Annotated[
    list[str] | None,
    typer.Option(
        "--withdraw",
        help="Number of a record of --release that never left: this run takes its place; "
        "repeatable.",
    ),
]
Published = Annotated[
    bool,
    typer.Option(PUBLISHED, help="The table was published, or was suppressed before."),
]


@dataclass(frozen=True, slots=True)
class Leaving:
    """What the options of a command say about what leaves.

    Attributes
    ----------
    command : str
        Name of the command, for messages.
    profile : str
        Name of a profile, or ``none``.
    unchecked : bool
        Whether numbers that were not checked are written.
    release : pathlib.Path or None
        Folder that remembers what has left.
    quiet : bool
        Whether nothing is said on stderr.
    withdraw : tuple of str
        Records of the folder that never left.
    """

    command: str
    profile: str
    unchecked: bool
    release: Path | None = None
    quiet: bool = False
    withdraw: tuple[str, ...] = ()

    def require(self) -> tuple[Record | None, tuple[Estimates, ...]]:
        """Record of this release and what left before; raise when options contradict each other.

        Raises
        ------
        OptionError
            If ``--release`` or a profile stands beside ``--unchecked``.
        DisclosureError
            If nothing is checked and the user did not say so in as many words.
        """
        if self.profile == NONE and self.release is not None:
            raise OptionError(
                "--release remembers what may leave, and --profile none checks nothing. Leave out "
                "one of the two."
            )
        if self.profile == NONE and not self.unchecked:
            raise self.refusal()
        if self.unchecked and self.profile != NONE:
            raise OptionError("--unchecked goes with --profile none. Leave out one of the two.")
        if self.profile != NONE:
            from eenzaam_stats.disclosure.profiles import find_profile  # noqa: PLC0415

            find_profile(self.profile)
        return open_release(self.release, self.withdraw)

    def refusal(self, what: str = "cells that were not checked for disclosure") -> DisclosureError:
        """Why nothing is written, and what to do."""
        return DisclosureError(
            f"{self.command} does not write {what}. Name a profile such as --profile strict10, or "
            "write --profile none --unchecked when the numbers stay where the respondents are."
        )

    def tables(
        self, record: Record | None, people: Sequence[People], tables: Sequence[Estimates]
    ) -> tuple[Estimates, ...]:
        """Tables checked together, and with what left before, because they are seen together."""
        from eenzaam_stats.disclosure import suppress  # noqa: PLC0415

        if self.profile == NONE:
            return tuple(tables)
        earlier = () if record is None else record.tables(people)
        with naming_record(record, people, tables, self.profile):
            return tuple(suppress([*earlier, *tables], profile=self.profile))[len(earlier) :]

    def notes(self) -> tuple[str, ...]:
        """That separate runs can be subtracted, where nothing remembers them."""
        return (APART,) if self.release is None and self.profile != NONE else ()

    def open_table(self, frame: pd.DataFrame, *, published: bool) -> pd.DataFrame:
        """Table of a user that may be written about; it remembers its status.

        Parameters
        ----------
        frame : pandas.DataFrame
            As it was read.
        published : bool
            Whether the user says that its numbers are published or were suppressed.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        OptionError
            If it says itself that it was not checked, and the user that it is published.
        DisclosureError
            If it is made of respondents, was not checked and lacks the counts for that.
        """
        status = read_status(frame)
        if not published and status is Disclosure.UNCHECKED and self.profile != NONE:
            return self._suppress(frame)
        if published and status is Disclosure.UNCHECKED and ATTRIBUTE in frame:
            raise OptionError(
                f"{PUBLISHED} says that the table was published or suppressed, and its column "
                f"{ATTRIBUTE!r} says that it was not checked. Leave out {PUBLISHED}, or suppress "
                "the estimates first."
            )
        if published:
            return remembering(frame, Disclosure.PUBLIC)
        return remembering(frame, status)

    def _suppress(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Table of respondents after suppression, where it has the counts that this needs."""
        from eenzaam_stats.disclosure import suppress  # noqa: PLC0415
        from eenzaam_stats.disclosure.details import read_estimates  # noqa: PLC0415

        made = read_estimates(frame, source="the table")
        if made is None:
            raise DisclosureError(
                f"{self.command} does not write what is made of respondents and was not checked "
                "for disclosure, and this table has their numbers but not all counts that a check "
                "needs. Give the CSV that eenzaam-stats prevalence --csv writes; write "
                f"{PUBLISHED} when the table was published or suppressed; or --profile none "
                "--unchecked when the result stays where the respondents are."
            )
        released = suppress(made, profile=self.profile)
        told = released.footnote.disclosure
        say(f"note: the table was suppressed first: {told}.", quiet=self.quiet)
        kept = frame[list(made.by)]
        safe = released.details().assign(**{name: kept[name].to_numpy() for name in made.by})
        safe.attrs.update({**frame.attrs, **released.tidy().attrs})
        return safe


def note_unchecked(made: object) -> dict[str, str]:
    """Sentence of an output that was not checked, by its name; nothing for what may leave."""
    words = _sentence(read_status(made))
    return {ATTRIBUTE: words} if words else {}


def csv_with_note(frame: pd.DataFrame, dialect: CsvDialect = "machine") -> str:
    """Frame as CSV, with the sentence as a column where it was not checked."""
    from eenzaam_stats.tables.delimited import csv_text  # noqa: PLC0415

    return csv_text(frame.assign(**note_unchecked(frame)), dialect=dialect, unchecked=True)


def _sentence(status: Disclosure) -> str:
    if status is Disclosure.UNSTATED:
        return f"{UNSTATED} (with {PUBLISHED} you say that they are published or were suppressed)"
    return STAYS if status is Disclosure.UNCHECKED else ""
