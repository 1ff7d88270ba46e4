"""The reports of acts 3 and 4 at a fixed moment, byte for byte; made by scripts/make_golden.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonkit.cli.report import document, page
from scripts.make_golden import GOLDEN, VERSION, results

if TYPE_CHECKING:
    from carbonkit.cli.demo.run import Results


@pytest.fixture(scope="module")
def found() -> Results:
    """Run the two acts once."""
    return results()


def test_the_json_is_the_golden_one(found: Results) -> None:
    assert document.written(found, VERSION).encode() == (GOLDEN / "report.json").read_bytes()


def test_the_page_is_the_golden_one(found: Results) -> None:
    assert page.written(found, VERSION).encode() == (GOLDEN / "report.html").read_bytes()
