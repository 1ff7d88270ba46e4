"""Commitments: what each partner has promised to pay in."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.errors import BatchError, CurrencyMismatchError, InvalidValueError, NotFoundError
from carbonkit.fund._check import check_currency, listed, paid
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money, currency_code
from carbonkit.values.number import exact, negate, plain, subtract
from carbonkit.values.number import total as sum_of
from carbonkit.values.share import split
from carbonkit.values.table import read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Commitment", "Commitments", "read_commitments", "read_percentages"]

_HUNDRED: Final = Decimal(100)


def _amount(value: Money) -> Money:
    if paid(value, field="amount").amount <= 0:
        raise InvalidValueError("be above zero", was=str(value), field="amount")
    return value


@attrs.frozen
class Commitment:
    """
    One partner's promise to pay in.

    Args:
        partner: The partner's account.
        amount: How much; above zero, in whole minor units.

    Raises:
        InvalidValueError: If the amount is zero, negative or has a fraction of a minor unit.

    Example:
        >>> Commitment(AccountId("LP-CITY"), Money("2000000000.00", "CNY")).amount.currency
        'CNY'
    """

    partner: AccountId = attrs.field(validator=is_a(AccountId))
    amount: Money = attrs.field(converter=_amount)


def _each(values: Iterable[Commitment]) -> tuple[Commitment, ...]:
    return listed(values, field="commitments")


@attrs.frozen
class Commitments:
    """
    The commitments of a fund: one a partner, all in one currency.

    Args:
        each: The commitments; their order decides who gets a left-over minor unit first.

    Raises:
        InvalidValueError: If there is none, or a partner stands there twice.
        CurrencyMismatchError: If they have two currencies.

    Example:
        >>> promised = Commitments([Commitment(AccountId("A"), Money("200", "CNY")),
        ...                         Commitment(AccountId("B"), Money("100", "CNY"))])
        >>> promised.total, promised.shares(Money("100.00", "CNY"))[1]
        (Money('300.00', 'CNY'), (AccountId('B'), Money('33.33', 'CNY')))
    """

    each: tuple[Commitment, ...] = attrs.field(converter=_each)

    def __attrs_post_init__(self) -> None:
        """Check that there is one currency and that no partner is there twice."""
        if not self.each:
            raise InvalidValueError("hold one commitment or more", was="none", field="commitments")
        check = _Check()
        for commitment in self.each:
            check_type(commitment, Commitment, field="commitments")
            check(commitment)

    def __iter__(self) -> Iterator[Commitment]:
        """Go through the commitments in their order."""
        return iter(self.each)

    @property
    def currency(self) -> str:
        """The currency that all of them have."""
        return self.each[0].amount.currency

    @property
    def total(self) -> Money:
        """The sum of all commitments: the fund's size."""
        return Money.from_minor(sum(self.weights), self.currency)

    @property
    def weights(self) -> tuple[int, ...]:
        """Each commitment in minor units, in order."""
        return tuple(commitment.amount.to_minor() for commitment in self.each)

    def of(self, partner: AccountId) -> Money:
        """
        Find what a partner has promised.

        Args:
            partner: The partner's account.

        Returns:
            The commitment.

        Raises:
            NotFoundError: If the fund has no such partner.

        Example:
            >>> promised = Commitments([Commitment(AccountId("A"), Money("200", "CNY"))])
            >>> promised.of(AccountId("A"))
            Money('200', 'CNY')
        """
        for commitment in self.each:
            if commitment.partner == partner:
                return commitment.amount
        raise NotFoundError("be a partner of the fund", was=str(partner), field="partner")

    def shares(self, amount: Money) -> tuple[tuple[AccountId, Money], ...]:
        """
        Divide an amount by commitment, to the minor unit, by largest remainder.

        Args:
            amount: What is divided, in whole minor units of the commitments' currency.

        Returns:
            Each partner's part; together exactly the amount.

        Raises:
            CurrencyMismatchError: If the amount has another currency.
            InvalidValueError: If the amount has a fraction of a minor unit.

        Example:
            >>> promised = Commitments([Commitment(AccountId(name), Money("1", "CNY")) for name in "ABC"])
            >>> [str(part) for _, part in promised.shares(Money("100.00", "CNY"))]
            ['33.34 CNY', '33.33 CNY', '33.33 CNY']
        """
        check_currency(amount, self.currency, field="amount")
        parts = split(amount.to_minor(), self.weights)
        return tuple(
            (commitment.partner, Money.from_minor(part, self.currency))
            for commitment, part in zip(self.each, parts, strict=True)
        )


