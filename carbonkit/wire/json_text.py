"""
JSON as it goes over the wire: strict both ways, and bounded.

A text is capped in bytes and in depth, a field may not come twice, and a number is a whole
one of at most 18 digits: everything else that is a number goes as a string.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Final, TypeAlias

from carbonkit.errors import InvalidValueError

__all__ = ["DEEPEST", "Json", "read_json", "write_json"]

Json: TypeAlias = Any
"""What JSON can say: None, bool, int, str, list and dict of these; Decimal only in unknown fields."""

DEEPEST: Final = 32
"""How many arrays and objects may stand in each other."""

_DIGITS: Final = 18


def read_json(text: bytes, *, most: int) -> Json:
    """
    Read a JSON text.

    Args:
        text: UTF-8, without a byte-order mark.
        most: How many bytes it may have.

    Returns:
        What it says. A number with a fraction or an exponent is a Decimal, so that a reader that
        wants an int or a str refuses it.

    Raises:
        InvalidValueError: If it is too long, too deep, no JSON, or names a field twice.

    Example:
        >>> read_json(b'{"quantity": "1000", "sequence": 7}', most=100)
        {'quantity': '1000', 'sequence': 7}
    """
    if len(text) > most:
        raise InvalidValueError(f"be at most {most} bytes", was=f"{len(text)} bytes", field="body")
    try:
        words = text.decode()
        _check_depth(words)
        return json.loads(
            words,
            parse_int=_whole,
            parse_float=_fraction,
            parse_constant=_no_constant,
            object_pairs_hook=_once,
        )
    except (ValueError, RecursionError) as error:
        must = error.problem.must if isinstance(error, InvalidValueError) else "be JSON in UTF-8"
        was = error.problem.was if isinstance(error, InvalidValueError) else str(error)
        raise InvalidValueError(must, was=was, field="body", code="malformed") from None


def write_json(value: Json) -> bytes:
    """
    Write a JSON text: UTF-8, without spaces.

    Args:
        value: What to say.

    Returns:
        The text.

    Raises:
        InvalidValueError: If the value is none that JSON can say, or holds a float.

    Example:
        >>> write_json({"quantity": "1000", "sequence": 7})
        b'{"quantity":"1000","sequence":7}'
    """
    try:
        return json.dumps(
            value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_refuse
        ).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValueError("be what JSON can say", was=str(error), field="body") from None


_BRACKET_OR_STRING: Final = re.compile(r'"(?:[^"\\\\]|\\\\.)*"|[\[{]|[\]}]', re.DOTALL)


def _check_depth(words: str) -> None:
    """Refuse what is nested too deep, before anything follows it down."""
    if words.count("[") + words.count("{") <= DEEPEST:
        return
    depth = 0
    for found in _BRACKET_OR_STRING.finditer(words):
        mark = found[0]
        if mark in "[{":
            depth += 1
            if depth > DEEPEST:
                raise InvalidValueError(f"be nested at most {DEEPEST} deep", was="deeper", field="body")
        elif mark in "]}":
            depth -= 1


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise InvalidValueError(
            f"have numbers of at most {_DIGITS} digits", was=digits, field="body", hint="write a string"
        )
    return int(digits)


def _fraction(digits: str) -> Decimal:
    if len(digits) > 2 * _DIGITS:
        raise InvalidValueError("have no such long number", was=digits, field="body")
    return Decimal(digits)


def _no_constant(name: str) -> object:
    raise InvalidValueError("have finite numbers", was=name, field="body")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidValueError("name each field once", was=twice, field="body")
    return made


def _refuse(value: object) -> object:
    raise TypeError(type(value).__name__)
