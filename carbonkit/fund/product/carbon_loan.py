"""
Carbon lending (借碳): allowances lent against a margin, and given back with a fee.

What is given back is of the same kind as what was lent, not the same serial numbers. The
fee is simple: value at the start × rate × years by the day count. The margin stays the
borrower's and lies in the bucket of what is pledged until the allowances are back.
"""

from __future__ import annotations

import datetime
import enum
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import check_currency, paid, quantity_of
from carbonkit.fund._observed import shown
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.figure import Number, money
from carbonkit.fund.product._agreement import check_parties, check_state, per_tonne, reference, share
from carbonkit.fund.product.agreement_step import AgreementStep, Payment, Tonnes
from carbonkit.fund.product.carbon_product import CarbonProduct, explain_product
from carbonkit.fund.product.lending_rules import LendingRules
from carbonkit.fund.refusal import Refusal
from carbonkit.ledger.account import Bucket
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AccountId, AssetId, CommandId
from carbonkit.values.number import Rounding, whole
from carbonkit.values.price import Price
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from carbonkit.values.money import Money

__all__ = ["CarbonLoan", "LoanState", "give_back_allowances", "lend_allowances"]


class LoanState(enum.Enum):
    """
    How far a carbon loan has come.

    Example:
        >>> LoanState("lent").name
        'LENT'
    """

    AGREED = "agreed"
    """The contract is made; nothing has moved."""
    LENT = "lent"
    """The borrower has the allowances and has left the margin."""
    RETURNED = "returned"
    """The allowances are back, the fee is paid, the margin is free."""


def _margin_share(value: Number) -> Fraction:
    return share(value, field="margin_share")


def _fee_rate(value: Number) -> Fraction:
    return share(value, field="fee_rate")


def _starts_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="starts_on")


def _ends_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="ends_on")


