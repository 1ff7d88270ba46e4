"""Parts: what of an amount falls on each partner, in the order of the commitments; internal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import check_currency, paid
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money
from carbonkit.values.share import split

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

    from carbonkit.fund.partner.commitment import Commitments
    from carbonkit.fund.refusal import Refusal

Parts: TypeAlias = tuple[tuple[AccountId, Money], ...]


def parts_of(commitments: Commitments, minor: Iterable[int]) -> Parts:
    """Give each partner its count of minor units."""
    currency = commitments.currency
    return tuple(
        (each.partner, Money.from_minor(part, currency))
        for each, part in zip(commitments, minor, strict=True)
    )


def minor_of(parts: Parts) -> tuple[int, ...]:
    """Count the minor units of each part."""
    return tuple(amount.to_minor() for _, amount in parts)


def negative(parts: Parts) -> Parts:
    """Change the sign of every part."""
    return tuple((partner, -amount) for partner, amount in parts)


def kept(commitments: Commitments, parts: Mapping[AccountId, Money], *, field: str) -> tuple[int, ...]:
    """Take parts that a caller gives by partner; a partner that is left out has zero."""
    check_type(parts, Mapping, field=field)
    known = {each.partner for each in commitments}
    for partner, amount in parts.items():
        check_type(partner, AccountId, field=f"{field}, partner")
        if partner not in known:
            raise InvalidValueError("be a partner of the fund", was=str(partner), field=f"{field}, partner")
        place = f"{field} of {partner}"
        check_currency(paid(amount, field=place), commitments.currency, field=place)
    none = Money.from_minor(0, commitments.currency)
    return tuple(parts.get(each.partner, none).to_minor() for each in commitments)


def check_names(parts: Parts, commitments: Commitments, *, field: str) -> None:
    """Check that there is a part for each partner, in order."""
    check_type(parts, tuple, field=field)
    if [partner for partner, _ in parts] != [each.partner for each in commitments]:
        named = ", ".join(str(partner) for partner, _ in parts)
        raise InvalidValueError("name each partner, in order", was=named, field=field)


def check_parts(parts: Parts, commitments: Commitments, *, field: str) -> None:
    """Check that there is a part for each partner, in order, of zero up to its commitment."""
    check_names(parts, commitments, field=field)
    for each, (_, left) in zip(commitments, parts, strict=True):
        check_currency(paid(left, field=field), commitments.currency, field=field)
        if left > each.amount:
            raise InvalidValueError(f"be at most {each.amount}", was=str(left), field=field)


def divided(total: int, weights: Sequence[Fraction | int]) -> tuple[int, ...]:
    """Divide a whole number, zero or more, by largest remainder; of nothing each gets nothing."""
    return split(total, weights) if total else (0,) * len(weights)


def within(total: int, weights: Sequence[Fraction | int], room: Sequence[int]) -> list[int]:
    """Divide a total by weight, no part above its room; what finds none is divided among the others."""
    parts, rest, still_open = [0] * len(weights), total, list(weights)
    while rest:
        for place, more in enumerate(divided(rest, still_open)):
            taken = min(more, room[place] - parts[place])
            parts[place] += taken
            rest -= taken
        still_open = [
            weight if part < most else 0 for weight, part, most in zip(weights, parts, room, strict=True)
        ]
    return parts


def across(rows: Sequence[int], columns: Sequence[int]) -> list[tuple[int, ...]]:
    """Divide each column among the rows, so that rows and columns both keep their sums."""
    # Each by what is left of the rows. No part is above what is left, being at most its exact share
    # rounded up; and the last column takes all that is left.
    left, made = list(rows), []
    for column in columns:
        parts = divided(column, left)
        left = [have - part for have, part in zip(left, parts, strict=True)]
        made.append(parts)
    return made


def check_room(
    wanted: int, room: int, commitments: Commitments, *, must: str, field: str, code: Refusal
) -> None:
    """Check that an amount finds room; `must` says what the room is, with {} for how much."""
    if wanted > room:
        currency = commitments.currency
        raise FundError(
            must.format(Money.from_minor(room, currency)),
            was=str(Money.from_minor(wanted, currency)),
            field=field,
            code=code,
        )
