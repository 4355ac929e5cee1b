"""Validation: what witnesses each statistic, and the largest deviation that was found.

``python docs/make_validation.py measure`` runs the tests that ``validation.toml`` names, hears
every number that they compare, and writes ``validation.csv``. ``build`` writes the page from
both.
"""

from __future__ import annotations

import argparse
import csv
import io
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from make_words import cell, table

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
REFERENCES = ROOT / "tests" / "reference"
MEASURED = HERE / "validation.csv"
COLUMNS = ("statistic", "tests", "compared", "absolute", "relative")
KINDS = {
    "R": "another program in R",
    "publication": "a publication",
    "identity": "an identity or a second way to compute it",
    "hand": "hand arithmetic",
    "simulation": "simulation",
}
UNMEASURED = {"equality": "none: equal", "digits": "within the printed digits"}


@dataclass(frozen=True, slots=True)
class Statistic:
    """One row of the page, as ``validation.toml`` describes it."""

    name: str
    area: str
    api: tuple[str, ...]
    reference: str
    witness: str
    kind: str
    tests: tuple[str, ...]
    files: tuple[str, ...] = ()
    guide: str = ""
    data: bool = False
    compare: str = field(default="numbers")


def statistics() -> tuple[Statistic, ...]:
    """Every statistic, in the order of the page."""
    raw = tomllib.loads((HERE / "validation.toml").read_text("utf-8"))["statistic"]
    return tuple(
        Statistic(**{k: tuple(v) if isinstance(v, list) else v for k, v in one.items()})
        for one in raw
    )


def measured() -> dict[str, dict[str, str]]:
    """Rows of ``validation.csv`` by statistic."""
    with MEASURED.open(encoding="utf-8", newline="") as file:
        return {row["statistic"]: row for row in csv.DictReader(file)}


def measure(chosen: Sequence[Statistic]) -> str:
    """Run the tests of these statistics and give ``validation.csv`` as text.

    Raises
    ------
    RuntimeError
        If a test fails, is skipped or, where numbers are compared, compares none.
    """
    from hear_deviations import heard_by  # noqa: PLC0415  (the page needs no pytest)

    found = heard_by(ROOT, [test for one in chosen for test in one.tests])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in chosen:
        own = [found[test] for test in one.tests]
        n = sum(heard.compared for heard in own)
        if one.compare == "numbers" and n == 0:
            raise RuntimeError(f"{one.name!r} compares no number. Name other tests.")
        worst = [max(getattr(h, size) for h in own) for size in ("absolute", "relative")]
        numbers = [str(n), *(f"{value:.1e}" for value in worst)]
        if one.compare != "numbers":
            numbers = ["", "", ""]
        writer.writerow([one.name, str(sum(heard.passed for heard in own)), *numbers])
    return text.getvalue()


def _api(names: Iterable[str]) -> str:
    return ", ".join(f"{{py:obj}}`{name} <eenzaam_stats.{name}>`" for name in names)


def _guide(place: str) -> str:
    if not place:
        return ""
    words = place.rpartition("/")[2].removeprefix("made_").lstrip("0123456789_").replace("_", " ")
    ending = "ipynb" if place.startswith("tutorials") else "md"
    return f" · [{words}]({place}.{ending})"


def _deviation(one: Statistic, row: Mapping[str, str]) -> list[str]:
    if one.compare != "numbers":
        return [f"{row['tests']} tests", UNMEASURED[one.compare], UNMEASURED[one.compare]]
    return [f"{int(row['compared']):,}", _number(row["absolute"]), _number(row["relative"])]


def _number(value: str) -> str:
    """Size in two digits: ``0`` or, for instance, ``4e-15``; large ones as plain decimals."""
    number = float(value)
    return (
        f"{number:.2g}" if number == 0 or number >= 1e-3 else f"{number:.0e}".replace("e-0", "e-")
    )


def _files(one: Statistic) -> str:
    names = dict.fromkeys(test.partition("::")[0] for test in one.tests)
    shown = [f"`{name.removeprefix('tests/')}`" for name in names]
    shown += [f"`reference/{name}`" for name in one.files]
    return ", ".join(shown) + (" (reference data not in the repository)" if one.data else "")


def _section(area: str, own: Sequence[Statistic], found: Mapping[str, Mapping[str, str]]) -> str:
    head = ["statistic", "witness", "numbers", "absolute", "relative"]
    rows = []
    for one in own:
        source = (
            f"**{cell(one.name)}**<br>{_api(one.api)}{_guide(one.guide)}<br>{cell(one.reference)}"
        )
        witness = f"{cell(one.witness)}<br>{_files(one)}"
        rows.append([source, witness, *_deviation(one, found[one.name])])
    return f"## {area}\n\n{table(head, rows)}\n"


def page() -> str:
    """Whole page in Markdown."""
    found, all_of = measured(), statistics()
    areas: dict[str, list[Statistic]] = {}
    for one in all_of:
        areas.setdefault(one.area, []).append(one)
    compared = sum(int(row["compared"] or 0) for row in found.values())
    kinds = table(
        ["witness", "statistics"],
        [[words, str(sum(one.kind == kind for one in all_of))] for kind, words in KINDS.items()],
    )
    sections = "\n".join(_section(area, own, found) for area, own in areas.items())
    return f"""# Validation

{len(all_of)} statistics, each with who else says the same and the largest deviation that our
tests found, over {compared:,} compared numbers. The deviations are measured: `python
docs/make_validation.py measure` runs the named tests and hears what they compare. Tests and
answers of other programs lie in the folder `tests`.

*Absolute* is the largest difference in the unit of the number. *Relative* is the largest
difference in proportion to the reference, among references above one millionth in size. With a
publication as witness the deviation is mostly its rounding; in a simulation it is chance; where a
program solves by iteration it is the stopping rule of the two.

{kinds}

{sections}
## What this page does not say

- A statistic that equals R may still be the wrong one for a question: see
  [why not causal](explanation/causality.md) and [comparability](explanation/comparability.md).
- Deliberate differences from R are named in `tests/reference/README.md`: limits where nobody or
  everybody has the outcome, totals of lone strata before version 4.5 of survey, the exchangeable
  correlation of estimating equations.
- Loaders are checked on SYNTHETIC files in the published layout, and on public files where those
  exist ([what each source can answer](coverage.md)).
"""


def build(folder: Path) -> Path:
    """Write the page into the folder of the documentation."""
    place = folder / "validation.md"
    place.write_text(page(), encoding="utf-8")
    return place


def main(words: Sequence[str] | None = None) -> None:
    """Measure and write, or print some rows anew."""
    parser = argparse.ArgumentParser(description="Largest deviations from the witnesses.")
    parser.add_argument("command", choices=["measure"])
    parser.add_argument("--only", nargs="+", help="Statistics to measure; printed, not written.")
    told: Any = parser.parse_args(words)
    if told.only:
        print(measure([one for one in statistics() if one.name in told.only]), end="")  # noqa: T201
        return
    text = measure(statistics())
    MEASURED.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
