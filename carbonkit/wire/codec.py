"""
How the attrs classes of the market and of this package become JSON and come back, each field by its type.

One codec is made for each class from its type hints; the JSON Schema of the class comes
from the same hints, so that what is documented is what is read. A reader finds every
problem of a text at once, each with its JSON pointer.
"""

from __future__ import annotations

import datetime
import enum
import functools
import types
import typing
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, TypeVar, cast, get_args, get_origin, get_type_hints

import attrs

from carbonkit.errors import BatchError, CarbonkitError, InvalidValueError, Problem
from carbonkit.values.identifier import Identifier
from carbonkit.wire.json_text import Json
from carbonkit.wire.scalar import (
    DECIMAL,
    read_date,
    read_decimal,
    read_instant,
    read_member,
    read_whole,
    write_decimal,
    write_instant,
)

__all__ = ["Codec", "Reading", "codec_of", "decoded", "encoded"]

Value = TypeVar("Value")
_LONGEST: Final = 1000  # characters of a free text
_MOST: Final = 10_000  # members of an array


class Reading:
    """
    One reading of a text: how strict it is, and what was found on the way.

    Args:
        lenient: Whether unknown fields and unknown values of enumerations are kept instead of refused,
            as a client must that is older than its exchange.

    Example:
        >>> Reading(lenient=True).extra
        {}
    """

    __slots__ = ("extra", "lenient", "problems")

    def __init__(self, *, lenient: bool) -> None:
        self.lenient = lenient
        self.problems: list[Problem] = []
        self.extra: dict[str, Json] = {}  # unknown fields, by their JSON pointer

    def found(self, pointer: str, error: CarbonkitError) -> None:
        """Keep a problem, with the place that it was found at."""
        if not isinstance(error, _RecordedError):
            inner = error.problem.field.replace(".", "/")
            where = f"{pointer}/{inner}" if inner and not pointer.endswith(f"/{inner}") else pointer
            self.problems.append(attrs.evolve(error.problem, field=where))


class _RecordedError(InvalidValueError):
    """Something inside was refused, and stands among the problems already."""


@attrs.frozen
class Codec:
    """
    How one type is read, written and described.

    Args:
        read: Makes the value from JSON; given the reading and the JSON pointer.
        write: Makes JSON from the value.
        describe: Gives the JSON Schema; named schemas are put into the mapping that it is given.

    Example:
        >>> codec_of(int).write(7)
        7
    """

    read: Callable[[Json, Reading, str], Any]
    write: Callable[[Any], Json]
    describe: Callable[[dict[str, Json]], Json]


def decoded(kind: type[Value], fact: Json, *, lenient: bool = False) -> tuple[Value, dict[str, Json]]:
    """
    Make a value of an attrs class from JSON.

    Args:
        kind: The class.
        fact: What JSON said.
        lenient: Whether unknown fields and values of enumerations are kept; see `Reading`.

    Returns:
        The value, and the unknown fields by their JSON pointers.

    Raises:
        BatchError: If anything is not what it must be; it has every problem, each with its JSON pointer
            as `field`.

    Example:
        >>> from carbonkit.values import Price
        >>> decoded(Price, {"amount": "48.00", "currency": "CNY", "per": "tCO2e"})
        (Price('48.00', 'CNY', 'tCO2e'), {})
    """
    reading = Reading(lenient=lenient)
    try:
        value: Value = codec_of(kind).read(fact, reading, "")
    except CarbonkitError as error:
        reading.found("", error)
        raise BatchError(reading.problems) from None
    return value, reading.extra


def encoded(value: object) -> Json:
    """
    Make JSON from a value.

    Args:
        value: A value of an attrs class that the wire carries.

    Returns:
        What to say.

    Raises:
        InvalidValueError: If a number has more digits than the wire carries.

    Example:
        >>> from carbonkit.values import Price
        >>> encoded(Price("48.00", "CNY", "tCO2e"))
        {'amount': '48.00', 'currency': 'CNY', 'per': 'tCO2e'}
    """
    return codec_of(type(value)).write(value)


def codec_of(kind: Any) -> Codec:  # noqa: ANN401  type hints are of any type
    """
    Make the codec of a type.

    Args:
        kind: An attrs class, or what its fields may be: str, int, bool, Decimal, date, datetime,
            enumerations, ids, tuples of one type, and any of these or None.

    Returns:
        Its codec, made once.

    Raises:
        InvalidValueError: If the wire does not carry the type.

    Example:
        >>> codec_of(Decimal).write(Decimal("48.00"))
        '48.00'
    """
    return _codec_of(kind)


