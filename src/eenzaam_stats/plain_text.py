"""Text of others as it may stand in a figure, a table, a page or a file: no control characters.

A name of a file, a label or a region can hold any character. Those that no reader sees, but that
end a line, turn a text around or break a document, are taken away here and nowhere else.
"""

from __future__ import annotations

import re

# ends of lines and blanks of every kind that are no plain blank
_BLANKS = re.compile("\r\n|[\t\r\x0b\x0c\x85\u2028\u2029]")
# the rest of the control characters, marks of direction, and what XML does not take
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
    "\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff]"
)
_NO_TEXT = re.compile("[\ud800-\udfff]")  # bytes of a file name that are no text


def plain(text: str) -> str:
    r"""Text without control characters; its own line ends stay.

    Examples
    --------
    >>> plain("Noord\x07-\tHolland\x1b[31m")
    'Noord- Holland[31m'
    """
    return whole(_UNSEEN.sub("", _BLANKS.sub(_blank, text)))


def _blank(found: re.Match[str]) -> str:
    return "\n" if found[0] == "\r\n" else " "


def whole(text: str) -> str:
    r"""Text that every encoding of Unicode takes: what is no character becomes the sign for that.

    Examples
    --------
    >>> whole("gm\udcff.sav").encode("utf-8")
    b'gm\xef\xbf\xbd.sav'
    """
    return _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", text)
