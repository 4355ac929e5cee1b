"""Tables in the shape of StatLine, made here: every figure in them is SYNTHETIC.

One description gives the typed set, the untyped set and the observations of version 4, so that the
three cannot disagree. Rows are the whole cross of the dimensions, numbered from 0.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

Codes = Mapping[str, str]
Value = Callable[[Codes, str], str]


@dataclass(frozen=True)
class ServedMember:
    key: str
    title: str
    group: int | None = None
    status: str = "Definitief"
    description: str | None = ""


@dataclass(frozen=True)
class ServedDimension:
    key: str
    members: tuple[ServedMember, ...]
    kind: str = "Dimension"
    width: int = 0
    title: str = ""

    def raw(self, key: str) -> str:
        return key.ljust(self.width)


@dataclass(frozen=True)
class ServedTopic:
    key: str
    title: str
    unit: str = "%"
    decimals: int = 1
    datatype: str = "Float"
    group: int | None = None
    default: str = "Missing"


@dataclass(frozen=True)
class ServedTable:
    """A whole table; ``value`` gives the printed text of one cell, ``.`` or blank included."""

    id: str
    title: str
    dimensions: tuple[ServedDimension, ...]
    topics: tuple[ServedTopic, ...]
    value: Value
    modified: str = "2099-01-02T02:00:00"
    catalogue: str = "CBS"
    groups: tuple[tuple[int, str, str], ...] = ()  # id, dimension, title
    topic_groups: tuple[str, ...] = ()
    record_count: int | None = None
    extra: Mapping[str, str] = field(default_factory=dict)  # a column that nobody announced
    rows: int | None = None  # fewer rows than the whole cross
    editions: Callable[[int], Value] | None = None  # figures of a later edition

    @cached_property
    def size(self) -> int:
        n = 1
        for dimension in self.dimensions:
            n *= len(dimension.members)
        return n if self.rows is None else min(n, self.rows)

    def codes(self, number: int) -> dict[str, str]:
        """Trimmed codes of a row; the last dimension runs fastest."""
        found: dict[str, str] = {}
        for dimension in reversed(self.dimensions):
            number, place = divmod(number, len(dimension.members))
            found[dimension.key] = dimension.members[place].key
        return {dimension.key: found[dimension.key] for dimension in self.dimensions}

    def raw(self, number: int) -> dict[str, str]:
        codes = self.codes(number)
        return {d.key: d.raw(codes[d.key]) for d in self.dimensions}

    def row(self, number: int, *, typed: bool) -> dict[str, object]:
        codes = self.codes(number)
        row: dict[str, object] = {"ID": number, **self.raw(number)}
        for topic in self.topics:
            text = self.value(codes, topic.key)
            row[topic.key] = _typed(text, topic) if typed else _untyped(text, topic)
        return {**row, **self.extra}

    def in_edition(self, edition: int) -> ServedTable:
        """The table after so many changes: another moment, and other figures where it has them."""
        if not edition:
            return self
        moment = f"2099-{2 + edition // 27:02d}-{1 + edition % 27:02d}T02:00:00"
        value = self.editions(edition) if self.editions else self.value
        return replace(self, modified=moment, value=value)

    def with_shifted_suffixes(self, by: int = 1) -> ServedTable:
        """The next edition: the same topics, other numbers at the end of their keys."""
        old = {shifted(topic.key, by): topic.key for topic in self.topics}
        topics = tuple(replace(topic, key=shifted(topic.key, by)) for topic in self.topics)
        return replace(self, topics=topics, value=lambda codes, key: self.value(codes, old[key]))

    def with_widths(self, by: int) -> ServedTable:
        dimensions = tuple(
            replace(d, width=max(len(m.key) for m in d.members) + by)
            if d.kind != "TimeDimension"
            else d
            for d in self.dimensions
        )
        return replace(self, dimensions=dimensions)


def shifted(key: str, by: int) -> str:
    stem, _, number = key.rpartition("_")
    return f"{stem}_{int(number) + by}"


def _typed(text: str, topic: ServedTopic) -> object:
    if topic.datatype == "String":
        return text.ljust(40)
    if text in {"", "."}:
        return None
    if topic.datatype in {"Integer", "Long"}:
        return int(text)
    noise = 1 + 3e-8  # as from single precision
    return float(text) * noise


def _untyped(text: str, topic: ServedTopic) -> str:
    return text.ljust(40) if topic.datatype == "String" else text.rjust(8)


def drawn(*parts: object) -> int:
    """A number that depends on its parts alone."""
    return zlib.crc32("|".join(map(str, parts)).encode())


MARGINS = ServedDimension(
    "Marges",
    (
        ServedMember("MW00000", "Waarde"),
        ServedMember("MOG0095", "Ondergrens 95%-interval"),
        ServedMember("MBG0095", "Bovengrens 95%-interval"),
    ),
)


def years(*which: int, key: str = "Perioden") -> ServedDimension:
    members = tuple(
        ServedMember(
            f"{year}JJ00",
            f"{year} " if year % 2 else str(year),
            status="Voorlopig" if year == max(which) else "Definitief",
        )
        for year in which
    )
    return ServedDimension(key, members, kind="TimeDimension")


def shares(salt: object = 0, *, gaps: bool = True) -> Value:
    """Percentages between their bounds; one cell in fifteen is withheld or impossible."""

    def value(codes: Codes, topic: str) -> str:
        rest = [code for name, code in codes.items() if name != "Marges"]
        number = drawn(salt, topic.rpartition("_")[0], *rest)
        if gaps and number % 15 == 0:
            return "." if number % 2 else ""
        middle = 5 + number % 400 / 10
        change = {"MOG0095": -1.3, "MBG0095": 1.4}.get(codes.get("Marges", ""), 0.0)
        return f"{middle + change:.1f}"

    return value


CHARACTERISTICS = (
    ServedMember("T009002", "Totaal personen", 1),
    ServedMember("3000", "Geslacht: mannen", 2),
    ServedMember("4000", "Geslacht: vrouwen", 2),
    ServedMember("53050", "Leeftijd: 15 tot 25 jaar", 3, description=None),
    ServedMember("53500", "Leeftijd: 25 tot 35 jaar", 3),
    ServedMember("53700", "Leeftijd: 35 tot 45 jaar", 3),
    ServedMember("53800", "Leeftijd: 45 tot 55 jaar", 3),
    ServedMember("53900", "Leeftijd: 55 tot 65 jaar", 3),
    ServedMember("53925", "Leeftijd: 65 tot 75 jaar", 3),
    ServedMember("21600", "Leeftijd: 75 jaar of ouder", 3),
    ServedMember("2018710", "Onderwijsniveau: voorbeeld één", 4),
)
DEGREES = (
    ServedMember("A052501", "Niet eenzaam"),
    ServedMember("A052502", "Enigszins eenzaam"),
    ServedMember("A052503", "Sterk eenzaam"),
)


def loneliness(*which: int, salt: object = 0, gaps: bool = True) -> ServedTable:
    """In the layout of 85766NED, with SYNTHETIC figures."""
    return ServedTable(
        "85766NED",
        "Eenzaamheid; persoonskenmerken (SYNTHETIC)",
        (
            MARGINS,
            ServedDimension("Kenmerken", CHARACTERISTICS, width=7),
            ServedDimension("MateVanEenzaamheid", DEGREES, title="Mate van eenzaamheid"),
            years(*(which or (2019, 2021, 2022, 2023))),
        ),
        (
            ServedTopic("Eenzaamheid_1", "Eenzaamheid", group=0),
            ServedTopic("SocialeEenzaamheid_2", "Sociale eenzaamheid", group=0),
            ServedTopic("EmotioneleEenzaamheid_3", "Emotionele eenzaamheid", group=0),
        ),
        shares(salt, gaps=gaps),
        groups=((1, "Kenmerken", "Totaal"), (2, "Kenmerken", "Geslacht")),
        topic_groups=("Soorten eenzaamheid",),
        editions=lambda edition: shares((salt, edition), gaps=gaps),
    )


def neighbourhoods(*municipalities: str, salt: object = 0) -> ServedTable:
    """In the layout of 50120NED, with SYNTHETIC figures."""
    named = municipalities or ("GM9901", "GM9902")
    regions = (
        ServedMember("NL01", "Nederland", description=None),
        *(ServedMember(code, f"Voorbeeldstad {code[-2:]}") for code in named),
        ServedMember("WK990100", "Wijk 00"),
    )
    cells = shares(salt)

    def value(codes: Codes, topic: str) -> str:
        if topic.startswith("Gemeentenaam"):
            return "." if codes["WijkenEnBuurten"] == "NL01" else "Voorbeeldstad"
        if topic.startswith("SociaalEenzaam") and codes["Perioden"] == "2012JJ00":
            return ""
        return cells(codes, topic)

    return ServedTable(
        "50120NED",
        "Gezondheid per wijk en buurt (SYNTHETIC)",
        (
            ServedDimension(
                "Leeftijd",
                (
                    ServedMember("20300", "18 jaar of ouder"),
                    ServedMember("53115", "18 tot 65 jaar"),
                    ServedMember("80200", "65 jaar of ouder"),
                ),
            ),
            MARGINS,
            ServedDimension("WijkenEnBuurten", regions, kind="GeoDetail", width=12),
            years(2012, 2016, 2020, 2022),
        ),
        (
            ServedTopic("Gemeentenaam_1", "Gemeentenaam", unit="", decimals=0, datatype="String"),
            ServedTopic("Eenzaam_27", "Eenzaam"),
            ServedTopic("ErnstigZeerErnstigEenzaam_28", "Ernstig/zeer ernstig eenzaam"),
            ServedTopic("EmotioneelEenzaam_29", "Emotioneel eenzaam"),
            ServedTopic("SociaalEenzaam_30", "Sociaal eenzaam"),
        ),
        value,
        catalogue="RIVM",
    )


SEXES = (ServedMember("3000", "Mannen"), ServedMember("4000", "Vrouwen"))
MARITAL = (ServedMember("T001019", "Totaal"), ServedMember("1010", "Ongehuwd"))


def single_ages(top: int, *, totals: bool = True) -> tuple[ServedMember, ...]:
    """Ages 0 to ``top`` and over, with the totals that stand among them."""
    ages = [ServedMember(_age_key(age), f"{age} jaar") for age in range(top)]
    last = ServedMember("22300", f"{top} jaar of ouder")
    return (*([ServedMember("10000", "Totaal leeftijd")] if totals else []), *ages, last)


def _age_key(age: int) -> str:
    """The code of an age; above 98 it is of another form."""
    if age > 98:
        return f"{19_900 + age - 98}"
    return "10010" if age == 0 else str(10_000 + 100 * age)


def persons_of(ages: tuple[ServedMember, ...]) -> Value:
    """Persons of SYNTHETIC cells, a little different every year; totals are true sums."""

    def value(codes: Codes, _: str) -> str:
        sexes = ("3000", "4000") if codes["Geslacht"] == "T001038" else (codes["Geslacht"],)
        of = [m.key for m in ages if m.key != "10000"]
        wanted = of if codes["Leeftijd"] == "10000" else [codes["Leeftijd"]]
        cells = [1_000 + drawn(s, age, codes["Perioden"]) % 97 for s in sexes for age in wanted]
        return str(sum(cells))

    return value


def population(*which: int, top: int = 105) -> ServedTable:
    """In the layout of 7461bev, with SYNTHETIC figures."""
    return ServedTable(
        "7461bev",
        "Bevolking; geslacht, leeftijd en burgerlijke staat, 1 januari (SYNTHETIC)",
        (
            ServedDimension("Geslacht", (ServedMember("T001038", "Totaal"), *SEXES), width=7),
            ServedDimension("Leeftijd", single_ages(top), width=5),
            ServedDimension("BurgerlijkeStaat", MARITAL, width=7),
            years(*(which or (2024, 2025))),
        ),
        (ServedTopic("Bevolking_1", "Bevolking", "aantal", 0, "Integer"),),
        persons_of(single_ages(top)),
    )


def forecast(*which: int, top: int = 99) -> ServedTable:
    """In the layout of 85743NED, with SYNTHETIC figures."""
    origin = (ServedMember("T001040", "Totaal"), ServedMember("1012600", "Nederland"))
    born = (ServedMember("T001638", "Totaal"), ServedMember("1012600", "Nederland"))
    return ServedTable(
        "85743NED",
        "Prognose bevolking; geslacht, leeftijd, herkomst (SYNTHETIC)",
        (
            ServedDimension("Geslacht", SEXES, width=7),
            ServedDimension("Leeftijd", single_ages(top, totals=False), width=5),
            ServedDimension("Herkomstland", origin, width=7),
            ServedDimension("Geboorteland", born, width=7),
            years(*(which or (2030, 2050))),
        ),
        (ServedTopic("BevolkingOp1Januari_1", "Bevolking op 1 januari", "aantal", 0, "Integer"),),
        persons_of(single_ages(top, totals=False)),
    )


def large(rows: int, *, topics: int = 3) -> ServedTable:
    """A long SYNTHETIC table; ``rows`` is a multiple of 400."""
    regions = tuple(ServedMember(f"GM{n:04d}", f"Plaats {n}") for n in range(rows // 40))
    named: Sequence[str] = [f"Onderwerp{letter}" for letter in "ABCDEFGH"[:topics]]
    return ServedTable(
        "99999NED",
        "Lange tabel (SYNTHETIC)",
        (
            ServedDimension("RegioS", regions, kind="GeoDimension", width=10),
            ServedDimension("Geslacht", SEXES, width=7),
            years(*range(2001, 2021)),
        ),
        tuple(ServedTopic(f"{name}_{n}", name) for n, name in enumerate(named, 1)),
        lambda codes, topic: (
            f"{drawn(topic, codes['RegioS'], codes['Geslacht'], codes['Perioden']) % 999 / 10:.1f}"
        ),
    )
