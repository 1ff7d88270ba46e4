"""
Pledges (抵质押): a loan against allowances, with the lines at which the lender warns and sells.

The loan to value is principal / (tonnes × price). At the warning line the borrower is
called to bring it back to where it began, in cash or in allowances; at the liquidation
line the lender may sell. Interest is counted simply, and stands beside the principal.
"""

from __future__ import annotations

import datetime
import enum
import math
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import paid, quantity_of
from carbonkit.fund._observed import shown
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.figure import Number, money
from carbonkit.fund.product._agreement import check_parties, per_tonne, reference, share
from carbonkit.fund.product.carbon_product import CarbonProduct, explain_product
from carbonkit.fund.product.pledge_terms import Cover, MarginCall, PledgeTerms
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId, AssetId
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding, whole
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from carbonkit.values.price import Price

__all__ = ["Pledge", "PledgeState"]


class PledgeState(enum.Enum):
    """
    How far a pledge has come.

    Example:
        >>> PledgeState("registered").name
        'REGISTERED'
    """

    AGREED = "agreed"
    """The contract is made; nothing has moved."""
    REGISTERED = "registered"
    """The allowances are pledged; the money is not paid yet."""
    DISBURSED = "disbursed"
    """The loan is paid out and runs."""
    REPAID = "repaid"
    """All is paid back; the allowances are still pledged."""
    RELEASED = "released"
    """The allowances are free again."""
    DEFAULTED = "defaulted"
    """The borrower has not paid; the lender may sell."""
    DISPOSED = "disposed"
    """The allowances were sold for the lender."""


def _principal(value: Money) -> Money:
    return paid(value, field="principal")


def _agreed_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="agreed_on")


def _rate(value: Number) -> Fraction:
    return share(value, field="rate")


def _accrued(value: Number) -> Fraction:
    return share(value, field="accrued")


def _accrued_on(value: str | datetime.date | None) -> datetime.date | None:
    return None if value is None else as_date(value, field="accrued_on")


def _steps(value: int) -> int:
    number = whole(value, field="steps")
    if number < 0:
        raise InvalidValueError("be zero or more", was=number, field="steps")
    return number


