"""Every promised name says what it is for, and shows it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import TYPE_CHECKING

import pytest

import carbonkit
from carbonkit import errors

if TYPE_CHECKING:
    from types import ModuleType


def packages() -> list[ModuleType]:
    """List the doors: carbonkit, and every module or package that stands directly in it."""
    found = pkgutil.iter_modules(carbonkit.__path__, "carbonkit.")
    names = [module.name for module in found if not module.name.rpartition(".")[2].startswith("_")]
    return [carbonkit, *(importlib.import_module(name) for name in names)]


def promised() -> list[tuple[str, object]]:
    """List each promised class and function once, by its full name."""
    names = {
        f"{package.__name__}.{name}": getattr(package, name)
        for package in packages()
        for name in getattr(package, "__all__", ())
    }
    return [
        (name, thing) for name, thing in names.items() if inspect.isclass(thing) or inspect.isroutine(thing)
    ]


PACKAGES = packages()
PROMISED = promised()


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_a_package_promises_names_that_exist(package: ModuleType) -> None:
    names = list(getattr(package, "__all__", ()))
    assert len(set(names)) == len(names)
    assert [name for name in names if not hasattr(package, name)] == []


@pytest.mark.parametrize(("name", "thing"), PROMISED, ids=[name for name, _ in PROMISED])
def test_a_promised_name_says_what_it_is_for(name: str, thing: object) -> None:
    first, _, _ = (inspect.getdoc(thing) or "").partition("\n")
    assert first.endswith((".", "?", "!")), f"{name} opens without a sentence: {first!r}"


@pytest.mark.parametrize(("name", "thing"), PROMISED, ids=[name for name, _ in PROMISED])
def test_a_promised_name_shows_an_example(name: str, thing: object) -> None:
    if inspect.isclass(thing) and (issubclass(thing, Exception) or getattr(thing, "_is_protocol", False)):
        return  # an error is shown by what raises it, a protocol by what keeps it
    written = inspect.getdoc(thing) or ""
    _, found, example = written.partition("Example:\n")
    assert found, f"{name} has no Example section"
    assert ">>>" in example, f"{name} has an example that does not run"


def error_classes() -> list[type[Exception]]:
    return [
        thing for thing in vars(errors).values() if inspect.isclass(thing) and issubclass(thing, Exception)
    ]


def test_every_error_stands_in_the_tree() -> None:
    drawn = (errors.__doc__ or "").split()
    assert [error.__name__ for error in error_classes() if error.__name__ not in drawn] == []


def test_every_error_is_promised_and_has_the_root() -> None:
    assert {error.__name__ for error in error_classes()} <= set(errors.__all__)
    assert all(issubclass(error, errors.CarbonkitError) for error in error_classes())
