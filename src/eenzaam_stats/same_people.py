"""Whether two files hold the same respondents, whatever they are called: by signs of their answers.

A sign is one number of 20 bits for all respondents together. Nobody's answer follows from it, and
whoever has all answers has the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from eenzaam_stats.respondents import DJG_ITEMS, UCLA_ITEMS
from eenzaam_stats.survey import Survey

_FAMILIES = {"djg": DJG_ITEMS, "ucla": UCLA_ITEMS, "direct": ("direct", "sex", "age")}
_LEAST = 20  # kinds of respondents: counts of fewer could be guessed
_DIGITS = 5


@dataclass(frozen=True, slots=True)
class People:
    """Respondents of a file as a record of releases knows them.

    Attributes
    ----------
    source, wave, population : str
        What they are called in tables.
    signs : tuple of str
        One per set of answers that the file has: the same signs are the same respondents.
    """

    source: str
    wave: str
    population: str
    signs: tuple[str, ...]


def sign_people(survey: Survey) -> People:
    """Signs of the respondents of a survey.

    Parameters
    ----------
    survey : Survey
        Respondents after reading.

    Returns
    -------
    People

    Notes
    -----
    A sign is a digest of the sorted answers of everyone who answered all questions of a set, with
    at least 20 different combinations; the weights are a set too. Names, the order of rows, other
    columns and rows without answers do not count. By chance two files have a sign in common once
    in a million. An extract has other signs than its file.

    Examples
    --------
    >>> from eenzaam_stats.survey import Design, HarmonisationReport
    >>> rng = np.random.default_rng(1)
    >>> frame = pd.DataFrame({name: rng.choice(["yes", "no"], 200) for name in DJG_ITEMS})
    >>> report = HarmonisationReport("a", "2022", "a.sav", "synthetic", "adults", 200, 200)
    >>> one = sign_people(Survey(frame, Design(), report))
    >>> other = sign_people(Survey(frame[::-1], Design(), report))
    >>> one.signs == other.signs, one == sign_people(Survey(frame[1:], Design(), report))
    (True, False)
    """
    frame = survey.respondents
    signs = tuple(_signs(frame, survey.design.weight)) if isinstance(frame, pd.DataFrame) else ()
    report = survey.report
    return People(report.source, report.wave, report.population, signs)


def _signs(frame: pd.DataFrame, weight: str | None) -> Iterator[str]:
    for name, columns in _FAMILIES.items():
        if set(columns) <= set(frame.columns):
            yield from _sign(name, frame[list(columns)].dropna().astype("str"))
    if weight is not None and weight in frame:
        values = pd.to_numeric(frame[weight], errors="coerce").dropna()
        yield from _sign("weight", values[values > 0].map("{:.6g}".format).to_frame())


def _sign(name: str, answers: pd.DataFrame) -> Iterator[str]:
    rows = pd.util.hash_pandas_object(answers.astype("object"), index=False).to_numpy(np.uint64)
    if len(np.unique(rows)) >= _LEAST:
        digest = hashlib.sha256(np.sort(rows).astype("<u8").tobytes()).hexdigest()
        yield f"{name}:{digest[:_DIGITS]}"
