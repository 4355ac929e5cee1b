"""Files whose persons and strata are written in drawn forms of one number.

A reading gives the persons and strata that were written, or stops and says so; two that differ are
never one, and one is never two.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eenzaam_stats.errors import EenzaamStatsError
from eenzaam_stats.loaders.mapping.mapping import read_mapped
from loaders.mapping.mapped_files import mapping, people, write_mapping

N = 40
FORMS = {
    "plain": "{:d}",
    "with a decimal": "{:d}.0",
    "with blanks": " {:d} ",
    "exponent": "{:.6e}",
    "padded": "{:09d}",
    "thousands": "{:,d}",
}
KEYS = st.lists(st.integers(1, 3_000_000), min_size=N, max_size=N, unique=True)
ENDINGS: Counter[str] = Counter()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("keys")
    write_mapping(mapping(), place / "mapping.toml")
    return place


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    keys=KEYS,
    forms=st.lists(st.sampled_from(sorted(FORMS)), min_size=N, max_size=N),
    one=st.one_of(st.none(), st.sampled_from(sorted(FORMS))),
)
def test_keys_in_any_form_are_who_they_were_or_refused(folder, keys, forms, one):
    named = [FORMS[one or form].format(key) for key, form in zip(keys, forms, strict=True)]
    strata = [FORMS[one or form].format(1 + at % 3) for at, form in enumerate(forms)]
    frame = people(N).astype("str")
    frame.assign(id=named, s=strata).to_csv(folder / "keys.csv", index=False)
    try:
        survey = read_mapped(folder / "keys.csv", folder / "mapping.toml")
    except EenzaamStatsError:
        ENDINGS["refused"] += 1
        return
    ENDINGS["read"] += 1
    # keys that all have a sign between thousands stay as they are written, each a key of its own
    persons = survey.respondents["person_id"].str.replace(",", "").tolist()
    assert persons == [str(key) for key in keys]
    assert survey.respondents["stratum"].tolist() == [str(1 + at % 3) for at in range(N)]


def test_both_endings_of_the_forms_occurred():
    assert min(ENDINGS["refused"], ENDINGS["read"]) >= 5