@functools.cache
def _codec_of(kind: Any) -> Codec:  # noqa: ANN401  type hints are of any type
    if kind in _SCALARS:
        return _SCALARS[kind]
    origin = get_origin(kind)
    if origin in {typing.Union, types.UnionType}:
        return _union(frozenset(get_args(kind)))
    if origin is tuple and get_args(kind)[1:] == (...,):
        return _many(codec_of(get_args(kind)[0]))
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _member(kind)
    if isinstance(kind, type) and issubclass(kind, Identifier):
        return _identifier(kind)
    if isinstance(kind, type) and attrs.has(kind):
        fields = _Fields(kind)
        return Codec(fields.read, fields.write, fields.describe)
    raise InvalidValueError("be of a type that the wire carries", was=repr(kind), field="type")


# ---------------------------------------------------------------- single values


def _scalar(read: Callable[[Json], Any], write: Callable[[Any], Json], schema: Json) -> Codec:
    return Codec(lambda fact, _, __: read(fact), write, lambda _: schema)


def _same(value: Json) -> Json:
    return value


def _text(fact: Json) -> str:
    if type(fact) is not str:
        raise InvalidValueError("be a string", was=fact)
    if len(fact) > _LONGEST or "\0" in fact:
        raise InvalidValueError(f"be at most {_LONGEST} characters, without NUL", was=fact)
    return fact


def _flag(fact: Json) -> bool:
    if type(fact) is not bool:
        raise InvalidValueError("be true or false", was=fact)
    return fact


def _mapping(fact: Json) -> dict[str, str]:
    if type(fact) is not dict or len(fact) > _MOST:
        raise InvalidValueError("be an object of strings", was=fact)
    return {_text(name): _text(value) for name, value in fact.items()}


_NUMBER: Final = {"type": "string", "pattern": f"^{DECIMAL.pattern}$", "maxLength": 50}
_WHOLE: Final = {"type": "integer", "minimum": -(10**18) + 1, "maximum": 10**18 - 1}
_SCALARS: Final[dict[Any, Codec]] = {
    str: _scalar(_text, _same, {"type": "string", "maxLength": _LONGEST}),
    bool: _scalar(_flag, _same, {"type": "boolean"}),
    int: _scalar(read_whole, _same, _WHOLE),
    Decimal: _scalar(read_decimal, write_decimal, _NUMBER),
    int | Decimal: _scalar(read_decimal, write_decimal, _NUMBER),
    datetime.date: _scalar(
        read_date, lambda value: value.isoformat(), {"type": "string", "format": "date", "maxLength": 10}
    ),
    datetime.datetime: _scalar(
        read_instant, write_instant, {"type": "string", "format": "date-time", "maxLength": 27}
    ),
    dict[str, str]: _scalar(
        _mapping, _same, {"type": "object", "additionalProperties": {"type": "string", "maxLength": _LONGEST}}
    ),
}


def _member(kind: type[enum.Enum]) -> Codec:
    schema = {"type": "string", "enum": [str(each.value) for each in kind]}
    return Codec(
        lambda fact, reading, _: read_member(kind, fact, lenient=reading.lenient),
        lambda value: value.value,
        lambda _: schema,
    )


def _identifier(kind: type[Identifier]) -> Codec:
    def read(fact: Json) -> Identifier:
        if type(fact) is not str:
            raise InvalidValueError("be a string", was=fact)
        try:
            return kind(fact)
        except InvalidValueError as error:
            raise InvalidValueError(error.problem.must, was=fact) from None

    pattern = "^[A-Za-z0-9][A-Za-z0-9._:/+-]{0,127}$"
    return _scalar(read, lambda value: value.text, {"type": "string", "pattern": pattern, "maxLength": 128})


# -------------------------------------------------------------- made of others


def _many(inner: Codec) -> Codec:
    def read(fact: Json, reading: Reading, pointer: str) -> tuple[Any, ...]:
        if type(fact) is not list:
            raise InvalidValueError("be an array", was=fact)
        if len(fact) > _MOST:
            raise InvalidValueError(f"have at most {_MOST} members", was=f"{len(fact)} members")
        made, before = [], len(reading.problems)
        for place, each in enumerate(fact):
            where = f"{pointer}/{place}"
            try:
                made.append(inner.read(each, reading, where))
            except CarbonkitError as error:
                reading.found(where, error)
        if len(reading.problems) > before:
            raise _RecordedError("be read")
        return tuple(made)

    return Codec(
        read,
        lambda value: [inner.write(each) for each in value],
        lambda names: {"type": "array", "maxItems": _MOST, "items": inner.describe(names)},
    )


