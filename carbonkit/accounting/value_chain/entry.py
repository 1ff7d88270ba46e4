"""
Entries: what a method of scope 3 found, with its method and its kind of data.

A quantity that a catalogue has a factor for becomes an `Activity`; what took several
steps becomes a `Calculation`. Both stand in one inventory. A `ValueChain` keeps entries
together and says what share of scope 3 rests on primary data.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting.activity import Activity
from carbonkit.accounting.calculation import Calculation
from carbonkit.accounting.rate import Amount
from carbonkit.accounting.scope import Category, Scope
from carbonkit.accounting.statement import Statement
from carbonkit.accounting.value_chain._take import check_kinds, several
from carbonkit.accounting.value_chain.data_kind import DataKind
from carbonkit.accounting.value_chain.derived_quantity import DerivedQuantity, Measured, explained
from carbonkit.accounting.value_chain.emission import Emission
from carbonkit.accounting.value_chain.item import Item
from carbonkit.accounting.value_chain.method import Method
from carbonkit.errors import BatchError, InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import Rounding, divide

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from carbonkit.accounting.catalogue import Choice
    from carbonkit.accounting.factor import Factor
    from carbonkit.accounting.line import Conversion
    from carbonkit.accounting.value_chain.share import Share

__all__ = ["Entry", "ValueChain", "check_category", "of_emission", "of_quantity"]


def _is_record(_: object, attribute: attrs.Attribute[Activity | Calculation], value: object) -> None:
    check_kinds(value, Activity, Calculation, field=attribute.name)


def _kinds(value: Iterable[DataKind]) -> frozenset[DataKind]:
    return frozenset(several(value, DataKind, field="data"))


def _amounts(value: Iterable[tuple[DataKind, Amount]]) -> tuple[tuple[DataKind, Amount], ...]:
    pairs = several(value, tuple, field="parts")
    for pair in pairs:
        if len(pair) != 2:  # noqa: PLR2004  a pair
            raise InvalidValueError("be a kind of data with an amount", was=repr(pair), field="parts")
        check_type(pair[0], DataKind, field="parts")
        check_type(pair[1], Amount, field="parts")
    return pairs


@attrs.frozen
class Entry:
    """
    One figure of scope 3: the activity or calculation, its method and its kinds of data.

    Args:
        method: How it was found.
        record: What stands in the inventory.
        data: The kinds of data that it rests on.
        parts: For a calculation, its amounts with the kind of data that each rests on.
        working: For an activity, how its quantity came about, if it was worked out.

    Raises:
        InvalidValueError: If a part is no pair.
        WrongTypeError: If a value has another type.

    Example:
        >>> from carbonkit.accounting.value_chain import purchase
        >>> from carbonkit.values import Mass, Period, Place
        >>> item = Item("po 7", "head office", "steel sheet", Place("CN"), Period.year(2025))
        >>> entry = purchase.average(item, Mass("3", "t"), category=Category.PURCHASED_GOODS_AND_SERVICES)
        >>> print(entry.method, *entry.data, sep=", ")
        average-data method, secondary data
        >>> entry.record.scope, entry.record.category.value
        (<Scope.THREE: 3>, 1)
    """

    method: Method = attrs.field(validator=is_a(Method))
    record: Activity | Calculation = attrs.field(validator=_is_record)
    data: frozenset[DataKind] = attrs.field(converter=_kinds)
    parts: tuple[tuple[DataKind, Amount], ...] = attrs.field(default=(), converter=_amounts)
    working: Explanation | None = attrs.field(
        default=None, validator=attrs.validators.optional(is_a(Explanation))
    )

    @property
    def id(self) -> str:
        """The name of the figure."""
        return self.record.id

    @property
    def category(self) -> Category | None:
        """The category that it counts to."""
        return self.record.category

    def explain(self) -> Explanation:
        """
        Say what was found, by which method, from which data, and how.

        Returns:
            The record with its working.

        Example:
            >>> from carbonkit.accounting.value_chain import travel
            >>> from carbonkit.values import Nights, Period, Place
            >>> item = Item("trip 9", "HQ", "hotel", Place("FR"), Period.year(2025))
            >>> print(travel.nights(item, Nights("3", "room_night"), data=DataKind.PRIMARY).explain().text())
            entry trip 9: 3 room_night = average-data method, primary data
              activity trip 9: 3 room_night = hotel at FR, [2025-01-01, 2026-01-01), facility HQ, scope 3, \
