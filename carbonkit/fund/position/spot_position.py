"""Spot positions: allowances and credits that are held, with their vintage and the last day of their use."""

from __future__ import annotations

import datetime
from fractions import Fraction

import attrs

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund._check import is_said
from carbonkit.fund._shown import shown
from carbonkit.fund.portfolio.holding import Holding
from carbonkit.fund.position.environment import Environment
from carbonkit.fund.position.exposure import Exposure
from carbonkit.fund.position.position import Cause
from carbonkit.fund.refusal import Refusal
from carbonkit.market.contract import Credit, Spot
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.time import as_date

__all__ = ["SpotPosition"]


def check_name(_: object, attribute: attrs.Attribute[str], value: str) -> None:
    """Check that a position has a name."""
    if not is_said(value):
        raise InvalidValueError("name the position", was=repr(value), field=attribute.name)


def _last_use(value: str | datetime.date | None) -> datetime.date | None:
    return None if value is None else as_date(value, field="usable_until")


def _terms(_: object, attribute: attrs.Attribute[Spot | Credit], value: Spot | Credit) -> None:
    if not isinstance(value, (Spot, Credit)):
        raise InvalidValueError("be Spot or Credit terms", was=repr(value), field=attribute.name)


@attrs.frozen(kw_only=True)
class SpotPosition:
    """
    Units of a registry, by lots. They are owned, so there is no short position in them.

    Args:
        name: What it is called within its book.
        holding: The lots.
        terms: What the units are: an allowance of a scheme or a credit of a programme, and of which vintage.
        usable_until: The last day on which they can be surrendered; None if they do not expire.

    Raises:
        InvalidValueError: If the name is blank or the terms are those of a contract.

    Example:
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.position.environment import Environment
        >>> from carbonkit.fund.portfolio.holding import Lot
        >>> from carbonkit.fund.portfolio.valuation import Mark
        >>> from carbonkit.values import AssetId, Money, Price
        >>> cea = AssetId("CEA-2024")
        >>> lots = [Lot(cea, 100, Money("9000", "CNY"), "2024-11-05")]
        >>> held = SpotPosition(name="CEA", holding=Holding(cea, lots), usable_until="2025-12-31",
        ...                     terms=Spot(scheme="China national", vintage="2024"))
        >>> today = Environment(as_of="2025-06-02", currency="CNY", curves=(), volatilities=(), discount=None,
        ...                     marks=[Mark(cea, Price("75.00", "CNY", "tCO2e"), "2025-06-02", "invented")],
        ...                     day_count=DayCount.ACT_365_FIXED)
        >>> held.value(today), held.unrealised(today)
        (Fraction(7500, 1), Fraction(-1500, 1))
    """

    name: str = attrs.field(validator=check_name)
    holding: Holding = attrs.field(validator=is_a(Holding))
    terms: Spot | Credit = attrs.field(validator=_terms)
    usable_until: datetime.date | None = attrs.field(converter=_last_use)

    def value(self, environment: Environment) -> Fraction:
        """
        Say what the units are worth at their mark.

        Args:
            environment: The prices of the day.

        Returns:
            The value; never rounded.

        Raises:
            FundError: `unpriced` if the asset has no mark, `expired` if the units cannot be used any more,
                `out_of_order` if a lot was bought after the day.
            CurrencyMismatchError: If they were paid in another currency.
        """
        return self.holding.quantity * self._price(environment)

    def unrealised(self, environment: Environment) -> Fraction:
        """
        Say what would be gained by selling all at the mark; raises as `value` does.

        Args:
            environment: The prices of the day.

        Returns:
            The value less the cost; negative for a loss.
        """
        return self.value(environment) - Fraction(self.holding.cost.amount)

    def attribution(self, before: Environment, after: Environment) -> tuple[tuple[Cause, Fraction], ...]:
        """
        Say what made the value move: the price, and nothing else.

        Args:
            before: The prices at the beginning.
            after: The prices at the end.

        Returns:
            The part of the price.
        """
        moved = self._price(after) - self._price(before)
        return ((Cause.PRICE, self.holding.quantity * moved),)

    def exposures(self, environment: Environment) -> tuple[Exposure, ...]:
        """
        Say what the position moves with: the units that are held.

        Args:
            environment: The prices of the day.

        Returns:
            One row.
        """
        return (
            Exposure(
                position=self.name,
                asset=self.holding.asset,
                vintage=self.terms.vintage,
                ends_on=self.usable_until,
                units=Fraction(self.holding.quantity),
                value=self.value(environment),
            ),
        )

    def explain(self, environment: Environment) -> Explanation:
        """
        Say how the value came about, down to the mark and the lots.

        Args:
            environment: The prices of the day.

        Returns:
            The explanation; figures are shown to 15 digits.
        """
        until = "" if self.usable_until is None else f", usable until {self.usable_until}"
        return Explanation(
            f"{self.name}: {self.holding.asset} of vintage {self.terms.vintage}{until}",
            f"{shown(self.value(environment))} {environment.currency}",
            how=f"{self.holding.quantity} tCO2e × price",
            parts=(environment.explain_spot(self.holding.asset), self.holding.explain()),
        )

    def _price(self, environment: Environment) -> Fraction:
        check_type(environment, Environment, field="environment")
        if self.holding.currency != environment.currency:
            raise CurrencyMismatchError(
                f"be paid in {environment.currency}", was=self.holding.currency, field=str(self.holding.asset)
            )
        newest = self.holding.lots[-1].bought_on
        if newest > environment.as_of:
            raise FundError(
                f"be on or after {newest}, when the newest lot was bought",
                was=str(environment.as_of),
                field="as_of",
                code=Refusal.OUT_OF_ORDER,
            )
        if self.usable_until is not None and environment.as_of > self.usable_until:
            raise FundError(
                f"be valued by {self.usable_until}, the last day of use",
                was=str(environment.as_of),
                field=str(self.holding.asset),
                code=Refusal.EXPIRED,
                hint="write it off, or give the day to which its use was carried over",
            )
        return environment.spot(self.holding.asset)
