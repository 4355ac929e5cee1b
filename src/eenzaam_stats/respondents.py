"""The harmonised schema: one list of columns that serves checks, documents and synthetic data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from eenzaam_stats.vocabulary import Answer, Frequency, Sex

ColumnKind = Literal["text", "integer", "number", "category"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the harmonised respondents.

    Attributes
    ----------
    name : str
        Column name.
    kind : {"text", "integer", "number", "category"}
        What the values are.
    description : str
        One sentence for the schema page.
    categories : tuple of str
        Allowed values of a category column, in order; empty where the source decides. Items that
        a mapping says were dichotomised hold the two keyed values of ``Dichotomy`` instead.
    """

    name: str
    kind: ColumnKind
    description: str
    categories: tuple[str, ...] = ()


DJG_ITEMS = tuple(f"djg_{number}" for number in range(1, 12))
UCLA_ITEMS = tuple(f"ucla_{number}" for number in range(1, 4))
_ANSWERS = tuple(answer.value for answer in Answer)
_FREQUENCIES = tuple(answer.value for answer in Frequency)

COLUMNS: tuple[Column, ...] = (
    Column("source", "text", "Survey that the row comes from; synthetic files say so here."),
    Column("wave", "integer", "Year of the wave."),
    Column("month", "integer", "Month of the interview, 1-12."),
    Column("person_id", "text", "Pseudonymous key of the person."),
    Column("household_id", "text", "Pseudonymous key of the household."),
    Column("age", "integer", "Age in years."),
    Column("birth_year", "integer", "Year of birth."),
    Column("age_group", "category", "Age band as the source delivers it."),
    Column("sex", "category", "Sex as the source delivers it.", tuple(sex.value for sex in Sex)),
    Column("education", "category", "Level of education as the source delivers it."),
    Column("origin", "category", "Origin as the source delivers it."),
    Column("country", "category", "Country of residence, in English."),
    Column("region", "category", "GGD region."),
    Column("municipality", "text", "Municipality, four digits with leading zeros."),
    Column("household_type", "category", "Household type as the source delivers it."),
    Column("marital_status", "category", "Marital status as the source delivers it."),
    Column("income", "category", "Standardised household income in quintiles."),
    Column("generation", "category", "Migration generation as the source delivers it."),
    Column("mode", "category", "Mode of interview."),
    Column("weight", "number", "Weight that is right for loneliness in this source and wave."),
    Column("stratum", "text", "Sampling stratum."),
    Column("cluster", "text", "Sampling cluster."),
    *(
        Column(name, "category", f"De Jong Gierveld item {name[4:]} of the manual.", _ANSWERS)
        for name in DJG_ITEMS
    ),
    *(
        Column(name, "category", f"UCLA-3 item {name[5:]}.", ("hardly_ever", "sometimes", "often"))
        for name in UCLA_ITEMS
    ),
    Column("direct", "category", "Direct question: how often lonely.", _FREQUENCIES),
    Column("satisfaction_contacts", "integer", "Satisfaction with social contacts, 0-10."),
)

MISSING_SUFFIX = "_missing"
# Column of a scored scale: the item that a total does without, 0 for none, empty without a total.
TOLERATED_SUFFIX = "_tolerated_item"
# Stands in that column where a scale tolerates more than one missing item and several are missing.
SEVERAL_ITEMS = 9999
PUBLISHED_PREFIX = "published_"
