"""Every age band of the package, its edges and the one parser.

A band is written ``18-24``, both ages included, or ``75+`` for an open end; as numbers it is a pair
of which the second is ``None`` for an open end. No other module may parse a band or list a set of
bands. Bands that one source delivers stand in its codebook and are read by the parser here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from eenzaam_stats.errors import OptionError

Band = tuple[int, int | None]

AGE_BAND = "age_band"  # column of a margin, and of respondents to whom a band was added
EVERY_AGE = "all"
# Number in the place of an open end where a column or an array needs one. Above every age, and
# below no code of a codebook: an end without a number would sort before all others.
OPEN_AGE = 999

_BAND = re.compile(r"(\d+)(?:-(\d+)|\+)")
# Ages in the tables of CBS: "0 jaar", "105 jaar of ouder". Groups ("20 tot 25 jaar") overlap with
# single years in the same table and are no ages here.
_TITLE = re.compile(r"(\d+) jaar( of ouder)?")

# Default of population margins: each band is whole bands of every packaged population table.
ADULT_BANDS = ("18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+")
# LeeftijdSub, the bands of the Gezondheidsmonitor of 2022.
MONITOR_BANDS = ("18-24", "25-39", "40-54", "55-64", "65-74", "75-84", "85+")
# The two oldest bands are the only ones that the Gezondheidsmonitor publishes for a whole wave; the
# first is everyone else.
PUBLISHED_BANDS = ("18-74", "75-84", "85+")
# Groups that a forecast and counts both have; some hold others.
HINDCAST_GROUPS = (
    EVERY_AGE, "0-17", "18-34", "35-49", "50-64", "65-74", "75-84", "85+", "18+", "65+", "75+",
)  # fmt: skip
# lftdcat, the bands of the background study of the LISS panel, codes 1 to 7.
LISS_BANDS = ("0-14", "15-24", "25-34", "35-44", "45-54", "55-64", "65+")


def parse_band(text: str) -> Band | None:
    """First and last age of a band, both included; ``None`` where the text is no band.

    Whether the last age is above the first is for the caller to say, in the terms of its input.

    Parameters
    ----------
    text : str
        Such as ``18-24`` or ``75+``.

    Returns
    -------
    tuple of (int, int or None) or None

    Examples
    --------
    >>> parse_band("25-39"), parse_band("85+"), parse_band("total")
    ((25, 39), (85, None), None)
    """
    found = _BAND.fullmatch(text)
    return None if found is None else (int(found[1]), int(found[2]) if found[2] else None)


def parse_age_title(title: str) -> Band | None:
    """One year of age, or the last one and over, as CBS titles it; ``None`` for anything else.

    Parameters
    ----------
    title : str
        Title of a member of a dimension.

    Returns
    -------
    tuple of (int, int or None) or None

    Examples
    --------
    >>> parse_age_title("18 jaar"), parse_age_title("105 jaar of ouder")
    ((18, 18), (105, None))
    >>> parse_age_title("20 tot 25 jaar") is None
    True
    """
    found = _TITLE.fullmatch(title)
    if found is None:
        return None
    return int(found[1]), None if found[2] else int(found[1])


def band_edges(bands: Iterable[str]) -> tuple[Band, ...]:
    """First and last age of each band, both included; ``None`` for an open end.

    Parameters
    ----------
    bands : sequence of str
        Such as ``18-24`` and ``75+``, in order of age and without gap.

    Returns
    -------
    tuple of (int, int or None)

    Raises
    ------
    OptionError
        If a word is no band, or a band does not begin where the one before it ended.

    Examples
    --------
    >>> band_edges(["18-24", "25+"])
    ((18, 24), (25, None))
    """
    edges: list[Band] = []
    for band in bands:
        low, high = _require_band(band)
        if edges and edges[-1][1] != low - 1:
            raise OptionError(
                f"age band {band!r} does not begin after the one before it. Give bands in order of "
                "age, without gap or overlap."
            )
        edges.append((low, high))
    if not edges:
        raise OptionError("bands is empty. Give age bands, for instance ('18-64', '65+').")
    return tuple(edges)


def edges_by_group(groups: Iterable[str]) -> Mapping[str, Band]:
    """First and last age of groups that may hold each other; ``all`` is every age.

    Parameters
    ----------
    groups : sequence of str
        Bands, or ``all``.

    Returns
    -------
    mapping of str to (int, int or None)
        In the same order.

    Raises
    ------
    OptionError
        If a word is no band.

    Examples
    --------
    >>> dict(edges_by_group(["all", "65+", "65-74"]))
    {'all': (0, None), '65+': (65, None), '65-74': (65, 74)}
    """
    return MappingProxyType(
        {one: (0, None) if one == EVERY_AGE else _require_band(one) for one in groups}
    )


def from_age(edges: Sequence[Band], floor: int) -> tuple[Band, ...]:
    """Bands without the ages below a floor, which lies in the first of them.

    Parameters
    ----------
    edges : sequence of (int, int or None)
        Bands in order of age.
    floor : int
        Youngest age that counts.

    Returns
    -------
    tuple of (int, int or None)

    Examples
    --------
    >>> from_age(band_edges(PUBLISHED_BANDS), 19)
    ((19, 74), (75, 84), (85, None))
    """
    return tuple((max(low, floor), high) for low, high in edges)


def _require_band(text: str) -> Band:
    found = parse_band(text)
    if found is None or (found[1] is not None and found[1] < found[0]):
        raise OptionError(
            f"age band is {text!r}, which is no band. Write the first and last age, "
            "as '18-24', or an open end, as '75+'."
        )
    return found
