"""Live tables in the place of packaged ones, for as long as a block runs and never longer.

Nothing is fetched here. A row that was read live says so in the column ``live``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import pandas as pd

LIVE = "live"
_tables: ContextVar[Mapping[str, pd.DataFrame]] = ContextVar("live tables")


@contextmanager
def refresh_tables(tables: Mapping[str, pd.DataFrame]) -> Iterator[None]:
    """Let :func:`~eenzaam_stats.published.reference.reference` give live tables inside a block.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        By name of the packaged table; each with its columns and the column ``live``.

    Examples
    --------
    >>> from eenzaam_stats.published.reference import reference
    >>> with refresh_tables({"youth": reference("youth").head(1).assign(live="read today")}):
    ...     reference("youth")["live"].tolist()
    ['read today']
    >>> "live" in reference("youth")
    False
    """
    mark = _tables.set(dict(tables))
    try:
        yield
    finally:
        _tables.reset(mark)


def in_force(name: str, packaged: pd.DataFrame) -> pd.DataFrame:
    """The live table of this name inside :func:`refresh_tables`, else the packaged one."""
    return _tables.get({}).get(name, packaged)