category 6, business travel
        """
        kinds = " and ".join(sorted(str(kind) for kind in self.data))
        told = self.record.explain()
        parts = (told,) if self.working is None else (told, self.working)
        return Explanation(f"entry {self.id}", told.value, f"{self.method}, {kinds}", parts=parts)


def check_category(category: Category, allowed: Iterable[Category]) -> None:
    """
    Check that a method belongs to a category.

    Args:
        category: The category that is asked for.
        allowed: Those that the method is for.

    Raises:
        InvalidValueError: If it is none of them.
        WrongTypeError: If it is no category.

    Example:
        >>> check_category(Category.WASTE, [Category.WASTE, Category.END_OF_LIFE_OF_SOLD_PRODUCTS])
    """
    check_type(category, Category, field="category")
    known = several(allowed, Category, field="allowed")
    if category not in known:
        names = " or ".join(str(each) for each in known)
        raise InvalidValueError(f"be {names}", was=str(category), field="category")


def of_quantity(
    item: Item,
    quantity: Measured,
    factor: Factor | Choice | None,
    *,
    category: Category,
    method: Method,
    data: DataKind,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Make the entry of a quantity: an activity for a catalogue, or with its factor a calculation.

    Args:
        item: What it is for.
        quantity: How much.
        factor: The factor; None leaves it to the catalogue of `account`.
        category: The category.
        method: How it is found.
        data: What it rests on.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry.

    Raises:
        IncompatibleUnitsError: If the quantity does not convert to the factor's unit.
        InexactConversionError: If a number's digits never end and no rounding is named.
        UnknownFactorError: If the factor does not hold in the item's period or at its place.
        WrongTypeError: If a value has another type.

    Example:
        >>> from carbonkit.values import Mass, Period, Place
        >>> item = Item("1", "head office", "paper", Place("CN"), Period.year(2025))
        >>> print(of_quantity(item, Mass("3", "t"), None, category=Category.WASTE,
        ...                   method=Method.WASTE_TYPE_SPECIFIC, data=DataKind.PRIMARY).record)
        1: 3 t of paper at CN, [2025-01-01, 2026-01-01)
    """
    check_type(item, Item, field="item")
    check_type(data, DataKind, field="data")
    if factor is not None:
        emission = Emission.of(quantity, factor, data=data, what=item.activity)
        return of_emission(item, emission, category=category, method=method, conversion=conversion)
    plain_quantity = quantity.quantity(conversion) if isinstance(quantity, DerivedQuantity) else quantity
    record = Activity(
        item.id,
        item.facility,
        item.activity,
        plain_quantity,
        item.place,
        item.period,
        Scope.THREE,
        category=category,
        uncertainty=item.uncertainty,
        quality=item.quality,
        file=item.file,
        row=item.row,
    )
    working = explained(quantity)
    return Entry(method, record, frozenset({data}), working=working[0] if working else None)


def of_emission(
    item: Item,
    emission: Emission,
    *,
    category: Category,
    method: Method,
    conversion: Conversion | None = None,
    share: Share | None = None,
) -> Entry:
    """
    Make the entry of an emission that was worked out.

    Args:
        item: What it is for.
        emission: What was emitted.
        category: The category.
        method: How it was found.
        conversion: How a number is rounded whose digits never end.
        share: The reporter's share; None takes all of it.

    Returns:
        The entry.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.
        WrongTypeError: If a value has another type.

    Example:
        >>> from carbonkit.accounting import Amount
        >>> from carbonkit.values import Period, Place, Source
        >>> said = Emission.stated("carrier", [Amount("CO2", "12", "t")], Source("Carrier", "Letter", 2025),
        ...                        data=DataKind.PRIMARY)
        >>> item = Item("1", "head office", "freight", Place("CN"), Period.year(2025))
        >>> entry = of_emission(item, said, category=Category.UPSTREAM_TRANSPORT, method=Method.FUEL_BASED)
        >>> print(entry.record.amounts[0])
        12 t CO2
    """
    check_type(item, Item, field="item")
    check_type(emission, Emission, field="emission")
    counted = emission if share is None else emission.shared(share)
    for used in counted.factors:
        used.check(item)
    amounts = counted.amounts(conversion)
    record = Calculation(
        item.id,
        item.facility,
        item.activity,
        item.place,
        item.period,
        Scope.THREE,
        amounts,
        _with_rounding(counted, conversion, amounts),
        category=category,
        uncertainty=item.uncertainty,
        file=item.file,
        row=item.row,
    )
    kinds = tuple((part.data, amount) for part, amount in zip(counted.parts, amounts, strict=True))
    return Entry(method, record, counted.data, kinds)


def _with_rounding(
    emission: Emission, conversion: Conversion | None, amounts: tuple[Amount, ...]
) -> Explanation:
    pairs = zip(emission.parts, amounts, strict=True)
    if all(part.number == Fraction(amount.number) for part, amount in pairs):
        return emission.working
    value = ", ".join(map(str, amounts))
    return Explanation(f"{emission.what}, rounded", value, str(conversion), parts=(emission.working,))


def _entries(value: Iterable[Entry]) -> tuple[Entry, ...]:
    return several(value, Entry, field="entries")


