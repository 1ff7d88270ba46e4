"""Distribution notices: what each partner is told of a distribution, as values, rows and JSON."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.fund._check import listed
from carbonkit.fund.partner._notice_field import FORM, Row, labelled, plain_values, standing_rows
from carbonkit.fund.partner.distribution import Distribution
from carbonkit.fund.partner.distribution_item import DistributionItem
from carbonkit.fund.partner.notice_label import label
from carbonkit.fund.partner.payment_details import PaymentDetails, printable
from carbonkit.fund.partner.standing import Standing, standings
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money
from carbonkit.values.number import plain
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from carbonkit.fund.partner.unfunded import Happening
    from carbonkit.values.explanation import Explanation
    from carbonkit.values.language import Language

__all__ = ["DistributionNotice", "distribution_notices"]


@attrs.frozen(kw_only=True)
class DistributionNotice:
    """
    What one partner is told of a distribution; made by `distribution_notices`.

    Args:
        fund: The fund's name.
        partner: The partner.
        distribution: The distribution.
        notice_on: The day of the notice.
        items: The partner's part of each item.
        standing: Where the partner stands once it is paid.
        payment: Where the fund pays to.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> from carbonkit.fund.partner.distribution import distribute
        >>> from carbonkit.fund.partner.distribution_item import DistributionBasis, Nature, RecallRule
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> paid_out = distribute(
        ...     promised, (), items=[DistributionItem(Nature.DIVIDEND, Money("1.00", "CNY"))],
        ...     basis=DistributionBasis.COMMITMENT, paid_on="2024-07-15", recall=RecallRule.NOTHING)
        >>> bank = PaymentDetails(bank="Bank of Wuhan", holder="Partner A", account="62220202")
        >>> (notice,) = distribution_notices(paid_out, (), fund="Peak Fund", notice_on="2024-07-01",
        ...                          payments={AccountId("A"): bank})
        >>> notice.net
        Money('1.00', 'CNY')
    """

    fund: str
    partner: AccountId
    distribution: Distribution = attrs.field(repr=False)
    notice_on: datetime.date
    items: tuple[tuple[DistributionItem, Money], ...]
    standing: Standing
    payment: PaymentDetails

    @property
    def net(self) -> Money:
        """What the partner is paid after tax."""
        return dict(self.distribution.net)[self.partner]

    def _fields(self) -> tuple[Row, ...]:
        paid = self.distribution
        return (
            ("fund", self.fund),
            ("partner", str(self.partner)),
            ("number", paid.number),
            ("notice_on", self.notice_on),
            ("paid_on", paid.paid_on),
            ("currency", paid.total.currency),
            ("gross", paid.of(self.partner)),
            ("withholding_tax", dict(paid.withheld)[self.partner]),
            ("net", self.net),
            ("recallable", dict(paid.recallable)[self.partner]),
            ("fund_total", paid.total),
            *standing_rows(self.standing, dict(paid.before)[self.partner]),
        )

    def rows(self, language: Language) -> tuple[Row, ...]:
        """
        List the notice for people: labels and values, line by line.

        Args:
            language: The language of the labels.

        Returns:
            The lines.

        Example:
            >>> from carbonkit.values.language import Language
            >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
            >>> from carbonkit.fund.partner.distribution import distribute
            >>> from carbonkit.fund.partner.distribution_item import DistributionBasis, Nature, RecallRule
            >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
            >>> paid_out = distribute(
            ...     promised, (), items=[DistributionItem(Nature.DIVIDEND, Money("1.00", "CNY"))],
            ...     basis=DistributionBasis.COMMITMENT, paid_on="2024-07-15", recall=RecallRule.NOTHING)
            >>> bank = PaymentDetails(bank="Bank of Wuhan", holder="Partner A", account="62220202")
            >>> (notice,) = distribution_notices(paid_out, (), fund="Peak Fund", notice_on="2024-07-01",
            ...                                  payments={AccountId("A"): bank})
            >>> notice.rows(Language.CHINESE)[6]
            ('股息红利', Money('1.00', 'CNY'))
        """
        items: list[Row] = [(label(item.nature.value, language), amount) for item, amount in self.items]
        return labelled(self._fields(), items, self.payment, language, before="gross")

    def as_dict(self) -> dict[str, object]:
        """
        Give the notice as plain values, for JSON.

        Returns:
            Texts, whole numbers and lists; amounts are decimal texts.

        Example:
            >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
            >>> from carbonkit.fund.partner.distribution import distribute
            >>> from carbonkit.fund.partner.distribution_item import DistributionBasis, Nature, RecallRule
            >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
            >>> paid_out = distribute(
            ...     promised, (), items=[DistributionItem(Nature.DIVIDEND, Money("1.00", "CNY"))],
            ...     basis=DistributionBasis.COMMITMENT, paid_on="2024-07-15", recall=RecallRule.NOTHING)
            >>> bank = PaymentDetails(bank="Bank of Wuhan", holder="Partner A", account="62220202")
            >>> (notice,) = distribution_notices(paid_out, (), fund="Peak Fund", notice_on="2024-07-01",
            ...                                  payments={AccountId("A"): bank})
            >>> notice.as_dict()["net"]
            '1.00'
        """
        items = [{"nature": item.nature.value, "amount": plain(amount.amount)} for item, amount in self.items]
        return plain_values("distribution notice", self._fields(), items, self.payment)

    def explain(self) -> Explanation:
        """Say how the amount came about, and which form the notice follows."""
        said = self.distribution.explain()
        return attrs.evolve(said, what=f"notice to {self.partner} of {said.what}", source=FORM)


def distribution_notices(
    distribution: Distribution,
    earlier: Sequence[Happening],
    *,
    fund: str,
    notice_on: str | datetime.date,
    payments: Mapping[AccountId, PaymentDetails],
) -> tuple[DistributionNotice, ...]:
    """
    Write the notices of a distribution, one for each partner.

    Args:
        distribution: The distribution.
        earlier: All that happened before it, in order.
        fund: The fund's name.
        notice_on: The day of the notice; not after that of the payment.
        payments: Each partner's own account.

    Returns:
        The notices, in the order of the commitments.

    Raises:
        FundError: `not_the_next_call` if the distribution does not follow what happened earlier.
        NotFoundError: If a partner's account is missing.
        InvalidValueError: If the name is blank or the notice comes after the payment.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> from carbonkit.fund.partner.distribution import distribute
        >>> from carbonkit.fund.partner.distribution_item import DistributionBasis, Nature, RecallRule
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> paid_out = distribute(
        ...     promised, (), items=[DistributionItem(Nature.DIVIDEND, Money("1.00", "CNY"))],
        ...     basis=DistributionBasis.COMMITMENT, paid_on="2024-07-15", recall=RecallRule.NOTHING,
        ...     withheld={AccountId("A"): Money("0.10", "CNY")})
        >>> bank = PaymentDetails(bank="Bank of Wuhan", holder="Partner A", account="6222020200112233")
        >>> (notice,) = distribution_notices(paid_out, (), fund="Peak Fund", notice_on="2024-07-01",
        ...                                  payments={AccountId("A"): bank})
        >>> notice.net, notice.as_dict()["withholding_tax"]
        (Money('0.90', 'CNY'), '0.10')
    """
    check_type(distribution, Distribution, field="distribution")
    day = as_date(notice_on, field="notice_on")
    if day > distribution.paid_on:
        raise InvalidValueError(f"be on or before {distribution.paid_on}", was=str(day), field="notice_on")
    for each in distribution.commitments:
        if each.partner not in payments:
            raise NotFoundError("hold each partner's account", was=str(each.partner), field="payments")
        check_type(payments[each.partner], PaymentDetails, field=f"payment to {each.partner}")
    standing = standings(distribution.commitments, [*listed(earlier, field="earlier"), distribution])
    items = [(item, dict(parts)) for item, parts in distribution.by_item]
    return tuple(
        DistributionNotice(
            fund=printable(fund, field="fund"),
            partner=each.partner,
            distribution=distribution,
            notice_on=day,
            items=tuple((item, parts[each.partner]) for item, parts in items),
            standing=standing[each.partner],
            payment=payments[each.partner],
        )
        for each in distribution.commitments
    )
