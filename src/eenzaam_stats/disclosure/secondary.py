"""Secondary suppression: hide as little more as keeps every count that breaks a rule unknown.

Hiding more never narrows what is possible, so a count that is protected once stays protected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eenzaam_stats.disclosure.hiding import Hiding
from eenzaam_stats.disclosure.moves import Support, protecting, supporting
from eenzaam_stats.disclosure.system import System

# counts that are looked at to show rows again: in all, and for each count of the release
MOST_COUNTS, PER_COUNT = 500_000, 5


@dataclass(frozen=True, slots=True)
class Secret:
    """A count that may not be found out.

    Attributes
    ----------
    unknown : int
        Its number in the system.
    people : float
        Least distance between the bounds that anyone can compute for it.
    before : bool
        Whether it was hidden in an earlier release for a reason that is not known here.
    """

    unknown: int
    people: float
    before: bool = False


def protect_secrets(
    system: System, secrets: Sequence[Secret], *, hidden: set[int], cost: Mapping[int, float]
) -> set[int]:
    """Rows to hide so that no secret can be found out.

    Parameters
    ----------
    system : System
        Counts and ties of the people of one source.
    secrets : sequence of Secret
        Counts that may not be found out.
    hidden : set of int
        Rows that are hidden whatever else is.
    cost : mapping of int to float
        Cost of hiding each row that can still be hidden.

    Returns
    -------
    set of int
        Rows hidden before and those hidden for a secret.

    Notes
    -----
    For each secret the cheapest move of people is taken that changes it and no count that is shown
    (:mod:`eenzaam_stats.disclosure.moves`); hidden rows cost nothing. Where nothing can be moved,
    everything of the source is hidden. The order is by size, then by name. At last each row that
    was hidden for another one is shown again where every secret keeps a move without it, those
    that tell most first, as long as a fixed number of counts has not been looked at.
    """
    hiding = Hiding(system, dict(cost), set(hidden), {one.unknown for one in secrets})
    for secret in secrets:
        hiding.hide(system.shows[secret.unknown])
    first = set(hiding.hidden)
    order = sorted(secrets, key=lambda one: (-system.value[one.unknown], system.where[one.unknown]))
    for secret in order:
        if hiding.hidden >= cost.keys():
            break  # nothing more can be hidden
        rows = protecting(hiding, secret.unknown, secret.people, before=secret.before)
        hiding.hide(cost if rows is None else rows)
    if hiding.hidden - first:
        _release(hiding, order, first)
    return hiding.hidden


def _release(hiding: Hiding, secrets: Sequence[Secret], first: set[int]) -> None:
    """Show again what is hidden and not needed, what tells most first."""
    support: dict[Secret, Support] = {}
    for one in secrets:
        found = supporting(hiding, one.unknown, one.people)
        if found is None:
            return  # what cannot be protected keeps everything hidden
        support[one] = found
    more = hiding.hidden - first
    left = MOST_COUNTS + PER_COUNT * len(hiding.system.value)
    for row in sorted(more, key=lambda one: (-hiding.cost.get(one, 0.0), one)):
        leaning = [one for one, kept in support.items() if row in kept.rows]
        left -= sum(len(support[one].box.unknowns) for one in leaning)
        if left < 0:
            return
        hiding.show(row)
        others = _others(support, leaning)
        if others is None:
            hiding.hide([row])
        else:
            support.update(others)


def _others(
    support: Mapping[Secret, Support], leaning: Sequence[Secret]
) -> dict[Secret, Support] | None:
    """What else keeps some secrets unknown; ``None`` where nothing keeps one of them."""
    if not all(support[one].box.has_slack() for one in leaning):
        return None
    found: dict[Secret, Support] = {}
    for one in leaning:
        again = support[one].again()
        if again is None:
            return None
        found[one] = again
    return found
