"""``read_eu_survey``: a file of the EU Loneliness Survey 2022 becomes a ``Survey``.

Names, codes and weights are in the codebook. What stands here is what the two samples differ in,
which weight belongs to which level, and the check that the countries are what they are called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Unpack

import numpy as np
import pandas as pd

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import OptionError, SchemaError, SourceError, list_all
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.codebook.layout import WaveCodebook
from eenzaam_stats.loaders.formats.file_options import FileWords
from eenzaam_stats.loaders.formats.opened import open_file
from eenzaam_stats.loaders.harmonise.cache import CacheKey, cache_survey
from eenzaam_stats.loaders.harmonise.one_file import Reading
from eenzaam_stats.loaders.harmonise.reading import as_survey, harmonise_file
from eenzaam_stats.loaders.pooling.waves import Waves, choose_waves
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.survey import Survey
from eenzaam_stats.vocabulary import require_option

NAME = "eu_loneliness_survey"
YEARS = (2022,)
EuSample = Literal["eu27", "eu4"]
EuLevel = Literal["country", "eu27"]
_WAVES: Mapping[str, str] = MappingProxyType({"eu27": "2022 EU27", "eu4": "2022 EU4"})
_LEVEL_NOTES: Mapping[str, str] = MappingProxyType(
    {
        "country": "is right within one country: group by country, and read with "
        "weights_for='eu27' for "
        "totals over countries",
        "eu27": "is right for totals over countries: read with weights_for='country' for "
        "figures of one "
        "country",
    }
)
_BLOCKS_NOTE = (
    "statements a-c are emotional and d-f social; which statement of the block an item is, its "
    "number inside the block is assumed, and no score depends on it"
)
_ALONE_NOTE = (
    "respondents of other countries were left out: without strata and clusters the estimate is the "
    "one of the country as a group of the whole file, and its standard error is larger by a factor "
    "below 1 + 1/n"
)


@in_words
def read_eu_survey(
    path: str | Path,
    *,
    sample: EuSample = "eu27",
    weights_for: EuLevel = "country",
    country: str | None = None,
    wave: Waves = 2022,
    cache: str | Path | None = None,
    **file_words: Unpack[FileWords],
) -> Survey:
    """Read and harmonise a file of the EU Loneliness Survey 2022.

    Parameters
    ----------
    path : str or Path
        ``..._values.csv`` with codes, ``..._labels.csv`` with printed labels, or ``.dta``.
    sample : {"eu27", "eu4"}, default "eu27"
        Sample of the file: online panels in 27 countries, or the probability sample of France,
        Italy, Poland and Sweden, which has no Dutch respondents.
    weights_for : {"country", "eu27"}, default "country"
        What the estimates are about, which decides the weight: ``w_country`` within a country,
        ``w_eu27`` for totals over countries. The report says which.
    country : str, optional
        One country, in English, to keep; only with ``weights_for="country"``. Without it all
        countries are kept.
    wave : int, str or sequence of these, default 2022
        The year of the survey, which was held once.
    cache : str or Path, optional
        Folder in which the survey is kept as Parquet and found again, as long as file, codebook,
        options and package are the same. It then holds answers of persons, as the file does.
    **file_words
        How the file is written, where it does not say so itself: ``decimal``, ``thousands``,
        ``keep_words``, ``skip_rows``, ``header_row``, ``sheet``, ``limits``; see
        :class:`~eenzaam_stats.loaders.formats.file_options.FileOptions`.

    Returns
    -------
    Survey
        One row per respondent with the six statements, three UCLA items, direct question, country,
        age, year of birth and sex; a design with a weight and without strata and clusters.

    Raises
    ------
    OptionError
        If an option is unknown, the country is not in the sample, or the level does not go with the
        sample or with one country.
    SourceError
        If the file is absent, empty, damaged, of another survey, or has no row of the country.
    UnknownColumnError
        If a statement or the country is not in the file.
    UnknownCodeError
        If a value is neither valid nor missing in the codebook, for instance another country in
        the EU4 sample.
    SchemaError
        If the sizes or labels of the countries contradict the codebook, or an EU4 file is read as
        EU27.
    ScaleError
        If value labels contradict the direction of the codebook.
    DesignError
        If the weight of the level is absent or not above zero.

    See Also
    --------
    eenzaam_stats.synthetic.eu_survey.synthesise_eu_survey : A file to try it on.
    eenzaam_stats.scoring.scale.score : Scores from ``DJG6``, ``UCLA3`` and ``DIRECT``.

    Notes
    -----
    The EU27 sample is a quota sample of panel members: it has no strata and sampling units, and
    intervals are model-based at best. Leaving out other countries is therefore harmless: the
    estimate equals that of the country as a group of the whole file. With ``weights_for="eu27"`` no
    row
    is left out, since a total needs every country, and naming one is an error.

    **Unit.** Ages in years; weights as in the file.

    **Missing data.** 997 is not asked, 998 don't know and 999 refused, in every variable and before
    anything is computed; ages and years of birth out of range are invalid. Items, UCLA items and
    the direct question keep the kind in a column such as ``direct_missing``.

    **Validated against.** Counts of real answers to the direct question, in
    ``tests/loaders/sources/test_eu_survey_real.py``.

    Examples
    --------
    >>> read_eu_survey("eu_loneliness_survey_eu4.dta", sample="eu4", country="Netherlands")
    Traceback (most recent call last):
    eenzaam_stats.errors.OptionError: country is 'Netherlands', which is not an option. Choose ...
    """
    require_option(sample, EuSample, name="sample")
    require_option(weights_for, EuLevel, name="weights_for")
    choose_waves(wave, YEARS)
    codebook = load_codebook(NAME).wave(_WAVES[sample])
    _require_asked(codebook, sample=sample, weights_for=weights_for, country=country)

    def read() -> Survey:
        reading = harmonise_file(open_file(path, **file_words), codebook, weights_for=weights_for)
        return _survey(reading, sample=sample, weights_for=weights_for, country=country)

    options = {"sample": sample, "weights_for": weights_for, "country": country} | file_words
    return cache_survey(
        cache, CacheKey(NAME, (Path(path),), repr(load_codebook(NAME)), options), read
    )


def _survey(
    reading: Reading, *, sample: EuSample, weights_for: EuLevel, country: str | None
) -> Survey:
    wave = reading.selection.wave
    check = _order(reading, sample=sample)
    notes = [
        f"weights_for={weights_for!r}: {wave.weight_levels[weights_for]} "
        f"{_LEVEL_NOTES[weights_for]}",
        _BLOCKS_NOTE,
    ]
    if country is not None:
        reading = _only(reading, country)
        notes.append(_ALONE_NOTE)
    survey = as_survey(reading, source=NAME, notes=notes)
    return replace(survey, report=replace(survey.report, checks=(check, *survey.report.checks)))


def _require_asked(
    wave: WaveCodebook, *, sample: EuSample, weights_for: EuLevel, country: str | None
) -> None:
    if weights_for not in wave.weight_levels:
        raise OptionError(
            f"weights_for={weights_for!r} needs a weight that the sample {sample!r} does not "
            f"have: it delivers "
            f"[{list_all(wave.weight_levels.values())}]. Choose one of "
            f"{list_all(wave.weight_levels)} as weights_for."
        )
    offered = wave.variable("country").values
    if country is not None and country not in offered:
        raise OptionError.among(country, offered, name="country")
    if country is not None and weights_for != "country":
        raise OptionError(
            f"country={country!r} needs weights_for='country': the weight of {weights_for!r} "
            f"is for totals "
            "over countries. Choose one of both."
        )


def _order(reading: Reading, *, sample: EuSample) -> CheckResult:
    """Check that the countries are those of the sample and called by their right names.

    Of the four countries of EU4 no size is published; a number outside them stopped the reading.
    """
    file, countries = reading.selection.file, reading.columns["country"].values
    seen = sorted(str(name) for name in countries.dropna().unique())
    if sample == "eu4":
        message = f"only countries of the EU4 sample: {', '.join(seen)}; no sizes are published"
        return CheckResult(CHECK_NAME, None, message)
    four = load_codebook(NAME).wave(_WAVES["eu4"]).variable("country").values
    if seen == sorted(str(name) for name in four) and "w_eu27" not in file.columns:
        raise SchemaError(
            f"{file.path.name} has rows of [{list_all(seen)}] only and no weight w_eu27, as "
            "the EU4 "
            "sample. Read it with sample='eu4'."
        )
    return country_order(countries, place=f"{reading.selection.place} ({file.path.name})")


def _only(reading: Reading, country: str) -> Reading:
    own = (reading.columns["country"].values == country).to_numpy(dtype=np.bool_)
    if not own.any():
        raise SourceError(
            f"{reading.selection.file.path.name} holds no respondents of {country}. "
            "Check the file, or choose a country that it holds."
        )
    return reading.keep_rows(own, reason=f"respondents of other countries than {country}")


# Is the order of the countries right? Sizes of the three small countries tell it. Numbers for
# countries are alphabetical in English. Public scripts read them in the protocol order of the
# Union, which turns Malta into the Netherlands; nothing else in a file of numbers shows it.

CHECK_NAME = "order of the countries"
N_COUNTRIES = 27
# Respondents of the three countries that have about half as many as the others, as published.
SMALL_COUNTRIES: Mapping[str, int] = MappingProxyType(
    {"Cyprus": 503, "Luxembourg": 370, "Malta": 529}
)
# A small country has at most this share of the median size of the others; published: 0.53.
SMALL_SHARE = 0.75
_REMEDY = (
    "The countries are not in the alphabetical order of the codebook, or rows are missing; use the "
    "file with country names, or the file as published."
)


def country_order(country: pd.Series[Any], *, place: str) -> CheckResult:
    """Check the countries of the EU27 sample against the published sizes.

    Parameters
    ----------
    country : pandas.Series of length n
        Country of every row, in English; a missing country counts for none.
    place : str
        Source and file, for messages.

    Returns
    -------
    CheckResult
        Passed when all 27 countries are there and the three smallest are the published ones;
        ``passed`` is ``None`` when some countries are absent, so that nothing can be said.

    Raises
    ------
    SchemaError
        If the sizes contradict the names.

    Examples
    --------
    >>> two = pd.Series(["Netherlands"] * 3 + ["Malta"])
    >>> country_order(two, place="EU Loneliness Survey").passed is None
    True
    """
    sizes = country.value_counts()
    sizes = sizes[sizes > 0]
    own = ", ".join(f"{name} {int(sizes.get(name, 0)):,}" for name in SMALL_COUNTRIES)
    published = ", ".join(f"{name} {n:,}" for name, n in SMALL_COUNTRIES.items())
    if len(sizes) < N_COUNTRIES:
        return _of_part(sizes, own=own, published=published, place=place)
    others = sizes.drop(list(SMALL_COUNTRIES))
    limit = SMALL_SHARE * float(others.median())
    strange = others.index[others < limit].tolist()
    large = [name for name in SMALL_COUNTRIES if sizes[name] >= limit]
    if strange or large:
        found = ", ".join(f"{name} {int(sizes[name]):,}" for name in [*strange, *large])
        raise SchemaError(
            f"{place}: the sizes of the countries contradict their names ({found}; published as "
            f"the only small ones: {published}). {_REMEDY}"
        )
    exact = all(sizes[name] == n for name, n in SMALL_COUNTRIES.items())
    message = f"the three smallest countries are the published ones: {own}"
    return CheckResult(CHECK_NAME, True, message + ("" if exact else f"; published: {published}"))


def _of_part(sizes: pd.Series[int], *, own: str, published: str, place: str) -> CheckResult:
    large = [name for name, n in SMALL_COUNTRIES.items() if int(sizes.get(name, 0)) > n]
    if large:
        raise SchemaError(
            f"{place}: [{list_all(large)}] with more respondents than were ever interviewed "
            f"({own}; "
            f"published: {published}). {_REMEDY}"
        )
    message = (
        f"the file holds {len(sizes)} of {N_COUNTRIES} countries, so their sizes do not show "
        "whether the order of the numbers is right; it rests on the codebook alone"
    )
    return CheckResult(CHECK_NAME, None, message)