@attrs.frozen(kw_only=True)
class CarbonLoan:
    """
    Allowances lent for a time.

    Args:
        reference: What it is called; the ids of its transfers carry it.
        lender: Who lends the allowances.
        borrower: Who borrows them and leaves a margin.
        asset: The allowances.
        quantity: How many tonnes. [tCO2e]
        price: The price of a tonne that margin and fee are reckoned at.
        margin_share: The initial margin as a part of their value, such as "0.3".
        fee_rate: The yearly fee as a part of their value, such as "0.05".
        starts_on: The day on which they are lent.
        ends_on: The day on which they are due.
        day_count: How the years between are counted.
        rounding: How margin and fee are rounded to the minor unit.
        rules: The lines of the cover, and how much may be borrowed.
        state: How far it has come.

    Raises:
        FundError: `above_cap` if it is more than the rules allow one borrower.
        InvalidValueError: If both parties are one, an amount is out of range, or it ends before it starts.
        InexactNumberError: If a number is a float, a bool, NaN or infinite.

    Example:
        >>> from carbonkit.schemes.shanghai_lending import lending_rules
        >>> loan = CarbonLoan(reference="L-1", lender=AccountId("A"), borrower=AccountId("B"),
        ...                   asset=AssetId("SHEA"), quantity=100_000, price=Price("60", "CNY", "tCO2e"),
        ...                   margin_share="0.3", fee_rate="0.05", starts_on="2024-01-02",
        ...                   ends_on="2024-07-02", day_count=DayCount.ACT_365_FIXED,
        ...                   rounding=Rounding.HALF_UP, rules=lending_rules("2024-01-02"))
        >>> loan.margin, loan.fee
        (Money('1800000.00', 'CNY'), Money('149589.04', 'CNY'))
    """

    reference: str = attrs.field(converter=reference)
    lender: AccountId = attrs.field(validator=is_a(AccountId))
    borrower: AccountId = attrs.field(validator=is_a(AccountId))
    asset: AssetId = attrs.field(validator=is_a(AssetId))
    quantity: int = attrs.field(converter=quantity_of)
    price: Price = attrs.field(validator=is_a(Price))
    margin_share: Fraction = attrs.field(converter=_margin_share)
    fee_rate: Fraction = attrs.field(converter=_fee_rate)
    starts_on: datetime.date = attrs.field(converter=_starts_on)
    ends_on: datetime.date = attrs.field(converter=_ends_on)
    day_count: DayCount = attrs.field(validator=is_a(DayCount))
    rounding: Rounding = attrs.field(validator=is_a(Rounding))
    rules: LendingRules = attrs.field(validator=is_a(LendingRules), repr=False)
    state: LoanState = attrs.field(default=LoanState.AGREED, validator=is_a(LoanState))

    def __attrs_post_init__(self) -> None:
        """Check the parties, the price, the days and the cap."""
        check_parties(self.lender, self.borrower, field="borrower")
        per_tonne(self.price, self.price.currency)
        if self.ends_on <= self.starts_on:
            raise InvalidValueError(f"be after {self.starts_on}", was=str(self.ends_on), field="ends_on")
        if self.rules.most is not None and self.quantity > self.rules.most.value:
            raise FundError(
                f"be at most {self.rules.most.value} tCO2e for one borrower",
                was=self.quantity,
                field="quantity",
                code=Refusal.ABOVE_CAP,
            )

    @property
    def value(self) -> Fraction:
        """What the allowances are worth at the start, in the currency's main unit."""
        return Fraction(self.price.amount) * self.quantity

    @property
    def margin(self) -> Money:
        """The initial margin: value × share, rounded."""
        return money(self.value * self.margin_share, self.price.currency, self.rounding)

    @property
    def fee(self) -> Money:
        """The fee for the whole time: value × rate × years, rounded."""
        years = self.day_count.years(self.starts_on, self.ends_on)
        return money(self.value * self.fee_rate * years, self.price.currency, self.rounding)

    def cover(self, *, cash: Money, allowances: int, price: Price) -> Fraction:
        """
        Say how well the loan is covered by what lies in the borrower's lending sub-accounts.

        Args:
            cash: The money there, margin and proceeds of sales.
            allowances: The tonnes of the same kind there, borrowed ones included. [tCO2e]
            price: The close of the day.

        Returns:
            (cash + allowances × price) / (borrowed × price); `rules.cover` says what follows.

        Raises:
            InvalidValueError: If an amount is negative, or the price not of a tonne in the currency.
            CurrencyMismatchError: If the cash is in another currency.

        Example:
            >>> from carbonkit.schemes.shanghai_lending import lending_rules
            >>> from carbonkit.values import Money
            >>> loan = CarbonLoan(reference="L-1", lender=AccountId("A"), borrower=AccountId("B"),
            ...                   asset=AssetId("SHEA"), quantity=100, price=Price("60", "CNY", "tCO2e"),
            ...                   margin_share="0.3", fee_rate="0.05", starts_on="2024-01-02",
            ...                   ends_on="2024-07-02", day_count=DayCount.ACT_365_FIXED,
            ...                   rounding=Rounding.HALF_UP, rules=lending_rules("2024-01-02"))
            >>> ratio = loan.cover(cash=Money("7800", "CNY"), allowances=0,
            ...                    price=Price("65", "CNY", "tCO2e"))
            >>> ratio, loan.rules.cover(ratio).value
            (Fraction(6, 5), 'by agreement')
        """
        each = per_tonne(price, self.price.currency)
        check_currency(paid(cash, field="cash"), self.price.currency, field="cash")
        tonnes = whole(allowances, field="allowances")
        if tonnes < 0:
            raise InvalidValueError("be zero or more", was=tonnes, field="allowances")
        return (Fraction(cash.amount) + tonnes * each) / (self.quantity * each)

    def top_up(self, *, cash: Money, allowances: int, price: Price) -> Money:
        """
        Say what brings the cover back to the warning line.

        Args:
            cash: The money in the lending sub-accounts.
            allowances: The tonnes of the same kind there. [tCO2e]
            price: The close of the day.

        Returns:
            The money, rounded up to the minor unit; nothing if the cover stands at the line or above.

        Raises:
            InvalidValueError: If an amount is negative, or the price not of a tonne in the currency.
            CurrencyMismatchError: If the cash is in another currency.

        Example:
            >>> from carbonkit.schemes.shanghai_lending import lending_rules
            >>> from carbonkit.values import Money
            >>> loan = CarbonLoan(reference="L-1", lender=AccountId("A"), borrower=AccountId("B"),
            ...                   asset=AssetId("SHEA"), quantity=100, price=Price("60", "CNY", "tCO2e"),
            ...                   margin_share="0.3", fee_rate="0.05", starts_on="2024-01-02",
            ...                   ends_on="2024-07-02", day_count=DayCount.ACT_365_FIXED,
            ...                   rounding=Rounding.HALF_UP, rules=lending_rules("2024-01-02"))
            >>> loan.top_up(cash=Money("7800", "CNY"), allowances=0, price=Price("65", "CNY", "tCO2e"))
            Money('650.00', 'CNY')
        """
        line = Fraction(self.rules.warning.value)
        missing = max(Fraction(0), line - self.cover(cash=cash, allowances=allowances, price=price))
        owed = per_tonne(price, self.price.currency) * self.quantity
        return money(missing * owed, self.price.currency, Rounding.CEILING)

    def withdrawable(self, *, cash: Money, allowances: int, price: Price) -> Money:
        """
        Say how much may be withdrawn: what lies above the line of excess.

        Args:
            cash: The money in the lending sub-accounts.
            allowances: The tonnes of the same kind there. [tCO2e]
            price: The close of the day.

        Returns:
            The worth of it, rounded down to the minor unit, and never more than the cash that is there.

        Raises:
            InvalidValueError: If an amount is negative, or the price not of a tonne in the currency.
            CurrencyMismatchError: If the cash is in another currency.

        Example:
            >>> from carbonkit.schemes.shanghai_lending import lending_rules
            >>> from carbonkit.values import Money
            >>> loan = CarbonLoan(reference="L-1", lender=AccountId("A"), borrower=AccountId("B"),
            ...                   asset=AssetId("SHEA"), quantity=100, price=Price("60", "CNY", "tCO2e"),
            ...                   margin_share="0.3", fee_rate="0.05", starts_on="2024-01-02",
            ...                   ends_on="2024-07-02", day_count=DayCount.ACT_365_FIXED,
            ...                   rounding=Rounding.HALF_UP, rules=lending_rules("2024-01-02"))
            >>> loan.withdrawable(cash=Money("4000", "CNY"), allowances=100,
            ...                   price=Price("60", "CNY", "tCO2e"))
            Money('1000.00', 'CNY')
        """
        line = Fraction(self.rules.excess.value)
        above = max(Fraction(0), self.cover(cash=cash, allowances=allowances, price=price) - line)
        owed = per_tonne(price, self.price.currency) * self.quantity
        return min(cash, money(above * owed, self.price.currency, Rounding.FLOOR))

    def explain(self) -> Explanation:
        """Say how margin and fee came about, and which class of product carbon lending is."""
        value = f"{self.quantity} tCO2e × {self.price}"
        years = self.day_count.years(self.starts_on, self.ends_on)
        return Explanation(
            f"carbon loan {self.reference}",
            f"{self.quantity} tCO2e of {self.asset} until {self.ends_on}",
            parts=(
                Explanation("initial margin", str(self.margin), how=f"{value} × {shown(self.margin_share)}"),
                Explanation(
                    "fee",
                    str(self.fee),
                    how=f"{value} × {shown(self.fee_rate)} × {years} years ({self.day_count.value})",
                ),
                *(rule.explain() for rule in (self.rules.excess, self.rules.warning, self.rules.top_up)),
                *explain_product(CarbonProduct.LENDING, self.starts_on),
            ),
        )


