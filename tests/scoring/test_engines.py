"""The kind of frame changes nothing: same values from pandas, Polars and Arrow, same kind back."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from eenzaam_stats.errors import SchemaError
from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.scale import score
from scoring.people import GM_ANSWERS, THREE, answers, coded, item_map, simulated

ROWS = 400
PATTERNS = simulated(ROWS, seed=11, missing=0.04)
WORDS = answers(PATTERNS)
CODES = coded(PATTERNS, {"Y": 1, "M": 2, "N": 3, ".": 9})
GAPS = CODES.replace(9, float("nan"))
PLAIN = {
    name: [None if pd.isna(value) else value for value in column] for name, column in WORDS.items()
}
NULLABLE_DICT = pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string()))

WORD_FRAMES = {
    "pandas ordered categorical": WORDS,
    "pandas unordered categorical": pd.DataFrame(PLAIN).astype("category"),
    "pandas str": pd.DataFrame(PLAIN).astype("str"),
    "pandas object": pd.DataFrame(PLAIN, dtype=object),
    "pandas nullable string": pd.DataFrame(PLAIN).astype("string"),
    "pandas pyarrow dictionary": pd.DataFrame(PLAIN).astype(NULLABLE_DICT),
    "polars string": pl.DataFrame(PLAIN),
    "polars categorical": pl.DataFrame(PLAIN).cast(pl.Categorical),
    "polars enum": pl.DataFrame(PLAIN).cast(pl.Enum(THREE)),
    "arrow string": pa.table(PLAIN),
    "arrow dictionary": pa.table(
        {name: pa.array(values).dictionary_encode() for name, values in PLAIN.items()}
    ),
    "arrow in chunks": pa.concat_tables([pa.table(PLAIN)[:150], pa.table(PLAIN)[150:]]),
}
WHOLE = CODES.astype("int64")
CODE_FRAMES = {
    "pandas int": WHOLE,
    "pandas int8": CODES.astype("int8"),
    "pandas float with gaps": GAPS,
    "pandas nullable int": GAPS.astype("Int8"),
    "pandas pyarrow int": GAPS.astype("int16[pyarrow]"),
    "pandas object": CODES.astype(object),
    "polars int8": pl.DataFrame(WHOLE.to_dict("list")).cast(pl.Int8),
    "polars uint8": pl.DataFrame(WHOLE.to_dict("list")).cast(pl.UInt8),
    "polars float with NaN": pl.DataFrame({name: GAPS[name].to_numpy() for name in GAPS}),
    "polars int with null": pl.DataFrame(
        {name: [None if code == 9 else code for code in WHOLE[name]] for name in WHOLE}
    ),
    "arrow int": pa.table(WHOLE.to_dict("list")),
    "arrow int8": pa.table({name: pa.array(WHOLE[name].tolist(), pa.int8()) for name in WHOLE}),
}


def added_values(frame: object, prefix: str) -> dict[str, list[object]]:
    """Columns that scoring added, as plain lists with ``None`` for missing."""
    if isinstance(frame, pd.DataFrame):
        columns = {name: frame[name].astype(object).tolist() for name in frame}
    else:
        columns = (
            frame.to_dict(as_series=False) if isinstance(frame, pl.DataFrame) else frame.to_pydict()
        )
    names = [name for name in columns if name.startswith(prefix) or "lonely" in name]
    return {name: [None if pd.isna(value) else value for value in columns[name]] for name in names}


@pytest.fixture(scope="module")
def expected():
    scored = score(WORDS, DJG11, subscale_cutoff="vzinfo")
    return added_values(scored, "djg11")


@pytest.mark.parametrize("frame", WORD_FRAMES.values(), ids=WORD_FRAMES.keys())
def test_answers_in_words_score_the_same_in_every_kind_of_frame(frame, expected):
    scored = score(frame, DJG11, subscale_cutoff="vzinfo")

    assert type(scored) is type(frame)
    assert added_values(scored, "djg11") == expected
    assert len(expected) == 10


@pytest.mark.parametrize("frame", CODE_FRAMES.values(), ids=CODE_FRAMES.keys())
def test_answers_in_codes_score_the_same_in_every_kind_of_frame(frame, expected):
    # 999 does not fit in the smallest integers: a declared code that cannot occur is harmless.
    declared = GM_ANSWERS | {999: "refused", -1: None}

    scored = score(frame, DJG11, items=item_map(), answers=declared, subscale_cutoff="vzinfo")

    assert type(scored) is type(frame)
    assert added_values(scored, "djg11") == expected


@pytest.mark.parametrize("text", ["pandas", "polars", "arrow"])
def test_codes_kept_as_text_score_as_text(text, expected):
    strings = {name: [str(code) for code in WHOLE[name]] for name in WHOLE}
    build = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "arrow": pa.table}
    declared = {str(code): answer for code, answer in GM_ANSWERS.items()}

    scored = score(
        build[text](strings), DJG11, items=item_map(), answers=declared, subscale_cutoff="vzinfo"
    )

    assert added_values(scored, "djg11") == expected


def test_polars_columns_have_native_types():
    scored = score(pl.DataFrame(PLAIN), DJG6)

    assert scored.schema["djg6_total"] == pl.Int64
    assert scored.schema["lonely"] == pl.Boolean
    assert scored.schema["djg6_category"] == pl.Enum(["not", "moderate", "severe"])


def test_arrow_columns_have_native_types():
    scored = score(pa.table(PLAIN), DJG6)

    assert scored.schema.field("djg6_total").type == pa.int64()
    assert scored.schema.field("lonely").type == pa.bool_()
    category = scored.schema.field("djg6_category").type
    assert category.ordered
    assert category.value_type == pa.string()


def test_pandas_columns_have_nullable_types():
    scored = score(WORDS, DJG6)

    assert scored["djg6_total"].dtype == "Int64"
    assert scored["lonely"].dtype == "boolean"
    assert scored["djg6_category"].cat.ordered
    assert scored["djg6_category"].cat.categories.tolist() == ["not", "moderate", "severe"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (pl.DataFrame(PLAIN).lazy(), "polars.LazyFrame"),
        ({"djg_1": ["yes"]}, "builtins.dict"),
        (WORDS["djg_1"], "pandas.Series"),
        (None, "builtins.NoneType"),
    ],
    ids=["lazy", "dict", "series", "none"],
)
def test_another_kind_of_data_is_refused_with_the_supported_kinds(data, kind):
    message = (
        r"score\(DJG11\) needs a Survey, or an eager frame of pandas, Polars or PyArrow; "
        rf"it got {kind}\. Collect or convert it first\."
    )
    with pytest.raises(SchemaError, match=message):
        score(data, DJG11)


def test_two_columns_of_one_name_are_refused():
    doubled = pd.concat([WORDS, WORDS[["djg_3"]]], axis=1)

    with pytest.raises(SchemaError, match=r"columns with different names, and some occur twice"):
        score(doubled, DJG11)
