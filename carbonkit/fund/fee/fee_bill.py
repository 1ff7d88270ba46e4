"""
Fee bills: a period's management fee from gross to net, by way of waivers, rebates and offsets.

Each step is divided among the partners and gives entries of its own line, so that a
statement can reconcile the gross fee to the net one.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError, InvalidValueError, NotFoundError
from carbonkit.fund._check import check_currency, paid, pairs, total_of
from carbonkit.fund.apportion import apportion
from carbonkit.fund.entry import Entry, Line, entries_of
from carbonkit.fund.fee.fee_offset import FeeOffset, OffsetTerms, offset_fee
from carbonkit.fund.fee.management_fee import ManagementFee
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FeeBill", "bill_fee"]

Parts = tuple[tuple[AccountId, Money], ...]


@attrs.frozen(kw_only=True)
class FeeBill:
    """
    A management fee from gross to net; made by `bill_fee`.

    Args:
        fee: The gross fee.
        waivers: What is waived, partner by partner.
        rebates: What is given back, partner by partner.
        offset: What portfolio fees take off.
        offsets: The same, partner by partner.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> from carbonkit.fund.fee.fee_terms import FeeBase, FeeMeasured, FeePeriods, FeeStep, FeeTerms
        >>> from carbonkit.fund.fee.management_fee import charge_management_fee
        >>> from carbonkit.values import Rounding
        >>> terms = FeeTerms(steps=[FeeStep("2021-07-15", "0.02", [FeeBase.COMMITTED])], own=(),
        ...                  time=FeePeriods.YEARS, measured=FeeMeasured.AT_PERIOD_START,
        ...                  rounding=Rounding.HALF_UP)
        >>> promised = Commitments([Commitment(AccountId(name), Money("50", "CNY")) for name in "AB"])
        >>> fee = charge_management_fee(terms, promised, (), number=1, start="2021-07-15",
        ...                             end="2022-07-15", charged_on="2021-07-15")
        >>> bill = bill_fee(fee, waived=Money("0.50", "CNY"),
        ...                 rebates=[(AccountId("A"), Money("0.25", "CNY"))],
        ...                 offset_terms=OffsetTerms(share=1, rounding=Rounding.HALF_UP),
        ...                 portfolio_fees=Money("0.50", "CNY"), brought_forward=Money("0.00", "CNY"))
        >>> print(bill.explain().text())
        management fee 1, net: 0.75 CNY = gross − waivers − rebates − offset
          gross: 2.00 CNY
          waivers: 0.50 CNY
          rebates: 0.25 CNY
          fee offset: 0.50 CNY = credit, at most the fee of 1.25 CNY
            credit: 0.50 CNY = 1 × 0.50 CNY + 0.00 CNY brought forward
            carried forward: 0.00 CNY = credit − offset
          A: 0.30 CNY
          B: 0.45 CNY
    """

    fee: ManagementFee
    waivers: Parts
    rebates: Parts
    offset: FeeOffset
    offsets: Parts

    @property
    def net(self) -> Money:
        """What the manager is paid."""
        return total_of((part for _, part in self.parts), self.fee.total.currency)

    @property
    def parts(self) -> Parts:
        """What each partner bears in the end, in the order of the commitments."""
        return _less(_less(_less(self.fee.parts, self.waivers), self.rebates), self.offsets)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The gross fee, and each step down from it."""
        fee = self.fee
        steps = (
            (self.waivers, Line.FEE_WAIVER),
            (self.rebates, Line.FEE_REBATE),
            (self.offsets, Line.FEE_OFFSET),
        )
        return (
            *fee.entries,
            *(
                entry
                for parts, line in steps
                for entry in entries_of(parts, on=fee.charged_on, line=line, document=fee.document)
            ),
        )

    def explain(self) -> Explanation:
        """Show every step."""
        currency = self.fee.total.currency
        steps = (("waivers", self.waivers), ("rebates", self.rebates))
        return Explanation(
            f"management fee {self.fee.number}, net",
            str(self.net),
            how="gross − waivers − rebates − offset",
            parts=(
                Explanation("gross", str(self.fee.total)),
                *(
                    Explanation(what, str(total_of((part for _, part in parts), currency)))
                    for what, parts in steps
                ),
                self.offset.explain(),
                *(Explanation(str(partner), str(part)) for partner, part in self.parts),
            ),
        )


def _less(parts: Parts, less: Parts) -> Parts:
    return tuple((partner, part - taken) for (partner, part), (_, taken) in zip(parts, less, strict=True))


