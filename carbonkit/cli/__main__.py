"""The command line: `carbonkit demo`, `carbonkit verify` and `carbonkit exchange`."""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from carbonkit.cli import exchange
from carbonkit.cli.screen import Screen
from carbonkit.errors import CarbonkitError, IntegrityError, InvalidValueError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run a command.

    Args:
        arguments: The words after `carbonkit`; those of the process if left out.

    Returns:
        0 if all is well, 1 if something did not come out, 2 if the input is wrong, 130 if stopped.

    Example:
        >>> main(["verify", "no-such-file.db"])
        2
    """
    parser = argparse.ArgumentParser(prog="carbonkit", description="Carbon accounting and carbon trading.")
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="run one compliance year from end to end, on real input")
    demo.add_argument(
        "--out", type=Path, required=True, help="the folder for report.html, report.json, ledger.db"
    )
    check = commands.add_parser("verify", help="recompute a ledger file from its journal")
    check.add_argument("ledger", type=Path, help="the ledger file")
    exchange.add_commands(commands)
    given = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a screen that lacks a character shows "?" and goes on
    screen = Screen(sys.stdout)
    try:
        if given.command == "exchange":
            return exchange.run(given, screen)
        return _demo(given.out, screen) if given.command == "demo" else _verify(given.ledger, screen)
    except CarbonkitError as error:
        screen.clear()
        sys.stderr.write(f"carbonkit: {error}\n")
        return 2
    except KeyboardInterrupt:
        screen.clear()
        sys.stderr.write("carbonkit: stopped; nothing was left behind\n")
        return 130


def _demo(out: Path, screen: Screen) -> int:
    from carbonkit.cli.demo.example import Examples  # noqa: PLC0415  each command loads only what it needs
    from carbonkit.cli.demo.run import run  # noqa: PLC0415
    from carbonkit.cli.report import document, page  # noqa: PLC0415
    from carbonkit.storage import SQLiteStore  # noqa: PLC0415
    from carbonkit.values.time import SystemClock  # noqa: PLC0415

    version = metadata.version("carbonkit")
    screen.line(f"carbonkit {version}: one compliance year from end to end")
    # Made apart and moved into place at the end, so that a run that stops leaves the last one as it was.
    try:
        out.mkdir(parents=True, exist_ok=True)
        apart = tempfile.TemporaryDirectory(dir=out, prefix=".making-")
    except OSError as error:
        must = "be a folder to write in, or a path where one can be made"
        raise InvalidValueError(must, was=out, field="--out") from error
    with apart as folder:
        making = Path(folder)
        with SQLiteStore.open(making / "ledger.db") as store:
            results = run(store, SystemClock(), Examples.found(), screen)
        (making / "report.html").write_text(page.written(results, version), encoding="utf-8")
        (making / "report.json").write_text(document.written(results, version), encoding="utf-8")
        # The log of a reader that was killed would be read into the new file.
        for left in ("ledger.db-wal", "ledger.db-shm", "ledger.db-writer"):
            (out / left).unlink(missing_ok=True)
        for name in ("ledger.db", "report.html", "report.json"):
            shutil.move(making / name, out / name)
    screen.line("")
    screen.line(f"Written: {out / 'report.html'}, {out / 'report.json'}, {out / 'ledger.db'}")
    return 0 if results.good else 1


def _verify(path: Path, screen: Screen) -> int:
    from carbonkit.ledger import verify  # noqa: PLC0415  each command loads only what it needs
    from carbonkit.storage import SQLiteStore  # noqa: PLC0415

    if not path.is_file():
        raise NotFoundError("be a file", was=path, field="ledger")
    if not path.stat().st_size:  # the store would make a new ledger of it
        raise IntegrityError("be a carbonkit ledger", was="an empty file", field="ledger")
    with SQLiteStore.open(path, readonly=True) as store:
        records = store.head().sequence
        found = verify(store, lambda done: screen.progress("records recomputed", done, records))
    for difference in found.differences:
        screen.line(f"✗ {difference}")
    if found.ok:
        screen.line(f"✓ {found.records:,} records, {found.entries:,} entries, root {found.root}")
    return 0 if found.ok else 1


if __name__ == "__main__":
    sys.exit(main())
