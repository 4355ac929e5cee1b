"""Why answers are not there reaches the estimate, kind by kind, and adds up to those missing."""

from __future__ import annotations

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import eenzaam_stats as es
from eenzaam_stats.vocabulary import MissingKind

FRAME = pd.DataFrame(
    {
        "direct": [1, 0, None, None, None, 1, None],
        "direct_missing": [None, None, "refused", "dont_know", None, None, "refused"],
        "region": list("aabbbaa"),
    }
)
COLUMNS = ["n_missing_refused", "n_missing_dont_know", "n_missing_unknown"]
ENGINES = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "polars_lazy": lambda frame: pl.from_pandas(frame).lazy(),
    "pyarrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
    "duckdb": lambda frame: duckdb.from_arrow(pa.Table.from_pandas(frame, preserve_index=False)),
}


@pytest.mark.parametrize("engine", ENGINES)
def test_kinds_of_a_flag_stand_in_the_column_beside_it_and_the_rest_is_unknown(make_survey, engine):
    survey = make_survey(ENGINES[engine](FRAME))
    table = es.prevalence(survey, "direct", by="region", weights=None).details()
    assert list(table.columns[-3:]) == COLUMNS
    assert table[COLUMNS].to_numpy().tolist() == [[1, 0, 0], [1, 1, 1]]
    assert (table[COLUMNS].sum(axis=1) == table["n_missing"]).all()


def test_kinds_add_up_over_cells_and_rows_show_only_those_that_occur(make_survey):
    one, two = (
        es.cells(make_survey(part), "direct", by="region", weights=None)
        for part in (FRAME[:3], FRAME[3:])
    )
    (row,) = es.prevalence(one + two, "direct").rows
    assert row.missing == (("refused", 2), ("dont_know", 1), ("unknown", 1))
    a, _ = es.prevalence(one + two, "direct", by="region").rows
    assert a.missing == (("refused", 1),)


def test_kind_of_someone_who_answered_is_not_counted(make_survey):
    frame = FRAME.assign(direct_missing="refused")
    (row,) = es.prevalence(make_survey(frame), "direct", weights=None).rows
    assert (row.n_valid, row.n_missing, row.missing) == (3, 4, (("refused", 4),))


def test_word_that_is_no_kind_counts_as_unknown(make_survey):
    frame = FRAME.assign(direct_missing=FRAME["direct_missing"].replace("refused", "no idea"))
    (row,) = es.prevalence(make_survey(frame), "direct", weights=None).rows
    assert row.missing == (("dont_know", 1), ("unknown", 3))


def test_without_a_column_of_kinds_all_are_unknown_and_without_missing_there_is_no_column(
    make_survey,
):
    plain = make_survey(FRAME.drop(columns="direct_missing"))
    (row,) = es.prevalence(plain, "direct", weights=None).rows
    assert row.missing == (("unknown", 4),)
    table = es.prevalence(make_survey(FRAME[:2]), "direct", weights=None).details()
    assert [name for name in table if name.startswith("n_missing_")] == []


@pytest.mark.parametrize("kind", [kind.value for kind in MissingKind])
@pytest.mark.parametrize(("verb", "options"), [(es.prevalence, {}), (es.total, {}), (es.mean, {})])
def test_every_kind_is_known_to_every_verb(make_survey, verb, options, kind):
    frame = FRAME.assign(direct_missing=FRAME["direct"].isna().map({True: kind, False: None}))
    (row,) = verb(make_survey(frame), "direct", weights=None, **options).rows
    assert row.missing == ((kind, 4),)


def test_kinds_of_two_outcomes_do_not_mix(make_survey):
    frame = FRAME.assign(other=[None, 1, 0, 0, 0, 0, 0], other_missing="not_asked")
    rows = es.prevalence(make_survey(frame), ["direct", "other"], weights=None).rows
    assert rows[0].missing == (("refused", 2), ("dont_know", 1), ("unknown", 1))
    assert rows[1].missing == (("not_asked", 1),)