def lend_allowances(loan: CarbonLoan) -> tuple[CarbonLoan, AgreementStep]:
    """
    Hand the allowances over against the margin; agreed → lent.

    Args:
        loan: An agreed loan.

    Returns:
        The loan after it, and what moves.

    Raises:
        FundError: `wrong_state` if the loan is not agreed.

    Example:
        >>> from carbonkit.schemes.shanghai_lending import lending_rules
        >>> loan = CarbonLoan(reference="L-1", lender=AccountId("A"), borrower=AccountId("B"),
        ...                   asset=AssetId("SHEA"), quantity=100, price=Price("60", "CNY", "tCO2e"),
        ...                   margin_share="0.3", fee_rate="0.05", starts_on="2024-01-02",
        ...                   ends_on="2024-07-02", day_count=DayCount.ACT_365_FIXED,
        ...                   rounding=Rounding.HALF_UP, rules=lending_rules("2024-01-02"))
        >>> lent, step = lend_allowances(loan)
        >>> lent.state.value, step.payments[0].target_bucket.value
        ('lent', 'pledged')
    """
    check_type(loan, CarbonLoan, field="loan")
    check_state(loan.state, LoanState.AGREED, step="lent")
    margin = Payment(loan.margin, loan.borrower, loan.borrower, Bucket.TRADABLE, Bucket.PLEDGED)
    step = AgreementStep(
        id=CommandId(f"carbon_loan/{loan.reference}/lending"),
        reason="carbon_lent",
        tonnes=[Tonnes(loan.asset, loan.quantity, loan.lender, loan.borrower)],
        payments=[margin],
    )
    return attrs.evolve(loan, state=LoanState.LENT), step


def give_back_allowances(loan: CarbonLoan) -> tuple[CarbonLoan, AgreementStep]:
    """
    Give allowances of the same kind back with the fee, and free the margin; lent → returned.

    Args:
        loan: A lent loan.

    Returns:
        The loan after it, and what moves.

    Raises:
        FundError: `wrong_state` if the loan is not lent.

    Example:
        >>> from carbonkit.schemes.shanghai_lending import lending_rules
        >>> loan = CarbonLoan(reference="L-1", lender=AccountId("A"), borrower=AccountId("B"),
        ...                   asset=AssetId("SHEA"), quantity=100, price=Price("60", "CNY", "tCO2e"),
        ...                   margin_share="0.3", fee_rate="0.05", starts_on="2024-01-02",
        ...                   ends_on="2024-07-02", day_count=DayCount.ACT_365_FIXED,
        ...                   rounding=Rounding.HALF_UP, rules=lending_rules("2024-01-02"))
        >>> give_back_allowances(loan)
        Traceback (most recent call last):
        ...
        carbonkit.errors.FundError: state: must be lent to be returned, was agreed
    """
    check_type(loan, CarbonLoan, field="loan")
    check_state(loan.state, LoanState.LENT, step="returned")
    step = AgreementStep(
        id=CommandId(f"carbon_loan/{loan.reference}/return"),
        reason="carbon_returned",
        tonnes=[Tonnes(loan.asset, loan.quantity, loan.borrower, loan.lender)],
        payments=[
            Payment(loan.margin, loan.borrower, loan.borrower, Bucket.PLEDGED, Bucket.TRADABLE),
            Payment(loan.fee, loan.borrower, loan.lender),
        ],
    )
    return attrs.evolve(loan, state=LoanState.RETURNED), step
