"""Which groups are compared with which: every pair, each with the rest, or all with one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.errors import OptionError
from eenzaam_stats.estimation.variance.targets import Targets
from eenzaam_stats.messages import shown_groups

FloatArray = NDArray[np.float64]
PAIRS, REST = "pairs", "rest"


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two sets of finest domains.

    Attributes
    ----------
    within : tuple of str
        Block in which they are compared.
    group, reference : str
        Names of the two.
    one, two : ndarray of float, shape (d,)
        1 for the finest domains of each.
    """

    within: tuple[str, ...]
    group: str
    reference: str
    one: FloatArray
    two: FloatArray


def pairs_of(
    found: Targets, against: str | tuple[str, ...], *, n_within: int, where: str
) -> list[Pair]:
    """Pairs to compare, block by block.

    Parameters
    ----------
    found : Targets
        Groups; the first ``n_within`` values name the block.
    against : str or tuple of str
        ``"pairs"``, ``"rest"``, or the group that all others are compared with.
    n_within : int
        Columns of the blocks.
    where : str
        Verb that asks, for messages.

    Returns
    -------
    list of Pair

    Raises
    ------
    OptionError
        If the reference group does not occur.
    """
    reference = against if isinstance(against, str) else ", ".join(against)
    blocks: dict[tuple[str, ...], dict[str, FloatArray]] = {}
    for group, member in zip(found.groups, found.member, strict=True):
        blocks.setdefault(group[:n_within], {})[", ".join(group[n_within:])] = member
    names = {name for block in blocks.values() for name in block}
    if reference not in (PAIRS, REST) and reference not in names:
        raise OptionError(
            f"{where} compares with {reference!r}, which is no group: ["
            f"{shown_groups(sorted(names))}]. "
            f"Name one of them, {PAIRS!r} or {REST!r}."
        )
    return [
        Pair(within, group, other, block[group], members)
        for within, block in blocks.items()
        for group, other, members in _within_block(block, reference)
    ]


def _within_block(
    block: Mapping[str, FloatArray], reference: str
) -> Iterator[tuple[str, str, FloatArray]]:
    if reference == PAIRS:
        yield from ((two, one, block[one]) for one, two in combinations(block, 2))
    elif reference == REST:
        everyone = np.sum(list(block.values()), axis=0)
        rest = block if len(block) > 1 else {}
        yield from ((group, REST, everyone - member) for group, member in rest.items())
    elif reference in block:
        others = (group for group in block if group != reference)
        yield from ((group, reference, block[reference]) for group in others)
