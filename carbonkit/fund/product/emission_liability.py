"""
What a company owes for its emissions at the end of a year, by named methods of IFRS and US GAAP.

Under IFRS no standard is in force: IFRIC 3 was withdrawn in 2005, and companies choose. By
the net liability approach free allowances stand at nil, and a provision covers only what
was emitted beyond them. The methods differ by large amounts for the same facts, so the
method is always named.
"""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import paid, total_of
from carbonkit.fund.figure import money
from carbonkit.fund.product._agreement import per_tonne
from carbonkit.fund.product.journal_entry import BookAccount, BookLine, BookSide, JournalEntry
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding, whole
from carbonkit.values.price import Price
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    import datetime

__all__ = [
    "EmissionLiability",
    "LiabilityMethod",
    "LiabilityPart",
    "book_grant",
    "emission_liability",
]

EXPENSE: Final = BookAccount("emissions expense")
PROVISION: Final = BookAccount("provision for emissions")
ASSET: Final = BookAccount("emission allowances (intangible asset)")
DEFERRED: Final = BookAccount("deferred income (government grant)")


class LiabilityMethod(enum.Enum):
    """
    How emissions are measured in the books at the end of a year.

    Example:
        >>> LiabilityMethod.IFRIC_3.source.status.value
        'confirmed'
    """

    NET_AT_COST = "net liability, cost of what was bought"
    """Beyond free ones: what bought ones cover at their cost, the rest at market."""
    NET_AT_MARKET = "net liability, market"
    """Beyond free ones: all at market."""
    IFRIC_3 = "IFRIC 3"
    """All emissions at market; free allowances stand as an asset and a deferred income."""
    ASU_2026_02 = "ASU 2026-02"
    """What allowances cover at their carrying amount (funded), the rest at fair value (unfunded)."""

    @property
    def source(self) -> Source:
        """Where the method is from, and how sure that is."""
        return _SOURCES[self]


_NET: Final = Source(
    "EY",
    "International GAAP, emissions trading schemes",
    2025,
    table="net liability approach",
    status=Status.RECALLED,
    note="practice without a standard; a policy of the company",
)
_SOURCES: Final[dict[LiabilityMethod, Source]] = {
    LiabilityMethod.NET_AT_COST: _NET,
    LiabilityMethod.NET_AT_MARKET: _NET,
    LiabilityMethod.IFRIC_3: Source(
        "IASB",
        "IFRIC 3 Emission Rights",
        2004,
        note="withdrawn in June 2005; read in EY's description of it",
    ),
    LiabilityMethod.ASU_2026_02: Source(
        "FASB",
        "ASU 2026-02, Topic 818",
        2026,
        note="issued on 2026-05-19; read in two descriptions of it, not in its text",
    ),
}


@attrs.frozen
class LiabilityPart:
    """
    One part of what is owed.

    Args:
        name: What covers it.
        quantity: How many tonnes of emissions. [tCO2e]
        amount: What they are measured at.

    Example:
        >>> LiabilityPart("at market", 500, Money("36000.00", "EUR")).quantity
        500
    """

    name: str
    quantity: int
    amount: Money


@attrs.frozen(kw_only=True)
class EmissionLiability:
    """
    What is owed for a year's emissions; made by `emission_liability`.

    Args:
        method: How it is measured.
        parts: Its parts; their tonnes add up to the emissions.
        assets: What free and bought allowances stand at as assets.

    Example:
        >>> owed = emission_liability(emissions=12_500, free=12_000, purchased=1_000,
        ...     purchased_cost=Money("68000", "EUR"), price=Price("72", "EUR", "tCO2e"),
        ...     method=LiabilityMethod.NET_AT_MARKET, rounding=Rounding.HALF_UP)
        >>> print(owed.explain().parts[-1].text())
        not covered: 0.00 EUR = 0 tCO2e at market
    """

    method: LiabilityMethod
    parts: tuple[LiabilityPart, ...]
    assets: Money

    @property
    def total(self) -> Money:
        """What is owed altogether."""
        return total_of((part.amount for part in self.parts), self.assets.currency)

    @property
    def mismatch(self) -> Money:
        """What is owed less what the allowances stand at: the gap that measuring them differently opens."""
        return self.total - self.assets

    def book(self, on: str | datetime.date) -> JournalEntry:
        """
        Make the entry of the provision.

        Args:
            on: The end of the year.

        Returns:
            The entry; without lines if nothing is owed.

        Example:
            >>> owed = emission_liability(emissions=12_500, free=12_000, purchased=1_000,
            ...     purchased_cost=Money("68000", "EUR"), price=Price("72", "EUR", "tCO2e"),
            ...     method=LiabilityMethod.NET_AT_COST, rounding=Rounding.HALF_UP)
            >>> print(owed.book("2024-12-31"))
            2024-12-31 provision for emissions, net liability, cost of what was bought
              Dr emissions expense 34000.00 EUR
                Cr provision for emissions 34000.00 EUR
        """
        sides = ((BookSide.DEBIT, EXPENSE), (BookSide.CREDIT, PROVISION)) if self.total.amount else ()
        return JournalEntry(
            on=on,
            text=f"provision for emissions, {self.method.value}",
            lines=(BookLine(side, account, self.total) for side, account in sides),
            source=self.method.source,
        )

    def explain(self) -> Explanation:
        """Say how the liability came about, part by part."""
        return Explanation(
            f"liability for emissions, {self.method.value}",
            str(self.total),
            how="sum of the parts",
            source=self.method.source,
            parts=(
                Explanation(covered, str(part.amount), how=f"{part.quantity} tCO2e {basis}")
                for part in self.parts
                for covered, _, basis in (part.name.partition(", "),)
            ),
        )


