"""Packages load what they promise when it is first asked for, and promise what they did before."""

from __future__ import annotations

import ast
import importlib
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIGHT = ("fund", "ledger", "market", "registry", "values", "wire")
LAZY = [
    path
    for path in sorted((ROOT / "carbonkit").rglob("__init__.py"))
    if "_HOMES: " in path.read_text("utf-8")
]


def python(code: str) -> str:
    """Run code in an interpreter of its own, warnings being errors, and give what it printed."""
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def package_of(path: Path) -> str:
    return ".".join(path.parent.relative_to(ROOT).parts)


def imported(block: list[ast.stmt], package: str) -> dict[str, set[str]]:
    """Give the names that the statements import from each module, by its name within the package."""
    return {
        (node.module or "").removeprefix(f"{package}."): {alias.name for alias in node.names}
        for node in block
        if isinstance(node, ast.ImportFrom)
    }


def for_type_checkers(path: Path) -> dict[str, set[str]]:
    body = ast.parse(path.read_text("utf-8")).body
    return next(
        imported(node.body, package_of(path))
        for node in body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )


def at_run_time(path: Path) -> dict[str, set[str]]:
    homes = vars(importlib.import_module(package_of(path)))["_HOMES"]
    return {home: set(names.split() if isinstance(names, str) else names) for home, names in homes.items()}


def test_the_light_packages_are_all_looked_at() -> None:
    assert {f"carbonkit.{name}" for name in LIGHT} <= {package_of(path) for path in LAZY}


@pytest.mark.parametrize("path", LAZY, ids=package_of)
def test_type_checkers_see_what_is_loaded(path: Path) -> None:
    assert at_run_time(path) == for_type_checkers(path)


@pytest.mark.parametrize("path", LAZY, ids=package_of)
def test_what_is_loaded_is_what_is_promised(path: Path) -> None:
    loaded = [name for names in at_run_time(path).values() for name in names]
    promised = importlib.import_module(package_of(path)).__all__
    assert len(loaded) == len(set(loaded))
    assert set(loaded) == set(promised)


LOADED = "import sys; print(*sorted(name for name in sys.modules if name.startswith('carbonkit')))"


@pytest.mark.parametrize("package", [f"carbonkit.{name}" for name in LIGHT])
def test_importing_a_package_loads_none_of_its_modules(package: str) -> None:
    loaded = set(python(f"import {package}; {LOADED}").split())
    assert loaded == {"carbonkit", "carbonkit.values", "carbonkit.values.lazy", package}


def test_a_client_loads_no_engine() -> None:
    loaded = set(python(f"from carbonkit.client import ExchangeClient; {LOADED}").split())
    engines = {"carbonkit.ledger.ledger", "carbonkit.market.venue", "carbonkit.registry.registry"}
    assert (
        loaded & (engines | {"carbonkit.market.counterparty", "carbonkit.registry.power_allocation"}) == set()
    )


# Every module first, every name after it; and the names that are modules' too are still those names.
MODULES_FIRST = """
import importlib, pkgutil, sys, types
for each in {packages}:
    package = importlib.import_module(each)
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{{each}}.{{module.name}}")
        exec(f"from {{each}} import {{module.name}}")
    for name in package.__all__:
        found = getattr(package, name)
        assert not isinstance(found, types.ModuleType), (each, name)
        assert vars(package)[name] is found, (each, name)
"""


def test_a_module_never_takes_the_place_of_a_name() -> None:
    python(MODULES_FIRST.format(packages=[f"carbonkit.{name}" for name in LIGHT]))


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("market", "cross"),
        ("registry", "carry_over"),
        ("registry", "entity_allocation"),
        ("registry", "holding_limit"),
        ("values", "quantity"),
    ],
)
def test_a_name_that_is_also_a_modules_is_the_name(package: str, name: str) -> None:
    module = importlib.import_module(f"carbonkit.{package}.{name}")
    found = getattr(importlib.import_module(f"carbonkit.{package}"), name)
    assert callable(found)
    assert found is vars(module)[name]


@pytest.mark.parametrize("package", LIGHT)
def test_a_star_import_gives_every_promised_name(package: str) -> None:
    given: dict[str, object] = {}
    exec(f"from carbonkit.{package} import *", given)  # noqa: S102  a star import stands only in a module
    assert set(given) - {"__builtins__"} == set(importlib.import_module(f"carbonkit.{package}").__all__)


@pytest.mark.parametrize("package", LIGHT)
def test_the_promised_names_are_listed_before_they_are_loaded(package: str) -> None:
    code = f"import carbonkit.{package} as package; print(set(package.__all__) <= set(dir(package)))"
    assert python(code).strip() == "True"


def test_a_module_is_loaded_when_it_is_asked_for() -> None:
    assert python("import carbonkit.market; print(carbonkit.market.codec.__name__)").strip() == (
        "carbonkit.market.codec"
    )


@pytest.mark.parametrize("package", LIGHT)
@pytest.mark.parametrize("name", ["Nothing", "_nothing", "__nothing__", "no.such", "no such", ""])
def test_a_name_that_is_not_there_is_an_attribute_error(package: str, name: str) -> None:
    module = importlib.import_module(f"carbonkit.{package}")
    with pytest.raises(AttributeError) as caught:
        getattr(module, name)
    assert str(caught.value) == f"module 'carbonkit.{package}' has no attribute {name!r}"
    assert (caught.value.name, caught.value.obj) == (name, module)


def test_a_name_that_is_not_there_cannot_be_imported() -> None:
    with pytest.raises(ImportError, match="cannot import name 'Nothing' from 'carbonkit\\.market'"):
        exec("from carbonkit.market import Nothing")  # noqa: S102  a type checker would stop the plain form


@pytest.mark.parametrize("package", LIGHT)
def test_what_is_promised_can_be_pickled_by_name(package: str) -> None:
    module = importlib.import_module(f"carbonkit.{package}")
    kinds = [kind for name in module.__all__ if isinstance(kind := getattr(module, name), type)]
    assert kinds
    assert pickle.loads(pickle.dumps(kinds)) == kinds  # noqa: S301  it was written one call before
