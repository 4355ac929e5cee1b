"""What only a look at the whole tree can see: sizes, names, the top level, words."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from pathlib import Path

import pytest

import eenzaam_stats as es
from eenzaam_stats import vocabulary
from eenzaam_stats.errors import OptionError
from eenzaam_stats.vocabulary import (
    Evidence,
    Language,
    Origin,
    Sex,
    Verdict,
    format_number,
    format_percent,
    label,
    labels,
)

MODULE_LINES = 300
TOP_LEVEL_NAMES = 42


def code_lines(text: str) -> int:
    """Lines of code: docstrings, comments and blank lines do not count."""
    beside = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    beside.add(tokenize.ENDMARKER)
    used: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in beside:
            used |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        body = getattr(node, "body", None)
        first = body[0] if isinstance(body, list) and body else None
        if isinstance(first, ast.Expr) and isinstance(getattr(first.value, "value", None), str):
            used -= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return len(used)


def test_lines_of_code_are_counted_without_what_explains_them() -> None:
    text = '"""Why."""\n\n# why\nx = (\n    1,\n)\n\n\ndef f():\n    """What."""\n    return x\n'
    assert code_lines(text) == 5


def test_modules_stay_within_their_size(repository: Path) -> None:
    sizes = {path: code_lines(path.read_text("utf-8")) for path in repository.glob("src/**/*.py")}
    assert len(sizes) > 30
    assert {str(path): n for path, n in sizes.items() if n > MODULE_LINES} == {}


def test_no_module_is_without_a_name(repository: Path) -> None:
    names = {path.stem for path in repository.glob("src/**/*.py")}
    assert names.isdisjoint({"utils", "util", "helpers", "helper", "common", "misc", "base"})


def test_top_level_holds_what_it_announces_and_nothing_else() -> None:
    assert len(es.__all__) <= TOP_LEVEL_NAMES
    assert all(hasattr(es, name) for name in es.__all__)
    packages = {path.name.removesuffix(".py") for path in Path(es.__path__[0]).iterdir()}
    public = {name for name in {*vars(es), *dir(es)} if not name.startswith("_")}
    assert public - {"VERSION", "lazy_loader"} - packages - set(es.__all__) == set()


def test_every_public_name_resolves_right_after_the_import(repository: Path) -> None:
    """Each name of the reference pages and of every package, in a process of its own."""
    page = (repository / "docs" / "reference" / "api.md").read_text("utf-8")
    named = re.findall(r"^   ([A-Za-z_.]+\.)?([A-Za-z_0-9]+)$", page, re.MULTILINE)
    code = (
        "import sys, eenzaam_stats as es\n"
        "assert 'pandas' not in sys.modules and 'numpy' not in sys.modules\n"
        "for name in es.__all__: getattr(es, name)\n"
        "for package in ('disclosure', 'estimation', 'loaders', 'plots', 'published', 'results',\n"
        "                'scoring', 'statline', 'synthetic', 'tables', 'trend'):\n"
        "    for name in getattr(es, package).__all__: getattr(getattr(es, package), name)\n"
        f"for package, name in {[(p.split('.')[0], n) for p, n in named if p]!r}:\n"
        "    found = getattr(es, package)\n"
        "    if package not in ('survey', 'errors', 'loaders', 'published'):\n"
        "        getattr(found, name)\n"
    )
    assert len(named) > 150
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-1500:]


def test_every_public_callable_has_a_docstring_with_an_example() -> None:
    missing = [
        name
        for name in es.__all__
        if callable(getattr(es, name))
        and not isinstance(getattr(es, name), type)
        and ">>>" not in (getattr(es, name).__doc__ or "")
    ]
    assert missing == []


def test_importing_the_package_loads_no_heavy_library() -> None:
    heavy = ["pandas", "numpy", "scipy", "statsmodels", "polars", "pyarrow", "duckdb", "pyspark"]
    heavy += ["typer", "rich", "matplotlib", "urllib3"]
    code = f"import sys, eenzaam_stats; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_and_version_need_no_arrays() -> None:
    code = (
        "import sys; from eenzaam_stats.cli import main; sys.argv = ['eenzaam-stats', {!r}]\n"
        "try: main.main()\n"
        "except SystemExit: pass\n"
        "print([m for m in ('numpy', 'pandas', 'scipy') if m in sys.modules], file=sys.stderr)"
    )
    for option in ("--help", "--version"):
        words = [sys.executable, "-c", code.format(option)]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        assert done.stderr.strip() == "[]", option


def test_catalogues_have_the_same_keys_and_no_empty_word() -> None:
    dutch, english = labels("nl"), labels("en")
    assert dutch.keys() == english.keys()
    assert len(dutch) > 50
    wordless = {"unit.count", "unit.none"}  # a count is printed as its number alone
    assert {key for key in dutch if not (dutch[key].strip() and english[key].strip())} == wordless


@pytest.mark.parametrize(
    ("group", "words"),
    [("verdict", Verdict), ("origin", Origin), ("evidence", Evidence), ("sex", Sex)],
)
def test_every_member_of_a_vocabulary_has_a_label(group: str, words: type) -> None:
    for language in ("nl", "en"):
        assert [label(f"{group}.{word}", language) for word in words]


def test_unknown_language_and_label_name_their_options() -> None:
    with pytest.raises(OptionError, match=r"language is 'fr'.*'nl', 'en'"):
        labels("fr")
    with pytest.raises(OptionError, match=r"label key is 'verdict.maybe'"):
        label("verdict.maybe", "en")


@pytest.mark.parametrize(
    ("value", "decimals", "dutch", "english"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"),
        (48.25, 1, "48,3", "48.3"),
        (48.15, 1, "48,2", "48.2"),
        (-0.04, 1, "0,0", "0.0"),
        (-854084.0, 0, "−854.084", "−854,084"),
    ],
)
def test_numbers_are_written_as_their_readers_do(
    value: float, decimals: int, dutch: str, english: str
) -> None:
    assert format_number(value, decimals=decimals, language="nl") == dutch
    assert format_number(value, decimals=decimals, language="en") == english


def test_percent_rounds_the_printed_decimal_not_the_binary_one() -> None:
    # 0.4825 * 100 is 48.25 in decimal arithmetic and 48.24999... in binary
    assert format_percent(0.4825, decimals=1, language="nl") == "48,3%"


def test_version_is_the_same_everywhere(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    citation = (repository / "CITATION.cff").read_text("utf-8")
    assert re.search(r"^version: (.+)$", citation, re.M)[1] == project["version"]
    assert es.__version__ == project["version"]


def test_literals_and_languages_agree_with_the_label_files() -> None:
    folder = Path(vocabulary.__file__).parent / "labels"
    assert {path.stem for path in folder.glob("*.toml")} == set(Language.__args__)


def test_no_absolute_path_stands_in_the_project(repository: Path) -> None:
    suffixes = {".py", ".toml", ".md", ".csv", ".json", ".cff", ".yaml", ".css", ".R"}
    found = [
        path.relative_to(repository).as_posix()
        for folder in ("src", "tests", "docs", "data", "benchmarks")
        for path in (repository / folder).rglob("*")
        if path.suffix in suffixes
        and re.search(r"(?<![\w:.])/(home|root|work|tmp|Users)/", path.read_text("utf-8"))
    ]
    assert [name for name in found if not name.endswith("test_shape.py")] == []
