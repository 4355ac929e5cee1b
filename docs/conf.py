"""Build of the documentation: ``sphinx-build -W --keep-going docs docs/_build/html``.

Pages that follow from the code (pictures, commands, schema, claims, validation) are written before
the build, and so are copies of the notebooks; none of them is kept in the repository. Nothing is
read from a network.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import make_dutch  # noqa: E402  (the folder of the documentation is no package)
import make_gallery  # noqa: E402
import make_reference  # noqa: E402
import make_validation  # noqa: E402

from eenzaam_stats.version import VERSION  # noqa: E402

DUTCH = "nl/"

project = "eenzaam_stats"
author = "eenzaam_stats contributors"
copyright = author  # noqa: A001  (the name is Sphinx's)
version = release = VERSION

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
    "formulas",
]
exclude_patterns = ["_build", "**.ipynb_checkpoints", "nl/made_*"]
templates_path = ["_templates"]
root_doc = "index"

autosummary_generate = True
autosummary_imported_members = False
autodoc_typehints = "none"  # numpydoc sections carry the types
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

myst_enable_extensions = ["attrs_block", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 180
nb_merge_streams = True

html_theme = "pydata_sphinx_theme"
html_title = "eenzaam_stats"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_show_sourcelink = False
html_copy_source = False
html_math_renderer = "mathml"
html_context = {"default_mode": "auto"}
html_theme_options = {
    "logo": {"text": "eenzaam_stats"},
    "navbar_align": "left",
    "navbar_persistent": ["search-button"],
    "navbar_end": ["language", "theme-switcher"],
    "header_links_before_dropdown": 6,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "footer_start": ["copyright"],
    "footer_end": ["licences"],
    "secondary_sidebar_items": {"**": ["page-toc"], "index": [], "nl/index": []},
}
html_sidebars = {"index": [], "nl/index": [], "validation": [], "gallery": []}


def copy_notebooks() -> None:
    """Put the notebooks beside the page that lists them; what is no longer there goes."""
    folder = HERE / "tutorials"
    for old in folder.glob("*.ipynb"):
        old.unlink()
    for notebook in sorted((HERE.parent / "notebooks").glob("[0-9]*.ipynb")):
        shutil.copy(notebook, folder / notebook.name)


copy_notebooks()
make_gallery.build(HERE)
make_reference.build(HERE / "reference")
make_validation.build(HERE)
make_dutch.build(HERE / "nl")


def say_language(
    _app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _tree: Any
) -> None:
    """Tell browsers and screen readers that a page is in Dutch."""
    if pagename.startswith(DUTCH):
        context["language"] = "nl"


def setup(app: Sphinx) -> None:
    """Announce what happens per page."""
    app.connect("html-page-context", say_language)
