"""
Every example in a docstring, in docs/ and in README.md is executed as a test.

In Markdown that is every fence of the language `python`, whether it holds plain
code or a `>>>` session; an example that is not to run has the language `text`
or `console`. The examples of one page share their names and run from top to
bottom; each docstring starts afresh, with the names of its own module only.
"""

from __future__ import annotations

from bisect import bisect_right
from doctest import ELLIPSIS
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from sybil import Sybil
from sybil.document import PythonDocStringDocument
from sybil.example import NotEvaluated
from sybil.parsers.myst import PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser
from sybil.python import import_path
from sybil.sybil import SybilCollection

if TYPE_CHECKING:
    from sybil.example import Example


# A test run says the same twice; `make slow` draws anew, and looks further.
settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "explore",
    derandomize=False,
    deadline=None,
    max_examples=300,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")


class Docstrings(PythonDocStringDocument):
    """The docstrings of one module; no docstring sees a name that another one bound."""

    def import_document(self, example: Example) -> None:
        """Give the first example of each docstring the module's own names."""
        if not hasattr(self, "starts"):
            self.starts = sorted(start for start, _, _ in self.extract_docstrings(self.text))
            self.current = -1
        docstring = bisect_right(self.starts, example.start)
        if docstring != self.current:
            self.current = docstring
            self.namespace.clear()
            self.namespace.update(vars(import_path(Path(self.path))))
        raise NotEvaluated


_MARKDOWN = PythonCodeBlockParser(doctest_optionflags=ELLIPSIS)

pytest_collect_file = SybilCollection(
    [
        Sybil(
            parsers=[DocTestParser(optionflags=ELLIPSIS)],
            path="carbonkit",
            pattern="*.py",
            document_types={".py": Docstrings},
        ),
        Sybil(parsers=[_MARKDOWN], path="docs", pattern="*.md", exclude="_build/*"),
        Sybil(parsers=[_MARKDOWN], filenames=["README.md"]),
    ]
).pytest()
