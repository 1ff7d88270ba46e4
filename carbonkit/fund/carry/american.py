"""
American waterfall: carry is paid deal by deal, as each deal is realised.

Three ways of giving cost back are named: this deal's only, that of all deals realised to
date, and the write-downs of others as well. Where fees and expenses are given back too, each
deal bears them in proportion to its cost: of what no deal has borne yet, it takes the share
that its cost has in all cost still held. What was paid too much in the end is for the clawback.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError, InvalidValueError, NotFoundError, WrongTypeError
from carbonkit.fund._check import check_currency, listed, paid, total_of
from carbonkit.fund.carry._settlement import capital_in, check_contributed, check_order, settle, taken, tiered
from carbonkit.fund.carry.carry_sharing import CarrySharing
from carbonkit.fund.carry.carry_terms import CarryBase
from carbonkit.fund.carry.deal_event import HeldCapital, Realisation, Recoupment, WriteDown
from carbonkit.fund.carry.hurdle import PreferredAmount
from carbonkit.fund.carry.tier_position import TierAmount, TierPosition
from carbonkit.fund.carry.waterfall import CapitalContribution, CapitalUse, WaterfallResult
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.values.money import Money

__all__ = ["AmericanWaterfall", "american_waterfall"]

_NONE = Fraction(0)
_POOL = ""  # the name under which the tiers of all realised deals together stand


@attrs.frozen(kw_only=True)
class AmericanWaterfall:
    """
    Where the waterfall of a fund stands that pays carry deal by deal; made by `american_waterfall`.

    Args:
        sharing: Who shares by which terms.
        recoupment: Whose cost proceeds give back.
        contributions: What was paid in.
        results: The distributions so far.
        last_on: The day of what came last; None before anything came.
        deals: The cost still held of each deal.
        fees: Fees and expenses that no deal has borne yet.
        positions: Where the tiers stand: of each deal, or of all together.
        owed: What rounding still owes each cell, in minor units.

    Example:
        >>> from carbonkit.fund.carry.carry_terms import (CarryBase, CarryTerms, CatchUp, CatchUpTarget,
        ...                                         ClawbackBasis, OwnCommitment, PreferredStart, TierOrder)
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.carry.hurdle import Compounding, PreferredRate
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
        ...     CapitalContribution(on="2021-07-15", amount=Money("50", "CNY"), use=CapitalUse.INVESTMENT,
        ...                         deal="A")])
        >>> fund.liquidate({"A": Money("54.50", "CNY")}, on="2022-07-15").general_partner
        Money('0.50', 'CNY')
    """

    sharing: CarrySharing
    recoupment: Recoupment
    contributions: tuple[CapitalContribution, ...]
    results: tuple[WaterfallResult, ...]
    last_on: datetime.date | None
    deals: tuple[tuple[str, HeldCapital], ...]
    fees: HeldCapital
    positions: tuple[tuple[str, TierPosition], ...]
    owed: tuple[Fraction, ...] = attrs.field(repr=False)

    def liquidate(self, values: Mapping[str, Money], *, on: str | datetime.date) -> WaterfallResult:
        """
        Say how the value of all deals would be divided if they were sold; nothing changes.

        Args:
            values: What each deal is worth of which cost is still held; zero or more.
            on: The day; not before the last one.

        Returns:
            One result for all deals; its `general_partner` is the accrued carry.

        Raises:
            WrongTypeError: If the values are no mapping.
            NotFoundError: If a deal has no value, or a value no deal.
            FundError: `out_of_order` if the day lies before the last one, `nothing_contributed` if
                nothing was paid in.
            InvalidValueError: If a value is negative or not in whole minor units.
            CurrencyMismatchError: If one is in another currency.

        Example:
            >>> from carbonkit.fund.carry.carry_terms import (CarryBase, CarryTerms, CatchUp, CatchUpTarget,
            ...                                         ClawbackBasis, OwnCommitment, PreferredStart,
            ...                                         TierOrder)
            >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
            >>> from carbonkit.fund.day_count import DayCount
            >>> from carbonkit.fund.carry.hurdle import Compounding, PreferredRate
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
            ...     CapitalContribution(on="2021-07-15", amount=Money("50", "CNY"),
            ...                         use=CapitalUse.INVESTMENT, deal="A")])
            >>> fund.liquidate({}, on="2022-07-15")
            Traceback (most recent call last):
            ...
            carbonkit.errors.NotFoundError: values: must have a value for each deal held, was none for A
        """
        day = as_date(on, field="on")
        check_contributed(self.contributions)
        if not isinstance(values, Mapping):
            raise WrongTypeError("be a mapping of deals to values", was=repr(values), field="values")
        known = dict(self.deals)
        missing = [name for name, held in self.deals if held.capital and name not in values]
        if missing:
            raise NotFoundError(
                "have a value for each deal held", was=f"none for {', '.join(missing)}", field="values"
            )
        for name, value in values.items():
            _check_deal(name, known, field="values")
            check_currency(paid(value, field=f"value of {name}"), self.sharing.currency, field="values")
        before = _at(self, day, field="on")
        after = before
        for name, held in before.deals:
            after = _moved(after, name, Fraction(1) if held.capital else _NONE)
        rows = tuple(TierAmount(tier, _NONE, _NONE) for tier in self.sharing.row)
        for key in {name if self.recoupment is Recoupment.THIS_DEAL else _POOL: None for name in values}:
            mine = [value for name, value in values.items() if key in (_POOL, name)]
            amount = tiered(self.sharing, total_of(mine, self.sharing.currency))
            position = dict(after.positions)[key]
            more = taken(position, position.poured(amount))
            rows = tuple(
                row.plus(add.limited_partners, add.general_partner)
                for row, add in zip(rows, more, strict=True)
            )
        result, _ = settle(
            self.sharing,
            rows,
            amount=total_of(values.values(), self.sharing.currency),
            on=day,
            number=len(self.results) + 1,
            owed=self.owed,
            hypothetical=True,
        )
        return result

    def explain(self) -> Explanation:
        """Show the terms and every distribution."""
        return Explanation(
            "American waterfall, deal by deal",
            f"{len(self.results)} distributions",
            how=f"cost given back: {self.recoupment.value}",
            parts=(self.sharing.explain(), *(result.explain() for result in self.results)),
        )


def _nothing(opening: TierPosition) -> HeldCapital:
    return HeldCapital(_NONE, tuple((hurdle, _NONE) for hurdle, _ in opening.preferred))


def _check_deal(name: str, known: Mapping[str, HeldCapital], *, field: str) -> None:
    if name not in known:
        raise NotFoundError("be of a deal that capital was paid in for", was=name, field=field)


def _at(fund: AmericanWaterfall, day: datetime.date, *, field: str) -> AmericanWaterfall:
    check_order(fund.last_on, day, field=field)
    if fund.last_on is None:
        return attrs.evolve(fund, last_on=day)
    years = fund.sharing.terms.day_count.years(fund.last_on, day)
    return attrs.evolve(
        fund,
        last_on=day,
        deals=tuple((name, held.later(years)) for name, held in fund.deals),
        fees=fund.fees.later(years),
        positions=tuple((name, position.later(years)) for name, position in fund.positions),
    )


def _contributed(fund: AmericanWaterfall, contribution: CapitalContribution) -> AmericanWaterfall:
    capital, accrued = capital_in(fund.sharing, contribution)
    now = _at(fund, contribution.on, field="contribution")
    now = attrs.evolve(now, contributions=(*now.contributions, contribution))
    if contribution.use is CapitalUse.FEES_AND_EXPENSES:
        if not fund.sharing.counts(contribution):
            return now
        return attrs.evolve(now, fees=now.fees.plus(capital, accrued))
    name = contribution.deal
    if not name:
        raise FundError(
            "name the deal that it pays for",
            was=f"the contribution of {contribution.on}",
            field="contribution",
            code=Refusal.NOT_OF_A_DEAL,
        )
    now = _opened(now, name)
    deals = dict(now.deals)
    deals[name] = deals[name].plus(capital, accrued)
    return attrs.evolve(now, deals=tuple(deals.items()))


def _opened(fund: AmericanWaterfall, name: str) -> AmericanWaterfall:
    """Give a new deal its place."""
    if name in dict(fund.deals):
        return fund
    opening = fund.sharing.opening
    positions = fund.positions
    if fund.recoupment is Recoupment.THIS_DEAL:
        positions = (*positions, (name, opening))
    return attrs.evolve(fund, deals=(*fund.deals, (name, _nothing(opening))), positions=positions)


def _moved(fund: AmericanWaterfall, name: str, share: Fraction) -> AmericanWaterfall:
    """Let a share of a deal's cost, with its share of the fees, become due to be given back."""
    deals = dict(fund.deals)
    held = deals[name]
    everything = sum((each.capital for each in deals.values()), _NONE)
    moved = held.part(share)
    of_fees = moved.capital / everything if everything else Fraction(1)
    fees = fund.fees.part(of_fees)
    deals[name] = held.part(1 - share)
    key = name if fund.recoupment is Recoupment.THIS_DEAL else _POOL
    positions = dict(fund.positions)
    for each in (moved, fees):
        positions[key] = positions[key].with_capital(each.capital, each.preferred)
    return attrs.evolve(
        fund,
        deals=tuple(deals.items()),
        fees=fund.fees.part(1 - of_fees),
        positions=tuple(positions.items()),
    )


