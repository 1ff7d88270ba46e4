"""The house is tidy: sizes, opening words, exact numbers, no trace of the machine it was written on."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "carbonkit"
MODULES = sorted(PACKAGE.rglob("*.py"))
CODE = ("carbonkit", "tests", "scripts", "bench")
SOURCES = [
    ROOT / "conftest.py",
    *(path for part in CODE for path in sorted((ROOT / part).rglob("*.py"))),
]

Function = ast.FunctionDef | ast.AsyncFunctionDef

MODULE_LINES = 500
BODY_LINES = 70

# Modules that may hold float literals, and why. An exact library needs a reason.
FLOATS_ALLOWED: dict[str, str] = {}

UNEXPLAINED = {
    "a type: ignore without its code": re.compile(r"#\s*type:\s*ignore(?!\[)"),
    "a noqa without its code": re.compile(r"#\s*noqa(?!:\s*[A-Z]+[0-9]+)", re.IGNORECASE),
    "a line hidden from coverage": re.compile(r"pragma:\s*no\s*(cover|branch)"),
}

# Written so that this file does not match itself.
TRACES = re.compile(
    r"(?<![\w./-])/(?:home|root|tmp|work)/" + "|" + r"py[p]i\.(?:org|io)" + "|" + r"python[h]osted\.[a-z]+"
)
LISTED_BY_GIT = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
NOT_TEXT = {".gz", ".ico", ".jpg", ".parquet", ".pdf", ".png", ".sqlite", ".xlsx", ".zip"}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def functions(path: Path) -> list[Function]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, Function)]


def body_lines(function: Function) -> int:
    """Count the lines of a function's body, its docstring aside."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def project_files() -> list[Path]:
    """List what a commit would hold; without git, as in an sdist, what the folders hold."""
    try:
        listed = subprocess.run(LISTED_BY_GIT, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        paths = [ROOT / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        folders = (
            "carbonkit",
            "tests",
            "scripts",
            "bench",
            "docs",
            "examples",
            "requirements",
            "changelog.d",
        )
        paths = [path for folder in folders for path in (ROOT / folder).rglob("*")]
        paths += [path for path in ROOT.iterdir() if path.is_file()]
    return [path for path in paths if path.is_file() and path.suffix not in NOT_TEXT]


def test_there_is_something_to_check() -> None:
    assert MODULES


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert (ast.get_docstring(tree(path)) or "").strip(), f"{named(path)} has no docstring"


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_is_short(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= MODULE_LINES, f"{named(path)} has {lines} lines; split it by what its parts are about"


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_function_is_short(path: Path) -> None:
    long = {f"{f.name}, line {f.lineno}": n for f in functions(path) if (n := body_lines(f)) > BODY_LINES}
    assert not long, f"{named(path)}: over {BODY_LINES} lines"


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_numbers_are_exact(path: Path) -> None:
    floats = [
        f"line {node.lineno}: {node.value}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    ]
    if named(path) in FLOATS_ALLOWED:
        assert floats, f"{named(path)} has no float any more; take it off the list"
    else:
        assert not floats, f"{named(path)} holds float literals"


def test_every_allowed_float_has_its_module() -> None:
    assert set(FLOATS_ALLOWED) <= {named(path) for path in MODULES}


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_nothing_is_silenced_without_a_reason(path: Path) -> None:
    found = [
        f"line {number}: {what}"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        for what, pattern in UNEXPLAINED.items()
        if pattern.search(line)
    ]
    assert not found, named(path)


def test_no_file_names_the_machine_it_was_written_on() -> None:
    found = [
        f"{named(path)}, line {number}: {match.group()}"
        for path in project_files()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if (match := TRACES.search(line))
    ]
    assert not found