class _Check:
    """Compares each commitment with those before it."""

    def __init__(self) -> None:
        self._partners: set[AccountId] = set()
        self._currency = ""

    def __call__(self, commitment: Commitment) -> None:
        if commitment.partner in self._partners:
            raise InvalidValueError(
                "stand there once",
                was=str(commitment.partner),
                field="partner",
                hint="add its commitments up",
            )
        self._currency = self._currency or commitment.amount.currency
        if commitment.amount.currency != self._currency:
            raise CurrencyMismatchError(
                f"be {self._currency}, as in the rows before",
                was=commitment.amount.currency,
                field="currency",
            )
        self._partners.add(commitment.partner)


def read_commitments(lines: Iterable[str], *, file: str) -> Commitments:
    """
    Read commitments from CSV with the columns partner, amount and currency.

    Args:
        lines: The text's lines, the header first.
        file: The name that problems give the input.

    Returns:
        The commitments, in the order of the rows.

    Raises:
        BatchError: If anything is wrong; every problem names file, row and field.

    Example:
        >>> read_commitments(["partner,amount,currency", "LP-CITY,200.00,CNY"], file="commitments.csv").total
        Money('200.00', 'CNY')
        >>> read_commitments(["partner,amount,currency", "A,20 %,CNY", "B,0,CNY"], file="commitments.csv")
        Traceback (most recent call last):
        ...
        carbonkit.errors.BatchError: 2 problems; nothing was written
          commitments.csv, row 2, amount: must be a plain number such as "1234.5", was 20 %
          commitments.csv, row 3, amount: must be above zero, was 0 CNY
    """
    check = _Check()

    def build(row: dict[str, Any]) -> Commitment:
        commitment = Commitment(row["partner"], Money(row["amount"], row["currency"]))
        check(commitment)
        return commitment

    each = read_table(
        lines,
        file=file,
        columns={"partner": AccountId, "amount": exact, "currency": currency_code},
        build=build,
    )
    if not each:
        problem = InvalidValueError("hold one commitment or more", was="none", field="commitments", file=file)
        raise BatchError([problem.problem])
    return Commitments(each)


def read_percentages(lines: Iterable[str], *, file: str, total: Money) -> Commitments:
    """
    Read partners' shares in percent from CSV with the columns partner and percent.

    Args:
        lines: The text's lines, the header first.
        file: The name that problems give the input.
        total: The fund's size; it is divided by the shares, by largest remainder.

    Returns:
        The commitments, in the order of the rows; together exactly the total.

    Raises:
        BatchError: If anything is wrong, such as shares that do not add up to 100 exactly; every problem
            names file, row and field.
        InvalidValueError: If the total is zero, negative or has a fraction of a minor unit.

    Example:
        >>> lines = ["partner,percent", "LP-CITY,66.67", "LP-WORKS,33.33"]
        >>> read_percentages(lines, file="shares.csv", total=Money("100", "CNY")).of(AccountId("LP-WORKS"))
        Money('33.33', 'CNY')
        >>> read_percentages(lines[:2], file="shares.csv", total=Money("100", "CNY"))
        Traceback (most recent call last):
        ...
        carbonkit.errors.BatchError: 1 problem; nothing was written
          shares.csv, percent: must add up to 100, was 66.67, 33.33 too little
    """
    whole = _amount(total).to_minor()
    seen: set[AccountId] = set()

    def build(row: dict[str, Any]) -> tuple[AccountId, Decimal]:
        partner, percent = row["partner"], row["percent"]
        if partner in seen:
            raise InvalidValueError(
                "stand there once", was=str(partner), field="partner", hint="add its shares up"
            )
        seen.add(partner)
        if percent <= 0:
            raise InvalidValueError("be above zero", was=plain(percent), field="percent")
        return partner, percent

    shares = read_table(lines, file=file, columns={"partner": AccountId, "percent": exact}, build=build)
    found = sum_of(percent for _, percent in shares)
    if found != _HUNDRED:
        off = subtract(found, _HUNDRED)
        way = f"{plain(off)} too much" if off > 0 else f"{plain(negate(off))} too little"
        problem = InvalidValueError("add up to 100", was=f"{plain(found)}, {way}", field="percent", file=file)
        raise BatchError([problem.problem])
    parts = split(whole, [percent for _, percent in shares])
    return Commitments(
        Commitment(partner, Money.from_minor(part, total.currency))
        for (partner, _), part in zip(shares, parts, strict=True)
    )
