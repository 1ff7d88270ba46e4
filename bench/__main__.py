"""Run every benchmark, print the table and write the results: `python -m bench`."""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING

import bench
from bench._compare import measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench._compare import Comparison, Result

RESULTS = Path(__file__).with_name("results.json")


def comparisons() -> list[Comparison]:
    """Collect what the benchmark modules compare, in the order of their names."""
    names = sorted(module.name for module in pkgutil.iter_modules(bench.__path__))
    modules = [importlib.import_module(f"bench.{name}") for name in names if not name.startswith("_")]
    return [comparison for module in modules for comparison in module.comparisons()]


def table(results: Sequence[Result]) -> str:
    """Lay the results out for a reader."""
    width = max((len(result["name"]) for result in results), default=0)
    lines = [f"{'':{width}}  {'n':>9}  {'ours, ms':>9}  {'peer, ms':>9}  {'ratio':>7}  {'target':>7}"]
    lines += [
        f"{result['name']:{width}}  {result['n']:>9,}  {result['ours'] * 1000:>9.2f}  "
        f"{result['peer'] * 1000:>9.2f}  {result['ratio']:>7.2f}  {result['target']:>7.2f}  "
        f"{'met' if result['met'] else 'MISSED'}"
        for result in results
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run the benchmarks.

    Args:
        arguments: What stands on the command line.

    Returns:
        Always 0: a missed target is a finding, and stands in the table.
    """
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the results are written")
    parser.add_argument("--rounds", type=int, default=7, help="how often each way is timed")
    options = parser.parse_args(arguments)
    results = [measure(comparison, rounds=options.rounds) for comparison in comparisons()]
    options.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(table(results))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
