"""Made-up respondents of a clustered sample, and a made-up population. Nothing in them is real.

usage: python make_design_input.py OUTDIR      writes design_input.csv and design_population.csv

`design_input.csv`, one row per respondent:

wave, region (4), age_group (4), sex, household (1-6): known for everyone.
stratum (1-12), cluster (1-7): cluster numbers repeat between strata; both waves share clusters.
stratum_lonely: the same strata, but one cluster is stratum 13 and one single row is stratum 14.
fpc: clusters of the stratum in the population; stratum 12 was drawn completely.
fpc_lonely: the same for stratum_lonely; stratum 13 was drawn completely, stratum 14 was not.
weight: skewed, three decimals. paired: 1 in two clusters of each stratum, else 0.
corner: small groups that are hard on purpose (below); missing for a few people.
y (0/1), y_rare (0/1), category (a-d), score (0-11), numerator and denominator: all with missing.

The corners: nobody and everybody has `y`; no_answer has no `y`, `score` and `category`;
one_cluster lies in one cluster, one_row is one person. Nobody in cluster 1 of stratum 5 has `y`.

`design_population.csv`: counts of age_group x sex and of region, with the same total, and the sum
of `household`, all near the weighted sample; and a standard population over age_group.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

ROWS, STRATA = 1_500, 12
REGIONS = np.array(["east", "north", "south", "west"])
AGES = np.array(["18-34", "35-49", "50-64", "65+"])
SEXES = np.array(["men", "women"])
WAVES = np.array([2020, 2022])
CORNER_ROWS = 22
MISSING = {"y": 0.08, "y_rare": 0.02, "score": 0.07, "category": 0.06, "numerator": 0.03}
SILENT_CLUSTER = (5, 1)
CORNER_CLUSTER = (3, 2)
ALONE_CLUSTER = (8, 3)
COMPLETE_STRATUM = 12


def design(rng: np.random.Generator) -> pd.DataFrame:
    """Strata, clusters and weights, with the variant that has single-PSU strata."""
    clusters = rng.integers(4, 8, STRATA)
    stratum = rng.integers(0, STRATA, ROWS)
    cluster = (rng.random(ROWS) * clusters[stratum]).astype(int)
    population = clusters * rng.integers(3, 9, STRATA)
    population[COMPLETE_STRATUM - 1] = clusters[COMPLETE_STRATUM - 1]
    frame = pd.DataFrame(
        {
            "wave": WAVES[(rng.random(ROWS) < 0.55).astype(int)],
            "stratum": stratum + 1,
            "cluster": cluster + 1,
            "fpc": population[stratum],
            "weight": np.round(np.exp(rng.normal(3.2, 0.6, ROWS)), 3),
        }
    )
    alone = (frame["stratum"] == ALONE_CLUSTER[0]) & (frame["cluster"] == ALONE_CLUSTER[1])
    row = int(np.flatnonzero(frame["stratum"] == 10)[4])
    frame["stratum_lonely"] = frame["stratum"].mask(alone, 13)
    frame.loc[row, "stratum_lonely"] = 14
    frame["fpc_lonely"] = frame["fpc"].mask(alone, 1)
    frame.loc[row, "fpc_lonely"] = 8
    frame["paired"] = (frame["cluster"] <= 2).astype(int)
    return frame


def people(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Groups and answers; answers depend on stratum, cluster, age, sex and wave."""
    stratum = frame["stratum"].to_numpy() - 1
    region = np.where(rng.random(ROWS) < 0.85, stratum // 3, rng.integers(0, 4, ROWS))
    age, sex = rng.choice(4, ROWS, p=[0.24, 0.22, 0.26, 0.28]), rng.integers(0, 2, ROWS)
    effect = rng.normal(0.0, 0.45, (STRATA, 7))[stratum, frame["cluster"] - 1]
    level = -1.3 + effect + 0.15 * age + 0.2 * sex + 0.25 * (frame["wave"] == WAVES[1])
    y = (rng.random(ROWS) < 1 / (1 + np.exp(-level))).astype(float)
    denominator = np.round(rng.gamma(6.0, 2.0, ROWS) + 1, 2)
    return frame.assign(
        region=REGIONS[region],
        age_group=AGES[age],
        sex=SEXES[sex],
        household=np.minimum(1 + rng.poisson(1.4, ROWS), 6),
        y=y,
        y_rare=(rng.random(ROWS) < 0.012 + 0.01 * y).astype(float),
        category=np.array(list("abcd"))[np.minimum(rng.poisson(0.6 + 0.5 * y), 3)],
        score=np.clip(rng.poisson(np.exp(0.5 + 0.8 * y + 0.3 * effect)), 0, 11).astype(float),
        numerator=np.round(denominator * rng.beta(2.0 + y, 3.0), 2),
        denominator=denominator,
    )


def with_missing(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Take answers away, at random and from the silent cluster."""
    for name, share in MISSING.items():
        frame[name] = frame[name].mask(rng.random(ROWS) < share)
    frame["denominator"] = frame["denominator"].mask(rng.random(ROWS) < MISSING["numerator"])
    silent = (frame["stratum"] == SILENT_CLUSTER[0]) & (frame["cluster"] == SILENT_CLUSTER[1])
    frame["y"] = frame["y"].mask(silent)
    return frame


def with_corners(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Put people in the hard groups and give those their answers."""
    frame["corner"] = "others"
    order = rng.permutation(np.flatnonzero(frame["y"].notna()))
    for number, name in enumerate(["nobody", "everybody", "no_answer"]):
        chosen = order[number * CORNER_ROWS : (number + 1) * CORNER_ROWS]
        frame.loc[chosen, "corner"] = name
    frame.loc[order[-13], "corner"] = "one_row"
    frame.loc[order[-12:], "corner"] = None
    here = (frame["stratum"] == CORNER_CLUSTER[0]) & (frame["cluster"] == CORNER_CLUSTER[1])
    frame["corner"] = frame["corner"].mask(here & (frame["corner"] == "others"), "one_cluster")
    frame["y"] = (
        frame["y"].mask(frame["corner"] == "nobody", 0).mask(frame["corner"] == "everybody", 1)
    )
    for name in ("y", "score", "category"):
        frame[name] = frame[name].mask(frame["corner"] == "no_answer")
    return frame


def population(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Margins that differ from the weighted sample by some per cent, and agree with each other."""
    near = {}
    for name, keys in {"age_sex": ["age_group", "sex"], "region": ["region"]}.items():
        sums = frame.groupby(keys, as_index=False)["weight"].sum()
        sums["value"] = np.round(sums.pop("weight") * rng.uniform(0.8, 1.2, len(sums)))
        near[name] = sums.assign(margin=name)
    excess = near["region"]["value"].sum() - near["age_sex"]["value"].sum()
    near["region"].loc[0, "value"] -= excess
    people = near["age_sex"]["value"].sum()
    mean = (frame["household"] * frame["weight"]).sum() / frame["weight"].sum()
    household = pd.DataFrame({"margin": ["household"], "value": [np.round(1.02 * mean * people)]})
    standard = pd.DataFrame(
        {"margin": "standard", "age_group": AGES, "value": [260, 240, 270, 230]}
    )
    table = pd.concat([*near.values(), household, standard], ignore_index=True)
    return table[["margin", "age_group", "sex", "region", "value"]].astype({"value": int})


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    generator = np.random.default_rng(20221017)
    respondents = with_corners(
        generator, with_missing(generator, people(generator, design(generator)))
    )
    whole = dict.fromkeys(("y", "y_rare", "score"), "Int64")
    respondents.astype(whole).to_csv(folder / "design_input.csv", index=False, lineterminator="\n")
    population(generator, respondents).to_csv(
        folder / "design_population.csv", index=False, lineterminator="\n"
    )