def emission_liability(
    *,
    emissions: int,
    free: int,
    purchased: int,
    purchased_cost: Money,
    price: Price,
    method: LiabilityMethod,
    rounding: Rounding,
    granted_price: Price | None = None,
) -> EmissionLiability:
    """
    Measure what is owed for a year's emissions.

    Args:
        emissions: The year's emissions, in tonnes to surrender. [tCO2e]
        free: The free allowances that are held for them. [tCO2e]
        purchased: The bought allowances that are held for them. [tCO2e]
        purchased_cost: What the bought ones cost together.
        price: The market price of a tonne at the end of the year.
        method: How it is measured.
        rounding: How each part is rounded to the minor unit.
        granted_price: The market price when the free ones were granted; for IFRIC 3, which books them
            at it, and for no other method.

    Returns:
        The liability, in parts, and what the allowances stand at as assets.

    Raises:
        InvalidValueError: If a number of tonnes is negative, a price is not of a tonne in the currency of
            the cost, the cost is not zero though nothing was bought, or the price at the grant is
            missing for IFRIC 3 or given for another method.

    Example:
        >>> for method in LiabilityMethod:
        ...     granted = Price("10", "EUR", "tCO2e") if method is LiabilityMethod.IFRIC_3 else None
        ...     owed = emission_liability(emissions=12_500, free=12_000, purchased=1_000,
        ...         purchased_cost=Money("68000", "EUR"), price=Price("72", "EUR", "tCO2e"),
        ...         granted_price=granted, method=method, rounding=Rounding.HALF_UP)
        ...     print(method.value, owed.total, owed.assets)
        net liability, cost of what was bought 34000.00 EUR 68000.00 EUR
        net liability, market 36000.00 EUR 68000.00 EUR
        IFRIC 3 900000.00 EUR 188000.00 EUR
        ASU 2026-02 34000.00 EUR 68000.00 EUR
    """
    check_type(method, LiabilityMethod, field="method")
    check_type(rounding, Rounding, field="rounding")
    currency = paid(purchased_cost, field="purchased_cost").currency
    tonnes, granted, bought = (
        _tonnes(value, name)
        for value, name in ((emissions, "emissions"), (free, "free"), (purchased, "purchased"))
    )
    if purchased_cost.amount and not bought:
        raise InvalidValueError(
            "be zero where nothing was bought", was=str(purchased_cost), field="purchased_cost"
        )
    at_market = per_tonne(price, currency)
    by_free = min(tonnes, granted)
    by_bought = min(tonnes - by_free, bought)
    bare = tonnes - by_free - by_bought
    at_cost = Fraction(purchased_cost.amount) / bought if bought else Fraction(0)
    nil, cost, market = (Fraction(0), "at nil"), (at_cost, "at cost"), (at_market, "at market")
    of_free, of_bought = {
        LiabilityMethod.NET_AT_COST: (nil, cost),
        LiabilityMethod.NET_AT_MARKET: (nil, market),
        LiabilityMethod.IFRIC_3: (market, market),
        LiabilityMethod.ASU_2026_02: (nil, cost),
    }[method]
    parts = [
        LiabilityPart(f"{name}, {basis}", covered, money(each * covered, currency, rounding))
        for name, covered, (each, basis) in (
            ("covered by free ones", by_free, of_free),
            ("covered by bought ones", by_bought, of_bought),
            ("not covered", bare, market),
        )
    ]
    assets = Money.from_minor(0, currency) + purchased_cost
    if method is LiabilityMethod.IFRIC_3:
        each = per_tonne(_granted_price(granted_price), currency, field="granted_price")
        assets += money(each * granted, currency, rounding)
    elif granted_price is not None:
        raise InvalidValueError("be given for IFRIC 3 only", was=str(granted_price), field="granted_price")
    return EmissionLiability(method=method, parts=tuple(parts), assets=assets)


def _granted_price(price: Price | None) -> Price:
    if price is None:
        raise InvalidValueError("be given for IFRIC 3", was="nothing", field="granted_price")
    return price


def _tonnes(value: int, field: str) -> int:
    number = whole(value, field=field)
    if number < 0:
        raise InvalidValueError("be zero or more", was=number, field=field)
    return number


def book_grant(on: str | datetime.date, *, free: int, price: Price, rounding: Rounding) -> JournalEntry:
    """
    Book free allowances as IFRIC 3 did: an asset at fair value against deferred income.

    Args:
        on: The day of the grant.
        free: How many tonnes. [tCO2e]
        price: The market price of a tonne on that day.
        rounding: How the value is rounded to the minor unit.

    Returns:
        The entry; without lines if nothing is granted.

    Raises:
        InvalidValueError: If the tonnes are negative, or the price not of a tonne or not above zero.

    Example:
        >>> print(book_grant("2024-02-28", free=12_000, price=Price("10", "EUR", "tCO2e"),
        ...                  rounding=Rounding.HALF_UP))
        2024-02-28 12000 tCO2e granted free
          Dr emission allowances (intangible asset) 120000.00 EUR
            Cr deferred income (government grant) 120000.00 EUR
    """
    check_type(price, Price, field="granted_price")
    each = per_tonne(price, price.currency, field="granted_price")
    value = money(each * _tonnes(free, "free"), price.currency, rounding)
    sides = ((BookSide.DEBIT, ASSET), (BookSide.CREDIT, DEFERRED)) if value.amount else ()
    return JournalEntry(
        on=on,
        text=f"{free} tCO2e granted free",
        lines=(BookLine(side, account, value) for side, account in sides),
        source=LiabilityMethod.IFRIC_3.source,
    )
