"""Anodes and the anode effect."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from carbonkit.accounting.process import anode_consumed, anode_effect, net_anode
from carbonkit.errors import InvalidValueError


def test_butts_are_taken_off_gross_use() -> None:
    assert net_anode(1000, residue="0.1518") == Fraction("848.2")


def test_sulphur_and_ash_are_no_carbon() -> None:
    assert anode_consumed("anode", 3, sulphur="0.02", ash="0.004").tonnes == Fraction("10.736")
    with pytest.raises(InvalidValueError, match="sulphur and ash"):
        anode_consumed("anode", 3, sulphur="0.6", ash="0.6")


def test_gases_are_masses_and_a_reversal_cancels() -> None:
    there = anode_effect("1234.56", [("CF4", "0.020"), ("C2F6", "0.0011")])
    back = anode_effect("-1234.56", [("CF4", "0.020"), ("C2F6", "0.0011")])
    assert [amount.gas for amount in there] == ["CF4", "C2F6"]
    assert there[0].number == Decimal("0.0246912")
    assert [one.number + other.number for one, other in zip(there, back, strict=True)] == [0, 0]
    with pytest.raises(InvalidValueError, match="CF4"):
        anode_effect(1, [("CF4", "-1")])
