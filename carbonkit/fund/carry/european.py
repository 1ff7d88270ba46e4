"""
European waterfall: the whole fund's capital and preferred return come back before any carry is paid.

It rolls: a contribution or a distribution gives the waterfall after it. On a hypothetical
liquidation all that the fund is worth is poured through the tiers; what then falls to the
general partner is its accrued carry.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.fund._check import check_currency, listed, paid
from carbonkit.fund.carry._settlement import (
    capital_in,
    check_contributed,
    check_order,
    distributed,
    settle,
    taken,
    tiered,
)
from carbonkit.fund.carry.carry_sharing import CarrySharing
from carbonkit.fund.carry.tier_position import TierPosition
from carbonkit.fund.carry.waterfall import CapitalContribution, WaterfallResult
from carbonkit.fund.cashflow import CashFlow
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonkit.values.money import Money

__all__ = ["EuropeanWaterfall", "european_waterfall", "hypothetical_liquidation"]


@attrs.frozen(kw_only=True)
class EuropeanWaterfall:
    """
    Where a whole fund's waterfall stands; `EuropeanWaterfall.of` begins one.

    Args:
        sharing: Who shares by which terms.
        position: Where the tiers stand, as of the last day.
        contributions: What was paid in.
        results: The distributions so far.
        last_on: The day of the last of them; None before the first.
        owed: What rounding still owes each cell, in minor units.

    Example:
        >>> from carbonkit.fund.carry.carry_terms import (CarryBase, CarryTerms, CatchUp, CatchUpTarget,
        ...                                         ClawbackBasis, OwnCommitment, PreferredStart, TierOrder)
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> from carbonkit.fund.day_count import DayCount
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
        >>> fund = EuropeanWaterfall.of(sharing)
        >>> fund = fund.contribute(CapitalContribution(on="2021-07-15", amount=Money("50", "CNY"),
        ...                                            use=CapitalUse.INVESTMENT))
        >>> fund = fund.distribute(Money("100", "CNY"), on="2022-07-15")
        >>> print(fund.results[0].explain().text())
        distribution 1 on 2022-07-15: 100 CNY = by tiers, rounded by largest remainder
          return of capital: 50.00 CNY = 50.00 CNY to the limited partners + 0.00 CNY to the general partner
          preferred return: 4.00 CNY = 4.00 CNY to the limited partners + 0.00 CNY to the general partner
          catch-up: 1.00 CNY = 0.00 CNY to the limited partners + 1.00 CNY to the general partner
          carry split: 45.00 CNY = 36.00 CNY to the limited partners + 9.00 CNY to the general partner
          LP: 90.00 CNY
          GP: 10.00 CNY
    """

    sharing: CarrySharing
    position: TierPosition
    contributions: tuple[CapitalContribution, ...]
    results: tuple[WaterfallResult, ...]
    last_on: datetime.date | None
    owed: tuple[Fraction, ...] = attrs.field(repr=False)

    @classmethod
    def of(cls, sharing: CarrySharing) -> EuropeanWaterfall:
        """
        Begin with nothing paid in.

        Args:
            sharing: Who shares by which terms.

        Returns:
            The waterfall.

        Raises:
            WrongTypeError: If it is no sharing.

        Example:
            >>> EuropeanWaterfall.of("8 %")
            Traceback (most recent call last):
            ...
            carbonkit.errors.WrongTypeError: sharing: must be of type CarrySharing, was '8 %'
        """
        check_type(sharing, CarrySharing, field="sharing")
        return cls(
            sharing=sharing,
            position=sharing.opening,
            contributions=(),
            results=(),
            last_on=None,
            owed=(),
        )

    def contribute(self, contribution: CapitalContribution) -> EuropeanWaterfall:
        """
        Take capital in.

        Args:
            contribution: What all partners paid in; not before the last day.

        Returns:
            The waterfall after it.

        Raises:
            FundError: `out_of_order` if it lies before the last day.
            InvalidValueError: If the preferred return runs from a draw date and it has none.
            CurrencyMismatchError: If it is in another currency.

        Example:
            >>> from carbonkit.fund.carry.carry_terms import (CarryBase, CarryTerms, CatchUp, CatchUpTarget,
            ...                                         ClawbackBasis, OwnCommitment, PreferredStart,
            ...                                         TierOrder)
            >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
            >>> from carbonkit.fund.day_count import DayCount
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
            >>> paid_in = CapitalContribution(on="2021-07-15", amount=Money("50", "CNY"),
            ...                               use=CapitalUse.INVESTMENT)
            >>> fund = EuropeanWaterfall.of(sharing).contribute(paid_in)
            >>> fund.position.unreturned
            Fraction(50, 1)
        """
        check_type(contribution, CapitalContribution, field="contribution")
        capital, accrued = capital_in(self.sharing, contribution)
        position = self._at(contribution.on, field=f"contribution {len(self.contributions) + 1}")
        if self.sharing.counts(contribution):
            position = position.with_capital(capital, accrued)
        return attrs.evolve(
            self,
            position=position,
            contributions=(*self.contributions, contribution),
            last_on=contribution.on,
        )

    def distribute(self, amount: Money, *, on: str | datetime.date) -> EuropeanWaterfall:
        """
        Pay something out; `results[-1]` of what is returned says to whom.

        Args:
            amount: How much, to all partners and the general partner together; above zero.
            on: The day; not before the last one.

        Returns:
            The waterfall after it.

        Raises:
            FundError: `out_of_order` if it lies before the last day, `nothing_contributed` if nothing
                was paid in.
            InvalidValueError: If the amount is not above zero or not in whole minor units.
            CurrencyMismatchError: If it is in another currency.

        Example:
            >>> from carbonkit.fund.carry.carry_terms import (CarryBase, CarryTerms, CatchUp, CatchUpTarget,
            ...                                         ClawbackBasis, OwnCommitment, PreferredStart,
            ...                                         TierOrder)
            >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
            >>> from carbonkit.fund.day_count import DayCount
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
            >>> paid_in = CapitalContribution(on="2021-07-15", amount=Money("50", "CNY"),
            ...                               use=CapitalUse.INVESTMENT)
            >>> fund = EuropeanWaterfall.of(sharing).contribute(paid_in)
            >>> fund.distribute(Money("55", "CNY"), on="2022-07-15").results[0].general_partner
            Money('1.00', 'CNY')
        """
        day = as_date(on, field="on")
        result, position, owed = self._poured(
            distributed(amount, self.sharing.currency, field=f"distribution {len(self.results) + 1}"),
            day,
            field=f"distribution {len(self.results) + 1}",
            hypothetical=False,
        )
        return attrs.evolve(self, position=position, results=(*self.results, result), last_on=day, owed=owed)

    def liquidate(self, net_asset_value: Money, *, on: str | datetime.date) -> WaterfallResult:
        """
        Say how the fund's value would be divided if it were all paid out; nothing changes.

        Args:
            net_asset_value: What the fund is worth; zero or more.
            on: The day; not before the last one.

        Returns:
            The result; its `general_partner` is the accrued carry.

        Raises:
            FundError: `out_of_order` if it lies before the last day, `nothing_contributed` if nothing
                was paid in.
            InvalidValueError: If the value is negative or not in whole minor units.
            CurrencyMismatchError: If it is in another currency.

        Example:
            >>> from carbonkit.fund.carry.carry_terms import (CarryBase, CarryTerms, CatchUp, CatchUpTarget,
            ...                                         ClawbackBasis, OwnCommitment, PreferredStart,
            ...                                         TierOrder)
            >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
            >>> from carbonkit.fund.day_count import DayCount
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
            >>> paid_in = CapitalContribution(on="2021-07-15", amount=Money("50", "CNY"),
            ...                               use=CapitalUse.INVESTMENT)
            >>> fund = EuropeanWaterfall.of(sharing).contribute(paid_in)
            >>> fund.liquidate(Money("54.50", "CNY"), on="2022-07-15").general_partner
            Money('0.50', 'CNY')
        """
        day = as_date(on, field="on")
        check_currency(net_asset_value, self.sharing.currency, field="net_asset_value")
        value = paid(net_asset_value, field="net_asset_value")
        result, _, _ = self._poured(value, day, field="on", hypothetical=True)
        return result

    def _at(self, day: datetime.date, *, field: str) -> TierPosition:
        check_order(self.last_on, day, field=field)
        if self.last_on is None:
            return self.position
        return self.position.later(self.sharing.terms.day_count.years(self.last_on, day))

    def _poured(
        self, amount: Money, day: datetime.date, *, field: str, hypothetical: bool
    ) -> tuple[WaterfallResult, TierPosition, tuple[Fraction, ...]]:
        before = self._at(day, field=field)
        check_contributed(self.contributions)
        after = before.poured(tiered(self.sharing, amount))
        result, owed = settle(
            self.sharing,
            taken(before, after),
            amount=amount,
            on=day,
            number=len(self.results) + 1,
            owed=self.owed,
            hypothetical=hypothetical,
        )
        return result, after, owed

    def explain(self) -> Explanation:
        """Show the terms and every distribution."""
        return Explanation(
            "European waterfall, the whole fund",
            f"{len(self.results)} distributions",
            parts=(self.sharing.explain(), *(result.explain() for result in self.results)),
        )


def european_waterfall(
    sharing: CarrySharing,
    contributions: Sequence[CapitalContribution],
    distributions: Sequence[CashFlow],
) -> EuropeanWaterfall:
    """
    Work a whole fund's waterfall through; on one day contributions come before distributions.

    Args:
        sharing: Who shares by which terms.
        contributions: What was paid in, in order.
        distributions: What was paid out, in order; positive cash flows.

    Returns:
        The waterfall; its `results` are the distributions.

    Raises:
        FundError: `out_of_order` if a date lies before the one in front of it, `nothing_contributed` if
            a distribution lies before all contributions.
        InvalidValueError: If an amount is not above zero.
        CurrencyMismatchError: If one is in another currency.

    Example:
        >>> from carbonkit.fund.carry.carry_terms import (CarryBase, CarryTerms, CatchUp, CatchUpTarget,
        ...                                         ClawbackBasis, OwnCommitment, PreferredStart, TierOrder)
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> from carbonkit.fund.day_count import DayCount
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
        >>> paid_in = CapitalContribution(on="2021-07-15", amount=Money("50", "CNY"),
        ...                               use=CapitalUse.INVESTMENT)
        >>> fund = european_waterfall(sharing, [paid_in], [CashFlow("2022-07-15", Money("100", "CNY"))])
        >>> print(fund.results[0].general_partner)
        10.00 CNY
    """
    waterfall = EuropeanWaterfall.of(sharing)
    waiting = list(listed(contributions, field="contributions"))
    for place, contribution in enumerate(waiting, start=1):
        check_type(contribution, CapitalContribution, field=f"contribution {place}")
    for place, flow in enumerate(listed(distributions, field="distributions"), start=1):
        check_type(flow, CashFlow, field=f"distribution {place}")
        while waiting and waiting[0].on <= flow.on:
            waterfall = waterfall.contribute(waiting.pop(0))
        waterfall = waterfall.distribute(flow.amount, on=flow.on)
    for contribution in waiting:
        waterfall = waterfall.contribute(contribution)
    return waterfall


def hypothetical_liquidation(
    waterfall: EuropeanWaterfall, net_asset_value: Money, *, on: str | datetime.date
) -> WaterfallResult:
    """
    Say how a fund's value would be divided if it were all paid out on a day; nothing changes.

    Args:
        waterfall: Where the fund's waterfall stands.
        net_asset_value: What the fund is worth, carry not yet taken off; zero or more.
        on: The day; not before the waterfall's last.

    Returns:
        The result: `general_partner` is the accrued carry; `carbonkit.fund.account.accrue_carry` moves
        it. It has no entries, as nothing was paid.

    Raises:
        FundError: `out_of_order` if the day lies before the last one, `nothing_contributed` if nothing
            was paid in.
        InvalidValueError: If the value is negative or not in whole minor units.
        CurrencyMismatchError: If it is in another currency.

    Example:
        >>> from carbonkit.fund.carry.carry_terms import (CarryBase, CarryTerms, CatchUp, CatchUpTarget,
        ...                                         ClawbackBasis, OwnCommitment, PreferredStart, TierOrder)
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> from carbonkit.fund.day_count import DayCount
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
        >>> paid_in = CapitalContribution(on="2021-07-15", amount=Money("50", "CNY"),
        ...                               use=CapitalUse.INVESTMENT)
        >>> fund = european_waterfall(sharing, [paid_in], [])
        >>> print(hypothetical_liquidation(fund, Money("54.50", "CNY"), on="2022-07-15").general_partner)
        0.50 CNY
    """
    return waterfall.liquidate(net_asset_value, on=on)