def _realised(fund: AmericanWaterfall, event: Realisation) -> AmericanWaterfall:
    check_currency(event.proceeds, fund.sharing.currency, field="proceeds")
    _check_deal(event.deal, dict(fund.deals), field="realisation")
    now = _moved(_at(fund, event.on, field="realisation"), event.deal, event.disposed)
    key = event.deal if fund.recoupment is Recoupment.THIS_DEAL else _POOL
    positions = dict(now.positions)
    before = positions[key]
    positions[key] = before.poured(tiered(fund.sharing, event.proceeds))
    number = len(fund.results) + 1
    result, owed = settle(
        fund.sharing,
        taken(before, positions[key]),
        amount=event.proceeds,
        on=event.on,
        number=number,
        owed=fund.owed,
        hypothetical=False,
        deal=event.deal,
    )
    return attrs.evolve(now, positions=tuple(positions.items()), results=(*now.results, result), owed=owed)


def _written_down(fund: AmericanWaterfall, event: WriteDown) -> AmericanWaterfall:
    check_currency(event.amount, fund.sharing.currency, field="write-down")
    _check_deal(event.deal, dict(fund.deals), field="write-down")
    now = _at(fund, event.on, field="write-down")
    cost = dict(now.deals)[event.deal].capital
    amount = tiered(fund.sharing, event.amount)
    if amount > cost:
        raise FundError(
            "be at most the cost still held",
            was=f"{event.amount} of {event.deal}",
            field="write-down",
            code=Refusal.ABOVE_COST,
        )
    if fund.recoupment is not Recoupment.REALISED_AND_WRITTEN_DOWN or not amount:
        return now
    return _moved(now, event.deal, amount / cost)


