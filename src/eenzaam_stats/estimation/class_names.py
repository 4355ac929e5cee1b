"""Classes of respondents found in a table of the population, whatever form their names have."""

from __future__ import annotations

import re
from collections.abc import Sequence

from eenzaam_stats.keys import normal_word

Name = tuple[str, ...]
_MUNICIPALITY = re.compile(r"GM(?=[0-9]{4}$)", re.IGNORECASE)


def same_classes(present: Sequence[Name], known: Sequence[Name]) -> dict[Name, Name]:
    """Class of a population table for each class of the respondents.

    Parameters
    ----------
    present, known : sequence of tuple of str
        Classes of the respondents and of the population table, in words.

    Returns
    -------
    dict of tuple to tuple
        Classes of the respondents that are in the table. A class in the same words comes first;
        else ``363``, ``"0363"``, ``"363.0"`` and ``"GM0363"`` are one, unless two classes of one
        side would become one.

    Examples
    --------
    >>> same_classes([("0363",), ("0034",)], [("363",), ("GM0034",)])
    {('0363',): ('363',), ('0034',): ('GM0034',)}
    >>> same_classes([("07",), ("7",)], [("7",)])
    {('7',): ('7',)}
    """
    words = set(known)
    exact = {one: one for one in present if one in words}
    rest = [one for one in present if one not in words]
    if not rest:
        return exact
    normal = {_normal(one): one for one in known}
    own = {_normal(one) for one in present}
    if len(normal) < len(words) or len(own) < len(set(present)):
        return exact
    return exact | {one: normal[_normal(one)] for one in rest if _normal(one) in normal}


def _normal(one: Name) -> Name:
    return tuple(normal_word(_MUNICIPALITY.sub("", word.strip())) for word in one)
