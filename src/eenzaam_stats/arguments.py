"""Arguments of the wrong kind end in words: who needed what, what was found.

Here a public function also gets the name with which its errors begin, ``prevalence()``: code that
it calls says ``verb()``, and no function passes the name of another on.

A function that fails with an error of Python because an argument is another kind of thing than its
annotation says raises an ``OptionError`` that names the argument instead. Calls that work are not
looked at, so nothing that is possible is refused here.
"""

from __future__ import annotations

import functools
import inspect
import sys
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from numbers import Integral, Real
from typing import Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin

import numpy as np

from eenzaam_stats.errors import EenzaamStatsError, OptionError, verb_named

P = ParamSpec("P")
R = TypeVar("R")
_OF_PYTHON = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError, AssertionError)
_SHOWN, _LOOKED_AT = 40, 50
_PACKAGE = __name__.partition(".")[0]
_NUMBERS: Mapping[Any, Any] = {float: Real, int: Integral}


def in_words(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a public function: its errors begin with its name, wrong arguments are named.

    Examples
    --------
    >>> @in_words
    ... def half(number: float) -> float:
    ...     return number / 2
    >>> half("six")
    Traceback (most recent call last):
    eenzaam_stats.errors.OptionError: half() needs number as float, and got str 'six'.
    """
    name = f"{function.__name__}()"

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with verb_named(name):
                return function(*args, **kwargs)
        except EenzaamStatsError:
            raise
        except _OF_PYTHON as error:
            said = _wrong_argument(function, args, kwargs)
            if not said:
                raise
            raise OptionError(f"{name} needs {said}.") from error

    return wrapper


def _wrong_argument(
    function: Callable[..., object], args: tuple[object, ...], kwargs: Mapping[str, object]
) -> str:
    """The first argument that is another kind of thing, in words; empty where all are right."""
    signature = inspect.signature(function)
    try:
        given = signature.bind(*args, **kwargs).arguments
    except TypeError:  # an argument that the function does not have
        return ""
    names = vars(sys.modules[function.__module__])
    hints = {name: _hint(signature.parameters[name].annotation, names) for name in given}
    for inside in (False, True):
        for name, value in given.items():
            said = _inside(name, value) if inside else _wrong(name, value, hints[name])
            if said:
                return said
    return ""


def _hint(annotation: object, names: Mapping[str, object]) -> object:
    """Annotation as a type; ``Any`` where it is known to a type checker alone."""
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, dict(names))  # annotations of this package
    except (NameError, TypeError):
        return Any


def _wrong(name: str, value: object, hint: object) -> str:
    return "" if _fits(value, hint) else f"{name} as {_words(hint)}, and got {_describe(value)}"


def _inside(name: str, value: object) -> str:
    """The first wrong field of options, and of what is in them."""
    if isinstance(value, (list, tuple)):
        return next((said for one in value[:_LOOKED_AT] if (said := _inside(name, one))), "")
    if not is_dataclass(value) or not type(value).__module__.startswith(_PACKAGE):
        return ""
    names = vars(sys.modules[type(value).__module__])
    for field in fields(value):
        inner, path = getattr(value, field.name, None), f"{name}.{field.name}"
        said = _wrong(path, inner, _hint(field.type, names)) or _inside(path, inner)
        if said:
            return said
    return ""


def _fits(value: object, hint: Any) -> bool:
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return any(_fits(value, part) for part in parts)
    if origin is Literal:
        return isinstance(value, type(parts[0]))
    if hint in _NUMBERS:
        return isinstance(value, _NUMBERS[hint]) and not isinstance(value, bool)
    kind = type(None) if hint is None else origin or hint
    static = getattr(kind, "_is_protocol", False) and not getattr(kind, "_is_runtime_protocol", 0)
    anything = kind in (Any, object, np.ndarray) or not isinstance(kind, type)
    return bool(anything or static) or _holds(value, kind, parts)


def _holds(value: Any, kind: type, parts: tuple[Any, ...]) -> bool:
    """Whether a value is of a kind, and what is in it of its parts."""
    if issubclass(kind, Enum):
        return value in list(kind)
    if issubclass(kind, Mapping) and parts and isinstance(value, kind):
        pairs = list(value.items())[:_LOOKED_AT]
        return all(_fits(key, parts[0]) and _fits(one, parts[1]) for key, one in pairs)
    if parts and issubclass(kind, Iterable) and not issubclass(kind, Mapping):
        return _is_several(value, kind, parts)
    return isinstance(value, kind)


def _is_several(value: Any, kind: type, parts: tuple[Any, ...]) -> bool:
    """A list for a tuple, an array for a sequence: what is in it counts; a table is neither."""
    if isinstance(value, (str, bytes)):
        return str in parts and isinstance(value, str)
    in_order = hasattr(value, "__getitem__") or not issubclass(kind, Sequence)
    if not isinstance(value, Iterable) or isinstance(value, Mapping) or not in_order:
        return False
    if getattr(value, "ndim", 1) != 1:
        return False
    items, inside = list(value), [part for part in parts if part is not ...]
    if kind is tuple and len(inside) == len(parts):
        return len(items) == len(parts) and all(map(_fits, items, parts))
    return all(any(_fits(one, part) for part in inside) for one in items[:_LOOKED_AT])


def _words(hint: Any) -> str:
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(_words(part) for part in parts)
    if origin is Literal:
        return "one of " + ", ".join(repr(part) for part in parts)
    if hint is None or hint is type(None):
        return "None"
    name = str(getattr(origin or hint, "__name__", hint))
    inside = ", ".join(_words(part) for part in parts if part is not ...)
    return f"{name} of {inside}" if inside and isinstance(origin, type) else name


def _describe(value: object) -> str:
    """Kind of a value, and itself where it is a word or a number and not data."""
    kind = type(value).__qualname__
    if isinstance(value, (str, Real)) and not isinstance(value, bool):
        shown = repr(value)
        return f"{kind} {shown if len(shown) <= _SHOWN else shown[:_SHOWN] + '...'}"
    return kind
