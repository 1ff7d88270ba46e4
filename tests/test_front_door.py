"""The front door: every name it promises is there, and opens no room before it is asked."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import carbonkit


@pytest.mark.parametrize("name", carbonkit.__all__)
def test_every_name_leads_to_the_package_that_defines_it(name: str) -> None:
    found = getattr(carbonkit, name)
    home = importlib.import_module(f"carbonkit.{found.__module__.split('.')[1]}")
    assert getattr(home, name) is found


def test_the_list_is_sorted_and_complete() -> None:
    assert carbonkit.__all__ == sorted(carbonkit.__all__)
    assert set(carbonkit.__all__) <= set(dir(carbonkit))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(carbonkit, "nothing")  # noqa: B009  a type checker would stop the plain form


def test_importing_it_loads_no_package_of_its_own() -> None:
    program = "import sys, carbonkit; print([name for name in sys.modules if name.startswith('carbonkit.')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
