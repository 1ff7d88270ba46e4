"""Escrow: carried interest that is held back against a clawback, then released or used for one."""

from __future__ import annotations

import datetime
import enum
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import check_currency, listed, on_day, paid, total_of
from carbonkit.fund.carry._settlement import check_order
from carbonkit.fund.carry.clawback import Clawback
from carbonkit.fund.carry.waterfall import WaterfallResult
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.money import Money, currency_code

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Escrow", "EscrowKind", "EscrowMove", "escrow_of"]


class EscrowKind(enum.Enum):
    """
    What moves an escrow.

    Example:
        >>> EscrowKind("released").name
        'RELEASED'
    """

    HELD = "held back"
    RELEASED = "released"
    CLAWED_BACK = "clawed back"


def _amount(value: Money) -> Money:
    if paid(value, field="amount").amount <= 0:
        raise InvalidValueError("be above zero", was=str(value), field="amount")
    return value


@attrs.frozen
class EscrowMove:
    """
    One move of an escrow.

    Args:
        on: The day.
        kind: What it is.
        amount: How much; above zero.

    Raises:
        InvalidValueError: If the amount is not above zero or not in whole minor units.

    Example:
        >>> EscrowMove("2024-07-15", EscrowKind.HELD, Money("3.00", "CNY")).amount
        Money('3.00', 'CNY')
    """

    on: datetime.date = attrs.field(converter=on_day)
    kind: EscrowKind = attrs.field(validator=is_a(EscrowKind))
    amount: Money = attrs.field(converter=_amount)


def _moves(value: Iterable[EscrowMove]) -> tuple[EscrowMove, ...]:
    moves = listed(value, field="moves")
    for place, move in enumerate(moves, start=1):
        check_type(move, EscrowMove, field=f"escrow move {place}")
    return moves


@attrs.frozen
class Escrow:
    """
    Carry held in escrow: all moves so far, in order.

    Args:
        currency: Its one currency.
        moves: The moves.

    Raises:
        FundError: `above_escrow` if more leaves it than it holds, `out_of_order` if a move lies before
            the one in front of it.
        CurrencyMismatchError: If a move is in another currency.

    Example:
        >>> escrow = Escrow("CNY").held(Money("3.00", "CNY"), on="2024-07-15")
        >>> escrow = escrow.clawed_back(Money("2.00", "CNY"), on="2026-07-15")
        >>> print(escrow.released(Money("1.00", "CNY"), on="2026-07-15").balance)
        0.00 CNY
        >>> escrow.released(Money("1.01", "CNY"), on="2026-07-15")
        Traceback (most recent call last):
        ...
        carbonkit.errors.FundError: escrow move 3: must be at most the 1.00 CNY held, was 1.01 CNY
    """

    currency: str = attrs.field(converter=currency_code)
    moves: tuple[EscrowMove, ...] = attrs.field(default=(), converter=_moves)

    def __attrs_post_init__(self) -> None:
        """Check that no move takes more than there is, and that they are in order."""
        balance, last = total_of((), self.currency), None
        for place, move in enumerate(self.moves, start=1):
            name = f"escrow move {place}"
            check_currency(move.amount, self.currency, field=name)
            check_order(last, move.on, field=name)
            if move.kind is not EscrowKind.HELD and move.amount > balance:
                raise FundError(
                    f"be at most the {balance} held",
                    was=str(move.amount),
                    field=name,
                    code=Refusal.ABOVE_ESCROW,
                )
            balance += move.amount if move.kind is EscrowKind.HELD else -move.amount
            last = move.on

    @property
    def balance(self) -> Money:
        """What is held."""
        signed = (move.amount if move.kind is EscrowKind.HELD else -move.amount for move in self.moves)
        return total_of(signed, self.currency)

    def held(self, amount: Money, *, on: str | datetime.date) -> Escrow:
        """
        Hold carry back.

        Args:
            amount: How much.
            on: The day.

        Returns:
            The escrow after it.

        Example:
            >>> Escrow("CNY").held(Money("3.00", "CNY"), on="2024-07-15").balance
            Money('3.00', 'CNY')
        """
        return self._with(EscrowKind.HELD, amount, on)

    def released(self, amount: Money, *, on: str | datetime.date) -> Escrow:
        """
        Release carry to the general partner.

        Args:
            amount: How much.
            on: The day.

        Returns:
            The escrow after it.

        Example:
            >>> escrow = Escrow("CNY").held(Money("3.00", "CNY"), on="2024-07-15")
            >>> escrow.released(Money("3.00", "CNY"), on="2026-07-15").balance
            Money('0.00', 'CNY')
        """
        return self._with(EscrowKind.RELEASED, amount, on)

    def clawed_back(self, amount: Money, *, on: str | datetime.date) -> Escrow:
        """
        Pay a clawback out of it.

        Args:
            amount: How much.
            on: The day.

        Returns:
            The escrow after it.

        Example:
            >>> escrow = Escrow("CNY").held(Money("3.00", "CNY"), on="2024-07-15")
            >>> escrow.clawed_back(Money("1.00", "CNY"), on="2026-07-15").balance
            Money('2.00', 'CNY')
        """
        return self._with(EscrowKind.CLAWED_BACK, amount, on)

    def _with(self, kind: EscrowKind, amount: Money, on: str | datetime.date) -> Escrow:
        return attrs.evolve(self, moves=(*self.moves, EscrowMove(on, kind, amount)))

    def explain(self) -> Explanation:
        """List the moves."""
        return Explanation(
            "escrow",
            str(self.balance),
            how="held back − released − clawed back",
            parts=(Explanation(f"{move.kind.value} on {move.on}", str(move.amount)) for move in self.moves),
        )


def escrow_of(currency: str, results: Iterable[WaterfallResult], clawbacks: Iterable[Clawback]) -> Escrow:
    """
    Put an escrow together from what distributions held back and clawbacks took.

    Args:
        currency: Its currency.
        results: The distributions of a waterfall.
        clawbacks: The clawbacks.

    Returns:
        The escrow, in order of the days; on one day what is held back comes first.

    Raises:
        WrongTypeError: If something is no distribution, or no clawback.
        FundError: `above_escrow` if the clawbacks took more than was held, `nothing_paid` if a result is of
            a hypothetical liquidation.

    Example:
        >>> escrow_of("CNY", [], []).balance
        Money('0.00', 'CNY')
    """
    paid_out, given_back = listed(results, field="results"), listed(clawbacks, field="clawbacks")
    for place, result in enumerate(paid_out, start=1):
        check_type(result, WaterfallResult, field=f"result {place}")
        if result.hypothetical:
            raise FundError(
                "be a distribution that was paid",
                was="a hypothetical liquidation",
                field=f"result {place}",
                code=Refusal.NOTHING_PAID,
            )
    for place, clawback in enumerate(given_back, start=1):
        check_type(clawback, Clawback, field=f"clawback {place}")
    held = [EscrowMove(each.on, EscrowKind.HELD, each.escrow) for each in paid_out if each.escrow.amount]
    used = [
        EscrowMove(each.on, EscrowKind.CLAWED_BACK, each.from_escrow)
        for each in given_back
        if each.from_escrow.amount
    ]
    return Escrow(currency, sorted([*held, *used], key=lambda move: move.on))
