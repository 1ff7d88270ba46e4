"""
Repos (卖出回购): allowances sold now and bought back later at a price agreed today.

The difference between the two prices is interest on the first: price × rate × years, where
the years are days over 360 or 365 by the day count that the agreement names.
"""

from __future__ import annotations

import datetime
from fractions import Fraction

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import count, paid, quantity_of
from carbonkit.fund._observed import shown
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.figure import Number, money
from carbonkit.fund.product._agreement import check_parties, per_tonne, reference, share
from carbonkit.fund.product.agreement_step import AgreementStep, Payment, Tonnes
from carbonkit.fund.product.carbon_product import CarbonProduct, explain_product
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AccountId, AssetId, CommandId
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding
from carbonkit.values.price import Price
from carbonkit.values.time import as_date

__all__ = ["Repo", "purchase_price"]


def _price(value: Money) -> Money:
    if paid(value, field="purchase_price").amount <= 0:
        raise InvalidValueError("be above zero", was=str(value), field="purchase_price")
    return value


def _rate(value: Number) -> Fraction:
    return share(value, field="rate")


def _starts_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="starts_on")


def _ends_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="ends_on")


def purchase_price(price: Price, quantity: int, *, haircut: Number, rounding: Rounding) -> Money:
    """
    Work out the first price of a repo: market value less a haircut.

    Args:
        price: The market price of a tonne.
        quantity: How many tonnes. [tCO2e]
        haircut: The part of the market value that is not paid; from 0 to 1.
        rounding: How it is rounded to the minor unit.

    Returns:
        Market value × (1 − haircut).

    Raises:
        InvalidValueError: If the price is not of a tonne, or something is out of range.

    Example:
        >>> purchase_price(Price("50.00", "CNY", "tCO2e"), 100_000, haircut="0.10",
        ...                rounding=Rounding.HALF_UP)
        Money('4500000.00', 'CNY')
    """
    check_type(price, Price, field="price")
    check_type(rounding, Rounding, field="rounding")
    paid_share = 1 - share(haircut, field="haircut", most=1)
    value = per_tonne(price, price.currency) * count(quantity, field="quantity")
    return money(value * paid_share, price.currency, rounding)