def _in_proportion(amount: Money, parts: Parts) -> Parts:
    """Divide an amount as the parts are; none gets more than its part."""
    minor, weights = amount.to_minor(), [part.to_minor() for _, part in parts]
    whole = sum(weights)
    exact = [Fraction(minor * weight, whole or 1) for weight in weights]
    shares = apportion(minor, exact)
    return tuple(
        (partner, Money.from_minor(share, amount.currency))
        for (partner, _), share in zip(parts, shares, strict=True)
    )


def bill_fee(
    fee: ManagementFee,
    *,
    waived: Money,
    rebates: Iterable[tuple[AccountId, Money]],
    offset_terms: OffsetTerms,
    portfolio_fees: Money,
    brought_forward: Money,
) -> FeeBill:
    """
    Bring a management fee from gross to net.

    Args:
        fee: The gross fee.
        waived: What the manager waives of it, for all; divided in proportion to the gross fee.
        rebates: What it gives back to single partners, as by side letters.
        offset_terms: How much of portfolio fees is set off.
        portfolio_fees: What portfolio companies paid the manager in the period.
        brought_forward: What earlier periods could not set off.

    Returns:
        The bill. What is set off is divided in proportion to what is left of each partner's fee.

    Raises:
        FundError: `above_fee` if more is waived or given back than there is.
        NotFoundError: If a rebate is for nobody who bears the fee.
        InvalidValueError: If an amount is negative, or a partner has two rebates.
        CurrencyMismatchError: If one is in another currency.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> from carbonkit.fund.fee.fee_terms import FeeBase, FeeMeasured, FeePeriods, FeeStep, FeeTerms
        >>> from carbonkit.fund.fee.management_fee import charge_management_fee
        >>> from carbonkit.values import Rounding
        >>> terms = FeeTerms(steps=[FeeStep("2021-07-15", "0.02", [FeeBase.COMMITTED])], own=(),
        ...                  time=FeePeriods.YEARS, measured=FeeMeasured.AT_PERIOD_START,
        ...                  rounding=Rounding.HALF_UP)
        >>> promised = Commitments([Commitment(AccountId(name), Money("50", "CNY")) for name in "AB"])
        >>> fee = charge_management_fee(terms, promised, (), number=1, start="2021-07-15",
        ...                             end="2022-07-15", charged_on="2021-07-15")
        >>> bill = bill_fee(fee, waived=Money("0", "CNY"), rebates=(), portfolio_fees=Money("3", "CNY"),
        ...                 offset_terms=OffsetTerms(share=1, rounding=Rounding.HALF_UP),
        ...                 brought_forward=Money("0", "CNY"))
        >>> bill.net, bill.offset.carried_forward
        (Money('0.00', 'CNY'), Money('1.00', 'CNY'))
    """
    check_type(fee, ManagementFee, field="fee")
    currency = fee.total.currency
    check_currency(paid(waived, field="waived"), currency, field="waived")
    _check_left(waived, fee.total, field="waived")
    waivers = _in_proportion(waived, fee.parts)
    left = _less(fee.parts, waivers)
    given: dict[AccountId, Money] = {}
    for partner, amount in pairs(rebates, field="rebates"):
        check_currency(paid(amount, field="rebates"), currency, field="rebates")
        if partner in given:
            raise InvalidValueError("name each partner once", was=str(partner), field="rebates")
        given[partner] = amount
    borne = dict(left)
    for partner, amount in given.items():
        if partner not in borne:
            raise NotFoundError("be a partner that bears the fee", was=str(partner), field="rebates")
        _check_left(amount, borne[partner], field=f"rebate of {partner}")
    nothing = Money.from_minor(0, currency)
    back = tuple((partner, given.get(partner, nothing)) for partner, _ in left)
    left = _less(left, back)
    rest = total_of((part for _, part in left), currency)
    offset = offset_fee(
        offset_terms, fee=rest, portfolio_fees=portfolio_fees, brought_forward=brought_forward
    )
    return FeeBill(
        fee=fee,
        waivers=waivers,
        rebates=back,
        offset=offset,
        offsets=_in_proportion(offset.applied, left),
    )


def _check_left(amount: Money, left: Money, *, field: str) -> None:
    if amount > left:
        raise FundError(
            f"be at most the {left} that are left of the fee",
            was=str(amount),
            field=field,
            code=Refusal.ABOVE_FEE,
        )
