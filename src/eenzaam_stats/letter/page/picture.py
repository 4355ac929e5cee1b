"""A figure inside the page: one drawing for wide screens and paper, one for a telephone.

The drawings are made small, get addresses of their own, and take their colours from the page, so
that they follow light and dark paper. The words for readers who do not see them stand beside them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from eenzaam_stats.letter.figures import LetterFigure
from eenzaam_stats.letter.page.address import address
from eenzaam_stats.plots.theme import (
    COLOURS,
    DARK_COLOURS,
    DARK_PAPER,
    DARK_VERDICTS,
    FAINT,
    INK,
    PAPER,
    VERDICTS,
)

DARK_INK = "#e6edf3"
DARK_FAINT = "#3d444d"
DECIMALS = 1  # of a point: a tenth of it is not seen
NEEDLESS = (
    re.compile(r' transform="rotate\(-?0 [^)]*\)"'),
    re.compile(r"font-family: '[^']*'; "),  # the style sheet of the page names the font
)
STYLE = re.compile(r' style="([^"]*)"')
EMPTY = re.compile(r"<g[^>]*/>")
TAG = re.compile(r"(<g>|<g [^>]*>|</g>)")
PLACE = re.compile(r' (?:d|x|y|transform|width|height|viewBox|points)="[^"]*"')
NUMBER = re.compile(r"-?\d+\.\d+")
REFERENCE = re.compile(r'(?:url\(#|href="#)([^)"]+)')


def _slots() -> Mapping[str, tuple[str, str]]:
    """Name of each colour of the page, with its value on light and on dark paper."""
    series = {f"s{at}": pair for at, pair in enumerate(zip(COLOURS, DARK_COLOURS, strict=True))}
    judged = {f"v-{name}": (VERDICTS[name], DARK_VERDICTS[name]) for name in VERDICTS}
    base = {"ink": (INK, DARK_INK), "grid": (FAINT, DARK_FAINT), "paper": (PAPER, DARK_PAPER)}
    return {**base, **series, **judged}


SLOTS = _slots()


def colour_rules(*, dark: bool) -> str:
    """Colours of the drawings as custom properties of CSS, for light or dark paper."""
    return " ".join(f"--{name}: {pair[dark]};" for name, pair in SLOTS.items())


def pictures(figure: LetterFigure) -> str:
    """Both drawings of a figure and the text that stands for them.

    Parameters
    ----------
    figure : LetterFigure
        What to draw; its title must stand in the page under the address ``title-<id>``.

    Returns
    -------
    str
        HTML with two ``<svg role="img">`` of which a style sheet shows one.
    """
    told = address(f"told-{figure.id}", figure.language)
    named = address(f"title-{figure.id}", figure.language)
    drawn = "".join(
        _inline(figure.screen(narrow=narrow), figure, kind=kind, named=named, told=told)
        for narrow, kind in ((False, "wide"), (True, "narrow"))
    )
    return f"{drawn}<p hidden id='{told}'>{escape(figure.alternative)}</p>"


def share_styles(page: str) -> tuple[str, str]:
    """Move the styles that drawings repeat on every mark into one style sheet.

    Parameters
    ----------
    page : str
        HTML with drawings.

    Returns
    -------
    page : str
        The same with a class in the place of each ``style`` attribute.
    rules : str
        CSS with one rule per class.

    Examples
    --------
    >>> share_styles('<path style="fill:red"/><text style="fill:red">a</text>')
    ('<path class="p0"/><text class="p0">a</text>', '.p0{fill:red}')
    """
    known: dict[str, str] = {}

    def name_style(found: re.Match[str]) -> str:
        name = known.setdefault(found[1], f"p{len(known)}")
        return f' class="{name}"'

    short = STYLE.sub(name_style, page)
    return short, "".join(f".{name}{{{style}}}" for style, name in known.items())


def _inline(svg: str, figure: LetterFigure, *, kind: str, named: str, told: str) -> str:
    text = svg[svg.index("<svg") :].strip()
    text = re.sub(r"<(metadata|title|desc)\b.*?</\1>", "", text, flags=re.DOTALL)
    text = re.sub(r"<style\b.*?</style>", "", text, flags=re.DOTALL)
    text = _own_names(text, address(f"{figure.id}-{kind[0]}", figure.language))
    for name, (light, _) in SLOTS.items():
        text = text.replace(light, f"var(--{name})")
    text = PLACE.sub(lambda found: NUMBER.sub(_round_number, found[0]), text)
    return _small(text).replace(
        'role="img" aria-labelledby="t d"',
        f'class="{kind}" role="img" aria-labelledby="{named}" aria-describedby="{told}"',
    )


def _round_number(found: re.Match[str]) -> str:
    return f"{float(found[0]):.{DECIMALS}f}".removesuffix(".0")


def _small(text: str) -> str:
    """The same drawing in fewer letters: no line ends, no empty groups, no default values."""
    for pattern in NEEDLESS:
        text = pattern.sub("", text)
    text = re.sub(r"\s*\n\s*", " ", text).replace("> <", "><")
    text = re.sub(r' d="[^"]*"', lambda found: re.sub(r" ?([MLCQz]) ?", r"\1", found[0]), text)
    text = re.sub(r' style="[^"]*"', lambda found: re.sub(r"([:;]) ", r"\1", found[0]), text)
    return _without_bare_groups(text)


def _without_bare_groups(text: str) -> str:
    """Drop every ``<g>`` without attributes together with the ``</g>`` that closes it."""
    kept: list[bool] = []
    parts = []
    for part in TAG.split(EMPTY.sub("", text)):
        if part == "</g>":
            shown = kept.pop()
        else:
            shown = part != "<g>"
            if part.startswith("<g"):
                kept.append(shown)
        parts.append(part if shown else "")
    return "".join(parts)


def _own_names(text: str, prefix: str) -> str:
    """Give names that are referred to a prefix, and drop the others."""
    used = set(REFERENCE.findall(text))
    short = {name: f"{prefix}{at}" for at, name in enumerate(sorted(used))}
    text = re.sub(
        r' id="([^"]+)"',
        lambda found: f' id="{short[found[1]]}"' if found[1] in short else "",
        text,
    )
    return REFERENCE.sub(lambda found: found[0].replace(found[1], short[found[1]]), text)
