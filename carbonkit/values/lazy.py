"""Names of a package that are loaded when they are first asked for, so that importing it is light."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["on_demand"]


class _Package(ModuleType):
    """A package in which a promised name stays itself when a module of the same name is loaded."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and name in vars(self)["__all__"]):
            super().__setattr__(name, value)


def on_demand(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """
    Give a package the `__getattr__` and `__dir__` that load its names, and its modules, on demand.

    The package imports the same names under `if TYPE_CHECKING:`, and sets the two functions under
    `if not TYPE_CHECKING:`, since a type checker would take any name, a mistyped one too, for
    one that they load.

    Args:
        package: The package's `__name__`.
        homes: For each module of the package, the names it gives, with spaces between them; a
            module of a package outside of it has its full name.

    Returns:
        The package's `__getattr__` and its `__dir__`.

    Example:
        >>> load, names = on_demand("carbonkit.values", {"money": "Money"})
        >>> load("Money")
        <class 'carbonkit.values.money.Money'>
        >>> "Money" in names()
        True
    """
    outside = f"{package.partition('.')[0]}."
    home_of = {
        name: home if home.startswith(outside) else f"{package}.{home}"
        for home, names in homes.items()
        for name in names.split()
    }
    itself = sys.modules[package]
    itself.__class__ = _Package

    def __getattr__(name: str) -> object:  # noqa: N807  it becomes the package's
        if name in home_of:
            found: object = getattr(import_module(home_of[name]), name)
            setattr(itself, name, found)  # from now on it is found at once
            return found
        if name.isidentifier() and not name.startswith("_") and find_spec(f"{package}.{name}"):
            return import_module(f"{package}.{name}")
        message = f"module {package!r} has no attribute {name!r}"
        raise AttributeError(message, name=name, obj=itself)

    def __dir__() -> list[str]:  # noqa: N807  it becomes the package's
        return sorted({*vars(itself), *home_of})

    return __getattr__, __dir__
