"""Importing carbonkit is light, quiet and typed."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("babel", "duckdb", "httpx", "httpx2", "pandas", "polars", "psycopg", "sqlite3", "starlette")


def python(code: str) -> str:
    """Run code in an interpreter of its own, warnings being errors, and give what it printed."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert run.stderr == ""
    return run.stdout


@pytest.fixture(scope="module")
def imported() -> set[str]:
    return set(python("import sys, carbonkit; print(*sorted(sys.modules), sep='\\n')").split())


@pytest.mark.parametrize("module", HEAVY)
def test_importing_carbonkit_leaves_heavy_modules_alone(imported: set[str], module: str) -> None:
    assert module not in imported


def test_importing_carbonkit_prints_nothing() -> None:
    assert python("import carbonkit") == ""


def test_importing_carbonkit_leaves_the_host_alone() -> None:
    code = """
import decimal, locale, logging, signal
def state():
    return (repr(decimal.getcontext()), locale.setlocale(locale.LC_ALL), logging.getLogger().handlers,
            logging.getLogger().level, signal.getsignal(signal.SIGINT))
before = state()
import carbonkit
print(state() == before)
"""
    assert python(code).strip() == "True"


def test_the_package_says_that_it_is_typed() -> None:
    assert files("carbonkit").joinpath("py.typed").is_file()
