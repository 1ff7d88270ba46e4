"""
A ledger in SQLite against other ledgers for Python, each posting the same transfers one by one, durably.

Each peer lives in an environment of its own, made once from its pinned
requirements, because no one environment can hold them all. Its half of a round
runs in a process of its own right after or before ours, and times only the
posting.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypedDict, cast

from bench import _posting
from bench._compare import Comparison, Missing, Run, timed
from bench._transfers import changed, commands, drawn, holders
from bench.sqlite_ledger import store
from carbonkit.ledger import Ledger
from carbonkit.storage import SQLiteStore
from carbonkit.values import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench._compare import Line, Way
    from bench._setting import Setting
    from bench._transfers import Row

ROOT: Final = Path(__file__).resolve().parent.parent
PINNED: Final = ROOT / "requirements" / "bench"
ENVIRONMENTS: Final = ROOT / ".venv-bench"
_ACCOUNTS: Final = 50  # as many as the slow peers can open in a moment
_PATIENCE: Final = 600  # seconds for a peer's half of a round, or for its environment


class Race(NamedTuple):
    """
    What a peer is given, and how much faster we mean to be.

    Args:
        peer: The peer.
        transfers: How many are timed.
        before: How many go before them.
        target: Our rate over the peer's, at least; None to show it without one.
        rounds: How many are worth their time.
    """

    peer: str
    transfers: int
    before: int
    target: float | None
    rounds: int


# The slower a peer grows with its history, the more the numbers of transfers matter: they are those
# over which the targets were found.
RACES: Final = (
    Race("vaulteq", transfers=200, before=0, target=None, rounds=5),
    Race("vaulteq", transfers=2_000, before=0, target=2.5, rounds=5),
    Race("vaulteq", transfers=200, before=2_000, target=5, rounds=5),
    Race("a-ledger", transfers=400, before=0, target=20, rounds=3),
    Race("python-accounting", transfers=200, before=0, target=30, rounds=3),
    Race("beancount", transfers=500, before=0, target=None, rounds=5),
)


class Answer(TypedDict):
    """What a peer's half says; see `bench._peer.job`."""

    posted: float
    loaded: float
    changes: dict[str, int]


class UnavailableError(Exception):
    """A peer cannot be had here."""


def comparisons(setting: Setting) -> Iterator[Line]:
    """Yield one line for each race, and for beancount, which checks when it reads, one for the reading."""
    for race in RACES:
        count, before = (max(1, number // setting.amount.thinned) for number in (race.transfers, race.before))
        history = drawn(before, _ACCOUNTS, seed=1) if race.before else []
        after = f" after {len(history):,}" if history else " from none"
        name = f"sqlite: single durable transfers{after}, {race.peer}"
        try:
            python = environment(race.peer)
        except UnavailableError as error:
            yield Missing(name, str(error), race.target)
            continue
        rows = drawn(count, _ACCOUNTS)
        others = tuple(pinned(race.peer).items())
        yield Comparison(
            name=name,
            ours=_posting.single(store, rows, _ACCOUNTS, before=history),
            peer=_theirs(race.peer, python, history, rows, "posted"),
            target=race.target,
            n=len(rows),
            others=others,
            rounds=race.rounds,
        )
        if race.peer == "beancount":
            yield Comparison(
                name="sqlite: open and verify all, beancount loads all",
                ours=_opened_and_verified(rows),
                peer=_theirs(race.peer, python, history, rows, "loaded"),
                target=None,
                n=len(rows),
                others=others,
                rounds=race.rounds,
            )


def pinned(name: str) -> dict[str, str]:
    """Read the versions that a peer's environment is made of."""
    lines = (PINNED / f"{name}.txt").read_text("utf-8").splitlines()
    pins = (line.partition("==") for line in lines if line and not line.startswith("#"))
    return {distribution: number for distribution, _, number in pins}


def environment(name: str) -> Path:
    """
    Make a peer's environment, unless it stands as pinned.

    Args:
        name: The peer.

    Returns:
        Its interpreter.

    Raises:
        UnavailableError: If it cannot be installed, as without a network.
    """
    requirements = PINNED / f"{name}.txt"
    folder = ENVIRONMENTS / name
    python = folder / "bin" / "python"
    mark = folder / "made-from"
    due = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    if mark.is_file() and mark.read_text("utf-8") == due:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    _ran([sys.executable, "-m", "venv", str(folder)])
    install = [str(python), "-m", "pip", "--disable-pip-version-check", "-qq", "install", "--no-deps"]
    _ran([*install, "--requirement", str(requirements)])
    mark.write_text(due, "utf-8")
    return python


def _ran(command: Sequence[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_PATIENCE)  # noqa: S603  our own words
    except subprocess.CalledProcessError as error:
        said = [line for line in str(error.stderr).splitlines() if line.strip()] or [str(error)]
        raise UnavailableError(f"cannot be installed here: {said[-1]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnavailableError(f"cannot be installed here: {error}") from error


def _theirs(
    name: str, python: Path, before: Sequence[Row], rows: Sequence[Row], part: Literal["posted", "loaded"]
) -> Way:
    """Make the way of a peer's half in its own process."""

    @contextlib.contextmanager
    def way(folder: Path) -> Iterator[Run]:
        job = {"folder": str(folder), "accounts": holders(_ACCOUNTS), "before": before, "transfers": rows}
        came: list[Answer] = []

        def seconds() -> float:
            came.append(_answered(name, python, json.dumps(job)))
            return came[-1][part]

        yield Run(seconds, lambda: came[-1]["changes"])

    return way


def _answered(name: str, python: Path, job: str) -> Answer:
    module = f"bench._peer.{name.replace('-', '_')}"
    ran = subprocess.run(  # noqa: S603  our own words
        [str(python), "-m", module],
        input=job,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": ""},
        check=False,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
    )
    if ran.returncode:
        message = f"{name} did not do its half: {ran.stderr.strip().splitlines()[-1]}"
        raise RuntimeError(message)
    return cast("Answer", json.loads(ran.stdout.splitlines()[-1]))


def _opened_and_verified(rows: Sequence[Row]) -> Way:
    """Make the way of opening a closed ledger file and checking everything in it."""

    @contextlib.contextmanager
    def way(folder: Path) -> Iterator[Run]:
        with _posting.opened(store, folder, _ACCOUNTS) as ledger:
            change = changed(ledger, holders(_ACCOUNTS))
            _posting.post_each(ledger, commands(rows))
            changes = change()
        sound: list[bool] = []

        def work() -> None:
            with SQLiteStore.open(folder / "ledger.sqlite") as kept:
                sound.append(Ledger(kept, SystemClock()).verify().ok)

        yield timed(work, lambda: changes if sound.pop() else "not sound")

    return way
