"""Errors that name arguments of Python, in the terms of the command that was typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

# arguments that an option of another name stands for, where the command has that option
_OTHER_NAMES = {"rng": "draws", "start": "interruption"}
# values that an option of their own stands for
_OWN_OPTION = {("weights", "None"): "unweighted", ("weight", "None"): "unweighted"}
_VALUE = r"\[[^\]]*\]|\{[^}]*\}|'[^']*'|\"[^\"]*\"|\.\.\.|\w+(?:\.\d+)?"
_ARGUMENT = re.compile(rf"(?<![\w-])([a-z]\w*)=({_VALUE})?")
_SAID_TWICE = re.compile(r"\s*\(--[\w-]+ and --[\w-]+ on the command line, ([^)]*)\)")
_TOLD_ALREADY = re.compile(r"\s*\(--[^()]* on the command line\)")
# a message that begins with an argument
_SUBJECT = re.compile(r"^([a-z]\w*)(?= (?:is|are|names|goes|and)\b)")
_NO_OPTION = re.compile(r"(?<=has no option )\[[^\]]*\]; it takes \[[^\]]*\]")
_VERB = re.compile(r"(?<![\w.])(?:es\.)?([a-z_]+)\((\w*)\)")
_SUPPRESS = ("suppress", "check_disclosure", "require_checked")
_ITEM = re.compile(r"'([^']*)'|([\w.]+)")
_PAIR = re.compile(r"'([^']*)': *'?([\w.]+)'?")
_known: ContextVar[tuple[str, Mapping[str, str]]] = ContextVar("known", default=("", {}))


@contextmanager
def naming_options(command: str, options: Mapping[str, str]) -> Iterator[None]:
    """Say errors and notes in the terms of a command until it has ended.

    Parameters
    ----------
    command : str
        Its name.
    options : mapping of str to str
        Its options by the name of their parameter: ``{"weight": "--weight"}``.
    """
    mark = _known.set((command, options))
    try:
        yield
    finally:
        _known.reset(mark)


def list_options(command: Any) -> dict[str, str]:
    """Long name of each option of a command by the name of its parameter."""
    return {
        param.name: max(param.opts, key=len)
        for param in getattr(command, "params", ())
        if max(param.opts, key=len).startswith("--")
    }


def in_options(text: str) -> str:
    """A message with the options of the command in the place of arguments of Python.

    Parameters
    ----------
    text : str
        Message of an error or a warning.

    Returns
    -------
    str
        The same outside a command, and for arguments that no option stands for.

    Examples
    --------
    >>> with naming_options("prevalence", {"weight": "--weight", "header_row": "--header-row"}):
    ...     in_options("cells() needs weight=: name it, or say header_row=4.")
    'prevalence needs --weight: name it, or say --header-row 4.'
    """
    command, options = _known.get()
    if not command:
        return text

    def option(name: str) -> str | None:
        other = _OTHER_NAMES.get(name, "")
        return options.get(name) or options.get(name.removesuffix("s")) or options.get(other)

    def argument(found: re.Match[str]) -> str:
        name, value = found[1], found[2] or ""
        own = options.get(_OWN_OPTION.get((name, value), ""))
        said = option(name)
        return own or (found[0] if said is None else _write_option(said, value))

    def subject(found: re.Match[str]) -> str:
        return option(found[1]) or str(found[1])

    def names(found: re.Match[str]) -> str:
        def said(one: re.Match[str]) -> str:
            return option(str(one[1])) or str(one[0])

        return re.sub(r"'(\w+)'", said, found[0])

    said = _VERB.sub(lambda found: _verb(found, command), text)
    said = _NO_OPTION.sub(names, _ARGUMENT.sub(argument, _SUBJECT.sub(subject, said)))
    return _TOLD_ALREADY.sub("", _SAID_TWICE.sub(r" (\1)", said))


def _verb(found: re.Match[str], command: str) -> str:
    name, argument = found[1], found[2]
    if argument:
        return f"{name} with {argument}" if name == "score" else found[0]
    return "the disclosure check" if name in _SUPPRESS else command


def _write_option(option: str, value: str) -> str:
    """An option with a value as it is typed."""
    if value in ("", "...", "True"):
        return option
    if value.startswith("{"):
        pairs = [f"{option} {key}:{of}" for key, of in _PAIR.findall(value)]
        return " ".join(pairs) or option
    if value.startswith("["):
        items = [one or other for one, other in _ITEM.findall(value) if (one or other) != "..."]
        return " ".join(f"{option} {one}" for one in items) or f"{option}, once for each,"
    plain = value[1:-1] if re.fullmatch(r"['\"]\w+['\"]", value) else value
    return f"{option} {plain}"
