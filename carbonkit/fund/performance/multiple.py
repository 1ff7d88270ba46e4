"""
Multiples: what a commitment, or the cost of investments, has come to so far.

    PIC    paid-in / commitment                        how much was called
    DPI    distributions / paid-in                     what came back
    RVPI   net asset value / paid-in                   what is still there
    TVPI   (distributions + net asset value) / paid-in
    MOIC   (realised + unrealised value) / invested cost    of the investments, not of the partners

A multiple is net where fees, expenses and carried interest are taken off, and gross where not;
each says which it is.
"""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._flows import check_value
from carbonkit.fund.figure import figure
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding, plain, whole
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from decimal import Decimal

__all__ = ["InvestedMultiple", "Multiples", "ReturnBasis"]

_MULTIPLES: Final = Source(
    "Institutional Limited Partners Association",
    "ILPA Performance Template",
    2025,
    status=Status.RECALLED,
    note="the usual definitions",
)


class ReturnBasis(enum.Enum):
    """
    Whether fees are taken off a figure of performance.

    Example:
        >>> ReturnBasis("net").name
        'NET'
    """

    GROSS = "gross"
    """Before management fees, the fund's expenses and carried interest."""
    NET = "net"
    """After all of them."""


def _places(value: int) -> int:
    return whole(value, field="places")


def _ratio(top: Money, bottom: Money) -> Fraction:
    return Fraction(top.amount) / Fraction(bottom.amount)


def _check_above_zero(value: Money, *, field: str) -> None:
    if value.amount <= 0:
        raise InvalidValueError("be above zero", was=str(value), field=field)


@attrs.frozen(kw_only=True)
class Multiples:
    """
    The multiples of a partner or of the whole fund.

    Args:
        commitment: What was promised.
        paid_in: What was paid in, inside the commitment.
        distributed: What was paid out, recallable or not.
        recallable: The part of it that may be called again.
        net_asset_value: What is still there.
        basis: Whether distributions and net asset value are gross or net of fees.
        places: Decimal places of the multiples.
        rounding: How they are rounded, each from its exact fraction.

    Raises:
        InvalidValueError: If commitment or paid-in is not above zero, another amount is negative, more is
            recallable than was distributed, or more was paid in than was promised and recallable.
        CurrencyMismatchError: If they are not of one currency.

    Example:
        >>> seen = Multiples(commitment=Money("100", "USD"), paid_in=Money("62", "USD"),
        ...                  distributed=Money("18.6", "USD"), recallable=Money("5", "USD"),
        ...                  net_asset_value=Money("70", "USD"), basis=ReturnBasis.NET,
        ...                  places=4, rounding=Rounding.HALF_UP)
        >>> seen.pic, seen.dpi, seen.rvpi, seen.tvpi
        (Decimal('0.6200'), Decimal('0.3000'), Decimal('1.1290'), Decimal('1.4290'))
        >>> seen.unfunded, seen.unfunded_with_recall
        (Money('38', 'USD'), Money('43', 'USD'))
    """

    commitment: Money = attrs.field(validator=is_a(Money))
    paid_in: Money
    distributed: Money
    recallable: Money
    net_asset_value: Money
    basis: ReturnBasis = attrs.field(validator=is_a(ReturnBasis))
    places: int = attrs.field(converter=_places)
    rounding: Rounding = attrs.field(validator=is_a(Rounding))

    def __attrs_post_init__(self) -> None:
        """Check the amounts, each and against each other."""
        currency = self.commitment.currency
        check_value(self.paid_in, currency, field="paid_in")
        check_value(self.distributed, currency, field="distributed")
        check_value(self.recallable, currency, field="recallable")
        check_value(self.net_asset_value, currency, field="net_asset_value")
        _check_above_zero(self.commitment, field="commitment")
        _check_above_zero(self.paid_in, field="paid_in")
        if self.recallable > self.distributed:
            must = f"be at most the {self.distributed} that were distributed"
            raise InvalidValueError(must, was=str(self.recallable), field="recallable")
        if self.paid_in > self.commitment + self.recallable:
            must = f"be at most the {self.commitment + self.recallable} that were promised and recallable"
            raise InvalidValueError(must, was=str(self.paid_in), field="paid_in")

    @property
    def pic(self) -> Decimal:
        """Paid-in capital to commitment."""
        return self._rounded(_ratio(self.paid_in, self.commitment))

    @property
    def dpi(self) -> Decimal:
        """Distributions to paid-in capital."""
        return self._rounded(_ratio(self.distributed, self.paid_in))

    @property
    def rvpi(self) -> Decimal:
        """Residual value to paid-in capital."""
        return self._rounded(_ratio(self.net_asset_value, self.paid_in))

    @property
    def tvpi(self) -> Decimal:
        """Total value to paid-in capital, rounded from its own fraction."""
        return self._rounded(_ratio(self.distributed + self.net_asset_value, self.paid_in))

    @property
    def unfunded(self) -> Money:
        """What of the commitment was never called; below zero where recalled money was paid in again."""
        return self.commitment - self.paid_in

    @property
    def unfunded_with_recall(self) -> Money:
        """What may still be called, with the recallable distributions."""
        return self.unfunded + self.recallable

    def _rounded(self, ratio: Fraction) -> Decimal:
        return figure(ratio, self.places, self.rounding)

    def explain(self) -> Explanation:
        """Say how each multiple comes about."""
        rounded = f"rounded {self.rounding.name} to {self.places} places"
        total = self.distributed + self.net_asset_value
        rows = (
            ("PIC", self.pic, self.paid_in, self.commitment),
            ("DPI", self.dpi, self.distributed, self.paid_in),
            ("RVPI", self.rvpi, self.net_asset_value, self.paid_in),
            ("TVPI", self.tvpi, total, self.paid_in),
        )
        return Explanation(
            f"multiples, {self.basis.value}",
            f"TVPI {plain(self.tvpi)}",
            how=f"{self.paid_in} paid in of {self.commitment}, {self.distributed} paid out, "
            f"{self.net_asset_value} left",
            parts=(
                *(
                    Explanation(name, plain(value), how=f"{top} / {bottom}, {rounded}", source=_MULTIPLES)
                    for name, value, top, bottom in rows
                ),
                Explanation("unfunded", str(self.unfunded), how=f"{self.commitment} - {self.paid_in}"),
                Explanation(
                    "unfunded with recall",
                    str(self.unfunded_with_recall),
                    how=f"{self.unfunded} + {self.recallable} recallable",
                ),
            ),
        )