def _union(kinds: frozenset[Any]) -> Codec:
    rest = kinds - {type(None)}
    if rest == {int, Decimal}:
        inner = codec_of(Decimal)
    elif len(rest) == 1:
        inner = codec_of(next(iter(rest)))
    elif all(isinstance(each, type) and attrs.has(each) for each in rest):
        inner = _tagged({each.__name__: each for each in sorted(rest, key=lambda each: each.__name__)})
    else:
        raise InvalidValueError("be of a type that the wire carries", was=repr(kinds), field="type")
    if rest == kinds:
        return inner
    return Codec(
        lambda fact, reading, pointer: None if fact is None else inner.read(fact, reading, pointer),
        lambda value: None if value is None else inner.write(value),
        lambda names: {"anyOf": [inner.describe(names), {"type": "null"}]},
    )


def _tagged(kinds: dict[str, type]) -> Codec:
    """Read and write one of several classes, which its field `type` names."""

    def read(fact: Json, reading: Reading, pointer: str) -> Any:  # noqa: ANN401  one of the classes
        name = fact.get("type") if type(fact) is dict else None
        if type(name) is not str or name not in kinds:
            raise InvalidValueError(f"have as its type one of {', '.join(kinds)}", was=name)
        rest = {key: value for key, value in fact.items() if key != "type"}
        return codec_of(kinds[name]).read(rest, reading, pointer)

    def write(value: Any) -> Json:  # noqa: ANN401  one of the classes
        return {"type": type(value).__name__, **codec_of(type(value)).write(value)}

    def describe(names: dict[str, Json]) -> Json:
        described = []
        for name, kind in kinds.items():
            codec_of(kind).describe(names)
            schema = names[name]
            tag = {"type": "string", "enum": [name]}
            described.append(
                {
                    **schema,
                    "properties": {"type": tag, **schema["properties"]},
                    "required": ["type", *schema.get("required", [])],
                }
            )
        return {"oneOf": described}

    return Codec(read, write, describe)


class _Fields:
    """The fields of an attrs class, and the codec of each; found at first use, since classes may nest."""

    def __init__(self, kind: type) -> None:
        made = cast("type[attrs.AttrsInstance]", kind)
        fields = [each for each in attrs.fields(made) if each.init]
        self.kind = kind
        self.names = frozenset(each.name for each in fields)
        self.needed = frozenset(each.name for each in fields if each.default is attrs.NOTHING)
        self._hints = get_type_hints(kind)
        self._order = [each.name for each in fields]
        self._codecs: dict[str, Codec] = {}

    @property
    def codecs(self) -> dict[str, Codec]:
        if not self._codecs:
            self._codecs = {name: codec_of(self._hints[name]) for name in self._order}
        return self._codecs

    def read(self, fact: Json, reading: Reading, pointer: str) -> Any:  # noqa: ANN401  of the class
        if type(fact) is not dict:
            raise InvalidValueError("be an object", was=fact)
        before, values = len(reading.problems), {}
        for name, codec in self.codecs.items():
            if name not in fact:
                continue
            try:
                values[name] = codec.read(fact[name], reading, f"{pointer}/{name}")
            except CarbonkitError as error:
                reading.found(f"{pointer}/{name}", error)
        if fact.keys() != values.keys() or len(values) < len(self.needed):
            for name in sorted(self.needed - fact.keys()):
                reading.found(f"{pointer}/{name}", InvalidValueError("be given", code="missing"))
            _take_unknown(
                {name: fact[name] for name in fact.keys() - self.names}, reading, pointer, self.names
            )
        if len(reading.problems) > before:
            raise _RecordedError("be read")
        return self.kind(**values)

    def write(self, value: object) -> Json:
        return {name: codec.write(getattr(value, name)) for name, codec in self.codecs.items()}

    def describe(self, schemas: dict[str, Json]) -> Json:
        name = self.kind.__name__
        if name not in schemas:
            schemas[name] = {}
            schemas[name].update(
                {
                    "type": "object",
                    "description": _first_line(self.kind),
                    "properties": {each: codec.describe(schemas) for each, codec in self.codecs.items()},
                    "required": sorted(self.needed),
                    "additionalProperties": False,
                }
            )
        return {"$ref": f"#/components/schemas/{name}"}


def _take_unknown(facts: dict[str, Json], reading: Reading, pointer: str, names: frozenset[str]) -> None:
    """Keep unknown fields, or refuse them."""
    for name in sorted(facts):
        where = f"{pointer}/{name[:64]}"
        if reading.lenient:
            reading.extra[where] = facts[name]
        else:
            hint = f"the fields are {', '.join(sorted(names))}"
            reading.found(
                where, InvalidValueError("be a known field", was=name, hint=hint, code="unknown_field")
            )


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]