@attrs.frozen(kw_only=True)
class Repo:
    """
    An agreement to sell allowances and to buy them back.

    Args:
        reference: What it is called; the ids of its transfers carry it.
        seller: Who sells and buys back, and so borrows money.
        buyer: Who buys and sells back.
        asset: The allowances; what is given back is of the same kind, not the same serial numbers.
        quantity: How many tonnes. [tCO2e]
        purchase_price: The first price, of all of them.
        rate: The yearly rate of interest, such as "0.046".
        starts_on: The day of the first transfer.
        ends_on: The day of the second.
        day_count: How the years between are counted.
        rounding: How the interest is rounded to the minor unit.

    Raises:
        InvalidValueError: If both parties are one, an amount is out of range, or it ends before it starts.
        InexactNumberError: If a number is a float, a bool, NaN or infinite.

    Example:
        >>> repo = Repo(reference="R-1", seller=AccountId("KEE-001"), buyer=AccountId("BANK"),
        ...             asset=AssetId("CEA"), quantity=100_000, purchase_price=Money("4500000.00", "CNY"),
        ...             rate="0.046", starts_on="2024-01-02", ends_on="2024-04-02",
        ...             day_count=DayCount.ACT_360, rounding=Rounding.HALF_UP)
        >>> repo.interest, repo.repurchase_price
        (Money('52325.00', 'CNY'), Money('4552325.00', 'CNY'))
    """

    reference: str = attrs.field(converter=reference)
    seller: AccountId = attrs.field(validator=is_a(AccountId))
    buyer: AccountId = attrs.field(validator=is_a(AccountId))
    asset: AssetId = attrs.field(validator=is_a(AssetId))
    quantity: int = attrs.field(converter=quantity_of)
    purchase_price: Money = attrs.field(converter=_price)
    rate: Fraction = attrs.field(converter=_rate)
    starts_on: datetime.date = attrs.field(converter=_starts_on)
    ends_on: datetime.date = attrs.field(converter=_ends_on)
    day_count: DayCount = attrs.field(validator=is_a(DayCount))
    rounding: Rounding = attrs.field(validator=is_a(Rounding))

    def __attrs_post_init__(self) -> None:
        """Check that there are two parties and that it ends after it starts."""
        check_parties(self.seller, self.buyer, field="buyer")
        if self.ends_on <= self.starts_on:
            raise InvalidValueError(f"be after {self.starts_on}", was=str(self.ends_on), field="ends_on")

    @property
    def years(self) -> Fraction:
        """The years between the two transfers, by the day count."""
        return self.day_count.years(self.starts_on, self.ends_on)

    @property
    def interest(self) -> Money:
        """Purchase price × rate × years, rounded to the minor unit."""
        exact = Fraction(self.purchase_price.amount) * self.rate * self.years
        return money(exact, self.purchase_price.currency, self.rounding)

    @property
    def repurchase_price(self) -> Money:
        """What the seller pays to have the allowances back."""
        return self.purchase_price + self.interest

    @property
    def repurchase_unit_price(self) -> Fraction:
        """The same for a tonne, exactly."""
        return Fraction(self.repurchase_price.amount) / self.quantity

    def haircut(self, price: Price) -> Fraction:
        """
        Say what part of the market value was not paid.

        Args:
            price: The market price of a tonne.

        Returns:
            1 − purchase price / market value; negative if more was paid than it is worth.

        Raises:
            InvalidValueError: If the price is not of a tonne in the currency, or not above zero.

        Example:
            >>> repo = Repo(reference="R-1", seller=AccountId("A"), buyer=AccountId("B"),
            ...             asset=AssetId("CEA"), quantity=10, purchase_price=Money("450.00", "CNY"),
            ...             rate="0.046", starts_on="2024-01-02", ends_on="2024-04-02",
            ...             day_count=DayCount.ACT_360, rounding=Rounding.HALF_UP)
            >>> repo.haircut(Price("50", "CNY", "tCO2e"))
            Fraction(1, 10)
        """
        value = per_tonne(price, self.purchase_price.currency) * self.quantity
        return 1 - Fraction(self.purchase_price.amount) / value

    @property
    def sale(self) -> AgreementStep:
        """The first transfer: allowances to the buyer, against the purchase price."""
        return AgreementStep(
            id=CommandId(f"repo/{self.reference}/sale"),
            reason="repo_sale",
            tonnes=[Tonnes(self.asset, self.quantity, self.seller, self.buyer)],
            payments=[Payment(self.purchase_price, self.buyer, self.seller)],
        )

    @property
    def repurchase(self) -> AgreementStep:
        """The second transfer: allowances of the same kind back, against the repurchase price."""
        return AgreementStep(
            id=CommandId(f"repo/{self.reference}/repurchase"),
            reason="repo_repurchase",
            tonnes=[Tonnes(self.asset, self.quantity, self.buyer, self.seller)],
            payments=[Payment(self.repurchase_price, self.seller, self.buyer)],
        )

    def explain(self) -> Explanation:
        """Say how the repurchase price came about, and which class of product a repo is."""
        years = Explanation(
            "years",
            str(self.years),
            how=f"{self.starts_on} to {self.ends_on}, {self.day_count.value}",
            source=self.day_count.source,
        )
        way = self.rounding.name.lower().replace("_", " ")
        interest = Explanation(
            "interest",
            str(self.interest),
            how=f"{self.purchase_price} × {shown(self.rate)} × years, rounded {way}",
            parts=(years,),
        )
        return Explanation(
            f"repurchase price of {self.quantity} tCO2e of {self.asset}",
            str(self.repurchase_price),
            how="purchase price + interest",
            parts=(
                Explanation("purchase price", str(self.purchase_price)),
                interest,
                *explain_product(CarbonProduct.REPO, self.starts_on),
            ),
        )