def american_waterfall(
    sharing: CarrySharing,
    recoupment: Recoupment,
    events: Iterable[CapitalContribution | WriteDown | Realisation],
) -> AmericanWaterfall:
    """
    Work through the waterfall of a fund that pays carry deal by deal.

    Args:
        sharing: Who shares by which terms. Fees and expenses are given back if its base is all
            contributions, and not if it is invested capital.
        recoupment: Whose cost proceeds give back. Write-downs count in one of the three ways only.
        events: What happened, in order.

    Returns:
        The waterfall; its `results` are the realisations.

    Raises:
        FundError: `out_of_order` if an event lies before the one in front of it, `not_of_a_deal` if
            capital for an investment names no deal or the terms are of the whole fund only,
            `above_cost` if more is written down than is held.
        NotFoundError: If a deal is realised or written down that nothing was paid in for.
        InvalidValueError: If an argument is not what it must be.
        CurrencyMismatchError: If something is in another currency.

    Example:
        >>> from carbonkit.fund.carry.carry_terms import (CarryBase, CarryTerms, CatchUp, CatchUpTarget,
        ...                                         ClawbackBasis, OwnCommitment, PreferredStart, TierOrder)
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.carry.hurdle import Compounding, PreferredRate
        >>> from carbonkit.values import AccountId, Money, Rounding
        >>> terms = CarryTerms(
        ...     order=TierOrder.CAPITAL_FIRST, preferred=PreferredRate("0.08", Compounding.ANNUAL),
        ...     day_count=DayCount.ACT_365_FIXED, preferred_start=PreferredStart.DUE_DATE, carry="0.20",
        ...     catch_up=CatchUp("1", CatchUpTarget.SHARE_OF_PROFIT), base=CarryBase.CONTRIBUTED,
        ...     own_commitment=OwnCommitment.OUTSIDE_TIERS, clawback=ClawbackBasis.GROSS_OF_TAX,
        ...     tax_rate=None, escrow=0, rounding=Rounding.HALF_UP)
        >>> promised = Commitments([Commitment(AccountId("LP"), Money("100", "CNY"))])
        >>> sharing = CarrySharing(terms=terms, commitments=promised, general_partner=AccountId("GP"))
        >>> def bought(deal):
        ...     return CapitalContribution(on="2021-07-15", amount=Money("50", "CNY"),
        ...                                use=CapitalUse.INVESTMENT, deal=deal)
        >>> fund = american_waterfall(sharing, Recoupment.THIS_DEAL, [
        ...     bought("A"), bought("B"),
        ...     Realisation(deal="A", on="2022-07-15", proceeds=Money("150", "CNY"), disposed=1),
        ...     Realisation(deal="B", on="2023-07-15", proceeds=Money("20", "CNY"), disposed=1)])
        >>> [str(result.general_partner) for result in fund.results]
        ['20.00 CNY', '0.00 CNY']
    """
    check_type(sharing, CarrySharing, field="sharing")
    check_type(recoupment, Recoupment, field="recoupment")
    whole_fund = [hurdle for hurdle, _ in sharing.opening.preferred if isinstance(hurdle, PreferredAmount)]
    if sharing.terms.base is CarryBase.COMMITTED or whole_fund:
        raise FundError(
            "be terms that a single deal can be divided by",
            was=sharing.terms.base.value if not whole_fund else "a preferred return given as an amount",
            field="sharing",
            code=Refusal.NOT_OF_A_DEAL,
        )
    opening = sharing.opening
    waterfall = AmericanWaterfall(
        sharing=sharing,
        recoupment=recoupment,
        contributions=(),
        results=(),
        last_on=None,
        deals=(),
        fees=_nothing(opening),
        positions=() if recoupment is Recoupment.THIS_DEAL else ((_POOL, opening),),
        owed=(),
    )
    for place, event in enumerate(listed(events, field="events"), start=1):
        if isinstance(event, CapitalContribution):
            waterfall = _contributed(waterfall, event)
        elif isinstance(event, Realisation):
            waterfall = _realised(waterfall, event)
        elif isinstance(event, WriteDown):
            waterfall = _written_down(waterfall, event)
        else:
            raise InvalidValueError(
                "be a CapitalContribution, Realisation or WriteDown", was=repr(event), field=f"event {place}"
            )
    return waterfall