@attrs.frozen(kw_only=True)
class InvestedMultiple:
    """
    The multiple on the cost of investments.

    Args:
        invested: What the investments cost.
        realised: What sales and income of them brought.
        unrealised: What is still there of them.
        basis: Whether the values are gross or net of fees; a multiple of investments is usually gross.
        places: Decimal places of the multiple.
        rounding: How it is rounded.

    Raises:
        InvalidValueError: If the cost is not above zero, or a value negative.
        CurrencyMismatchError: If they are not of one currency.

    Example:
        >>> InvestedMultiple(invested=Money("50", "CNY"), realised=Money("40", "CNY"),
        ...                  unrealised=Money("65", "CNY"), basis=ReturnBasis.GROSS,
        ...                  places=2, rounding=Rounding.HALF_UP).moic
        Decimal('2.10')
    """

    invested: Money = attrs.field(validator=is_a(Money))
    realised: Money
    unrealised: Money
    basis: ReturnBasis = attrs.field(validator=is_a(ReturnBasis))
    places: int = attrs.field(converter=_places)
    rounding: Rounding = attrs.field(validator=is_a(Rounding))

    def __attrs_post_init__(self) -> None:
        """Check the amounts."""
        _check_above_zero(self.invested, field="invested")
        check_value(self.realised, self.invested.currency, field="realised")
        check_value(self.unrealised, self.invested.currency, field="unrealised")

    @property
    def moic(self) -> Decimal:
        """The multiple on invested capital."""
        return figure(_ratio(self.realised + self.unrealised, self.invested), self.places, self.rounding)

    def explain(self) -> Explanation:
        """Say how the multiple comes about."""
        return Explanation(
            f"MOIC, {self.basis.value}",
            plain(self.moic),
            how=f"({self.realised} + {self.unrealised}) / {self.invested}, "
            f"rounded {self.rounding.name} to {self.places} places",
            source=_MULTIPLES,
        )
