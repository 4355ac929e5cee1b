"""``read_mapped``: any survey file becomes a ``Survey`` through a mapping that its user wrote.

A mapping is a TOML file. It is checked as a whole before the survey file is opened; then it is a
codebook of one wave and goes through the same engine as every other source.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Unpack

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import ScaleError, SchemaError, SourceError, UnknownColumnError
from eenzaam_stats.files.document_text import parse_toml
from eenzaam_stats.files.limits import require_within
from eenzaam_stats.loaders.codebook.answer_labels import find_contradiction
from eenzaam_stats.loaders.codebook.layout import Code, Variable, WaveCodebook, list_answers
from eenzaam_stats.loaders.formats.file_options import FileWords
from eenzaam_stats.loaders.formats.opened import open_file
from eenzaam_stats.loaders.formats.survey_file import SurveyFile
from eenzaam_stats.loaders.harmonise.cache import CacheKey, cache_survey
from eenzaam_stats.loaders.harmonise.file_labels import file_labels, is_declared_by_file
from eenzaam_stats.loaders.harmonise.labels import format_code, unknown_answer
from eenzaam_stats.loaders.harmonise.matching import NameIndex
from eenzaam_stats.loaders.harmonise.reading import read_survey
from eenzaam_stats.loaders.mapping.check import Problem, mapping_problems
from eenzaam_stats.loaders.mapping.labels import Table, years_in
from eenzaam_stats.loaders.mapping.layout import build_wave
from eenzaam_stats.loaders.pooling.waves import Waves, choose_waves, read_waves
from eenzaam_stats.messages import is_shown_label, show_label
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.scoring.wording import normalise_label
from eenzaam_stats.survey import Survey

PARTS = ("source", "file", "design", "respondents", "instrument", "variable")


@in_words
def read_mapped(
    path: str | Path,
    mapping: str | Path,
    *,
    wave: Waves | None = None,
    cache: str | Path | None = None,
    **file_words: Unpack[FileWords],
) -> Survey:
    """Read and harmonise any survey file by a mapping that its user wrote.

    Parameters
    ----------
    path : str or Path
        File that ends in ``.sav``, ``.zsav``, ``.dta``, ``.csv``, ``.parquet`` or ``.xlsx``.
    mapping : str or Path
        Mapping in TOML: what the columns and codes of the file mean, which weight, stratum and
        cluster it has, and whom it covers. ``write_template`` makes one to fill in.
    wave : int, str or sequence of these, optional
        Years to read, of those that the mapping names; without it all of them. A file with several
        years needs ``wave_column`` in the mapping.
    cache : str or Path, optional
        Folder in which the survey is kept as Parquet and found again, as long as file, mapping,
        options and package are the same. It then holds answers of persons, as the file does.
    **file_words
        How the file is written, where it does not say so itself: ``decimal``, ``thousands``,
        ``keep_words``, ``skip_rows``, ``header_row``, ``sheet``, ``limits``; see
        :class:`~eenzaam_stats.loaders.formats.file_options.FileOptions`.

    Returns
    -------
    Survey
        One row per respondent with the columns that the mapping names.

    Raises
    ------
    SourceError
        If a file is absent, empty, damaged or of a kind that cannot be read.
    SchemaError
        If the mapping has problems, which are all listed, or labels of the file contradict it.
    ScaleError
        If labels of an item contradict the direction of the mapping.
    UnknownColumnError
        If a column that the mapping names is not in the file.
    UnknownCodeError
        If a value is neither valid nor missing in the mapping.
    DesignError
        If a weight is not above zero, or a stratum or cluster is blank.

    See Also
    --------
    check_mapping : Problems of a mapping without a survey file.
    eenzaam_stats.loaders.codebook.template.write_template : A mapping to fill in.
    eenzaam_stats.loaders.sources.ssw.read_ssw : The same for CBS SSW, with its own demands.

    Notes
    -----
    The direction of the answers comes from the codes of the mapping alone. Value labels of the file
    are a witness: a label that plainly means another answer stops the reading.

    **Unit.** As in the file; ages are checked against the bounds of the mapping.

    **Missing data.** Codes of the mapping, declared missing values and labels that say so are
    missing, each with its kind; a blank is no answer. ``else`` names a kind for every other code,
    and is never implied.

    **Validated against.** Real answers to the direct question and to the UCLA items, in
    ``tests/loaders/mapping/test_mapping_real.py``.

    Examples
    --------
    >>> read_mapped("survey.sav", "mine.toml")
    Traceback (most recent call last):
    eenzaam_stats.errors.SourceError: The mapping mine.toml does not exist. Check the path, or ...
    """
    name = Path(mapping).name
    tables = read_mapping(mapping, file_words.get("limits", {}))
    return read_by_tables(path, tables, name=name, wave=wave, cache=cache, file_words=file_words)


def read_by_tables(
    path: str | Path,
    raw: Table,
    *,
    name: str,
    wave: Waves | None = None,
    cache: str | Path | None = None,
    file_words: FileWords,
) -> Survey:
    """Survey from a file and the tables of a sound mapping, whose file name is for the report.

    What is said about the file in the call comes before what its mapping says.
    """
    source, years = str(raw["source"]["name"]), years_in(raw["source"])
    asked = years if wave is None else choose_waves(wave, years)
    words: FileWords = {**raw.get("file", {}), **file_words}

    def read(codebook: WaveCodebook) -> Survey:
        def from_file() -> Survey:
            return _survey(open_file(path, **words), codebook, source=source, name=name)

        options = {"mapping": name, "wave": codebook.year} | words
        return cache_survey(cache, CacheKey(source, (Path(path),), repr(raw), options), from_file)

    if len(asked) == 1:
        return read(build_wave(raw, asked[0]))
    return read_waves(asked, lambda year: build_wave(raw, int(year)), read)


def _survey(file: SurveyFile, wave: WaveCodebook, *, source: str, name: str) -> Survey:
    index = NameIndex(file.columns, wave.prefixes)
    _require_columns(file, wave, index)
    for variable in wave.variables:
        _require_plain_words(variable, file, index)
    survey = read_survey(file, wave, source=source)
    report = survey.report
    notes = (f"names and codes come from the mapping {name} of the user", *report.notes)
    return replace(survey, report=replace(report, notes=notes))


def _require_columns(file: SurveyFile, wave: WaveCodebook, index: NameIndex) -> None:
    marker = wave.respondents.source_name if wave.respondents else None
    named = [
        *(variable.source_names[0] for variable in wave.variables),
        *(column for column in (*wave.weights, *wave.design_names, marker) if column),
        *([wave.wave_column] if wave.wave_column else []),
    ]
    absent = [column for column in named if index.find(column) is None]
    if absent:
        raise UnknownColumnError.among(
            absent, file.columns, needed_for=f"the mapping of {file.path.name}"
        )


def _require_plain_words(variable: Variable, file: SurveyFile, index: NameIndex) -> None:
    """Stop when a value label of the file plainly means another value than the mapping says."""
    column = index.find(variable.source_names[0]) or ""
    offered = list_answers(variable)
    for code, label in file_labels(variable, file, column).items():
        value = variable.codes[code][0] if code in variable.codes else None
        if value is None and is_declared_by_file(variable, file, column, code):
            continue
        if value is not None and normalise_label(label) == normalise_label(variable.codes[code][1]):
            continue
        said = find_contradiction(variable.name, label, value, offered=offered)
        if said is not None:
            mapped = f"mapped to {value!r}" if value else "not an answer in the mapping"
            raise ScaleError(
                f"Column {column!r}: code "
                f"{format_code(code)} is labelled {show_label(label)} in the file, "
                f"which means {said!r}, and is {mapped}. Correct the mapping, or the labels of the "
                "file."
            )
        if value is not None and unknown_answer(variable, code, label):
            words = _toml_text(label) if is_shown_label(label) else "the label of the file"
            line = f"{_toml_key(code)} = [{_toml_text(str(value))}, {words}]"
            raise ScaleError(
                f"Column {column!r}: code "
                f"{format_code(code)} is labelled {show_label(label)} in the file, "
                f"words that are not known as an answer, and is mapped to {value!r}. If that is "
                f"what they mean, write {line} in the codes of {variable.name}."
            )


def _toml_key(code: Code) -> str:
    return _toml_text(code) if isinstance(code, str) else f"{code}"


def _toml_text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@in_words
def check_mapping(path: str | Path) -> tuple[CheckResult, ...]:
    """Every problem of a mapping, without a survey file.

    Parameters
    ----------
    path : str or Path
        Mapping in TOML.

    Returns
    -------
    tuple of CheckResult
        Per table of the mapping its problems, or one passed check; ``passed`` is ``None`` for an
        optional table that is absent.

    Raises
    ------
    SourceError
        If the file is absent, a folder, or no text in UTF-8.
    SchemaError
        If it is no TOML; with the line.

    See Also
    --------
    read_mapped : Reads a survey file with the mapping.
    eenzaam_stats.loaders.codebook.template.write_template : A mapping to fill in.

    Examples
    --------
    >>> import tempfile
    >>> from eenzaam_stats.loaders.codebook.template import write_template
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     checks = check_mapping(write_template("direct", f"{folder}/mine.toml"))
    >>> print(checks[0].message)
    [source] name is not filled in: '<short_name>'
    """
    raw = mapping_tables(path)
    problems = mapping_problems(raw)
    return tuple(check for part in PARTS for check in _part_checks(part, raw, problems))


def read_mapping(path: str | Path, limits: Mapping[str, int] = MappingProxyType({})) -> Table:
    """Tables of a mapping that has no problem.

    Raises
    ------
    SchemaError
        If there are problems; all of them are listed.
    """
    raw = mapping_tables(path, limits)
    require_sound(mapping_problems(raw), name=Path(path).name)
    return raw


def require_sound(problems: tuple[Problem, ...], *, name: str) -> None:
    """Raise one error that lists every problem of a mapping."""
    if problems:
        said = "; ".join(f"({at}) {one.message}" for at, one in enumerate(problems, start=1))
        raise SchemaError(
            f"{name}: the mapping has {len(problems)} problem(s): {said}. Correct them all; "
            "check_mapping() gives the list again without a survey file."
        )


def mapping_tables(path: str | Path, limits: Mapping[str, int] = MappingProxyType({})) -> Table:
    """Tables of a mapping as written, not checked.

    Raises
    ------
    SourceError
        If the file is absent, a folder, or no text in UTF-8.
    SchemaError
        If it is no TOML; with the line.
    """
    file = Path(path)
    if file.is_dir():
        raise SourceError(f"{file.name} is a folder. Give the path of one mapping, a .toml file.")
    try:
        text = _short_text(file, limits)
        return parse_toml(text, of=f"The mapping {file.name}", raised=limits)
    except FileNotFoundError:
        raise SourceError(
            f"The mapping {file.name} does not exist. Check the path, or write a template first."
        ) from None
    except UnicodeDecodeError:
        raise SourceError(
            f"The mapping {file.name} is no text in UTF-8. Save it as UTF-8 in a text editor."
        ) from None
    except SourceError:
        raise
    except OSError as error:
        raise SourceError(f"{file.name} cannot be opened: {error.strerror}.") from error
    except tomllib.TOMLDecodeError as error:
        raise SchemaError(
            f"{file.name} is no valid TOML: {error}. Words go in quotes, and no key occurs twice."
        ) from error


def _short_text(file: Path, limits: Mapping[str, int]) -> str:
    """Text of a mapping, not read when it is too large."""
    require_within("document", file.stat().st_size, of=f"The mapping {file.name}", raised=limits)
    return file.read_text("utf-8")


def _part_checks(part: str, raw: Table, problems: tuple[Problem, ...]) -> list[CheckResult]:
    found = [one.message for one in problems if one.part == part]
    if found:
        return [CheckResult(part, False, message) for message in found]
    if part == "respondents" and part not in raw:
        return [CheckResult(part, None, "not there: every row counts")]
    if part == "file" and part not in raw:
        return []
    return [CheckResult(part, True, "complete")]
