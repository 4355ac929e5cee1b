"""One JSON for every document: a number that is missing is null, never a word that JSON lacks."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def json_text(data: Any, *, escaped: bool = False) -> str:
    """Data as indented JSON, with null where a number is NaN or infinite.

    Parameters
    ----------
    data : Any
        Mappings, sequences, texts and numbers.
    escaped : bool, default False
        Whether characters beyond ASCII are written as their numbers, for an output that lacks them.

    Returns
    -------
    str

    Examples
    --------
    >>> print(json_text({"low": float("nan"), "rows": [0.5]}))
    {
      "low": null,
      "rows": [
        0.5
      ]
    }
    """
    return json.dumps(_finite(data), ensure_ascii=escaped, indent=2, allow_nan=False)


def _finite(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {name: _finite(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data
