"""conf.py: how Sphinx makes the site of these pages.

    python -m sphinx -W --keep-going -b html docs site

`generate.py` first writes the pages of the API, from what the modules export, and those made from
other files of the project.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import generate  # noqa: E402
from numpydoc.docscrape import NumpyDocString  # noqa: E402

import tfphilox  # noqa: E402

project = "tfphilox"
copyright = "the tfphilox developers"
version = release = tfphilox.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_parser",
    "sphinx_copybutton",
]
templates_path = ["_templates"]
exclude_patterns = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["site.css"]

myst_enable_extensions = ["dollarmath", "attrs_inline"]
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing"] if "linkcheck" in sys.argv else []

autosummary_generate = True
autosummary_ignore_module_all = False
autodoc_typehints = "none"  # the docstrings say types, shapes and ranges
numpydoc_show_class_members = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

html_theme = "pydata_sphinx_theme"
html_title = "tfphilox"
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "header_links_before_dropdown": 4,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
}
html_sidebars = {page.stem: [] for page in HERE.glob("*.md")}  # only the API has pages below


NumpyDocString.sections["Stream"] = []  # numpydoc reads signatures from docstrings as they stand


def sections_of_numpydoc(app, what, name, obj, options, lines):
    """Let numpydoc show a section that it does not know; this runs before it reads the lines."""
    lines[:] = generate.stream_as_notes(lines)


def setup(app):
    generate.write(HERE)
    app.connect("autodoc-process-docstring", sections_of_numpydoc, priority=100)
