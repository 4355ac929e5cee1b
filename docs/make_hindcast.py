"""Write ``docs/hindcast.md``: the Kernprognose 2016 against the counts since, from the tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from eenzaam_stats.age_bands import PUBLISHED_BANDS, Band, band_edges
from eenzaam_stats.published.reference import reference
from eenzaam_stats.results.hindcast import Hindcast
from eenzaam_stats.trend.projection.hindcast import GROUPS, hindcast, hindcast_error

MONITOR = "Gezondheidsmonitor Volwassenen en Ouderen"
OLD_WAVE, LATER_WAVES = 2016, (2020, 2022, 2024)
AGE_WAVE = 2022
EVERYONE = (19, None)  # the wave of 2016 covers 19 and over
HALF = 0.05  # half of the last printed digit
YOUNG, OLD, OLDEST = band_edges(PUBLISHED_BANDS)


def published(wave: int, group: str = "total") -> float:
    """Proportion lonely as the Gezondheidsmonitor published it."""
    table = reference("gezondheidsmonitor")
    rows = table[
        (table["source"] == MONITOR)
        & (table["wave"] == str(wave))
        & (table["outcome"] == "lonely")
        & (table["group"] == group)
        & (table["sex"] == "total")
    ]
    (value,) = rows["value"]
    return float(value) / 100


def age_prevalence() -> dict[Band, float]:
    """Proportions of 2022 by age; the youngest band takes what the others leave of the total."""
    n = reference("population")
    n = n[(n["edition"] == "cbs_observed") & (n["year"] == AGE_WAVE)]
    old, oldest = (published(AGE_WAVE, band) for band in PUBLISHED_BANDS[1:])
    at = {
        (low, high): int(n.loc[n["age_low"].between(low, high or 199), "persons"].sum())
        for low, high in (YOUNG, OLD, OLDEST)
    }
    lonely = published(AGE_WAVE) * sum(at.values())
    young = (lonely - old * at[OLD] - oldest * at[OLDEST]) / at[YOUNG]
    return {YOUNG: young, OLD: old, OLDEST: oldest}


def from_old_wave() -> Hindcast:
    """Projection from the wave of 2016 with the forecast of that year."""
    later = {year: {EVERYONE: published(year)} for year in LATER_WAVES}
    return hindcast({EVERYONE: published(OLD_WAVE)}, base_year=OLD_WAVE, later=later)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Table in Markdown, numbers to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def signed(percent: float) -> str:
    """Per cent with its sign; a rounded zero has none."""
    return "0.0" if abs(percent) < HALF else f"{percent:+.1f}"


def errors_by_group(found: Hindcast) -> str:
    """Percentage error per year and age group, both sexes."""
    years = sorted({row.year for row in found.people})
    errors = {(r.year, r.group): r.error_percent for r in found.people if r.sex == "total"}
    rows = [[str(year), *(signed(errors[year, g]) for g in GROUPS)] for year in years]
    return table(["year", *GROUPS], rows)


def errors_by_sex(found: Hindcast) -> str:
    """Percentage error of the last year per sex and age group."""
    last = max(row.year for row in found.people)
    errors = {(r.sex, r.group): r.error_percent for r in found.people if r.year == last}
    rows = [[sex, *(signed(errors[sex, g]) for g in GROUPS)] for sex in ("men", "women")]
    return table([str(last), *GROUPS], rows)


def misses(found: Hindcast) -> str:
    """Projected, counted and observed numbers of lonely people."""
    head = ["year", "projected", "as counted", "observed", "error", "error %"]
    head += ["of which population", "of which prevalence"]
    rows = []
    for one in found.lonely:
        if one.error == one.error:  # a year with a published prevalence
            numbers = (one.projected, one.counted, one.observed)
            parts = (one.population_error, one.prevalence_error)
            errors = [f"{one.error / 1000:+,.0f}", signed(one.error_percent)]
            shown = [f"{n / 1000:,.0f}" for n in numbers]
            rows.append([str(one.year), *shown, *errors, *(f"{n / 1000:+,.0f}" for n in parts)])
    return table(head, rows)


def population_misses(found: Hindcast) -> str:
    """Error of the number of lonely people that the forecast of the population alone makes."""
    rows = [
        [str(r.year)]
        + [f"{n / 1000:,.0f}" for n in (r.projected, r.counted)]
        + [f"{r.population_error / 1000:+,.0f}", signed(r.population_percent)]
        for r in found.lonely
    ]
    return table(["year", "with the forecast", "with the counts", "error", "error %"], rows)


def hindcast_page() -> str:
    """Whole page in Markdown."""
    at_ages = age_prevalence()
    ages, old = hindcast(at_ages, base_year=AGE_WAVE), from_old_wave()
    beside = hindcast_error(at_ages, edition="cbs_kernprognose_2016")
    last = max(r.year for r in ages.people)
    return f"""# Hindcast: how wrong an old projection was

<!-- Written by docs/make_hindcast.py from the packaged tables; change those, not this page. -->

The Kernprognose 2016 of CBS (83597NED, 2017-2060) is the only official forecast by age and sex
that the package holds, and nine of its years have been counted since (7461bev). Every figure for
a far year is shown with the error of this page:

> {beside.describe()}

## People: forecast against counts

Forecast minus count in per cent of the count, both sexes, 1 January.

{errors_by_group(ages)}

{errors_by_sex(ages)}

The errors have opposite signs and partly cancel in a total: too few migrants of working age, too
few deaths foreseen among the oldest (the pandemic years included). The band in which loneliness
is most common is the one that is missed most.

## Lonely people: projected from the wave of {OLD_WAVE}

The prevalence of {OLD_WAVE} (43% of people of 19 and over; no figures by age were published that
cover everyone), held constant and multiplied by the forecast of the same year. "As counted" has
the same prevalence and the counted people; "observed" has the prevalence published for that
year. Thousands; error is projected minus observed.

{misses(old)}

The population forecast explains little of it. What was missed is the prevalence: 46.6% in 2020
and 48.6% in 2022, two waves in pandemic years, and 46% in 2024 (unverified). Those waves cover
people of 18 and over; their percentage is used here for 19 and over, as in {OLD_WAVE}. The
survey covers private households, the counts all residents.

## Lonely people: error of the population alone

The prevalences by age of {AGE_WAVE} (75-84: 52%, 85 and over: 63%, younger: what is left of
48.6%) with the forecast and with the counts, people of 18 and over. Thousands. This is the part
of an error that no survey can repair, after at most {last - min(r.year for r in ages.people)}
years; 2050 is 33 years from the start of this forecast.

{population_misses(ages)}

## What it does not say

- One edition in one period: no error of the next edition can be derived from it, and it is no
  interval.
- The derived populations start in 2025 from the count of that year and have no year to be
  checked in.
- An error of 2025 says little about 2050; errors of births and migration add up, and may turn.
"""


if __name__ == "__main__":
    Path(__file__).with_name("hindcast.md").write_text(hindcast_page(), encoding="utf-8")
