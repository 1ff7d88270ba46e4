"""
Clawback: carried interest that the general partner gives back, because it was paid too much.

It gives back what it has above its share of the whole profit, or what the limited partners
lack of their capital and preferred return, whichever is more; at most what it was paid, or
what is left of that after tax, as the terms say. With a value that is still held the same
test is an interim one. By tiers of the fund's own its share is what they give on the whole profit.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

import attrs

from carbonkit.errors import WrongTypeError
from carbonkit.fund._check import check_currency, listed, paid, total_of
from carbonkit.fund.apportion import written
from carbonkit.fund.carry._settlement import capital_in, check_contributed, check_order, tiered
from carbonkit.fund.carry.carry_sharing import CarrySharing
from carbonkit.fund.carry.carry_terms import CLAWBACK, ClawbackBasis, HurdleKind, TierOrder
from carbonkit.fund.carry.hurdle import Compounding, Hurdle, PreferredRate
from carbonkit.fund.carry.tier import PreferredReturn
from carbonkit.fund.carry.waterfall import GIVEN_BACK, CapitalContribution, WaterfallResult
from carbonkit.fund.entry import Entry, Line, entries_of
from carbonkit.fund.figure import money
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.money import Money
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from carbonkit.values.identifier import AccountId

__all__ = ["Clawback", "PaidCarry", "carry_on_liquidation", "clawback_due"]

_NONE = Fraction(0)


class PaidCarry(Protocol):
    """
    What a clawback is worked out from: a European or an American waterfall.

    Example:
        >>> from carbonkit.fund.carry.european import EuropeanWaterfall
        >>> waterfall: type[PaidCarry] = EuropeanWaterfall
    """

    @property
    def sharing(self) -> CarrySharing:
        """Who shares by which terms."""
        ...

    @property
    def contributions(self) -> tuple[CapitalContribution, ...]:
        """What was paid in."""
        ...

    @property
    def results(self) -> tuple[WaterfallResult, ...]:
        """The distributions."""
        ...


@attrs.frozen(kw_only=True)
class Clawback:
    """
    What the general partner gives back, and why; made by `clawback_due`.

    Args:
        number: Its number, from 1.
        on: The day.
        sharing: Who shares by which terms and tiers.
        carry_paid: The carry paid so far, less what was given back.
        profit: The profit of the partners in the tiers, carry included.
        entitled: The carry that falls to the general partner on it.
        shortfall: What the limited partners lack of capital and preferred return.
        most: The most that can be taken.
        amount: What is given back.
        from_escrow: What of it the escrow holds.

    Example:
        >>> from carbonkit.fund.carry.american import american_waterfall
        >>> from carbonkit.fund.carry.carry_terms import (CarryBase, CarryTerms, CatchUp, CatchUpTarget,
        ...                                         ClawbackBasis, OwnCommitment, PreferredStart, TierOrder)
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.carry.deal_event import Realisation, Recoupment
        >>> from carbonkit.fund.carry.hurdle import Compounding, PreferredRate
        >>> from carbonkit.fund.carry.waterfall import CapitalUse
        >>> from carbonkit.values import AccountId, Money, Rounding
        >>> terms = CarryTerms(
        ...     order=TierOrder.CAPITAL_FIRST, preferred=PreferredRate("0.08", Compounding.ANNUAL),
        ...     day_count=DayCount.ACT_365_FIXED, preferred_start=PreferredStart.DUE_DATE, carry="0.20",
        ...     catch_up=CatchUp("1", CatchUpTarget.SHARE_OF_PROFIT), base=CarryBase.CONTRIBUTED,
        ...     own_commitment=OwnCommitment.OUTSIDE_TIERS, clawback=ClawbackBasis.GROSS_OF_TAX,
        ...     tax_rate=None, escrow=0, rounding=Rounding.HALF_UP)
        >>> promised = Commitments([Commitment(AccountId("LP"), Money("100", "CNY"))])
        >>> sharing = CarrySharing(terms=terms, commitments=promised, general_partner=AccountId("GP"))
        >>> fund = american_waterfall(sharing, Recoupment.THIS_DEAL, [
        ...     *(CapitalContribution(on="2021-07-15", amount=Money("50", "CNY"), use=CapitalUse.INVESTMENT,
        ...                           deal=deal) for deal in "AB"),
        ...     Realisation(deal="A", on="2024-07-15", proceeds=Money("150", "CNY"), disposed=1),
        ...     Realisation(deal="B", on="2026-07-15", proceeds=Money("20", "CNY"), disposed=1)])
        >>> due = clawback_due(fund, (), net_asset_value=Money("0", "CNY"), escrow=Money("0.00", "CNY"),
        ...                    on="2026-07-15")
        >>> print(due.explain().text())
        clawback 1 on 2026-07-15: 6.00 CNY = the higher of excess and shortfall, at most what may be taken
          source: Institutional Limited Partners Association, ILPA Principles 3.0, 2019 [confirmed] (prefers clawback gross of tax; read in secondary texts)
          carry paid: 20.00 CNY
          carry entitled to: 14.00 CNY = 0.2 × profit of 70.00 CNY
          excess: 6.00 CNY = carry paid − carry entitled to
          shortfall of the limited partners: 0.00 CNY = capital + preferred return − what they have
          most that may be taken: 20.00 CNY = carry paid
          from escrow: 0.00 CNY
          from the general partner: 6.00 CNY
    """  # noqa: E501  the source is one line

    number: int
    on: datetime.date
    sharing: CarrySharing = attrs.field(repr=False)
    carry_paid: Money
    profit: Fraction
    entitled: Fraction
    shortfall: Fraction
    most: Fraction
    amount: Money
    from_escrow: Money

    @property
    def from_general_partner(self) -> Money:
        """What the general partner pays beyond the escrow."""
        return self.amount - self.from_escrow

    @property
    def parts(self) -> tuple[tuple[AccountId, Money], ...]:
        """What each partner in the tiers gets back, in the order of the commitments."""
        return self.sharing.shared(self.amount)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """
        The carry as it passes back to the partners' capital; adds up to zero.

        They are for books in which carry does not accrue; see `WaterfallResult.entries`.
        """
        return entries_of(
            (*self.parts, (self.sharing.general_partner, -self.amount)),
            on=self.on,
            line=Line.CARRIED_INTEREST,
            document=f"{GIVEN_BACK}/{self.number}",
        )

    def explain(self) -> Explanation:
        """Say how it comes about."""
        terms, shown = self.sharing.terms, self._shown
        above = "" if terms.hurdle is HurdleKind.SOFT else " above the preferred return"
        share = f"{written(terms.carry)} × profit of {shown(self.profit)}{above}"
        if self.sharing.tiers is not None:
            share = f"by the fund's own tiers, of a profit of {shown(self.profit)}"
        facts = (
            ("carry paid", str(self.carry_paid), ""),
            ("carry entitled to", shown(self.entitled), share),
            (
                "excess",
                shown(Fraction(self.carry_paid.amount) - self.entitled),
                "carry paid − carry entitled to",
            ),
            (
                "shortfall of the limited partners",
                shown(self.shortfall),
                "capital + preferred return − what they have",
            ),
            ("most that may be taken", shown(self.most), terms.clawback.value),
            ("from escrow", str(self.from_escrow), ""),
            ("from the general partner", str(self.from_general_partner), ""),
        )
        return Explanation(
            f"clawback {self.number} on {self.on}",
            str(self.amount),
            how="the higher of excess and shortfall, at most what may be taken",
            source=CLAWBACK,
            parts=(Explanation(what, value, how) for what, value, how in facts),
        )

    def _shown(self, value: Fraction) -> str:
        return str(money(value, self.sharing.currency, self.sharing.terms.rounding))


def clawback_due(
    waterfall: PaidCarry,
    earlier: Sequence[Clawback],
    *,
    net_asset_value: Money,
    escrow: Money,
    on: str | datetime.date,
) -> Clawback:
    """
    Work out what the general partner gives back on a day.

    The preferred return is reckoned on all capital of the fund; what was paid in on a day counts
    before what was paid out on it. What the limited partners were paid above it at some time does
    not earn anything, but is set off against what they lack later.

    Args:
        waterfall: The fund's waterfall, European or American.
        earlier: The clawbacks before this one, in order; empty for the first.
        net_asset_value: What the fund still holds, for an interim test; zero at its end.
        escrow: What is held in escrow.
        on: The day; not before the last distribution.

    Returns:
        The clawback; its amount is zero if nothing is due.

    Raises:
        FundError: `out_of_order` if the day lies before the last distribution or clawback,
            `nothing_contributed` if nothing was paid in.
        InvalidValueError: If an amount is negative or not in whole minor units.
        CurrencyMismatchError: If one is in another currency.

    Example:
        >>> from carbonkit.fund.carry.carry_terms import (CarryBase, CarryTerms, CatchUp, CatchUpTarget,
        ...                                         ClawbackBasis, OwnCommitment, PreferredStart, TierOrder)
        >>> from carbonkit.fund.cashflow import CashFlow
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.carry.european import european_waterfall
        >>> from carbonkit.fund.carry.hurdle import Compounding, PreferredRate
        >>> from carbonkit.fund.carry.waterfall import CapitalUse
        >>> from carbonkit.values import AccountId, Money, Rounding
        >>> terms = CarryTerms(
        ...     order=TierOrder.CAPITAL_FIRST, preferred=PreferredRate("0.08", Compounding.ANNUAL),
        ...     day_count=DayCount.ACT_365_FIXED, preferred_start=PreferredStart.DUE_DATE, carry="0.20",
        ...     catch_up=CatchUp("1", CatchUpTarget.SHARE_OF_PROFIT), base=CarryBase.CONTRIBUTED,
        ...     own_commitment=OwnCommitment.OUTSIDE_TIERS, clawback=ClawbackBasis.GROSS_OF_TAX,
        ...     tax_rate=None, escrow=0, rounding=Rounding.HALF_UP)
        >>> promised = Commitments([Commitment(AccountId("LP"), Money("100", "CNY"))])
        >>> sharing = CarrySharing(terms=terms, commitments=promised, general_partner=AccountId("GP"))
        >>> fund = european_waterfall(sharing, [
        ...     CapitalContribution(on="2021-07-15", amount=Money("50", "CNY"), use=CapitalUse.INVESTMENT),
        ...     CapitalContribution(on="2023-07-15", amount=Money("50", "CNY"), use=CapitalUse.INVESTMENT)],
        ...     [CashFlow("2022-07-15", Money("100", "CNY"))])
        >>> due = clawback_due(fund, (), net_asset_value=Money("0", "CNY"), escrow=Money("3", "CNY"),
        ...                    on="2023-07-15")  # the second half is lost
        >>> print(due.amount, due.from_escrow, due.from_general_partner)
        10.00 CNY 3 CNY 7.00 CNY
    """
    _check_given(waterfall, earlier)
    sharing, day = waterfall.sharing, as_date(on, field="on")
    currency, terms = sharing.currency, sharing.terms
    for value, name in ((net_asset_value, "net_asset_value"), (escrow, "escrow")):
        check_currency(paid(value, field=name), currency, field=name)
    check_contributed(waterfall.contributions)
    dates = (
        *(each.on for each in waterfall.contributions),
        *(each.on for each in waterfall.results),
        *(each.on for each in earlier),
    )
    check_order(max(dates), day, field="on")
    left = tiered(sharing, net_asset_value)
    given_back = Fraction(total_of((each.amount for each in earlier), currency).amount)
    gross = total_of((result.general_partner for result in waterfall.results), currency)
    carry_paid = gross - total_of((each.amount for each in earlier), currency)
    capital = sum(
        (capital_in(sharing, each)[0] for each in waterfall.contributions if sharing.counts(each)), _NONE
    )
    paid_out = sum((Fraction(each.amount.amount - each.own.amount) for each in waterfall.results), _NONE)
    profit = paid_out + left - capital
    lacking, preferred = _lacking(waterfall, earlier, day, _preferred(sharing))
    shortfall = max(_NONE, lacking - left)
    base = profit if terms.hurdle is HurdleKind.SOFT else profit - preferred
    entitled = terms.carry * max(_NONE, base)
    if sharing.tiers is not None:
        hurdles = (hurdle for hurdle, _ in sharing.opening.preferred)
        earned = tuple((hurdle, _lacking(waterfall, earlier, day, hurdle)[1]) for hurdle in hurdles)
        whole = attrs.evolve(sharing.opening, unreturned=capital, uncalled=_NONE, preferred=earned)
        entitled = whole.poured(max(_NONE, capital + profit)).general_partner
    most = Fraction(gross.amount) * (1 - _tax(sharing)) - given_back
    due = min(max(Fraction(carry_paid.amount) - entitled, shortfall, _NONE), max(most, _NONE))
    amount = money(due, currency, terms.rounding)
    return Clawback(
        number=len(earlier) + 1,
        on=day,
        sharing=sharing,
        carry_paid=carry_paid,
        profit=profit,
        entitled=entitled,
        shortfall=shortfall,
        most=most,
        amount=amount,
        from_escrow=min(amount, escrow),
    )


@attrs.frozen(kw_only=True)
class _Liquidated:
    """A waterfall after a hypothetical liquidation, as far as a clawback needs it."""

    sharing: CarrySharing
    contributions: tuple[CapitalContribution, ...]
    results: tuple[WaterfallResult, ...]


def carry_on_liquidation(waterfall: PaidCarry, result: WaterfallResult, earlier: Sequence[Clawback]) -> Money:
    """
    Say what carry a liquidation would bring: what would be paid, less what would be given back.

    Args:
        waterfall: The fund's waterfall.
        result: What its hypothetical liquidation came to.
        earlier: The clawbacks so far, in order; empty if there were none.

    Returns:
        The carry; below zero if the general partner would have to give back more than it would get.

    Example:
        >>> from carbonkit.fund.carry.carry_terms import (CarryBase, CarryTerms, CatchUp, CatchUpTarget,
        ...                                         ClawbackBasis, OwnCommitment, PreferredStart, TierOrder)
        >>> from carbonkit.fund.cashflow import CashFlow
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.carry.european import european_waterfall
        >>> from carbonkit.fund.carry.hurdle import Compounding, PreferredRate
        >>> from carbonkit.fund.carry.waterfall import CapitalUse
        >>> from carbonkit.values import AccountId, Money, Rounding
        >>> terms = CarryTerms(
        ...     order=TierOrder.CAPITAL_FIRST, preferred=PreferredRate("0.08", Compounding.ANNUAL),
        ...     day_count=DayCount.ACT_365_FIXED, preferred_start=PreferredStart.DUE_DATE, carry="0.20",
        ...     catch_up=CatchUp("1", CatchUpTarget.SHARE_OF_PROFIT), base=CarryBase.CONTRIBUTED,
        ...     own_commitment=OwnCommitment.OUTSIDE_TIERS, clawback=ClawbackBasis.GROSS_OF_TAX,
        ...     tax_rate=None, escrow=0, rounding=Rounding.HALF_UP)
        >>> promised = Commitments([Commitment(AccountId("LP"), Money("100", "CNY"))])
        >>> sharing = CarrySharing(terms=terms, commitments=promised, general_partner=AccountId("GP"))
        >>> fund = european_waterfall(sharing, [
        ...     CapitalContribution(on="2021-07-15", amount=Money("50", "CNY"), use=CapitalUse.INVESTMENT),
        ...     CapitalContribution(on="2023-07-15", amount=Money("50", "CNY"), use=CapitalUse.INVESTMENT)],
        ...     [CashFlow("2022-07-15", Money("100", "CNY"))])
        >>> result = fund.liquidate(Money("40", "CNY"), on="2023-07-15")
        >>> result.general_partner, carry_on_liquidation(fund, result, ())
        (Money('0.00', 'CNY'), Money('-2.00', 'CNY'))
    """
    _check_given(waterfall, earlier)
    check_type(result, WaterfallResult, field="result")
    nothing = Money.from_minor(0, waterfall.sharing.currency)
    sold = _Liquidated(
        sharing=waterfall.sharing,
        contributions=waterfall.contributions,
        results=(*waterfall.results, result),
    )
    due = clawback_due(sold, earlier, net_asset_value=nothing, escrow=nothing, on=result.on)
    return result.general_partner - due.amount


def _tax(sharing: CarrySharing) -> Fraction:
    rate = sharing.terms.tax_rate
    return _NONE if sharing.terms.clawback is ClawbackBasis.GROSS_OF_TAX or rate is None else rate


def _check_given(waterfall: PaidCarry, earlier: Sequence[Clawback]) -> None:
    if not isinstance(getattr(waterfall, "sharing", None), CarrySharing):
        raise WrongTypeError("be a waterfall", was=repr(waterfall), field="waterfall")
    for place, each in enumerate(listed(earlier, field="earlier"), start=1):
        check_type(each, Clawback, field=f"earlier clawback {place}")


def _preferred(sharing: CarrySharing) -> Hurdle:
    """Say what the limited partners are due before any carry: the first hurdle that a tier pays."""
    paid_first = (tier.hurdle for tier in sharing.row if isinstance(tier, PreferredReturn))
    return next(paid_first, PreferredRate(0, Compounding.SIMPLE))


def _flows(
    waterfall: PaidCarry, earlier: Sequence[Clawback]
) -> Iterator[tuple[datetime.date, int, CapitalContribution | Fraction]]:
    """List what the partners paid in and what they got, with 0 for what comes first on a day."""
    for contribution in waterfall.contributions:
        if waterfall.sharing.counts(contribution):
            yield contribution.on, 0, contribution
    for result in waterfall.results:
        yield result.on, 1, Fraction(result.limited_partners.amount)
    for clawback in earlier:
        yield clawback.on, 1, Fraction(clawback.amount.amount)


def _lacking(
    waterfall: PaidCarry, earlier: Sequence[Clawback], day: datetime.date, hurdle: Hurdle
) -> tuple[Fraction, Fraction]:
    """Say what the limited partners lack of a hurdle (below zero: have more), and all that it came to."""
    sharing = waterfall.sharing
    years = sharing.terms.day_count.years
    capital, surplus, unpaid, preferred = _NONE, _NONE, hurdle.opening, hurdle.opening
    last: datetime.date | None = None
    for on, _, flow in sorted(_flows(waterfall, earlier), key=lambda each: each[:2]):
        grown = unpaid if last is None else hurdle.accrued(capital, unpaid, years(last, on))
        preferred, unpaid, last = preferred + grown - unpaid, grown, on
        if isinstance(flow, CapitalContribution):
            more, accrued = capital_in(sharing, flow)
            earned = dict(accrued).get(hurdle, _NONE)
            capital, unpaid, preferred = capital + more, unpaid + earned, preferred + earned
            continue
        to_capital = min(flow, capital)
        if sharing.terms.order is TierOrder.PREFERRED_FIRST:
            to_capital = min(max(_NONE, flow - unpaid), capital)
        to_preferred = min(flow - to_capital, unpaid)
        capital, unpaid = capital - to_capital, unpaid - to_preferred
        surplus += flow - to_capital - to_preferred
    if last is not None:
        grown = hurdle.accrued(capital, unpaid, years(last, day))
        preferred, unpaid = preferred + grown - unpaid, grown
    return capital + unpaid - surplus, preferred
