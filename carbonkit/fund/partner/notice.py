"""
Notices: what each partner is told of a capital call, as values, rows and JSON.

The fields are those of the trade's usual notices; the amounts to date count the call that
the notice is about. Those of distributions are in `carbonkit.fund.partner.distribution_notice`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import attrs

from carbonkit.fund._check import listed
from carbonkit.fund.partner._notice_field import FORM, Row, labelled, plain_values, standing_rows
from carbonkit.fund.partner.call import CapitalCall
from carbonkit.fund.partner.call_item import CallItem
from carbonkit.fund.partner.notice_label import label
from carbonkit.fund.partner.payment_details import PaymentDetails, printable
from carbonkit.fund.partner.standing import Standing, standings
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money
from carbonkit.values.number import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonkit.fund.partner.distribution_notice import DistributionNotice
    from carbonkit.fund.partner.unfunded import Happening
    from carbonkit.values.explanation import Explanation
    from carbonkit.values.language import Language

__all__ = ["CallNotice", "call_notices", "notice_json"]


@attrs.frozen(kw_only=True)
class CallNotice:
    """
    What one partner is told of a capital call; made by `call_notices`.

    Args:
        fund: The fund's name.
        partner: The partner.
        call: The call.
        items: The partner's part of each item.
        standing: Where the partner stands once it is called.
        payment: Where it pays to.

    Example:
        >>> from carbonkit.fund.partner.call import call_capital
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> from carbonkit.values.language import Language
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> call = call_capital(promised, (), total=Money("4.00", "CNY"), issued_on="2021-07-02",
        ...                     due_on="2021-07-15", purpose="allowances")
        >>> bank = PaymentDetails(bank="Bank of Wuhan", holder="Peak Fund", account="6222020200112233")
        >>> (notice,) = call_notices(call, (), fund="Peak Fund", payment=bank)
        >>> notice.rows(Language.ENGLISH)[7]
        ('Amount due', Money('4.00', 'CNY'))
    """

    fund: str
    partner: AccountId
    call: CapitalCall = attrs.field(repr=False)
    items: tuple[tuple[CallItem, Money], ...]
    standing: Standing
    payment: PaymentDetails

    @property
    def total(self) -> Money:
        """What the partner pays."""
        return self.call.of(self.partner)

    @property
    def excused(self) -> str:
        """Why the partner does not pay, or not for everything; empty if it does."""
        found = [each for each in self.call.excused if each.partner == self.partner]
        return "; ".join(
            (f"{each.item}: " if each.item is not None else "") + f"{each.reason.value}: {each.why}"
            for each in found
        )

    def _fields(self) -> tuple[Row, ...]:
        excused: tuple[Row, ...] = (("excused", self.excused),) if self.excused else ()
        return (
            ("fund", self.fund),
            ("partner", str(self.partner)),
            ("number", self.call.number),
            ("notice_on", self.call.issued_on),
            ("due_on", self.call.due_on),
            ("purpose", self.call.purpose),
            *excused,
            ("currency", self.total.currency),
            ("total", self.total),
            ("inside", dict(self.call.inside)[self.partner]),
            ("outside", dict(self.call.outside)[self.partner]),
            ("fund_total", self.call.total),
            *standing_rows(self.standing, dict(self.call.before)[self.partner]),
        )

    def rows(self, language: Language) -> tuple[Row, ...]:
        """
        List the notice for people: labels and values, line by line.

        Args:
            language: The language of the labels.

        Returns:
            The lines; those of the items begin with what they are for.

        Example:
            >>> from carbonkit.values.language import Language
            >>> from carbonkit.fund.partner.call import call_capital
            >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
            >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
            >>> call = call_capital(promised, (), total=Money("4.00", "CNY"), issued_on="2021-07-02",
            ...                     due_on="2021-07-15", purpose="allowances")
            >>> bank = PaymentDetails(bank="Bank of Wuhan", holder="Peak Fund", account="62220202")
            >>> (notice,) = call_notices(call, (), fund="Peak Fund", payment=bank)
            >>> notice.rows(Language.CHINESE)[4]
            ('缴款截止日', datetime.date(2021, 7, 15))
        """
        items: list[Row] = [
            (
                f"{label(item.use.value, language)}, {label(item.effect.value, language)}: {item.name}",
                amount,
            )
            for item, amount in self.items
        ]
        return labelled(self._fields(), items, self.payment, language, before="total")

    def as_dict(self) -> dict[str, object]:
        """
        Give the notice as plain values, for JSON.

        Returns:
            Texts, whole numbers and lists; amounts are decimal texts.

        Example:
            >>> from carbonkit.fund.partner.call import call_capital
            >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
            >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
            >>> call = call_capital(promised, (), total=Money("4.00", "CNY"), issued_on="2021-07-02",
            ...                     due_on="2021-07-15", purpose="allowances")
            >>> bank = PaymentDetails(bank="Bank of Wuhan", holder="Peak Fund", account="62220202")
            >>> (notice,) = call_notices(call, (), fund="Peak Fund", payment=bank)
            >>> notice.as_dict()["unfunded_after"]
            '6.00'
        """
        items = [
            {
                "name": item.name,
                "use": item.use.value,
                "effect": item.effect.value,
                "amount": plain(amount.amount),
            }
            for item, amount in self.items
        ]
        return plain_values("capital call notice", self._fields(), items, self.payment)

    def explain(self) -> Explanation:
        """Say how the amount came about, and which form the notice follows."""
        said = self.call.explain()
        return attrs.evolve(said, what=f"notice to {self.partner} of {said.what}", source=FORM)


def notice_json(notice: CallNotice | DistributionNotice) -> str:
    """
    Write a notice as JSON.

    Args:
        notice: The notice.

    Returns:
        The text; amounts are decimal texts, so that no reader turns them into binary numbers.

    Example:
        >>> from carbonkit.fund.partner.call import call_capital
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> call = call_capital(promised, (), total=Money("4.00", "CNY"), issued_on="2021-07-02",
        ...                 due_on="2021-07-15", purpose="allowances")
        >>> bank = PaymentDetails(bank="Bank of Wuhan", holder="Peak Fund", account="62220202")
        >>> (notice,) = call_notices(call, (), fund="Peak Fund", payment=bank)
        >>> notice_json(notice)[:64]
        '{"notice": "capital call notice", "fund": "Peak Fund", "partner"'
    """
    return json.dumps(notice.as_dict(), ensure_ascii=False, allow_nan=False)


def call_notices(
    call: CapitalCall, earlier: Sequence[Happening], *, fund: str, payment: PaymentDetails
) -> tuple[CallNotice, ...]:
    """
    Write the notices of a call, one for each partner.

    Args:
        call: The call.
        earlier: All that happened before it, in order.
        fund: The fund's name.
        payment: The account that the partners pay to.

    Returns:
        The notices, in the order of the commitments; one that is excused gets one too.

    Raises:
        FundError: `not_the_next_call` if the call does not follow what happened earlier.
        InvalidValueError: If a text is blank or of more than one line.

    Example:
        >>> from carbonkit.fund.partner.call import call_capital
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> call = call_capital(promised, (), total=Money("4.00", "CNY"), issued_on="2021-07-02",
        ...                     due_on="2021-07-15", purpose="allowances")
        >>> bank = PaymentDetails(bank="Bank of Wuhan", holder="Peak Fund", account="6222020200112233")
        >>> (notice,) = call_notices(call, (), fund="Peak Fund", payment=bank)
        >>> notice.standing.unfunded
        Money('6.00', 'CNY')
    """
    check_type(call, CapitalCall, field="call")
    check_type(payment, PaymentDetails, field="payment")
    printable(call.purpose, field="purpose")
    for item in call.items:
        printable(item.name, field="item")
    for excuse in call.excused:
        printable(excuse.why, field=f"why {excuse.partner} is excused")
    standing = standings(call.commitments, [*listed(earlier, field="earlier"), call])
    items = [(item, dict(parts)) for item, parts in call.by_item]
    return tuple(
        CallNotice(
            fund=printable(fund, field="fund"),
            partner=each.partner,
            call=call,
            items=tuple((item, parts[each.partner]) for item, parts in items),
            standing=standing[each.partner],
            payment=payment,
        )
        for each in call.commitments
    )
