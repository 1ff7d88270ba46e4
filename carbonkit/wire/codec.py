"""
How the attrs classes of the market and of this package become JSON and come back, each field by its type.

One codec is made for each class from its type hints; the JSON Schema of the class comes
from the same hints, so that what is documented is what is read. A reader finds every
problem of a text at once, each with its JSON pointer.
"""

from __future__ import annotations

import enum
import functools
import operator
import types
import typing
from decimal import Decimal
from typing import Any, Final, TypeVar, cast, get_args, get_origin, get_type_hints

import attrs

from carbonkit.errors import BatchError, CarbonkitError, InvalidValueError, WrongTypeError
from carbonkit.values.identifier import Identifier
from carbonkit.values.money import Money
from carbonkit.values.price import Price
from carbonkit.wire._docstring import field_lines, first_line
from carbonkit.wire._reading import NOT_SURE, Codec, Reading, RecordedError, pointer_to
from carbonkit.wire._single import REMEMBERED, SCALARS, identifier, member
from carbonkit.wire.scalar import Unknown

if typing.TYPE_CHECKING:
    from collections.abc import Callable

    from carbonkit.wire.json_text import Json

__all__ = ["Codec", "Reading", "codec_of", "decoded", "encoded", "pointer_to"]

Value = TypeVar("Value")
_MOST: Final = 10_000  # members of an array
_SHARED: Final = frozenset({Price, Money})


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
        BatchError: If anything is not what it must be; it has every problem up to the hundredth, each with
            its JSON pointer as `field`.

    Example:
        >>> from carbonkit.values import Price
        >>> decoded(Price, {"amount": "48.00", "currency": "CNY", "per": "tCO2e"})
        (Price('48.00', 'CNY', 'tCO2e'), {})
    """
    codec = codec_of(kind)
    try:
        return codec.quick(fact), {}
    except NOT_SURE:
        reading = Reading(lenient=lenient)
    try:
        value: Value = codec.read(fact, reading, "")
    except RecordedError:
        raise BatchError(reading.problems) from None
    except CarbonkitError as error:
        raise BatchError([attrs.evolve(error.problem, field="")]) from None
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
    if kind in SCALARS:
        return SCALARS[kind]
    origin = get_origin(kind)
    if origin in {typing.Union, types.UnionType}:
        return _union(frozenset(get_args(kind)))
    if origin is tuple and get_args(kind)[1:] == (...,):
        return _many(codec_of(get_args(kind)[0]))
    if isinstance(origin, type) and attrs.has(origin):
        return _fields_codec(_Fields(origin, get_args(kind)))
    return _class_codec(kind)


def _class_codec(kind: Any) -> Codec:  # noqa: ANN401  type hints are of any type
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return member(kind)
    if isinstance(kind, type) and issubclass(kind, Identifier):
        return identifier(kind)
    if isinstance(kind, type) and attrs.has(kind):
        return _fields_codec(_Fields(kind, ()))
    raise InvalidValueError("be of a type that the wire carries", was=repr(kind), field="type")


# -------------------------------------------------------------- made of others


def _many(inner: Codec) -> Codec:
    def read(fact: Json, reading: Reading, pointer: str) -> tuple[Any, ...]:
        if type(fact) is not list:
            raise InvalidValueError("be an array", was=type(fact).__name__)
        if len(fact) > _MOST:
            raise InvalidValueError(f"have at most {_MOST} members", was=f"{len(fact)} members")
        made, before = [], len(reading.problems)
        for place, each in enumerate(fact):
            try:
                made.append(inner.quick(each))
            except NOT_SURE:
                _look_again(inner, each, made.append, reading, f"{pointer}/{place}")
        if len(reading.problems) > before:
            raise RecordedError("be read")
        return tuple(made)

    def quick(fact: Json) -> tuple[Any, ...]:
        if type(fact) is not list or len(fact) > _MOST:
            raise TypeError
        return tuple([one(each) for each in fact])

    one = inner.quick
    return Codec(
        read,
        lambda value: [inner.write(each) for each in value],
        lambda names: {"type": "array", "maxItems": _MOST, "items": inner.describe(names)},
        quick,
    )


def _look_again(
    codec: Codec, fact: Json, keep: Callable[[Any], None], reading: Reading, pointer: str
) -> None:
    """Read with care what a quick reader was not sure of."""
    try:
        keep(codec.read(fact, reading, pointer))
    except CarbonkitError as error:
        reading.found(pointer, error)


def _union(kinds: frozenset[Any]) -> Codec:
    rest = kinds - {type(None)}
    if rest == {int, Decimal}:
        inner = codec_of(Decimal)
    elif len(rest) == 1:
        inner = codec_of(next(iter(rest)))
    elif all(isinstance(each, type) and attrs.has(each) for each in rest):
        inner = _tagged({each.__name__: each for each in sorted(rest, key=lambda each: each.__name__)})
        return _optional(inner, frozenset(each.__name__ for each in rest)) if rest != kinds else inner
    else:
        raise InvalidValueError("be of a type that the wire carries", was=repr(kinds), field="type")
    return inner if rest == kinds else _optional(inner, None)


def _optional(inner: Codec, tags: frozenset[str] | None) -> Codec:
    """Read and write a value or none; one of a class that only a newer peer has is kept aside, and none."""

    def read(fact: Json, reading: Reading, pointer: str) -> Any:  # noqa: ANN401  of any type, or none
        if fact is None:
            return None
        if tags is not None and reading.lenient and type(fact) is dict:
            name = fact.get("type")
            if type(name) is str and name not in tags:
                reading.extra[pointer] = fact
                return None
        return inner.read(fact, reading, pointer)

    one = inner.quick
    return Codec(
        read,
        lambda value: None if value is None else inner.write(value),
        lambda names: {"anyOf": [inner.describe(names), {"type": "null"}]},
        lambda fact: None if fact is None else one(fact),
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
            # A copy, since the class's own schema takes no field `type`.
            own: dict[str, Json] = {}
            codec_of(kind).describe(own)
            schema = own.pop(name)
            names.update({key: value for key, value in own.items() if key not in names})
            tag = {"type": "string", "enum": [name]}
            described.append(
                {
                    **schema,
                    "properties": {"type": tag, **schema["properties"]},
                    "required": ["type", *schema.get("required", [])],
                }
            )
        return {"oneOf": described}

    def quick(fact: Json) -> Any:  # noqa: ANN401  one of the classes
        rest = {**fact}
        return codec_of(kinds[rest.pop("type")]).quick(rest)

    return Codec(read, write, describe, quick)


# ------------------------------------------------------------------- attrs classes


def _fields_codec(fields: _Fields) -> Codec:
    quick = _remembering(fields) if fields.kind in _SHARED else fields.quick
    return Codec(fields.read, fields.write, fields.describe, quick)


def _remembering(fields: _Fields) -> Callable[[Json], Any]:
    """Make a small value that comes again and again only once; it cannot change, so all may have the same."""
    values, count = operator.itemgetter(*fields.names), len(fields.names)

    @functools.lru_cache(maxsize=REMEMBERED)
    def made(texts: tuple[Json, ...]) -> Any:  # noqa: ANN401  of the class
        return fields.quick(dict(zip(fields.names, texts, strict=True)))

    def quick(fact: Json) -> Any:  # noqa: ANN401  of the class
        if len(fact) != count:
            raise TypeError
        return made(values(fact))  # only what was read without an error is remembered, and only texts are

    return quick


class _Fields:
    """The fields of an attrs class, and the codec of each; found at first use, since classes may nest."""

    def __init__(self, kind: type, arguments: tuple[type, ...]) -> None:
        made = cast("type[attrs.AttrsInstance]", kind)
        self.kind = kind
        self.title = "".join(each.__name__ for each in arguments) + kind.__name__
        self._arguments = arguments
        self._fields = {each.name: each for each in attrs.fields(made) if each.init}
        self.names = tuple(self._fields)
        self.count = len(self.names)
        self.known = frozenset(self.names)
        self.needed = frozenset(name for name, each in self._fields.items() if each.default is attrs.NOTHING)

    @functools.cached_property
    def hints(self) -> dict[str, Any]:
        hints = get_type_hints(self.kind)
        if not self._arguments:
            return hints
        return {
            name: hint[self._arguments] if getattr(hint, "__parameters__", ()) else hint
            for name, hint in hints.items()
        }

    @functools.cached_property
    def codecs(self) -> dict[str, Codec]:
        return {name: codec_of(self.hints[name]) for name in self.names}

    @functools.cached_property
    def quicks(self) -> list[tuple[str, Callable[[Json], Any]]]:
        return [(name, codec.quick) for name, codec in self.codecs.items()]

    @functools.cached_property
    def writers(self) -> list[tuple[str, Callable[[Any], Json]]]:
        return [(name, codec.write) for name, codec in self.codecs.items()]

    def quick(self, fact: Json) -> Any:  # noqa: ANN401  of the class
        if type(fact) is not dict:
            raise TypeError
        if len(fact) == self.count:
            return self.kind(**{name: one(fact[name]) for name, one in self.quicks})
        values = {name: one(fact[name]) for name, one in self.quicks if name in fact}
        if len(values) != len(fact):
            raise TypeError
        return self.kind(**values)

    def read(self, fact: Json, reading: Reading, pointer: str) -> Any:  # noqa: ANN401  of the class
        if type(fact) is not dict:
            raise InvalidValueError("be an object", was=fact)
        before, values = len(reading.problems), {}
        for name, codec in self.codecs.items():
            if name not in fact:
                continue
            try:
                values[name] = codec.quick(fact[name])
            except NOT_SURE:
                keep = functools.partial(values.__setitem__, name)
                _look_again(codec, fact[name], keep, reading, f"{pointer}/{name}")
        if len(values) != self.count or len(fact) != self.count:
            self._check_names(fact, reading, pointer)
        if len(reading.problems) == before:
            try:
                return self._made(values)
            except CarbonkitError as error:
                if not self._check_alone(values, reading, pointer):
                    inner = error.problem.field
                    reading.found(f"{pointer}/{inner}" if inner in self.known else pointer, error)
        else:
            self._check_alone(values, reading, pointer)
        raise RecordedError("be read")

    def _check_alone(self, values: dict[str, Any], reading: Reading, pointer: str) -> bool:
        """Tell what the class has against each field: making a value tells the first only."""
        before = len(reading.problems)
        for name, value in values.items():
            converter: Any = self._fields[name].converter
            validator = self._fields[name].validator
            if type(value) is Unknown:
                continue
            try:
                taken = value if converter is None else converter(value)
                if validator is not None:
                    validator(None, self._fields[name], taken)
            except CarbonkitError as error:
                reading.found(f"{pointer}/{name}", error)
        return len(reading.problems) > before

    def _check_names(self, fact: dict[str, Json], reading: Reading, pointer: str) -> None:
        """Ask for the fields that are not there; keep the unknown ones, or refuse them."""
        for name in sorted(self.needed - fact.keys()):
            reading.found(f"{pointer}/{name}", InvalidValueError("be given", code="missing"))
        for name in sorted(fact.keys() - self.known):
            where = pointer_to(pointer, name)
            if reading.lenient:
                reading.extra[where] = fact[name]
            else:
                hint = f"the fields are {', '.join(sorted(self.names))}" if self.names else ""
                reading.found(
                    where, InvalidValueError("be a known field", was=name, hint=hint, code="unknown_field")
                )

    def _made(self, values: dict[str, Any]) -> object:
        try:
            return self.kind(**values)
        except WrongTypeError:
            unknown = {name: value for name, value in values.items() if type(value) is Unknown}
            if not unknown:
                raise
        # The class insists on a member where a lenient reading keeps a newer peer's value: any member
        # lets it check the other fields, and then the value takes its place.
        made = self.kind(**values | {name: _any_member(self.hints[name]) for name in unknown})
        for name, value in unknown.items():
            object.__setattr__(made, name, value)
        return cast("object", made)

    def write(self, value: object) -> Json:
        return {name: write(getattr(value, name)) for name, write in self.writers}

    def describe(self, schemas: dict[str, Json]) -> Json:
        if self.title not in schemas:
            schemas[self.title] = {}
            said = field_lines(self.kind)
            schemas[self.title].update(
                {
                    "type": "object",
                    "description": first_line(self.kind),
                    "properties": {
                        name: self._described(name, said.get(name, ""), schemas) for name in self.names
                    },
                    "required": sorted(self.needed),
                    "additionalProperties": False,
                }
            )
        return {"$ref": f"#/components/schemas/{self.title}"}

    def _described(self, name: str, said: str, schemas: dict[str, Json]) -> Json:
        codec, default = self.codecs[name], self._fields[name].default
        schema = {**codec.describe(schemas)}
        if said:
            schema["description"] = said
        if default is not attrs.NOTHING and isinstance(default, bool | int | str | enum.Enum):
            schema["default"] = codec.write(default)
        return schema


def _any_member(hint: Any) -> object:  # noqa: ANN401  type hints are of any type
    kinds = (hint, *get_args(hint))
    return next(iter(next(each for each in kinds if isinstance(each, type) and issubclass(each, enum.Enum))))
