"""Fields that all notices share: where a partner stands, whom to pay; internal."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from carbonkit.fund.partner.notice_label import label
from carbonkit.values.money import Money
from carbonkit.values.number import plain
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonkit.fund.partner.payment_details import PaymentDetails
    from carbonkit.fund.partner.standing import Standing
    from carbonkit.values.language import Language

Row: TypeAlias = "tuple[str, str | int | datetime.date | Money]"

FORM: Final = Source(
    "Institutional Limited Partners Association",
    "Capital Call and Distribution Notice Template",
    2011,
    status=Status.RECALLED,
    note="the fields; the second version of 2025 sets inside and outside of the fund apart and leaves what is"
    " recallable to be seen from the unfunded commitment",
)


def standing_rows(standing: Standing, before: Money) -> tuple[Row, ...]:
    """List where a partner stands."""
    return (
        ("commitment", standing.commitment),
        ("unfunded_before", before),
        ("unfunded_after", standing.unfunded),
        ("contributions_to_date", standing.contributions),
        ("distributions_to_date", standing.distributions),
        ("recallable_to_date", standing.recallable),
    )


def labelled(
    fields: Sequence[Row], items: Sequence[Row], payment: PaymentDetails, language: Language, *, before: str
) -> tuple[Row, ...]:
    """Put labels to fields, and the items before one of them."""
    made: list[Row] = []
    for name, value in fields:
        if name == before:
            made += items
        made.append((label(name, language), value))
    made += [(label(name, language), text) for name, text in _paid_to(payment)]
    return tuple(made)


def _paid_to(payment: PaymentDetails) -> list[tuple[str, str]]:
    found = attrs.asdict(payment)
    return [(name, text) for name, text in found.items() if text]


def plain_values(
    notice: str, fields: Sequence[Row], items: list[dict[str, str]], payment: PaymentDetails
) -> dict[str, object]:
    """Give fields as plain values, for JSON."""
    made: dict[str, object] = {"notice": notice}
    for name, value in fields:
        if isinstance(value, Money):
            made[name] = plain(value.amount)
        else:
            made[name] = str(value) if isinstance(value, datetime.date) else value
    return {**made, "items": items, "payment": dict(_paid_to(payment))}
