"""The written form of commands and events: plain values for JSON, decimals as strings, nothing lost."""

from __future__ import annotations

import datetime
import enum
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast, get_args, get_type_hints

import attrs

from carbonkit.errors import InvalidValueError, WrongTypeError
from carbonkit.market import administration, entry, negotiation
from carbonkit.market.contract import Credit, Forward, Future, Option, Spot, Terms
from carbonkit.market.instrument import Instrument
from carbonkit.market.rulebook import VenueRules
from carbonkit.values.identifier import Identifier, InstrumentId
from carbonkit.values.money import Money
from carbonkit.values.number import plain
from carbonkit.values.price import Price

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from carbonkit.market.command import Command

__all__ = ["command_of", "terms_of", "written"]

_KINDS: Final[Mapping[str, type]] = MappingProxyType(
    {
        name: getattr(module, name)
        for module in (administration, entry, negotiation)
        for name in module.__all__
        if attrs.has(getattr(module, name))
    }
)

_TERMS: Final[Mapping[str, type]] = MappingProxyType(
    {kind.__name__: kind for kind in (Credit, Forward, Future, Option, Spot)}
)

_PLAIN: Final[tuple[tuple[Any, Callable[[Any], object]], ...]] = (
    (enum.Enum, lambda value: value.value),
    (Identifier, lambda value: value.text),
    (Decimal, plain),
    (datetime.date, lambda value: value.isoformat()),
    (Price | Money, str),
    (VenueRules, lambda value: value.digest()),
)


def written(value: object) -> Any:  # noqa: ANN401  JSON is of any type
    """
    Write a value as JSON can carry it.

    Args:
        value: A command, an event, or anything that stands in one.

    Returns:
        Numbers that are whole as int, others as str; ids, enumerations, dates and prices as str; the rest
        as dict and list.

    Raises:
        WrongTypeError: If the value is of a type that no command or event holds.

    Example:
        >>> from carbonkit.values import Price
        >>> written(Price("48.00", "CNY", "tCO2e"))
        '48.00 CNY/tCO2e'
    """
    if value is None or type(value) in {bool, int, str}:
        return value
    if isinstance(value, tuple | list):
        return [written(each) for each in value]
    for kind, write in _PLAIN:
        if isinstance(value, kind):
            return write(cast(Any, value))
    if attrs.has(type(value)):
        made = cast("type[attrs.AttrsInstance]", type(value))
        facts = {each.name: written(getattr(value, each.name)) for each in attrs.fields(made)}
        return {"type": type(value).__name__, **facts}
    raise WrongTypeError("be a value of a command or an event", was=repr(value)[:200], field="value")


def command_of(facts: object) -> Command:
    """
    Make a command from its written form.

    Args:
        facts: What `written` gave.

    Returns:
        The command.

    Raises:
        InvalidValueError: If it is no command, or one of its fields is missing, unknown or of no such form.

    Example:
        >>> facts = {"type": "Cancel", "account": "KEE-001", "target": "S-1",
        ...          "at": "2021-07-16T01:31:00+00:00"}
        >>> command_of(facts).target
        OrderId('S-1')
    """
    made: Command = _made(facts, _KINDS, "command")
    return made


def terms_of(fact: object) -> Terms | None:
    """
    Make contract terms from their written form.

    Args:
        fact: What `written` gave; None for no terms.

    Returns:
        The terms.

    Raises:
        InvalidValueError: If they are no terms.

    Example:
        >>> terms_of({"type": "Spot", "scheme": "China national", "vintage": "2022"}).vintage
        '2022'
    """
    if fact is None:
        return None
    made: Terms = _made(fact, _TERMS, "terms")
    return made


def _made(facts: object, kinds: Mapping[str, type], what: str) -> Any:  # noqa: ANN401  one of the kinds
    if not isinstance(facts, dict) or facts.get("type") not in kinds:
        raise InvalidValueError(f"be a {what}", was=repr(facts)[:200], field=what)
    kind = kinds[facts["type"]]
    hints = get_type_hints(kind)
    wanted = {each.name for each in attrs.fields(kind)}
    given = set(facts) - {"type"}
    if given != wanted:
        odd = min(given ^ wanted)
        raise InvalidValueError(f"have the fields {', '.join(sorted(wanted))}", was=odd, field=facts["type"])
    return kind(**{name: _value(facts[name], hints[name], name) for name in wanted})


def _value(fact: object, hint: Any, name: str) -> object:  # noqa: ANN401  type hints are of any type
    kinds = set(get_args(hint)) or {hint}
    if fact is None and type(None) not in kinds:
        raise InvalidValueError("be given", was="null", field=name)
    if Instrument in kinds:
        return _instrument(fact, name)
    if fact is None or type(fact) in {bool, int}:
        return fact
    if not isinstance(fact, str):
        raise InvalidValueError("be a text or a whole number", was=repr(fact)[:200], field=name)
    return _from_text(fact, kinds, name)


def _from_text(fact: str, kinds: set[Any], name: str) -> object:
    first, _, rest = fact.partition(" ")
    if Money in kinds:
        return Money(first, rest)
    if Price in kinds:
        currency, _, unit = rest.partition("/")
        return Price(first, currency, unit)
    chosen = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, enum.Enum)), None)
    if chosen is not None:
        return _member(chosen, fact, name)
    return _date(fact, name) if datetime.date in kinds else fact


def _member(kind: type[enum.Enum], fact: str, name: str) -> enum.Enum:
    try:
        return kind(fact)
    except ValueError:
        raise InvalidValueError(
            f"be one of {', '.join(str(each.value) for each in kind)}", was=fact, field=name
        ) from None


def _date(fact: str, name: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(fact)
    except ValueError:
        raise InvalidValueError("be a date", was=fact[:200], field=name) from None


def _instrument(fact: object, name: str) -> Instrument:
    wanted = {"id", "asset", "currency", "unit", "tick", "lot", "terms", "type"}
    if not isinstance(fact, dict) or set(fact) != wanted:
        raise InvalidValueError("be an instrument", was=repr(fact)[:200], field=name)
    return Instrument(
        InstrumentId(fact["id"]),
        asset=fact["asset"],
        currency=fact["currency"],
        unit=fact["unit"],
        tick=fact["tick"],
        lot=fact["lot"],
        terms=terms_of(fact["terms"]),
    )
