"""TOML and JSON that came from outside, read within limits: size, depth, numbers.

The libraries count brackets with the stack of the machine and turn digits into numbers of any
length; what they would break on is refused first.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from eenzaam_stats.files.limits import limit, require_within

_NONE: Mapping[str, int] = MappingProxyType({})
# texts and remarks of TOML, in which brackets and dots mean nothing
_WORDS = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL
)
_BRACKETS = re.compile(r"[\[\]{}]")
_KEY = re.compile(r"^[^=\n]*", re.MULTILINE)
_DIGITS = re.compile(r"[0-9a-fA-F_]+")


def parse_toml(text: str, *, of: str, raised: Mapping[str, int] = _NONE) -> dict[str, Any]:
    """Tables of a TOML document.

    Raises
    ------
    SourceError
        If it is larger or deeper than is read, or a number has more digits.
    tomllib.TOMLDecodeError
        If it is no TOML.

    Examples
    --------
    >>> parse_toml("a = [1, 2]", of="m.toml")
    {'a': [1, 2]}
    >>> parse_toml("a = " + "[" * 5000, of="m.toml")
    Traceback (most recent call last):
    eenzaam_stats.errors.SourceError: m.toml has more than 50 lists, tables or dots ...
    """
    require_within("document", len(text), of=of, raised=raised)
    require_within("keys", text.count("\n"), of=of, raised=raised)
    plain = _WORDS.sub("_", text)
    require_within("depth", _depth(plain), of=of, raised=raised)
    dots = max((found[0].count(".") for found in _KEY.finditer(plain)), default=0)
    require_within("depth", dots, of=of, raised=raised)
    require_within("digits", _longest(plain), of=of, raised=raised)
    return tomllib.loads(text)


def parse_json(text: str | bytes, *, of: str, raised: Mapping[str, int] = _NONE) -> Any:
    """Value of a JSON document.

    Raises
    ------
    ValueError
        If it is no JSON, or deeper or with longer numbers than is read.
    SourceError
        If it is larger than is read.

    Examples
    --------
    >>> parse_json('{"a": 1}', of="x.json")
    {'a': 1}
    >>> parse_json("[" * 100000, of="x.json")
    Traceback (most recent call last):
    ValueError: lists within lists deeper than 50
    """
    require_within("record", len(text), of=of, raised=raised)

    def whole(digits: str) -> int:
        if len(digits) > limit("digits", raised):
            raise ValueError(f"a number of {len(digits)} digits")
        return int(digits)

    try:
        found = json.loads(text, parse_int=whole)
    except RecursionError as problem:
        raise ValueError(f"lists within lists deeper than {limit('depth', raised)}") from problem
    if too_deep(found, limit("depth", raised)):
        raise ValueError(f"lists within lists deeper than {limit('depth', raised)}")
    return found


def too_deep(value: Any, most: int) -> bool:
    """Whether lists and mappings lie deeper within each other than ``most``.

    Examples
    --------
    >>> too_deep([[1]], 2), too_deep([[[1]]], 2)
    (False, True)
    """
    layer = [value]
    for _ in range(most):
        layer = (
            [
                part
                for one in layer
                if isinstance(one, (list, dict))
                for part in (one.values() if isinstance(one, dict) else one)
                if isinstance(part, (list, dict))
            ]
            if any(isinstance(one, (list, dict)) for one in layer)
            else []
        )
        if not layer:
            return False
    return True


def _depth(plain: str) -> int:
    deepest = depth = 0
    for found in _BRACKETS.finditer(plain):
        depth += 1 if found[0] in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _longest(plain: str) -> int:
    return max((len(found[0]) for found in _DIGITS.finditer(plain)), default=0)
