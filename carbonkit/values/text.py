"""Texts that come from outside: checked in whole, whatever type they turn out to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re

__all__ = ["matches"]


def matches(pattern: re.Pattern[str], value: object) -> bool:
    r"""
    Say whether a value is a text that a pattern describes from end to end.

    Args:
        pattern: The pattern.
        value: Anything at all.

    Returns:
        True for a text that fits; False for another text and for anything else.

    Example:
        >>> import re
        >>> matches(re.compile("[A-Z]{2}"), "CN"), matches(re.compile("[A-Z]{2}"), "CN\n")
        (True, False)
    """
    return isinstance(value, str) and pattern.fullmatch(value) is not None
