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

Json: TypeAlias = "Any"
"""What JSON can say: None, bool, int, str, list and dict of these; Decimal only in unknown fields."""

DEEPEST: Final = 32
"""How many arrays and objects may stand in each other."""

_DIGITS: Final = 18
_OPENING: Final = frozenset(b"[{")
_SINGLE: Final = frozenset({str, int, bool, type(None)})


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
        InvalidValueError: If it is too long, too deep, no JSON, names a field twice, or has half a character.

    Example:
        >>> read_json(b'{"quantity": "1000", "sequence": 7}', most=100)
        {'quantity': '1000', 'sequence': 7}
    """
    if len(text) > most:
        raise InvalidValueError(f"be at most {most} bytes", was=f"{len(text)} bytes", field="body")
    try:
        words = text.decode()
        _check_depth(words)
        fact = _DECODER.decode(words)
        if "\\u" in words and _HALF.search(words):
            _check_halves(fact)
    except (ValueError, RecursionError) as error:
        must = error.problem.must if isinstance(error, InvalidValueError) else "be JSON in UTF-8"
        was = error.problem.was if isinstance(error, InvalidValueError) else str(error)
        hint = error.problem.hint if isinstance(error, InvalidValueError) else ""
        raise InvalidValueError(must, was=was, field="body", hint=hint, code="malformed") from None
    return fact


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
        _check_sayable(value)
        return _ENCODER.encode(value).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValueError("be what JSON can say", was=str(error), field="body") from None


_ESCAPE: Final = re.compile(r"\\.", re.DOTALL)
_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]")  # half of a pair of UTF-16; alone it is no character
_DROP_ALL_BUT_BRACKETS: Final = bytes(each for each in range(256) if each not in b"[]{}")


def _check_depth(words: str) -> None:
    """Refuse what is nested too deep, before anything follows it down."""
    if words.count("[") + words.count("{") <= DEEPEST:
        return
    if "\\" in words:
        words = _ESCAPE.sub("", words)  # then every quotation mark begins or ends a string
    outside = "".join(words.split('"')[::2])
    brackets = outside.encode().translate(None, _DROP_ALL_BUT_BRACKETS)
    for _ in range(DEEPEST // 2):  # each of these takes at most one level away
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if not brackets:
            return
    depth = 0
    for bracket in outside.encode().translate(None, _DROP_ALL_BUT_BRACKETS):
        if bracket in _OPENING:
            depth += 1
            if depth > DEEPEST:
                raise InvalidValueError(f"be nested at most {DEEPEST} deep", was="deeper", field="body")
        else:
            depth -= 1


def _check_halves(fact: Json) -> None:
    """Refuse a text with half a character in it, which could never be written again."""
    try:
        json.dumps(fact, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        raise InvalidValueError("have whole characters", was="a lone surrogate", field="body") from None


def _check_sayable(value: Json) -> None:
    """Refuse what the JSON encoder would write in a form of its own: floats, and names that are no text."""
    if isinstance(value, dict):
        for name, each in value.items():
            if not isinstance(name, str):
                raise TypeError(f"a name of type {type(name).__name__}")
            if type(each) not in _SINGLE:
                _check_sayable(each)
    elif isinstance(value, list | tuple):
        for each in value:
            if type(each) not in _SINGLE:
                _check_sayable(each)
    elif isinstance(value, float):
        raise TypeError("float")


def _whole(digits: str) -> int:
    if len(digits) - digits.startswith("-") > _DIGITS:
        raise InvalidValueError(
            f"have numbers of at most {_DIGITS} digits", was=digits, field="body", hint="write a string"
        )
    return int(digits)


def _fraction(digits: str) -> Decimal:
    if len(digits) > 2 * _DIGITS:
        raise InvalidValueError("have no such long number", was=digits, field="body")
    number = Decimal(digits)
    if abs(number.adjusted()) > 2 * _DIGITS:
        raise InvalidValueError("have no such large exponent", was=digits, field="body")
    return number


def _no_constant(name: str) -> object:
    raise InvalidValueError("have finite numbers", was=name, field="body")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]  # it adds
        raise InvalidValueError("name each field once", was=twice, field="body")
    return made


def _refuse(value: object) -> object:
    raise TypeError(type(value).__name__)


_DECODER: Final = json.JSONDecoder(
    parse_int=_whole, parse_float=_fraction, parse_constant=_no_constant, object_pairs_hook=_once
)
_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_refuse
)
