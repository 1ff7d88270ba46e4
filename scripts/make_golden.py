"""
Make the golden reports again: acts 3 and 4 of the demonstration at a fixed moment.

Run it after a change that is meant to change a report, and read the difference
before committing it:

    python scripts/make_golden.py
"""

from __future__ import annotations

import io
from pathlib import Path

from carbonkit.cli.demo.example import Examples
from carbonkit.cli.demo.run import Results, run
from carbonkit.cli.report import document, page
from carbonkit.cli.screen import Screen
from carbonkit.ledger import MemoryStore
from carbonkit.values import FixedClock

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"
VERSION = "golden"


class OwnExamples(Examples):
    """Only the examples that are carbonkit's own work, which a wheel carries too."""

    def has(self, name: str) -> bool:
        """Say whether an example is one of them."""
        return name in {"opening_day", "peak_fund"}


def results() -> Results:
    """Run the acts whose input is carbonkit's own, at a fixed moment, in memory."""
    clock = FixedClock("2026-01-01T00:00:00Z")
    return run(MemoryStore(), clock, OwnExamples((ROOT / "examples",)), Screen(io.StringIO()))


def main() -> None:
    """Write both reports."""
    found = results()
    (GOLDEN / "report.json").write_text(document.written(found, VERSION), encoding="utf-8")
    (GOLDEN / "report.html").write_text(page.written(found, VERSION), encoding="utf-8")
    print(f"written to {GOLDEN}; read the difference before committing it")


if __name__ == "__main__":
    main()
