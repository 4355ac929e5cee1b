"""``Scale`` and its parts: an instrument as data.

A new instrument, cut-off or subscale convention is a value made of these classes, not code. Nothing
here touches respondents, and the wording of items does not enter: it belongs to the instruments'
authors, so items carry a short name in our own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from eenzaam_stats.errors import OptionError, ScaleError, list_all
from eenzaam_stats.vocabulary import Category, SubscaleCutoff

Polarity = Literal["negative", "positive"]


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a scale.

    Attributes
    ----------
    number : int
        Number in the manual.
    column : str
        Harmonised column.
    name : str
        What it is about, in our own words.
    polarity : {"negative", "positive"}
        Whether agreement speaks for loneliness (negative wording) or against it.
    points : tuple of int
        Points of each answer, in the order of ``Scale.answers``.
    subscale : str
        Subscale it belongs to; empty when the scale has none.
    """

    number: int
    column: str
    name: str
    polarity: Polarity
    points: tuple[int, ...]
    subscale: str = ""


@dataclass(frozen=True, slots=True)
class Subscale:
    """Block of items that is reported by itself.

    Attributes
    ----------
    name : str
        Name in column names.
    flag : str
        Name of the flag that a cut-off convention adds.
    """

    name: str
    flag: str


@dataclass(frozen=True, slots=True)
class CategoryBound:
    """Class of a score, from its lowest score up to the next class.

    Attributes
    ----------
    category : Category
        The class.
    lowest : int
        Its lowest score.
    """

    category: Category
    lowest: int


@dataclass(frozen=True, slots=True)
class FlagRule:
    """Yes-or-no outcome of a total.

    Attributes
    ----------
    name : str
        Name of the column.
    lowest : int
        Lowest total that is a yes.
    """

    name: str
    lowest: int


@dataclass(frozen=True, slots=True)
class CutoffConvention:
    """Published cut-off for the subscales; the same for each of them.

    Attributes
    ----------
    name : SubscaleCutoff
        Name of the convention.
    lonely_from : int
        Lowest subscale score that counts as lonely.
    severe_from : int or None
        Lowest subscale score of the upper class, for conventions with three classes.
    source : str
        Where it was published.
    """

    name: SubscaleCutoff
    lonely_from: int
    severe_from: int | None
    source: str

    def bounds(self) -> tuple[CategoryBound, ...]:
        """Three classes of a subscale score, or none for a convention with a single cut."""
        if self.severe_from is None:
            return ()
        return (
            CategoryBound(Category.NOT, 0),
            CategoryBound(Category.MODERATE, self.lonely_from),
            CategoryBound(Category.SEVERE, self.severe_from),
        )


@dataclass(frozen=True, slots=True)
class Scale:
    """An instrument.

    Attributes
    ----------
    name, prefix, title : str
        Name in messages and reports, first part of its columns, and name for readers.
    items : tuple of Item
        Questions, by number.
    answers : tuple of str
        Every answer that is accepted, in order.
    answer_sets : tuple of tuple of str
        Sets of answers that a source may declare; empty when any subset of ``answers`` will do.
    neutral : str or None
        Answer that a declared set cannot do without.
    subscales : tuple of Subscale
        Blocks reported by themselves; each needs all its items.
    allowed_missing : int
        Missing items, over all items together, that the total tolerates; each counts 0.
    categories : tuple of CategoryBound
        Classes of the total, ascending; empty when none are published.
    label_group : str
        Group of the labels of these classes, as in ``label(f"{label_group}.{category}", "nl")``.
    flags : tuple of FlagRule
        Outcomes of the total.
    conventions : tuple of CutoffConvention
        Cut-offs for the subscales; none is applied unless it is asked for.
    source : str
        Where the rules come from.
    short_form : Scale or None
        Published scale of some of these items, for data in which the others were not asked.
    """

    name: str
    prefix: str
    title: str
    items: tuple[Item, ...]
    answers: tuple[str, ...]
    answer_sets: tuple[tuple[str, ...], ...] = ()
    neutral: str | None = None
    subscales: tuple[Subscale, ...] = ()
    allowed_missing: int = 0
    categories: tuple[CategoryBound, ...] = ()
    label_group: str = ""
    flags: tuple[FlagRule, ...] = ()
    conventions: tuple[CutoffConvention, ...] = ()
    source: str = ""
    short_form: Scale | None = None

    def __post_init__(self) -> None:
        uneven = [item.number for item in self.items if len(item.points) != len(self.answers)]
        if uneven:
            raise ScaleError(
                f"Scale {self.name!r} needs points for each of its {len(self.answers)} answers, "
                f"which item(s) {uneven} do not have. Give one number per answer."
            )

    @property
    def score_range(self) -> tuple[int, int]:
        """Lowest and highest total of a person who answered every item."""
        return (
            sum(min(item.points) for item in self.items),
            sum(max(item.points) for item in self.items),
        )

    def blocks(self) -> tuple[tuple[int, ...], ...]:
        """Positions (from 0) of the items of each subscale, in the order of ``subscales``."""
        return tuple(
            tuple(i for i, item in enumerate(self.items) if item.subscale == subscale.name)
            for subscale in self.subscales
        )

    def convention(self, name: str | None) -> CutoffConvention | None:
        """Cut-off convention of this scale by name.

        Parameters
        ----------
        name : {"manual6", "cbs", "rivm2016", "vzinfo"} or None
            Name of the convention; ``None`` asks for none.

        Returns
        -------
        CutoffConvention or None
            The convention, or ``None`` when none was asked for.

        Raises
        ------
        OptionError
            If no convention has this name.
        ScaleError
            If the convention was published for another scale.

        Examples
        --------
        >>> from eenzaam_stats.scoring.de_jong_gierveld import DJG11
        >>> DJG11.convention("vzinfo").lonely_from
        3
        """
        if name is None:
            return None
        for convention in self.conventions:
            if convention.name == name:
                return convention
        if name not in get_args(SubscaleCutoff):
            raise OptionError.among(name, get_args(SubscaleCutoff), name="subscale_cutoff")
        fitting = list_all(convention.name for convention in self.conventions)
        remedy = f"Choose one of {fitting}." if fitting else "Leave it out: there is none."
        raise ScaleError(
            f"score({self.name}) needs a subscale cut-off that was published for this scale, "
            f"and {name!r} was not. {remedy}"
        )
