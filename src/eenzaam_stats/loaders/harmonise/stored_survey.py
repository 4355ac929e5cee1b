"""A ``Survey`` as one Parquet file and back, equal in values, types, categories and report.

Categories are written as whole numbers with their words beside them, since Parquet forgets words
that no row uses. Whether a file may be used is decided in ``cache.py``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from eenzaam_stats.files.document_text import json_of
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.survey import ColumnReport, Design, HarmonisationReport, Survey
from eenzaam_stats.vocabulary import Origin

_KEY = b"eenzaam_stats.survey"
_DIGEST = b"eenzaam_stats.sha256"


class DamagedCacheError(ValueError):
    """A file that does not hold a whole survey."""


def stored(survey: Survey, said: tuple[str, ...], path: Path) -> None:
    """Write a survey that was not scored yet, with the warnings of its reading."""
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    frame: pd.DataFrame = survey.respondents
    columns = {name: _plain(frame[name]) for name in frame.columns}
    table = pa.table({name: pa.Array.from_pandas(values) for name, values in columns.items()})
    facts = {
        "columns": {name: _facts(frame[name]) for name in frame.columns},
        "design": asdict(survey.design),
        "report": asdict(survey.report),
        "said": said,
    }
    text = json.dumps(facts).encode()
    metadata = {_KEY: text, _DIGEST: hashlib.sha256(text).hexdigest().encode()}
    parquet.write_table(
        table.replace_schema_metadata(metadata),
        path,
        compression="zstd",
        write_page_checksum=True,
    )


def survey_from(path: Path) -> tuple[Survey, tuple[str, ...]]:
    """Read a survey and the warnings of its reading.

    Raises
    ------
    DamagedCacheError
        If the file is damaged, cut off, or holds something else.
    """
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    try:
        table = parquet.read_table(path, partitioning=None, page_checksum_verification=True)
        facts = _facts_of(table.schema.metadata)
        frame = pd.DataFrame(
            {name: _restored(table[name], own) for name, own in facts["columns"].items()}
        )
        survey = Survey(frame, Design(**facts["design"]), _report(facts["report"]))
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedCacheError(str(error)) from error
    return survey, tuple(facts["said"])


def _facts_of(metadata: Mapping[bytes, bytes]) -> dict[str, Any]:
    text = metadata[_KEY]
    if hashlib.sha256(text).hexdigest().encode() != metadata[_DIGEST]:
        raise DamagedCacheError("the facts beside the table were changed")
    facts: dict[str, Any] = json_of(text, of="the cache")
    return facts


def _plain(values: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes
    return values


def _facts(values: pd.Series[Any]) -> dict[str, Any]:
    if not isinstance(values.dtype, pd.CategoricalDtype):
        return {"dtype": str(values.dtype)}
    categories = values.cat.categories
    return {
        "categories": categories.tolist(),
        "dtype": str(categories.dtype),
        "ordered": values.cat.ordered,
    }


def _restored(column: Any, facts: Mapping[str, Any]) -> pd.Series[Any]:
    if "categories" in facts:
        words = pd.Index(facts["categories"], dtype=facts["dtype"])
        codes = column.to_numpy()
        return pd.Series(pd.Categorical.from_codes(codes, words, ordered=facts["ordered"]))
    if facts["dtype"] in ("boolean", "Int64", "Float64"):
        return pd.Series(pd.array(column.to_pylist(), dtype=facts["dtype"]))
    values: pd.Series[Any] = column.to_pandas().astype(facts["dtype"])
    return values


def _report(facts: Mapping[str, Any]) -> HarmonisationReport:
    columns = tuple(
        ColumnReport(
            **{
                **column,
                "missing": tuple((kind, n) for kind, n in column["missing"]),
                "recodes": tuple(column["recodes"]),
            }
        )
        for column in facts["columns"]
    )
    checks = tuple(CheckResult(**{**c, "rows": tuple(c["rows"])}) for c in facts["checks"])
    return HarmonisationReport(
        **{
            **facts,
            "origin": Origin(facts["origin"]),
            "dropped": tuple((reason, n) for reason, n in facts["dropped"]),
            "columns": columns,
            "checks": checks,
            "notes": tuple(facts["notes"]),
        }
    )
