"""Coverage of 95% intervals in small files of a stratified sample, by rule for single-PSU strata.

usage: python benchmarks/single_psu_coverage.py [--replications 1000] [--table FILE.csv]
       [--page FILE.md]

Random subsets of a synthetic Gezondheidsmonitor of 20,000 respondents in 379 strata: the smaller
the subset, the more of its strata hold one respondent. The truth is the prevalence in the whole
file. A cell that is in the table is not computed again.
"""

from __future__ import annotations

import argparse
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

import eenzaam_stats as es
from eenzaam_stats.estimation.aggregates.columns import Outcome
from eenzaam_stats.estimation.variance.single_psu import LARGE_SHARE, single_psu_share
from eenzaam_stats.survey import Survey

HERE = Path(__file__).parent
SEED, RESPONDENTS = 20261129, 20_000
SIZES = (40, 100, 200, 400, 800, 1600)
OUTCOMES = ("severely_lonely", "lonely")
RULES = ("certainty", "centred", "average", "collapsed")
# what the default promises, from how many respondents on
DEFAULT, PROMISED, FROM = "centred", 0.93, 100

HEAD = """# Strata with one respondent: which rule, and how often its interval holds the truth

Synthetic Gezondheidsmonitor of {respondents:,} respondents in 379 strata; {replications:,} random
subsets per size, seed {seed}, made by `benchmarks/single_psu_coverage.py`. *Share* is the mean
share of the weight in strata with one respondent. The other numbers are the shares of nominal 95%
logit intervals, with t on the degrees of freedom of the subset, that hold the prevalence of the
whole file; an interval that does not exist does not hold it. One standard error of simulation is
{error}. In brackets: mean standard error over the standard deviation of the estimates."""
PROMISE = """The default, `{default}`, covers {lowest} at least from {size} respondents on.
`certainty`, the rule of the GGD scripts, lets these strata add nothing: its standard errors are too
small by as much as the variance they hide. `average` gives them the mean of the other strata, which
have more respondents and so more variance each, and is too large. `collapsed` merges neighbours two
by two; it is as honest as `centred` here and has more degrees of freedom, but depends on the order
of the strata, and R has no word for it.

A group with {large:.0%} of its weight or more in such strata is flagged whatever the rule, and its
reason prints what each of the four gives."""


def whole_file() -> Survey:
    """The synthetic file, with the columns that the study needs."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "gm.sav"
        es.synthesise("gezondheidsmonitor", path, wave=2022, n=RESPONDENTS)
        survey = es.score(es.read_gezondheidsmonitor(path, wave=2022), es.DJG11)
    needed = [*OUTCOMES, str(survey.design.weight), str(survey.design.stratum)]
    return Survey(survey.respondents[needed], survey.design, survey.report)


def one_size(survey: Survey, truth: dict[str, float], size: int, replications: int) -> list[dict]:
    """Rows of the table for subsets of one size."""
    rng = np.random.default_rng([SEED, size])
    found: dict[tuple[str, str], list[tuple[float, float, bool, int]]] = {}
    shares: dict[str, list[float]] = {outcome: [] for outcome in OUTCOMES}
    for _ in range(replications):
        chosen = rng.choice(len(survey.respondents), size, replace=False)
        people = survey.respondents.iloc[chosen].reset_index(drop=True)
        cells = es.cells(Survey(people, survey.design, survey.report), OUTCOMES)
        for outcome in OUTCOMES:
            domains = cells.domains(Outcome(outcome), by=())
            shares[outcome].append(float(single_psu_share(domains, "proportion")[0]))
            for rule in RULES:
                row = es.prevalence(cells.with_single_psu(rule), outcome).rows[0]
                holds = row.conf_low <= truth[outcome] <= row.conf_high
                found.setdefault((outcome, rule), []).append(
                    (row.estimate, row.std_error, holds, row.df)
                )
    rows = []
    for (outcome, rule), values in found.items():
        estimate, error, holds, df = np.array(values, dtype=float).T
        rows.append(
            {
                "n": size,
                "outcome": outcome,
                "rule": rule,
                "replications": replications,
                "share": np.mean(shares[outcome]),
                "coverage": holds.mean(),
                "error_ratio": np.nanmean(error) / estimate.std(),
                "median_df": np.median(df),
            }
        )
    return rows


def completed(table: Path, replications: int) -> pd.DataFrame:
    """The table with every size, computing those that it lacks."""
    frame = pd.read_csv(table) if table.exists() else pd.DataFrame({"n": []})
    missing = [size for size in SIZES if size not in set(frame["n"])]
    if missing:
        survey = whole_file()
        truth = {one: es.prevalence(survey, one).rows[0].estimate for one in OUTCOMES}
        for size in missing:
            rows = one_size(survey, truth, size, replications)
            frame = pd.concat([frame, pd.DataFrame(rows)], ignore_index=True)
            frame.round(4).to_csv(table, index=False)
            print(pd.DataFrame(rows).round(3).to_string(), flush=True)
    return pd.read_csv(table)


def block(frame: pd.DataFrame, outcome: str) -> str:
    """One table of the page."""
    lines = ["| n | share | " + " | ".join(f"`{rule}`" for rule in RULES) + " |", "|---:" * 6 + "|"]
    for size in SIZES:
        own = frame[(frame["n"] == size) & (frame["outcome"] == outcome)].set_index("rule")
        cells = [
            f"{own.loc[rule, 'coverage']:.3f} ({own.loc[rule, 'error_ratio']:.2f})"
            for rule in RULES
        ]
        lines.append(f"| {size} | {own['share'].iloc[0]:.2f} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def page(frame: pd.DataFrame) -> str:
    """The page of the documentation, from the table."""
    replications = int(frame["replications"].min())
    own = frame[(frame["rule"] == DEFAULT) & (frame["n"] >= FROM)]
    parts = [
        HEAD.format(
            respondents=RESPONDENTS,
            replications=replications,
            seed=SEED,
            error=f"{np.sqrt(0.95 * 0.05 / replications):.3f}",
        ),
        "## Severely lonely (14% of the file)",
        block(frame, "severely_lonely"),
        "## Lonely (48% of the file)",
        block(frame, "lonely"),
        PROMISE.format(
            default=DEFAULT,
            lowest=f"{own['coverage'].min():.1%}",
            size=FROM,
            large=LARGE_SHARE,
        ),
    ]
    return "\n\n".join(parts) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=1_000)
    parser.add_argument("--table", type=Path, default=HERE / "single_psu_coverage.csv")
    parser.add_argument(
        "--page", type=Path, default=HERE.parent / "docs" / "single_psu_coverage.md"
    )
    options = parser.parse_args(arguments)
    options.page.write_text(page(completed(options.table, options.replications)), "utf-8")


if __name__ == "__main__":
    main()