@attrs.frozen
class ValueChain:
    """
    The entries of a reporter's scope 3.

    Args:
        entries: The entries; each is counted once.

    Raises:
        BatchError: If an id is used twice.

    Example:
        >>> from carbonkit.accounting import Catalogue, Rate, account, gwp_set
        >>> from carbonkit.accounting.factor import Factor
        >>> from carbonkit.accounting.value_chain import purchase
        >>> from carbonkit.values import Mass, Period, Place, Source
        >>> cn, year, goods = Place("CN"), Period.year(2025), Category.PURCHASED_GOODS_AND_SERVICES
        >>> own = Factor("mill 7", "2025", "steel", cn, year, "t", [Rate("CO2", "2", "t")],
        ...              Source("Mill 7", "Product declaration", 2025))
        >>> average = Factor("paper", "2025", "paper", cn, year, "t", [Rate("CO2", "1", "t")],
        ...                  Source("Institute", "Averages", 2025))
        >>> steel = Emission.of(Mass("3", "t"), own, data=DataKind.PRIMARY)
        >>> chain = ValueChain([
        ...     purchase.supplier_specific(Item("1", "HQ", "steel", cn, year), steel, category=goods),
        ...     purchase.average(Item("2", "HQ", "paper", cn, year), Mass("2", "t"), category=goods),
        ... ])
        >>> inventory = account(chain.activities, Catalogue([average]), calculations=chain.calculations)
        >>> statement = inventory.co2e(gwp_set("AR6"))
        >>> print(statement.total, chain.primary_share(statement, places=3, rounding=Rounding.HALF_UP))
        8.000 tCO2e 0.750
    """

    entries: tuple[Entry, ...] = attrs.field(converter=_entries)

    def __attrs_post_init__(self) -> None:
        """Check that nothing is counted twice."""
        used: set[str] = set()
        problems = []
        for entry in self.entries:
            if entry.id in used:
                error = InvalidValueError("be used once", was=entry.id, field="id")
                problems.append(error.at(file=entry.record.file, row=entry.record.row).problem)
            used.add(entry.id)
        if problems:
            raise BatchError(problems)

    @property
    def activities(self) -> tuple[Activity, ...]:
        """What a catalogue is to find factors for."""
        return tuple(each.record for each in self.entries if isinstance(each.record, Activity))

    @property
    def calculations(self) -> tuple[Calculation, ...]:
        """What is worked out already."""
        return tuple(each.record for each in self.entries if isinstance(each.record, Calculation))

    def primary_share(self, statement: Statement, *, places: int, rounding: Rounding) -> Decimal:
        """
        Say what share of scope 3 was calculated with primary data.

        Args:
            statement: The inventory of these entries, weighed; its other scopes do not matter.
            places: Decimal places of the share.
            rounding: Which way it is rounded.

        Returns:
            The share of 1: "0.25" is 25 %.

        Raises:
            InvalidValueError: If the statement's scope 3 is not that of these entries, adds up to zero, or
                has reversals that outweigh what they reverse.
            WrongTypeError: If it is no statement.
        """
        check_type(statement, Statement, field="statement")
        third = statement.only(scope=Scope.THREE)
        found = {line.activity.id: line.activity for line in third.entries} | {
            each.id: each for each in third.calculations
        }
        known = {entry.id: entry for entry in self.entries}
        odd = [
            name for name in dict.fromkeys((*found, *known)) if not _same(known.get(name), found.get(name))
        ]
        if odd:
            was = ", ".join(odd[:_NAMED]) + (f" and {len(odd) - _NAMED} more" if len(odd) > _NAMED else "")
            raise InvalidValueError("hold the same of scope 3 as the value chain", was=was, field="statement")
        if not third.total.number:
            raise InvalidValueError("have a scope 3 that is not zero", was="0", field="statement")
        primary = attrs.evolve(
            third,
            entries=tuple(line for line in third.entries if DataKind.PRIMARY in known[line.activity.id].data),
            calculations=tuple(
                attrs.evolve(each, amounts=_primary(known[each.id])) for each in third.calculations
            ),
        )
        part, everything = Fraction(primary.total.number), Fraction(third.total.number)
        if not 0 <= part / everything <= 1:
            was = f"{primary.total} of {third.total}"
            hint = "reversals outweigh what they reverse in one kind of data"
            raise InvalidValueError("have a share from 0 to 1", was=was, field="primary data", hint=hint)
        return divide(primary.total.number, third.total.number, places, rounding)


_NAMED: Final = 5  # of the entries that differ, how many an error names


def _same(entry: Entry | None, record: Activity | Calculation | None) -> bool:
    return entry is not None and entry.record == record


def _primary(entry: Entry) -> tuple[Amount, ...]:
    return tuple(amount for kind, amount in entry.parts if kind is DataKind.PRIMARY)
