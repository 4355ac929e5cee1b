"""What the values of item columns mean: declared by the caller, or words that are answers already.

The direction of codes and the set of answers are settled here, before any value is read. A column
that carries bare codes, or a questionnaire without the neutral answer, is refused here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.errors import OptionError, ScaleError, list_all, verb
from eenzaam_stats.numerics.scales.summated_scale import MISSING
from eenzaam_stats.scoring.instrument import Scale
from eenzaam_stats.scoring.wording import FLAGS, FREQUENCY_WORDS, answers_said, plain
from eenzaam_stats.vocabulary import Answer, Dichotomy, MissingKind

CodeMeanings = Mapping[Any, str | None]
DeclaredAnswers = CodeMeanings | Sequence[str]

_NUMERIC_EXAMPLE = "{1: 'yes', 2: 'more_or_less', 3: 'no', 9: None}"
_ENOUGH_TO_SEE_A_NEUTRAL = 50
_DICHOTOMISED = tuple(word.value for word in Dichotomy)


def meanings(
    series: Sequence[nw.Series[Any]], scale: Scale, answers: DeclaredAnswers | None
) -> CodeMeanings:
    """What each value of the columns means, declared or by being an answer already."""
    if answers is None:
        _require_words(series, scale)
        _require_neutral(category_words(series), scale)
        return {answer: answer for answer in scale.answers}
    if isinstance(answers, Mapping):
        declared: CodeMeanings = answers
    else:
        _require_words(series, scale)
        declared = {word: word for word in answers}
    _require_answers(declared, scale)
    return declared


def means_missing(answer: str | None) -> bool:
    """Whether a declared meaning is one of the ways of being missing."""
    return answer is None or answer in tuple(MissingKind)


def _require_words(series: Sequence[nw.Series[Any]], scale: Scale) -> None:
    """Raise when a column holds bare codes, whose direction nobody declared."""
    for column in series:
        if column.dtype.is_numeric() or isinstance(column.dtype, nw.Boolean):
            if _all_missing(column):
                continue
            raise ScaleError(
                f"{verb()} needs answers, and column {str(column.name)!r} holds codes of type "
                f"{column.dtype}: the direction of codes differs between surveys and is never "
                f"guessed. Declare every code, for instance answers={_example(scale)}."
            )


def _all_missing(column: nw.Series[Any]) -> bool:
    missing = column.is_null()
    if column.dtype.is_float():
        missing = missing | column.is_nan().fill_null(value=True)
    return bool(missing.all())


def _example(scale: Scale) -> str:
    if scale.neutral is not None:
        return _NUMERIC_EXAMPLE
    words = scale.answers
    return "{" + f"1: {words[0]!r}, ..., {len(words)}: {words[-1]!r}, 9: None" + "}"


def category_words(series: Sequence[nw.Series[Any]]) -> tuple[str, ...] | None:
    """Union of the categories that the columns declare; ``None`` when one declares none."""
    enums = [kind for column in series if isinstance(kind := column.dtype, nw.Enum)]
    if len(enums) < len(series):
        return None
    return tuple(dict.fromkeys(word for kind in enums for word in kind.categories))


def _require_answers(answers: CodeMeanings, scale: Scale) -> None:
    """Raise when the declared answers are not a set that the scale can score."""
    declared = {str(answer) for answer in answers.values() if not means_missing(answer)}
    for word in sorted(declared - set(scale.answers)):
        raise OptionError.among(word, scale.answers, name=f"{verb()}: an answer in answers=")
    _require_plain_words(answers, scale)
    words = tuple(word for word in scale.answers if word in declared)
    _require_neutral(words, scale)
    if not declared or (scale.answer_sets and words not in scale.answer_sets):
        sets = " or ".join(
            f"[{list_all(fitting)}]" for fitting in scale.answer_sets or (scale.answers,)
        )
        raise ScaleError(
            f"{verb()} needs the complete set of answers {sets}, and answers= declares "
            f"[{list_all(words)}]. Declare every answer, also one that nobody gave."
        )


def _require_plain_words(answers: CodeMeanings, scale: Scale) -> None:
    """Raise when a code is a word that plainly stands for another answer than the declared one."""
    offered = {str(answer) for answer in answers.values() if not means_missing(answer)}
    for code, answer in answers.items():
        if not isinstance(code, str) or means_missing(answer) or code == answer:
            continue
        said = _read_word(code, scale, offered)
        if said and answer not in said:
            raise ScaleError(
                f"{verb()}: the code {code!r} plainly means {' or '.join(sorted(said))!r} and is "
                f"declared as {str(answer)!r} in answers=. Correct the declaration, or give the "
                "columns codes without such words."
            )


def _read_word(code: str, scale: Scale, offered: Collection[str]) -> frozenset[str]:
    """Answers of the scale that a word stands for; none when it does not say."""
    if scale.neutral is not None:
        return answers_said(code, offered)
    if set(scale.answers).isdisjoint(_DICHOTOMISED):
        return FREQUENCY_WORDS.get(plain(code), frozenset()) & frozenset(scale.answers)
    if Dichotomy.LONELY in scale.answers and plain(code) in FLAGS:
        return frozenset()
    sides = {Answer.NO: Dichotomy.DICHOTOMISED_NO, Answer.YES: Dichotomy.DICHOTOMISED_YES}
    return frozenset(sides[word].value for word in sides if word in answers_said(code))


def _require_neutral(declared: Sequence[str] | None, scale: Scale) -> None:
    """Raise when a declared set of our own answers lacks the neutral one."""
    if scale.neutral is None or not declared or scale.neutral in declared:
        return
    if not set(declared) <= set(scale.answers):
        return
    raise ScaleError(
        f"{verb()} needs the neutral answer {scale.neutral!r}, which counts as lonely in both "
        f"directions, and the declared answers are [{list_all(declared)}]. A version with two or "
        "four answers and no neutral one cannot be dichotomised by the manual, and its totals do "
        "not compare with published ones. Items that were dichotomised already are declared as "
        f"{_DICHOTOMISED[0]!r} and {_DICHOTOMISED[1]!r} (keyed: which value counts as lonely) or "
        f"as {_DICHOTOMISED[2]!r} and {_DICHOTOMISED[3]!r} (raw: which value agrees)."
    )


def require_neutral_seen(codes: NDArray[np.int8], scale: Scale) -> None:
    """Raise when many people gave plain words and nobody the neutral one."""
    if scale.neutral is None or np.any(codes == scale.answers.index(scale.neutral)):
        return
    people = int(np.count_nonzero(np.any(codes != MISSING, axis=0)))
    if people >= _ENOUGH_TO_SEE_A_NEUTRAL:
        raise ScaleError(
            f"{verb()} needs the neutral answer {scale.neutral!r}, and none of {people:,} people "
            "gave it to any item, as in a version with two or four answers, which cannot be "
            "dichotomised by the manual. If it was offered, declare what was offered: "
            f"answers=[{list_all(scale.answer_sets[0])}]."
        )
