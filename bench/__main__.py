"""Run every benchmark, print the table and write the results: `python -m bench`."""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import bench
from bench._compare import broken, measure
from bench._setting import FULL, QUICK, Setting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench._compare import Line, Result

RESULTS = Path(__file__).with_name("results.json")
FOLDER = Path(__file__).resolve().parent.parent / "build" / "bench"
SHOWN = 100  # characters of a note that the table has room for


def modules() -> list[str]:
    """List the benchmark modules, in the order of their names."""
    names = sorted(module.name for module in pkgutil.iter_modules(bench.__path__))
    return [name for name in names if not name.startswith("_")]


def lines(name: str, setting: Setting) -> Iterator[Line]:
    """Yield what a benchmark module compares; while one line is measured, what it needs stays open."""
    comparisons: Callable[[Setting], Iterator[Line]] = importlib.import_module(f"bench.{name}").comparisons
    yield from comparisons(setting)


def run(name: str, setting: Setting, rounds: int) -> Iterator[tuple[Result, bool]]:
    """
    Measure a module's lines, one after the other.

    Args:
        name: The module.
        setting: How much work, and where.
        rounds: How often each way is run.

    Yields:
        Each result, and whether the measuring itself came off.
    """
    module = lines(name, setting)
    while True:
        line = None
        try:
            line = next(module, None)
            if line is None:
                return
            result = measure(line, rounds=rounds, folder=setting.folder)
        except Exception as error:  # noqa: BLE001  one broken benchmark must not hide what the others say
            traceback.print_exc()
            said = (f"{name}: what follows", None) if line is None else (line.name, line.target)
            yield broken(said[0], error, said[1]), False
        else:
            yield result, True


def amount(value: float | None, unit: str) -> str:
    """Write a measure in its unit."""
    if value is None:
        return ""
    if unit == "seconds":
        return f"{value * 1000:,.2f} ms"
    return f"{value:,.0f} B" if unit == "bytes" else f"{value:,.3f}"


def row(result: Result) -> str:
    """Lay one result out for a reader."""
    if result["ratio"] is None:
        return f"{result['name']:{WIDTH}} not measured: {result['note'].splitlines()[0]:.{SHOWN}}"
    at_most = "at most" in result["sense"]
    target = "" if result["target"] is None else f"{'<=' if at_most else '>='} {result['target']:g}"
    said = {True: "met", False: "MISSED", None: ""}[result["met"]]
    spread = "" if result["lowest"] is None else f"{result['lowest']:.2f} to {result['highest']:.2f}"
    ours, peer = (amount(value, result["unit"]) for value in (result["ours"], result["peer"]))
    return (
        f"{result['name']:{WIDTH}} {result['n']:>9,} {ours:>14} {peer:>14} {result['ratio']:>8.2f} "
        f"{spread:>16} {target:>8} {said}"
    ).rstrip()


WIDTH = 72
HEAD = f"{'':{WIDTH}} {'n':>9} {'ours':>14} {'peer':>14} {'ratio':>8} {'of the rounds':>16} {'target':>8}"


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run the benchmarks.

    Args:
        arguments: What stands on the command line.

    Returns:
        0, also when a target is missed: that is a finding, and stands in the table. 1 if a benchmark broke.
    """
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="module", help=f"which ones: {', '.join(modules())}")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the results are written")
    parser.add_argument("--rounds", type=int, default=9, help="how often each way is timed")
    parser.add_argument(
        "--quick", action="store_true", help="less work, no long history; for a first look, not for a verdict"
    )
    parser.add_argument("--folder", type=Path, default=FOLDER, help="on the disk that is to be measured")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    results: list[Result] = []
    sound = True
    print(HEAD)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        setting = Setting(folder=Path(folder), amount=QUICK if options.quick else FULL)
        for name in options.modules or modules():
            for result, came_off in run(name, setting, options.rounds):
                print(row(result), flush=True)
                results.append(result)
                sound = sound and came_off
    options.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 0 if sound else 1


if __name__ == "__main__":
    raise SystemExit(main())