@attrs.frozen(kw_only=True)
class Pledge:
    """
    A loan against pledged allowances, as it stands; `pledge_life` has the steps of its life.

    Args:
        reference: What it is called; the ids of its transfers carry it.
        borrower: Who owns the allowances and owes the money.
        lender: Who lends.
        asset: The allowances.
        quantity: How many tonnes are pledged. [tCO2e]
        principal: What is owed, interest aside.
        terms: The loan to value at the start and at the two lines.
        agreed_on: The day of the contract.
        rate: The yearly rate of simple interest, such as "0.046".
        day_count: How the years of the interest are counted.
        rounding: How interest is rounded to the minor unit when it is paid.
        state: How far it has come.
        accrued: The interest up to `accrued_on`, exactly.
        accrued_on: Up to which day interest is counted; None before the loan is paid out.
        steps: How many steps were taken; the ids of the transfers carry it.

    Raises:
        InvalidValueError: If both parties are one, or an amount is out of range.
        InexactNumberError: If a number is a float, a bool, NaN or infinite.

    Example:
        >>> from carbonkit.values import Price
        >>> terms = PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90")
        >>> pledge = Pledge(reference="P-1", borrower=AccountId("KEE-001"), lender=AccountId("BANK"),
        ...                 asset=AssetId("CEA"), quantity=500_000, terms=terms,
        ...                 principal=Money("31500000.00", "CNY"), rate="0.045", agreed_on="2024-01-02",
        ...                 day_count=DayCount.ACT_360, rounding=Rounding.HALF_UP)
        >>> price = Price("76.50", "CNY", "tCO2e")
        >>> pledge.cover(price).value, pledge.margin_call(price)
        ('warning', MarginCall(cash=Money('4725000.00', 'CNY'), allowances=88236))
    """

    reference: str = attrs.field(converter=reference)
    borrower: AccountId = attrs.field(validator=is_a(AccountId))
    lender: AccountId = attrs.field(validator=is_a(AccountId))
    asset: AssetId = attrs.field(validator=is_a(AssetId))
    quantity: int = attrs.field(converter=quantity_of)
    principal: Money = attrs.field(converter=_principal)
    terms: PledgeTerms = attrs.field(validator=is_a(PledgeTerms))
    agreed_on: datetime.date = attrs.field(converter=_agreed_on)
    rate: Fraction = attrs.field(converter=_rate)
    day_count: DayCount = attrs.field(validator=is_a(DayCount))
    rounding: Rounding = attrs.field(validator=is_a(Rounding))
    state: PledgeState = attrs.field(default=PledgeState.AGREED, validator=is_a(PledgeState))
    accrued: Fraction = attrs.field(default=Fraction(0), converter=_accrued)
    accrued_on: datetime.date | None = attrs.field(default=None, converter=_accrued_on)
    steps: int = attrs.field(default=0, converter=_steps)

    def __attrs_post_init__(self) -> None:
        """Check that there are two parties."""
        check_parties(self.borrower, self.lender, field="lender")

    def loan_to_value(self, price: Price) -> Fraction:
        """
        Give principal / market value of what is pledged.

        Args:
            price: The market price of a tonne.

        Returns:
            The loan to value, exactly.

        Raises:
            InvalidValueError: If the price is not of a tonne in the currency, or not above zero.

        Example:
            >>> from carbonkit.values import Price
            >>> terms = PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90")
            >>> pledge = Pledge(reference="P-1", borrower=AccountId("A"), lender=AccountId("B"),
            ...                 asset=AssetId("CEA"), quantity=10, principal=Money("700", "CNY"),
            ...                 terms=terms, rate="0.045", agreed_on="2024-01-02", day_count=DayCount.ACT_360,
            ...                 rounding=Rounding.HALF_UP)
            >>> pledge.loan_to_value(Price("100", "CNY", "tCO2e"))
            Fraction(7, 10)
        """
        return Fraction(self.principal.amount) / (self._price(price) * self.quantity)

    def cover(self, price: Price) -> Cover:
        """
        Say on which side of the lines a price puts the loan.

        Args:
            price: The market price of a tonne.

        Returns:
            Sound, warning or liquidation.

        Raises:
            InvalidValueError: If the price is not of a tonne in the currency, or not above zero.

        Example:
            >>> from carbonkit.values import Price
            >>> terms = PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90")
            >>> pledge = Pledge(reference="P-1", borrower=AccountId("A"), lender=AccountId("B"),
            ...                 asset=AssetId("CEA"), quantity=10, principal=Money("720", "CNY"),
            ...                 terms=terms, rate="0.045", agreed_on="2024-01-02", day_count=DayCount.ACT_360,
            ...                 rounding=Rounding.HALF_UP)
            >>> [pledge.cover(Price(each, "CNY", "tCO2e")).value for each in ("90.01", "90", "80")]
            ['sound', 'warning', 'liquidation']
        """
        return self.terms.cover(self.loan_to_value(price))

    @property
    def warning_price(self) -> Fraction:
        """The price of a tonne at which the warning line is reached, exactly."""
        return Fraction(self.principal.amount) / (self.quantity * self.terms.warning)

    @property
    def liquidation_price(self) -> Fraction:
        """The price of a tonne at which the liquidation line is reached, exactly."""
        return Fraction(self.principal.amount) / (self.quantity * self.terms.liquidation)

    def margin_call(self, price: Price) -> MarginCall:
        """
        Say what brings the loan to value back to where it began.

        Args:
            price: The market price of a tonne.

        Returns:
            The cash that would do, rounded up to the minor unit, or the allowances, rounded up to the
            tonne; both nothing while the loan stands below the warning line.

        Raises:
            InvalidValueError: If the price is not of a tonne in the currency, or not above zero.

        Example:
            >>> from carbonkit.values import Price
            >>> terms = PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90")
            >>> pledge = Pledge(reference="P-1", borrower=AccountId("A"), lender=AccountId("B"),
            ...                 asset=AssetId("CEA"), quantity=10, principal=Money("720", "CNY"),
            ...                 terms=terms, rate="0.045", agreed_on="2024-01-02", day_count=DayCount.ACT_360,
            ...                 rounding=Rounding.HALF_UP)
            >>> pledge.margin_call(Price("90", "CNY", "tCO2e"))
            MarginCall(cash=Money('90.00', 'CNY'), allowances=2)
        """
        owed, each = Fraction(self.principal.amount), self._price(price)
        short = owed - self.terms.initial * each * self.quantity
        if self.cover(price) is Cover.SOUND:
            short = Fraction(0)
        return MarginCall(
            cash=money(short, self.principal.currency, Rounding.CEILING),
            allowances=math.ceil(short / (self.terms.initial * each)),
        )

    def interest(self, on: str | datetime.date) -> Money:
        """
        Say what interest is owed on a day.

        Args:
            on: The day; not before that of the last payment.

        Returns:
            The interest, rounded to the minor unit; nothing before the loan is paid out.

        Raises:
            InvalidValueError: If the day lies before that of the last payment.

        Example:
            >>> terms = PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90")
            >>> pledge = Pledge(reference="P-1", borrower=AccountId("A"), lender=AccountId("B"),
            ...                 asset=AssetId("CEA"), quantity=10, principal=Money("720", "CNY"),
            ...                 terms=terms, rate="0.05", agreed_on="2024-01-02", day_count=DayCount.ACT_360,
            ...                 rounding=Rounding.HALF_UP, state=PledgeState.DISBURSED,
            ...                 accrued_on=datetime.date(2024, 1, 2))
            >>> pledge.interest("2024-03-02")
            Money('6.00', 'CNY')
        """
        return money(self.accrued_to(as_date(on, field="on")), self.principal.currency, self.rounding)

    def explain(self, price: Price) -> Explanation:
        """Say where the loan stands at a price, and which class of product a pledge is."""
        called = self.margin_call(price)
        return Explanation(
            f"loan to value at {price}",
            shown(self.loan_to_value(price)),
            how=f"{self.principal} / ({self.quantity} tCO2e × {price})",
            parts=(
                Explanation("cover", self.cover(price).value, how=str(self.terms)),
                Explanation("warning price", shown(self.warning_price), how="principal / tonnes / warning"),
                Explanation("liquidation price", shown(self.liquidation_price)),
                Explanation("margin call", f"{called.cash} or {called.allowances} tCO2e"),
                *explain_product(CarbonProduct.PLEDGE, self.agreed_on),
            ),
        )

    def _price(self, price: Price) -> Fraction:
        return per_tonne(price, self.principal.currency)

    def accrued_to(self, day: datetime.date) -> Fraction:
        """
        Count the interest up to a day, unrounded.

        Args:
            day: The day; not before that of the last payment.

        Returns:
            The interest; nothing before the loan is paid out.

        Raises:
            InvalidValueError: If the day lies before that of the last payment.

        Example:
            >>> terms = PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90")
            >>> pledge = Pledge(reference="P-1", borrower=AccountId("A"), lender=AccountId("B"),
            ...                 asset=AssetId("CEA"), quantity=10, principal=Money("720", "CNY"),
            ...                 terms=terms, rate="0.05", agreed_on="2024-01-02", day_count=DayCount.ACT_360,
            ...                 rounding=Rounding.HALF_UP)
            >>> pledge.accrued_to(datetime.date(2024, 3, 2))
            Fraction(0, 1)
        """
        if self.accrued_on is None:
            return Fraction(0)
        if day < self.accrued_on:
            raise InvalidValueError(f"be on or after {self.accrued_on}", was=str(day), field="on")
        years = self.day_count.years(self.accrued_on, day)
        return self.accrued + Fraction(self.principal.amount) * self.rate * years
