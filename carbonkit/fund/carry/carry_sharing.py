"""Carry sharing: the partners, who gets the carry, and the terms and tiers that divide what is paid out."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.fund._check import check_currency, paid, pairs
from carbonkit.fund.apportion import apportion, written
from carbonkit.fund.carry.carry_terms import CarryBase, CarryTerms, OwnCommitment
from carbonkit.fund.carry.hurdle import PreferredAmount
from carbonkit.fund.carry.tier import check_tiers, standard_tiers
from carbonkit.fund.carry.tier_position import Tier, TierPosition
from carbonkit.fund.carry.waterfall import CapitalContribution, CapitalUse
from carbonkit.fund.partner.commitment import Commitments
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CarrySharing"]


def _tiers(value: Iterable[Tier] | None) -> tuple[Tier, ...] | None:
    return None if value is None else check_tiers(value)


def _contributed(
    value: Iterable[tuple[AccountId, Money]] | None,
) -> tuple[tuple[AccountId, Money], ...] | None:
    if value is None:
        return None
    given = pairs(value, field="contributed")
    return tuple((partner, paid(amount, field=f"contributed by {partner}")) for partner, amount in given)


@attrs.frozen(kw_only=True)
class CarrySharing:
    """
    Who shares in a fund's profit, and by which terms.

    Args:
        terms: The terms.
        commitments: Every partner's commitment.
        general_partner: Who gets the carry; may be a partner too.
        tiers: The fund's own tiers; None for those that follow from the terms.
        contributed: What each partner has paid in, if that and not the commitments divides what is
            paid out, such as where some were excused; None to divide by commitment.

    Raises:
        NotFoundError: If somebody who contributed has no commitment, or one with a commitment is not
            said to have contributed something, zero or more.
        InvalidValueError: If nobody but the general partner has a commitment in the tiers, or the tiers
            do not pay out all that is poured in.
        CurrencyMismatchError: If the preferred return is an amount of another currency.

    Example:
        >>> from carbonkit.fund.carry.carry_terms import ClawbackBasis, PreferredStart, TierOrder
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.carry.hurdle import Compounding, PreferredRate
        >>> from carbonkit.values import Rounding
        >>> terms = CarryTerms(
        ...     order=TierOrder.CAPITAL_FIRST, preferred=PreferredRate("0.08", Compounding.ANNUAL),
        ...     day_count=DayCount.ACT_365_FIXED, preferred_start=PreferredStart.DUE_DATE, carry="0.20",
        ...     catch_up=None, base=CarryBase.CONTRIBUTED, own_commitment=OwnCommitment.OUTSIDE_TIERS,
        ...     clawback=ClawbackBasis.GROSS_OF_TAX, tax_rate=None, escrow=0, rounding=Rounding.HALF_UP)
        >>> promised = Commitments([Commitment(AccountId("LP"), Money("98", "CNY")),
        ...                         Commitment(AccountId("GP"), Money("2", "CNY"))])
        >>> CarrySharing(terms=terms, commitments=promised, general_partner=AccountId("GP")).own_share
        Fraction(1, 50)
    """

    terms: CarryTerms = attrs.field(validator=is_a(CarryTerms))
    commitments: Commitments = attrs.field(validator=is_a(Commitments))
    general_partner: AccountId = attrs.field(validator=is_a(AccountId))
    tiers: tuple[Tier, ...] | None = attrs.field(default=None, converter=_tiers)
    contributed: tuple[tuple[AccountId, Money], ...] | None = attrs.field(
        default=None, converter=_contributed
    )

    def __attrs_post_init__(self) -> None:
        """Check that somebody shares with the general partner, in one currency."""
        if self.contributed is not None:
            self._check_contributed(self.contributed)
        if not any(self.weights):
            raise InvalidValueError(
                "leave a partner in the tiers beside the general partner",
                was=str(self.general_partner),
                field="commitments",
            )
        for hurdle, _ in self.opening.preferred:
            if isinstance(hurdle, PreferredAmount):
                check_currency(hurdle.amount, self.commitments.currency, field="preferred")

    def _check_contributed(self, contributed: tuple[tuple[AccountId, Money], ...]) -> None:
        partners = [each.partner for each in self.commitments]
        named = [partner for partner, _ in contributed]
        odd = [str(partner) for partner in (*named, *partners) if (partner in named) != (partner in partners)]
        if odd:
            raise NotFoundError("name each partner of the fund", was=", ".join(odd), field="contributed")
        if len(named) != len(partners):
            raise InvalidValueError("name each partner once", was=len(named), field="contributed")
        for partner, amount in contributed:
            check_currency(amount, self.currency, field=f"contributed by {partner}")

    @property
    def currency(self) -> str:
        """The currency of the commitments."""
        return self.commitments.currency

    @property
    def row(self) -> tuple[Tier, ...]:
        """The tiers, from the top."""
        return standard_tiers(self.terms) if self.tiers is None else self.tiers

    @property
    def weights(self) -> tuple[int, ...]:
        """What each partner shares by, in minor units and order; zero for one outside of the tiers."""
        outside = self.terms.own_commitment is OwnCommitment.OUTSIDE_TIERS
        return tuple(
            0 if outside and each.partner == self.general_partner else weight
            for each, weight in zip(self.commitments, self._measured, strict=True)
        )

    @property
    def _measured(self) -> tuple[int, ...]:
        if self.contributed is None:
            return tuple(self.commitments.weights)
        amounts = dict(self.contributed)
        return tuple(amounts[each.partner].to_minor() for each in self.commitments)

    @property
    def own_share(self) -> Fraction:
        """The general partner's share of all, if it stays outside of the tiers; else zero."""
        return 1 - Fraction(sum(self.weights), sum(self._measured))

    @property
    def opening(self) -> TierPosition:
        """Where the tiers stand before anything is paid in."""
        position = TierPosition.of(self.row)
        if self.terms.base is not CarryBase.COMMITTED:
            return position
        committed = Fraction(self.commitments.total.amount) * (1 - self.own_share)
        return attrs.evolve(position, unreturned=committed, uncalled=committed)

    def counts(self, contribution: CapitalContribution) -> bool:
        """
        Say whether a contribution is given back before there is profit.

        Args:
            contribution: The contribution.

        Returns:
            False for fees and expenses where only invested capital is given back.

        Example:
            >>> from carbonkit.fund.carry.carry_terms import ClawbackBasis, PreferredStart, TierOrder
            >>> from carbonkit.fund.partner.commitment import Commitment
            >>> from carbonkit.fund.day_count import DayCount
            >>> from carbonkit.fund.carry.hurdle import Compounding, PreferredRate
            >>> from carbonkit.values import Rounding
            >>> terms = CarryTerms(
            ...     order=TierOrder.CAPITAL_FIRST, preferred=PreferredRate("0.08", Compounding.ANNUAL),
            ...     day_count=DayCount.ACT_365_FIXED, preferred_start=PreferredStart.DUE_DATE, carry="0.20",
            ...     catch_up=None, base=CarryBase.INVESTED, own_commitment=OwnCommitment.OUTSIDE_TIERS,
            ...     clawback=ClawbackBasis.GROSS_OF_TAX, tax_rate=None, escrow=0, rounding=Rounding.HALF_UP)
            >>> promised = Commitments([Commitment(AccountId(name), Money("1", "CNY")) for name in "ABC"])
            >>> sharing = CarrySharing(terms=terms, commitments=promised, general_partner=AccountId("C"))
            >>> sharing.counts(CapitalContribution(on="2021-07-15", amount=Money("2", "CNY"),
            ...                                    use=CapitalUse.FEES_AND_EXPENSES))
            False
        """
        return contribution.use is CapitalUse.INVESTMENT or self.terms.base is not CarryBase.INVESTED

    def shared(self, amount: Money) -> tuple[tuple[AccountId, Money], ...]:
        """
        Divide an amount among the partners in the tiers, by largest remainder.

        It is divided by commitment, or by what was contributed if that is given.

        Args:
            amount: The amount, in whole minor units.

        Returns:
            Each partner's part, in the order of the commitments.

        Example:
            >>> from carbonkit.fund.carry.carry_terms import ClawbackBasis, PreferredStart, TierOrder
            >>> from carbonkit.fund.partner.commitment import Commitment
            >>> from carbonkit.fund.day_count import DayCount
            >>> from carbonkit.fund.carry.hurdle import Compounding, PreferredRate
            >>> from carbonkit.values import Rounding
            >>> terms = CarryTerms(
            ...     order=TierOrder.CAPITAL_FIRST, preferred=PreferredRate("0.08", Compounding.ANNUAL),
            ...     day_count=DayCount.ACT_365_FIXED, preferred_start=PreferredStart.DUE_DATE, carry="0.20",
            ...     catch_up=None, base=CarryBase.INVESTED, own_commitment=OwnCommitment.OUTSIDE_TIERS,
            ...     clawback=ClawbackBasis.GROSS_OF_TAX, tax_rate=None, escrow=0, rounding=Rounding.HALF_UP)
            >>> promised = Commitments([Commitment(AccountId(name), Money("1", "CNY")) for name in "ABC"])
            >>> sharing = CarrySharing(terms=terms, commitments=promised, general_partner=AccountId("C"))
            >>> [str(part) for _, part in sharing.shared(Money("1.01", "CNY"))]  # C stays outside
            ['0.51 CNY', '0.50 CNY']
        """
        check_currency(amount, self.currency, field="amount")
        total = sum(self.weights)
        minor = amount.to_minor()
        parts = apportion(minor, [Fraction(minor * weight, total) for weight in self.weights])
        return tuple(
            (each.partner, Money.from_minor(part, self.currency))
            for each, part, weight in zip(self.commitments, parts, self.weights, strict=True)
            if weight
        )

    def explain(self) -> Explanation:
        """List the terms and the tiers."""
        row = " → ".join(
            f"{tier.name} ({written(tier.general_partner)} to the general partner)" for tier in self.row
        )
        measured = "commitment" if self.contributed is None else "capital contributed"
        return Explanation(
            f"sharing between {len(self.commitments.each)} partners and {self.general_partner}",
            row,
            how=f"among the partners by {measured}",
            parts=(self.terms.explain(),),
        )
