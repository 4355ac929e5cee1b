"""Whether a result may leave: what it is made of decides, and every result remembers it.

One rule for results, frames and figures: what is computed from respondents is unchecked until it
was suppressed, what is computed from suppressed or published tables inherits that, and of a mixture
the worst counts. Writers ask here; nothing is written or computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from eenzaam_stats.errors import DisclosureError
from eenzaam_stats.vocabulary import Disclosure

if TYPE_CHECKING:
    import pandas as pd

ATTRIBUTE = "disclosure"
NOT_CHECKED = "not checked for disclosure"
STAYS = f"{NOT_CHECKED}: this may not leave the place where the respondents are"
UNSTATED = f"{NOT_CHECKED}: the table that this is made of does not say where its numbers come from"
# from what may leave to what may not; a hidden row has nothing to tell
_ORDER = (Disclosure.PUBLIC, Disclosure.SAFE, Disclosure.UNSTATED, Disclosure.UNCHECKED)
# columns that only numbers of respondents have, as ``tidy()`` names them
_OF_RESPONDENTS = ({"n_valid", "weight_sum"}, {"n_valid", "n_reference"}, {"n_outcome"})
_JOINED = ("", "_x", "_y", "_left", "_right", "_l", "_r")  # what a join makes of equal names
_NUMBERS = (
    *("estimate", "std_error", "conf_low", "conf_high", "df", "n_valid", "n_missing", "weight_sum"),
    *("deff", "deff_wor", "n_effective", "n_outcome", "largest_weight_share"),
)
_PUBLISHER = "attribution"  # what the packaged tables remember


def worst(statuses: Iterable[Disclosure]) -> Disclosure:
    """Status of what is made of several things.

    Parameters
    ----------
    statuses : iterable of Disclosure
        Of each of them.

    Returns
    -------
    Disclosure
        ``public`` for nothing at all.

    Examples
    --------
    >>> str(worst([Disclosure.SAFE, Disclosure.UNCHECKED, Disclosure.SUPPRESSED]))
    'unchecked'
    """
    ranks = [_ORDER.index(_show_status(one)) for one in statuses]
    return _ORDER[max(ranks, default=0)]


def read_status(made: object) -> Disclosure:
    """Status of a result, a frame or a figure.

    Parameters
    ----------
    made : object
        Anything that a verb gives, its ``tidy()``, a frame of your own, or a figure.

    Returns
    -------
    Disclosure
        ``unchecked`` when it is made of respondents and was not suppressed; ``unstated`` when
        nothing says what it is made of.

    Examples
    --------
    >>> import pandas as pd
    >>> str(read_status(pd.DataFrame({"wave": [2022], "estimate": [0.1]})))
    'unstated'
    >>> str(read_status(pd.DataFrame({"estimate": [0.1], "disclosure": ["safe"]})))
    'safe'
    """
    import pandas as pd  # noqa: PLC0415  (help texts of the command line do without)

    if isinstance(made, pd.DataFrame):
        return _of_frame(made)
    if hasattr(made, "respondents"):
        return Disclosure.UNCHECKED
    own = getattr(made, ATTRIBUTE, None)
    if isinstance(own, Disclosure):
        return own
    rows = getattr(made, "rows", None)
    found = [getattr(row, ATTRIBUTE, None) for row in rows] if isinstance(rows, tuple) else []
    if any(isinstance(one, Disclosure) for one in found):
        return worst(one for one in found if isinstance(one, Disclosure))
    inner = getattr(made, "model", None)
    return Disclosure.UNSTATED if inner is None or isinstance(inner, str) else read_status(inner)


def remembering(frame: pd.DataFrame, status: Disclosure) -> pd.DataFrame:
    """The frame, which remembers the status of the result that it shows."""
    frame.attrs[ATTRIBUTE] = str(_show_status(status))
    return frame


def empty_hidden_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Table of estimates in which a row that says that it is suppressed has no number.

    Parameters
    ----------
    frame : pandas.DataFrame
        Of a user or a file, with ``flag`` or ``disclosure`` where it has them.

    Returns
    -------
    pandas.DataFrame

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"estimate": [0.1, 0.2], "flag": ["suppressed", "reliable"]})
    >>> empty_hidden_rows(frame)["estimate"].tolist()
    [nan, 0.2]
    """
    words = [name for name in ("flag", ATTRIBUTE) if name in frame]
    hidden = (frame[words] == str(Disclosure.SUPPRESSED)).any(axis=1)
    if not hidden.any():
        return frame
    numbers = [name for name in _NUMBERS if name in frame]
    return frame.assign(**{name: frame[name].mask(hidden) for name in numbers})


def require_passed(made: object, what: str, *, unchecked: bool = False) -> bool:
    """Raise when something made of respondents is about to be written and was not checked.

    Parameters
    ----------
    made : object
        Result, frame or figure.
    what : str
        Who writes it, for the message.
    unchecked : bool, default False
        Whether it stays where the respondents are, so that it may be written with a note.

    Returns
    -------
    bool
        Whether what is written needs the note that it was not checked.

    Raises
    ------
    DisclosureError
        If it was not checked and ``unchecked`` is false.

    Examples
    --------
    >>> import pandas as pd
    >>> require_passed(pd.DataFrame({"estimate": [0.1]}), "csv_text()")
    False
    """
    if read_status(made) is not Disclosure.UNCHECKED:
        return False
    if not unchecked:
        raise DisclosureError(
            f"{what} does not write what is made of respondents and was not checked for "
            "disclosure. Use es.suppress first, and make the table, model or figure of what it "
            "gives; or say unchecked=True when it stays where the respondents are."
        )
    return True


def _show_status(status: Disclosure) -> Disclosure:
    return Disclosure.SAFE if status is Disclosure.SUPPRESSED else status


def _of_frame(frame: pd.DataFrame) -> Disclosure:
    """What its column says of each row, else what it remembers, else what its columns betray."""
    said = _columns(frame, ATTRIBUTE)
    if said.size:
        words = dict.fromkeys(said.to_numpy().ravel().tolist())
        return worst(_status(word) for word in words)
    if ATTRIBUTE in frame.attrs:
        return _status(frame.attrs[ATTRIBUTE])
    if _PUBLISHER in frame.attrs:
        return Disclosure.PUBLIC
    betrayed = any(
        all(bool(_columns(frame, name).notna().to_numpy().any()) for name in names)
        for names in _OF_RESPONDENTS
    )
    return Disclosure.UNCHECKED if betrayed else Disclosure.UNSTATED


def _columns(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Columns of a name, also those that joined tables have of each, such as ``n_valid_x``."""
    joined = tuple(f"{name}{mark}" for mark in _JOINED)
    return frame.loc[:, [str(one) in joined for one in frame.columns]]


def _status(word: Any) -> Disclosure:
    """Status that a cell says; a sentence of ours is read by its first words."""
    text = str(word)
    if text in set(Disclosure):
        return _show_status(Disclosure(text))
    return Disclosure.UNCHECKED if text.startswith(STAYS) else Disclosure.UNSTATED
