"""Texts from outside: checked in whole, whatever they are."""

from __future__ import annotations

import re

import pytest

from carbonkit.values.text import matches

TWO = re.compile("[A-Z]{2}")


@pytest.mark.parametrize(
    "value", ["", "C", "CNY", "CN\n", "\nCN", " CN", None, 1, True, b"CN", ["CN"], 1j], ids=repr
)
def test_other_values_do_not_fit(value: object) -> None:
    assert not matches(TWO, value)


def test_a_text_fits_from_end_to_end() -> None:
    assert matches(TWO, "CN")
    assert matches(re.compile("a|ab"), "ab")
