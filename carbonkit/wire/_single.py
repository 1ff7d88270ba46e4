"""The codecs of single values: texts, numbers, dates, members of enumerations, ids; internal."""

from __future__ import annotations

import datetime
import functools
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

from carbonkit.errors import InvalidValueError
from carbonkit.wire._reading import Codec
from carbonkit.wire.scalar import (
    DECIMAL,
    INSTANT,
    LONGEST,
    Unknown,
    read_date,
    read_decimal,
    read_instant,
    read_member,
    read_text,
    read_whole,
    write_decimal,
    write_instant,
    write_whole,
)

if TYPE_CHECKING:
    import enum
    from collections.abc import Callable

    from carbonkit.values.identifier import Identifier
    from carbonkit.wire.json_text import Json

__all__ = ["REMEMBERED", "SCALARS", "identifier", "member"]

REMEMBERED: Final = 4096  # of each kind of id, and of prices and money


def _scalar(read: Callable[[Json], Any], write: Callable[[Any], Json], schema: Json) -> Codec:
    return Codec(lambda fact, _, __: read(fact), write, lambda _: schema, read)


def _same(value: Json) -> Json:
    return value


def _id_text(value: Identifier) -> str:
    return value.text


def _flag(fact: Json) -> bool:
    if type(fact) is not bool:
        raise InvalidValueError("be true or false", was=fact)
    return fact


_NUMBER: Final = {"type": "string", "pattern": f"^{DECIMAL.pattern}$", "maxLength": 50}
_WHOLE: Final = {"type": "integer", "minimum": -(10**18) + 1, "maximum": 10**18 - 1}
_DATE: Final = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
SCALARS: Final[dict[Any, Codec]] = {
    str: _scalar(read_text, _same, {"type": "string", "maxLength": LONGEST, "pattern": r"^[^\u0000]*$"}),
    bool: _scalar(_flag, _same, {"type": "boolean"}),
    int: _scalar(read_whole, write_whole, _WHOLE),
    Decimal: _scalar(read_decimal, write_decimal, _NUMBER),
    int | Decimal: _scalar(read_decimal, write_decimal, _NUMBER),
    datetime.date: _scalar(read_date, datetime.date.isoformat, _DATE),
    datetime.datetime: _scalar(
        read_instant,
        write_instant,
        {"type": "string", "format": "date-time", "pattern": f"^{INSTANT.pattern}$", "maxLength": 27},
    ),
}


def _member_value(member: enum.Enum | Unknown) -> str:
    try:
        return cast("str", member._value_)  # type: ignore[union-attr]  # an Unknown has none
    except AttributeError:
        return cast("str", member.value)


def member(kind: type[enum.Enum]) -> Codec:
    """Make the codec of an enumeration."""
    schema = {"type": "string", "enum": [str(each.value) for each in kind]}
    return Codec(
        lambda fact, reading, _: read_member(kind, fact, lenient=reading.lenient),
        _member_value,
        lambda _: schema,
        {each.value: each for each in kind}.__getitem__,
    )


def identifier(kind: type[Identifier]) -> Codec:
    """Make the codec of one kind of id."""

    @functools.lru_cache(maxsize=REMEMBERED)
    def made(text: str) -> Identifier:
        try:
            return kind(text)
        except InvalidValueError as error:
            raise InvalidValueError(error.problem.must, was=text) from None

    def read(fact: Json) -> Identifier:
        if type(fact) is not str:
            raise InvalidValueError("be a string", was=fact)
        return made(fact)

    pattern = "^[A-Za-z0-9][A-Za-z0-9._:/+-]{0,127}$"
    schema = {"type": "string", "pattern": pattern, "maxLength": 128}
    return Codec(lambda fact, _, __: read(fact), _id_text, lambda _: schema, made)
