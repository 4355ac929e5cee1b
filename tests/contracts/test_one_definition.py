"""A name is imported from the module that defines it, and no module changes the interpreter."""

import ast
from pathlib import Path

import pytest

import eenzaam_stats

ROOT = Path(__file__).parents[2]
SOURCE = Path(eenzaam_stats.__file__).parent
SHARED = ("gc", "locale", "signal", "resource")  # their settings are those of the whole process


def _module(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)


def _defined(tree: ast.Module) -> set[str]:
    """Names that a module makes itself, at its top level or under a condition."""
    found: set[str] = set()
    for node in tree.body:
        inside = ast.walk(node) if isinstance(node, ast.If | ast.Try) else [node]
        for one in inside:
            if isinstance(one, ast.FunctionDef | ast.ClassDef):
                found.add(one.name)
            targets = one.targets if isinstance(one, ast.Assign) else [getattr(one, "target", None)]
            found |= {
                name.id
                for target in targets
                if target is not None
                for name in ast.walk(target)
                if isinstance(name, ast.Name)
            }
    return found


TREES = {_module(path): ast.parse(path.read_text("utf-8")) for path in SOURCE.rglob("*.py")}
DEFINED = {name: _defined(tree) for name, tree in TREES.items()}


def borrowed(tree: ast.AST) -> list[tuple[str, str]]:
    """Names that are imported from a module which did not define them."""
    return [
        (node.module, one.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in TREES
        for one in node.names
        if one.name not in DEFINED[node.module] and f"{node.module}.{one.name}" not in TREES
    ]


@pytest.mark.parametrize("folder", ["src", "tests", "docs", "benchmarks", "notebooks"])
def test_every_name_is_imported_from_where_it_is_defined(folder) -> None:
    found = {
        path.relative_to(ROOT).as_posix(): names
        for path in sorted((ROOT / folder).rglob("*.py"))
        if (names := borrowed(ast.parse(path.read_text("utf-8"))))
    }
    assert found == {}


def test_a_borrowed_name_is_found() -> None:
    planted = "from eenzaam_stats.survey import Design, Survey"
    assert borrowed(ast.parse(planted)) == [("eenzaam_stats.survey", "Design")]
    assert borrowed(ast.parse("from eenzaam_stats import Design")) == []  # a package may gather


def test_a_list_of_public_names_holds_own_names_only() -> None:
    for name, tree in TREES.items():
        for node in tree.body:
            listed = isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "")
            # users build a survey from one module, from which nothing here is borrowed
            own = not name.endswith("__init__") and name != "eenzaam_stats.survey"
            if listed == "__all__" and own:
                assert set(ast.literal_eval(node.value)) <= DEFINED[name], name


@pytest.mark.parametrize("module", SHARED)
def test_no_module_changes_a_setting_of_the_process(module) -> None:
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            imported = [one.name for one in getattr(node, "names", []) if hasattr(one, "name")]
            assert module not in imported, name
