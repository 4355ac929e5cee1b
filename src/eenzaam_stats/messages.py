"""How a value, a column name or a label of a file is said in a message, so that nobody is in it.

Every message, report, log and picture says what it found through these functions. They do not know
which column holds persons, so the form of a text decides, and how many rows have it. Whoever writes
a new message gives each value that came out of a file to one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, time
from numbers import Number

LONGEST_NAME = 40
LONGEST_CODE = 24
LONGEST_LABEL = 60
MOST_WORDS = 10
# digits: a code or a year; one more where several rows have it; a number of a person has more
DIGITS_OF_CODE, DIGITS_REPEATED = 4, 5
LETTERS_OF_ONE = 2  # a word of one row that is shown, such as A1
# words that are nobody's, also where one row has them: answers, kinds of missing answers
_ANSWERS = frozenset(
    {
        *("yes", "no", "ja", "nee", "more_or_less", "true", "false", "waar", "onwaar"),
        *("never", "sometimes", "often", "always", "nooit", "soms", "vaak", "altijd"),
        *("refused", "dont_know", "no_answer", "not_asked", "weigert"),
    }
)
# of a text of several words, one is among these where it is an answer
_ANSWERING = _ANSWERS | frozenset(
    {
        *("klopt", "eens", "oneens", "mee", "weet", "niet", "geen", "wel", "of", "min", "meer"),
        *("minder", "heel", "erg", "eenzaam", "soms", "zelden", "antwoord", "opgave", "gevraagd"),
        *("agree", "disagree", "not", "none", "know", "answer", "lonely", "all", "time", "rarely"),
        *("most", "some", "little", "much", "very", "neither", "hardly", "ever", "or", "never"),
        *("man", "vrouw", "men", "women", "male", "female", "jaar", "years", "ouder", "older"),
    }
)
_WORD = re.compile(r"[^\W\d_]+")
_STRANGE = re.compile(r"[{}\[\]@|\\^~]")
SHOWN_NAMES = 12
SHOWN_GROUPS = 40

_NAME = re.compile(r"[^\W\d][\w.$#@-]*")
_NUMBER = re.compile(r"[+-]?\d*[.,]?\d+")
_DATE = re.compile(r"\d{1,4}\s*[-./:]\s*(?:\d{1,2}|[^\W\d]{3,})\s*[-./:]\s*\d{1,4}")
_RUN = re.compile(rf"\d(?:[\s.-]?\d){{{DIGITS_REPEATED - 1},}}")
_FAULT = re.compile(r"#[A-Z0-9/]{1,8}[!?]?")  # a fault of a workbook
_SECOND_CAPITAL = re.compile(r"\S\s+\W*[^\W\d_a-z\u00df-\u00ff]\w*(?:[a-z]|\.)")  # Jan de Vries
_DATE_IN_WORDS = re.compile(r"\d{1,2}\.?\s+[^\W\d_]{3,}\.?\s+\d{2,4}")
# how the descriptions end
_DESCRIBED = ("digits", "character", "characters", "date")
_MAIL = re.compile(r"\w@\w")
_QUOTE = re.compile(r"['\"`\u2018\u201c].*", re.DOTALL)
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+"
)


def printable(text: str) -> str:
    r"""Text without what steers a terminal or turns the direction of reading.

    Examples
    --------
    >>> printable("\x1b[2Jgone\u202e\r\n")
    '[2Jgone '
    """
    return _CONTROL.sub(lambda found: " " if any(c in "\t\r\n" for c in found[0]) else "", text)


def show_value(value: object, rows: int | None = None) -> str:
    """A value of a respondent as a message may hold it.

    Parameters
    ----------
    value : object
        Cell of a file or frame.
    rows : int, optional
        Rows that have it; ``None`` where it stands for a group of rows, such as a stratum.

    Returns
    -------
    str
        The value when it is a code; else what kind of value it is.

    Notes
    -----
    Shown are: a number of at most 4 digits, one of 5 that at least two rows have, a word that is an
    answer anywhere (``yes``, ``refused``), and a text of at most 24 characters that at least
    two rows have (of one row, at most 2 characters), unless it holds a date, a longer number, an
    address of mail or a capital in a later word, as names of persons do. Of several words one has
    to be a word of answers (``not``, ``klopt``). Everything else is described. The rule does not
    know names: one word that several rows have is taken for a code.

    Examples
    --------
    >>> show_value(7, 1), show_value("strong_yes", 2), show_value("Jansen", 1)
    ('7', "'strong_yes'", 'text of 6 characters')
    >>> show_value("123456782", 3), show_value("1951-03-17", 3)
    ('a number of 9 digits', 'a date')
    """
    if value is None or isinstance(value, bool):
        return repr(value)
    if value != value:  # noqa: PLR0124  (NaN, and a date that is missing)
        return str(value)
    if isinstance(value, str):
        return _show_text(value, rows)
    if isinstance(value, (date, time)):
        return "a date"
    if isinstance(value, Number):
        text = f"{value:g}" if isinstance(value, float) else str(value)
        digits = _n_digits(str(value) if "e" in text else text)
        return text if _few(digits, rows) else f"a number of {digits} digits"
    return f"a {type(value).__name__}, which is no text, number or date"


def _show_text(text: str, rows: int | None) -> str:
    body = text.strip()
    if _NUMBER.fullmatch(body):
        digits = _n_digits(body)
        return repr(text) if _few(digits, rows) else f"a number of {digits} digits"
    if _DATE.search(body):
        return "a date" if _DATE.fullmatch(body) else _describe(text)
    if body.casefold() in _ANSWERS or _FAULT.fullmatch(body):
        return repr(text)
    longest = LETTERS_OF_ONE if rows == 1 else LONGEST_CODE
    plain = len(text) <= longest and printable(text) == text and not _tells(text)
    answers = len(body.split()) < 2 or not _ANSWERING.isdisjoint(_WORD.findall(body.casefold()))
    return repr(text) if plain and answers and not _STRANGE.search(text) else _describe(text)


def _n_digits(text: str) -> int:
    return sum(sign.isdigit() for sign in text)


def _few(digits: int, rows: int | None) -> bool:
    return digits <= (DIGITS_OF_CODE if rows == 1 else DIGITS_REPEATED)


def _describe(text: str) -> str:
    return f"text of {len(text)} character{'s' * (len(text) != 1)}"


def is_shown(value: object, rows: int | None = None) -> bool:
    """Whether a message may hold the value itself.

    Examples
    --------
    >>> is_shown("Soms", 3), is_shown("I felt lonely when my husband died", 3)
    (True, False)
    """
    plain = show_value(value, rows)
    return plain == repr(value) or not plain.endswith(_DESCRIBED)


def is_shown_label(label: str) -> bool:
    """Whether a message may hold the label itself."""
    return show_label(label) == repr(label)


def show_label(label: object) -> str:
    """A label of a file, the name of a sheet, a group or a stratum, as a message may hold it.

    Notes
    -----
    Shown is a text of at most 60 characters and 10 words without a date, an address of mail, a
    number of 5 digits or more, or a capital in a later word. Else the text is described.

    Examples
    --------
    >>> show_label("Klopt helemaal niet"), show_label("Jan, born 17-03-1951")
    ("'Klopt helemaal niet'", 'text of 20 characters')
    """
    if not isinstance(label, str):
        return show_value(label)
    text = printable(label)
    long = len(text) > LONGEST_LABEL or len(text.split()) > MOST_WORDS
    return _describe(label) if long or _tells(text) else repr(text)


def _tells(text: str) -> bool:
    """Whether a text holds what a code or a label does not: parts of a person."""
    return any(one.search(text) for one in (_DATE, _DATE_IN_WORDS, _RUN, _MAIL, _SECOND_CAPITAL))


def show_groups(names: Sequence[object]) -> str:
    """Names of groups or strata that the user asked for, separated by commas.

    They stand in every result, so that a capital in a later word, as in Den Haag, may be there.

    Examples
    --------
    >>> show_groups(["Den Haag", 3, "geboren op 17-03-1951"])
    "'Den Haag', 3, text of 21 characters"
    """
    lowered = [name.lower() if isinstance(name, str) else name for name in names]
    said = dict.fromkeys(
        repr(name) if isinstance(low, str) and is_shown_label(low) else show_label(low)
        for name, low in zip(names, lowered, strict=True)
    )
    more = [f"and {len(said) - SHOWN_GROUPS} more"] * (len(said) > SHOWN_GROUPS)
    return ", ".join([*list(said)[:SHOWN_GROUPS], *more])


def show_sheets(names: Iterable[str]) -> str:
    """Names of sheets, separated by commas."""
    return ", ".join(show_label(name) for name in names)


def show_values(values: Iterable[object], rows: int | None = None) -> str:
    """Several values, those that are described alike said once."""
    return ", ".join(dict.fromkeys(show_value(value, rows) for value in values))


def is_name(name: str) -> bool:
    """Whether a text looks like the name of a column: one word that begins with a letter.

    Examples
    --------
    >>> [is_name(text) for text in ("GGEEB201", "q3.a", "1951-03-17", "Jan de Vries", "")]
    [True, True, False, False, False]
    """
    return len(name) <= LONGEST_NAME and bool(_NAME.fullmatch(name)) and not _tells(name)


def show_names(names: Sequence[str], asked: Iterable[str] = ()) -> str:
    """Names of columns of a file, as a list for brackets.

    Parameters
    ----------
    names : sequence of str
        Names as the file has them.
    asked : iterable of str
        Names that the user or a codebook wrote; those may be said in any form.

    Returns
    -------
    str
        Names that look like names; for the others, how many there are. Where several are numbers,
        dates or long text the first line is no header but a respondent, and none is said.

    Examples
    --------
    >>> show_names(["sex", "age"]), show_names(["100234", "1951-03-17", "Jansen"])
    ("'sex', 'age'", '3 that do not look like names')
    """
    known = set(asked)
    strange = [name for name in names if name not in known and not is_name(name)]
    plain = [name for name in names if name in known or (not strange and is_name(name))]
    rest = len(names) - len(plain)
    said = [repr(printable(name)) for name in plain]
    return ", ".join([*said, f"{rest} that do not look like names"] if rest else said)


def show_reason(error: BaseException) -> str:
    """What another library says is wrong, up to the first thing that it quotes.

    Examples
    --------
    >>> show_reason(ValueError("could not convert string to float: 'Jansen'"))
    'could not convert string to float'
    """
    first = printable(str(error).split("\n", 1)[0])
    text = _RUN.sub("...", _QUOTE.sub("", first)).strip(" .:,(=[")
    return text[:100].lower() or type(error).__name__
