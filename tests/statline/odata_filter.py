"""The filters that StatLine is known to understand, with exact comparison of padded keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Rule = Callable[[Mapping[str, object]], bool]
TOKEN = re.compile(
    r"\s*(?:(\(|\))|(and|or)\b"
    r"|startswith\((\w+),'((?:[^']|'')*)'\)"
    r"|substringof\('((?:[^']|'')*)',(\w+)\)"
    r"|(\w+) (eq|ne) '((?:[^']|'')*)')",
)


def rule_of(text: str) -> Rule:
    """Function that says whether a row passes; ``ValueError`` for anything unknown."""
    tokens = _tokens(text)
    rule, rest = _or(tokens)
    if rest:
        raise ValueError(f"unexpected {rest[0]!r}")
    return rule


def _tokens(text: str) -> list[object]:
    found: list[object] = []
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None:
            raise ValueError(f"cannot read {text[place : place + 30]!r}")
        found.append(match[1] or match[2] or _leaf(match))
        place = match.end()
    return found


def _leaf(match: re.Match[str]) -> Rule:
    plain = [(part or "").replace("''", "'") for part in match.groups()]
    _, _, starts, start, inside, holder, equal, how, value = plain
    if starts:
        return lambda row: str(row[starts]).startswith(start)
    if holder:
        return lambda row: inside in str(row[holder])
    return lambda row: (row[equal] == value) is (how == "eq")


def _or(tokens: list[object]) -> tuple[Rule, list[object]]:
    rule, rest = _and(tokens)
    while rest and rest[0] == "or":
        other, rest = _and(rest[1:])
        rule = _either(rule, other)
    return rule, rest


def _either(one: Rule, other: Rule) -> Rule:
    return lambda row: one(row) or other(row)


def _both(one: Rule, other: Rule) -> Rule:
    return lambda row: one(row) and other(row)


def _and(tokens: list[object]) -> tuple[Rule, list[object]]:
    rule, rest = _factor(tokens)
    while rest and rest[0] == "and":
        other, rest = _factor(rest[1:])
        rule = _both(rule, other)
    return rule, rest


def _factor(tokens: list[object]) -> tuple[Rule, list[object]]:
    if not tokens:
        raise ValueError("the filter ends too early")
    first, *rest = tokens
    if first == "(":
        rule, rest = _or(rest)
        if not rest or rest[0] != ")":
            raise ValueError("a parenthesis is not closed")
        return rule, rest[1:]
    if not callable(first):
        raise ValueError(f"unexpected {first!r}")  # noqa: TRY004 (all refusals are alike)
    return first, rest
