"""How Sphinx builds the documentation site.

pip install -c constraints.txt -e ".[docs]"
sphinx-build -W --keep-going -b html docs docs/_build
"""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # the reference is that of this checkout

project = "optuna_nasbot"
author = "optuna_nasbot developers"
release = metadata.version("optuna-nasbot")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
]
exclude_patterns = ["_build", "gallery"]

html_theme = "sphinx_rtd_theme"
html_theme_options = {"navigation_depth": 2}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_title = "optuna_nasbot"
html_show_copyright = False

myst_enable_extensions = ["dollarmath", "html_image"]
myst_heading_anchors = 3

# Single backticks in docstrings: a link to what has this name, and code where nothing has.
default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
napoleon_numpy_docstring = False
copybutton_prompt_text = "$ "


def bind_errors(content: list[str]) -> None:
    """Keep numbers on a line with their errors."""
    content[0] = re.sub(r"(?<=\d) ± (?=\d)", "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}", content[0])


def setup(app: Sphinx) -> None:
    app.connect("source-read", lambda app, page, content: bind_errors(content))
    app.connect("include-read", lambda app, path, page, content: bind_errors(content))
