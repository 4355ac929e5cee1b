"""What a figure is drawn of: it remembers whether that may leave, and its note says so."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eenzaam_stats.output_check import ATTRIBUTE, STAYS, read_status, require_passed
from eenzaam_stats.vocabulary import Disclosure

P = ParamSpec("P")
_NOTE_SIZE = 6.0  # points


def drawing(function: Callable[P, Axes]) -> Callable[P, Axes]:
    """Decorate a function that draws results or frames, so that their figure remembers them.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> import pandas as pd
    >>> @drawing
    ... def empty(axes, frame):
    ...     return axes
    >>> axes = empty(Figure().subplots(), pd.DataFrame({"disclosure": ["unchecked"]}))
    >>> str(read_status(axes.get_figure()))
    'unchecked'
    """

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Axes:
        axes = function(*args, **kwargs)
        figure = axes.get_figure(root=True)
        given = (*args, *kwargs.values())
        if figure is not None and any(read_status(one) is Disclosure.UNCHECKED for one in given):
            setattr(figure, ATTRIBUTE, Disclosure.UNCHECKED)
        return axes

    return wrapper


def word_note(figure: Figure, what: str, *, unchecked: bool) -> str:
    """Note of a figure that was not checked, written along its edge; empty where it may leave.

    Raises
    ------
    DisclosureError
        If it was not checked and ``unchecked`` is false.
    """
    if not require_passed(figure, what, unchecked=unchecked):
        return ""
    if all(text.get_text() != STAYS for text in figure.texts):
        figure.text(*(0.998, 0.5, STAYS), rotation=90, ha="right", va="center", fontsize=_NOTE_SIZE)
    return STAYS
