"""The letter's figures: numbers from the packaged tables, drawn with the marks of ``plots``."""

from __future__ import annotations

from collections.abc import Sequence

from eenzaam_stats.letter.figures import groups, people, prevalence
from eenzaam_stats.letter.figures.figure import LetterFigure, evidence_text, texts
from eenzaam_stats.letter.ledger import LedgerRow
from eenzaam_stats.letter.microdata import ComputedFigure
from eenzaam_stats.vocabulary import Language

__all__ = ["LetterFigure", "all_figures", "evidence_text"]


def all_figures(
    *, language: Language, rows: Sequence[LedgerRow], computed: Sequence[ComputedFigure] = ()
) -> tuple[LetterFigure, ...]:
    """Every figure of the letter, in the order of the report.

    Parameters
    ----------
    language : {"nl", "en"}
        Language of words and numbers.
    rows : sequence of LedgerRow
        The recomputed statements, for the figure of the verdicts.
    computed : sequence of ComputedFigure, optional
        Figures computed from files of respondents, drawn beside the published ones.

    Returns
    -------
    tuple of LetterFigure
        One per entry of ``texts.toml``.
    """
    made = (
        prevalence.by_source(language, computed),
        prevalence.gezondheidsmonitor_trend(language, computed),
        prevalence.ssw_trend(language),
        groups.ssw_age(language),
        groups.young_people(language),
        people.persons_854_thousand(language),
        people.projection_2050(language),
        people.increase_to_2050(language),
        groups.foreign_born(language),
        groups.eu_countries(language),
        groups.verdicts(language, rows),
    )
    by_name = {figure.id: figure for figure in made}
    return tuple(by_name[name] for name in texts())
