"""How Sphinx builds these pages: from Markdown, the docstrings, and nothing on the network."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_PROJECT = tomllib.loads(Path(__file__).parent.with_name("pyproject.toml").read_text("utf-8"))["project"]

project = _PROJECT["name"]
author = "the carbonkit authors"
version = release = _PROJECT["version"]
copyright = author  # noqa: A001 - Sphinx asks for this name

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
needs_sphinx = "8.0"
default_role = "code"  # a name in single backticks is code, in docstrings as in Markdown
nitpicky = False

autoclass_content = "class"
autodoc_class_signature = "mixed"
autodoc_member_order = "groupwise"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# Packages share nouns of the trade (entry, statement, term); a signature may link to a neighbour's.
suppress_warnings = ["ref.python"]

html_theme = "furo"
html_title = f"{project} {version}"
html_copy_source = False


def _keep_the_layout(*event: object) -> None:
    """Show the maps and trees that a module's docstring indents exactly as they were drawn."""
    _app, what, _name, _module, _options, lines = event
    if what != "module" or not isinstance(lines, list):
        return
    shown: list[str] = []
    drawn = False
    for line in lines:
        if line.strip() and line.startswith("    ") != drawn:
            drawn = not drawn
            shown += ["::", ""] if drawn else []
        shown.append(line)
    lines[:] = shown


def setup(app: Sphinx) -> None:
    """Tell Sphinx what to do with each docstring."""
    app.connect("autodoc-process-docstring", _keep_the_layout)
