"""What the documentation says of the exchange's commands and operations is what the code has."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest

from carbonkit.cli import exchange
from carbonkit.wire import OPERATIONS

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs/reference"


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="carbonkit")
    exchange.add_commands(made.add_subparsers(dest="command"))
    return made


def commands() -> list[str]:
    """List every command of the exchange that a reader is told to type."""
    pages = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
    pattern = re.compile(
        r"^\$ .*?\bcarbonkit (exchange .*)|`carbonkit (exchange [^`]* --[^`]*)`", re.MULTILINE
    )
    return [
        found[1] or found[2] for page in pages for found in pattern.finditer(page.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("written", sorted(set(commands())))
def test_a_documented_command_is_one(written: str) -> None:
    assert parser().parse_args(shlex.split(written)).exchange_command in {"serve", "key"}


def test_there_are_documented_commands() -> None:
    assert len(set(commands())) >= 5


@pytest.mark.parametrize("words", [["serve"], ["key", "create"]])
def test_the_documented_usage_is_the_help(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit, match="0"):
        parser().parse_args(["exchange", *words, "--help"])
    assert capsys.readouterr().out in (REFERENCE / "command-line.md").read_text(encoding="utf-8")


def test_the_documented_operations_are_those_of_the_table() -> None:
    lines = (REFERENCE / "exchange.md").read_text(encoding="utf-8").splitlines()
    written = [line for line in lines if re.match(r"\| `[a-z_]+` \| (GET|POST) \|", line)]
    assert written == [
        f"| `{each.name}` | {each.method} | `{each.path}` | {each.scope.value if each.scope else '–'} |"
        for each in OPERATIONS
    ]
