"""Scopes and methods are written as reports write them."""

from __future__ import annotations

from carbonkit.accounting import Scope, Scope2Method


def test_scopes_are_written_as_in_reports() -> None:
    assert [str(scope) for scope in Scope] == ["scope 1", "scope 2", "scope 3"]


def test_methods_are_written_as_in_reports() -> None:
    assert [str(method) for method in Scope2Method] == ["location-based", "market-based"]
