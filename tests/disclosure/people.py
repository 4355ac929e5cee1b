"""Made-up persons and the tables that are made of them, as counts of the whole release."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from disclosure.attack.finest import Attacker, Question
from disclosure.tables import NOTE, row
from eenzaam_stats.design import Design
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.survey import HarmonisationReport, Survey

CLASSES = ("not", "moderate", "severe")
ANSWERED = lambda frame: frame["category"] != "missing"  # noqa: E731
QUESTIONS = {
    "lonely": Question(ANSWERED, lambda f, _: f["category"].isin(["moderate", "severe"])),
    "severely_lonely": Question(ANSWERED, lambda f, _: f["category"] == "severe"),
    "moderately_lonely": Question(ANSWERED, lambda f, _: f["category"] == "moderate"),
    "category": Question(ANSWERED, lambda f, label: f["category"] == label),
    "ill": Question(lambda f: f["ill"] != "missing", lambda f, _: f["ill"] == "yes"),
}


def persons(rng, *, municipalities=6, provinces=3, ages=3, sexes=2, ill=False, size=0.05):
    """Finest cells with their number of persons; a municipality lies in one province."""
    places = {f"m{at}": f"p{at % provinces}" for at in range(municipalities)}
    people = rng.negative_binomial(1.3, size, (municipalities, ages, sexes)) + 2
    share = rng.dirichlet((9, 4, 1.4, 0.7), people.shape)
    records = []
    for place, n in np.ndenumerate(people):
        by_answer = rng.multinomial(n, share[place])
        for answer, count in zip((*CLASSES, "missing"), by_answer, strict=True):
            some = rng.multinomial(count, (0.2, 0.7, 0.1)) if ill else (count,)
            for said, number in zip(("yes", "no", "missing"), some, strict=False):
                records.append(
                    (
                        *(f"m{place[0]}", places[f"m{place[0]}"], f"a{place[1]}", f"s{place[2]}"),
                        *(answer, said if ill else "no", number),
                    )
                )
    names = ["municipality", "province", "age", "sex", "category", "ill", "number"]
    return pd.DataFrame(records, columns=names)


def made(people, outcome, by=(), *, statistic="proportion", wave="2022") -> Estimates:
    """A table of counts in the form that the verbs give."""
    question = QUESTIONS[outcome]
    by = tuple(by)
    levels = [sorted(people[name].unique()) for name in by]
    classes = CLASSES if outcome == "category" else ("",)
    rows = []
    for group in product(*levels):
        inside = people
        for name, value in zip(by, group, strict=True):
            inside = inside[inside[name] == value]
        if not inside["number"].sum():
            continue
        answered = question.answered(inside)
        n = int(inside.loc[answered, "number"].sum())
        for label in classes:
            having = answered & question.having(inside, label)
            yes = int(inside.loc[having, "number"].sum())
            one = row((*group, label) if label else group, n, yes)
            missing = int(inside.loc[~answered, "number"].sum())
            rows.append(replace(one, n_missing=missing, largest_weight_share=1.0 / max(n, 50)))
    note = replace(NOTE, outcome=outcome, statistic=statistic, wave=wave)
    return Estimates((*by, outcome) if outcome == "category" else by, tuple(rows), note)


def survey_of(people) -> Survey:
    """The persons one by one, as a file of respondents with flags."""
    each = people.loc[people.index.repeat(people["number"])].reset_index(drop=True)
    for outcome in ("lonely", "severely_lonely", "moderately_lonely"):
        having = QUESTIONS[outcome].having(each, "").astype(float)
        each[outcome] = having.where(QUESTIONS[outcome].answered(each))
    each["weight"] = 1.0
    n = len(each)
    report = HarmonisationReport("made_up", "2022", "a.sav", "synthetic", "18+", n, n)
    return Survey(each, Design(weight="weight"), report)


def attacker_of(people, outcomes) -> Attacker:
    """Somebody who knows how many persons there are with each answer in all."""
    attacker = Attacker(people.drop(columns="number"), people["number"].to_numpy())
    for outcome in outcomes:
        for label in CLASSES if outcome == "category" else ("",):
            for mask in attacker.masks(made_empty(outcome), (), QUESTIONS[outcome]):
                attacker.knows_total(mask)
            if label:
                having = QUESTIONS[outcome].having(attacker.atoms, label).to_numpy(dtype=bool)
                attacker.knows_total(having)
    return attacker


def made_empty(outcome) -> Estimates:
    return Estimates((), (), replace(NOTE, outcome=outcome))
