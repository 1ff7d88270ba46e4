"""Strategies for everything that the wire carries, made from the same type hints that its codec reads."""

from __future__ import annotations

import datetime
import enum
import types
import typing
from decimal import Decimal
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

import attrs
from hypothesis import strategies as st

from carbonkit.market.contract import Forward, Future, Option, Right
from carbonkit.market.instrument import Instrument
from carbonkit.values.identifier import AssetId, Identifier, InstrumentId
from carbonkit.values.money import Money
from carbonkit.values.price import Price
from carbonkit.wire import OPERATIONS, BookChange, HttpProblem, Reset

ID_LETTERS = "ABCXYZabcxyz0123456789"
QUERIES = tuple({each.query: None for each in OPERATIONS if each.query is not None})
KINDS: tuple[type, ...] = tuple(
    dict.fromkeys(
        [
            *(each.answer for each in OPERATIONS),
            *(each.body for each in OPERATIONS if each.body is not None),
            *(BookChange, Reset, HttpProblem),
        ]
    )
)
"""Every class that stands in an answer, a body, an event or a refusal."""


def texts() -> st.SearchStrategy[str]:
    """Draw free texts; any character but NUL and halves of one."""
    return st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


def ids() -> st.SearchStrategy[str]:
    """Draw the texts of ids, fit for a path."""
    return st.builds(
        lambda first, rest: first + rest,
        st.sampled_from(ID_LETTERS),
        st.text(st.sampled_from(f"{ID_LETTERS}._:+-"), max_size=20),
    )


def decimals(*, smallest: int = -(10**20)) -> st.SearchStrategy[Decimal]:
    """Draw decimals of up to eight places, trailing zeros too; a zero has no sign."""
    return st.builds(
        lambda number, places: Decimal(number).scaleb(-places),
        st.integers(smallest, 10**20),
        st.integers(0, 8),
    )


def instants() -> st.SearchStrategy[datetime.datetime]:
    """Draw instants of any year."""
    return st.datetimes(timezones=st.just(datetime.UTC))


def prices(*, smallest: int = -(10**20)) -> st.SearchStrategy[Price]:
    """Draw prices."""
    return st.builds(
        Price,
        decimals(smallest=smallest),
        st.sampled_from(["CNY", "EUR", "JPY"]),
        st.sampled_from(["tCO2e", "kWh", "t"]),
    )


_SINGLE: dict[Any, st.SearchStrategy[Any]] = {
    str: texts(),
    bool: st.booleans(),
    int: st.integers(-(10**18) + 1, 10**18 - 1),
    Decimal: decimals(),
    datetime.date: st.dates(),
    datetime.datetime: instants(),
    type(None): st.none(),
    Price: prices(),
    Money: st.builds(Money, decimals(), st.sampled_from(["CNY", "EUR", "JPY"])),
    Option: st.builds(
        Option,
        underlying=ids().map(InstrumentId),
        right=st.sampled_from(Right),
        strike=prices(smallest=1),
        expiry=st.dates(),
    ),
}
_NAMED: dict[str, st.SearchStrategy[Any]] = {
    "client_order_id": ids(),
    "limit": st.integers(1, 500),
    "levels": st.integers(1, 500),
    "minutes": st.integers(1, 1440),
    "cursor": st.none() | ids(),
}


@cache
def values(kind: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401  type hints are of any type
    """Draw values of a type that the wire carries."""
    origin = get_origin(kind)
    if kind in _SINGLE:
        return _SINGLE[kind]
    if origin in {typing.Union, types.UnionType}:
        return st.one_of([values(each) for each in get_args(kind)])
    if origin is tuple:
        return st.lists(values(get_args(kind)[0]), max_size=3).map(tuple)
    if issubclass(kind, enum.Enum):
        return st.sampled_from(kind)
    if issubclass(kind, Identifier):
        return ids().map(kind)
    return _instances(kind)


def _instances(kind: type) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    made = typing.cast("type[attrs.AttrsInstance]", kind)
    fields = {
        each.name: _NAMED.get(each.name, values(hints[each.name])) for each in attrs.fields(made) if each.init
    }
    if "client_order_id" in fields and types.NoneType in get_args(hints["client_order_id"]):
        fields["client_order_id"] |= st.none()
    if kind in {Forward, Future}:
        days = st.tuples(st.dates(), st.dates()).map(sorted)
        rest = {name: each for name, each in fields.items() if not name.endswith("_day")}
        return st.builds(
            lambda both, rest: kind(last_trading_day=both[0], final_settlement_day=both[1], **rest),
            days,
            st.fixed_dictionaries(rest),
        )
    if kind is Instrument:
        return st.builds(
            Instrument,
            ids().map(InstrumentId),
            asset=ids().map(AssetId),
            currency=st.just("CNY"),
            unit=st.just("tCO2e"),
            tick=st.sampled_from([Decimal("0.01"), Decimal("0.05"), Decimal(1)]),
            lot=st.integers(1, 10**6),
            terms=fields["terms"],
        )
    return st.builds(kind, **fields)
