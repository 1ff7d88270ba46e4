"""
Shares: what part of something belongs to the reporter, exact to the fraction.

A vehicle's emissions are shared by tonne-kilometres, a building's by floor area, an
investee's by equity. A share is never above the whole, and several shares of one whole
add up to it exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.accounting.value_chain._fraction import fraction, written
from carbonkit.accounting.value_chain._take import several
from carbonkit.accounting.value_chain.derived_quantity import Measured, derived, explained, ratio
from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.source import Source

if TYPE_CHECKING:
    from carbonkit.values.number import Exact

__all__ = ["Share", "shares_of", "whole"]


def _value(value: Exact | Fraction) -> Fraction:
    number = fraction(value, field="share")
    if not 0 <= number <= 1:
        hint = "write 0.15 for 15 %" if number > 1 else ""
        raise InvalidValueError("be from 0 to 1", was=written(number), field="share", hint=hint)
    return number


@attrs.frozen
class Share:
    """
    What part of a whole it is, from 0 to 1.

    Args:
        value: The part of 1; zero is a value.
        working: How it came about.

    Raises:
        InexactNumberError: If `value` is a float, a bool, NaN or infinite.
        InvalidValueError: If it is below 0 or above 1.

    Example:
        >>> from carbonkit.values import Freight
        >>> share = Share.of(Freight("150", "t_km"), Freight("490", "t_km"), by="tonne-kilometres")
        >>> share.value
        Fraction(15, 49)
        >>> print(share.working.text())
        share by tonne-kilometres: 15/49 ≈ 0.306122 = 150 t_km ÷ 490 t_km
    """

    value: Fraction = attrs.field(converter=_value)
    working: Explanation = attrs.field(validator=is_a(Explanation))

    @classmethod
    def of(cls, part: Measured, everything: Measured, *, by: str) -> Share:
        """
        Work a share out from two quantities.

        Args:
            part: What belongs to the reporter.
            everything: The whole, above zero.
            by: What is compared, such as "floor area", "mass" or "tonne-kilometres".

        Returns:
            The share.

        Raises:
            IncompatibleUnitsError: If the two measure different things.
            InvalidValueError: If the whole is not above zero, or the part is negative or more than it.
        """
        some, whole_ = derived(by, part), derived(by, everything)
        if whole_.number <= 0:
            raise InvalidValueError("be above zero", was=str(whole_), field=f"whole by {by}")
        number = some.number * ratio(some.unit, whole_.unit, field=by) / whole_.number
        how = f"{some} ÷ {whole_}"
        parts = (*explained(part), *explained(everything))
        return cls(number, Explanation(f"share by {by}", written(_value(number)), how, parts=parts))

    @classmethod
    def stated(cls, number: Exact, *, by: str, source: Source | None = None) -> Share:
        """
        Take a share that is known, such as a share of equity.

        Args:
            number: The part of 1: "0.15" is 15 %.
            by: What is shared by.
            source: Where it stands, if it is not the reporter's own record.

        Returns:
            The share.

        Raises:
            InexactNumberError: If `number` is a float, a bool, NaN or infinite.
            InvalidValueError: If it is below 0 or above 1.
            WrongTypeError: If `source` is no source.

        Example:
            >>> Share.stated("15", by="equity")
            Traceback (most recent call last):
            ...
            carbonkit.errors.InvalidValueError: share: must be from 0 to 1, was 15; write 0.15 for 15 %
        """
        value = _value(number)
        if source is not None:
            check_type(source, Source, field="source")
        return cls(value, Explanation(f"share by {by}", written(value), source=source))

    def times(self, other: Share) -> Share:
        """
        Take a share of a share.

        Args:
            other: The other share.

        Returns:
            The product of both.

        Raises:
            WrongTypeError: If it is no share.

        Example:
            >>> Share.stated("0.5", by="equity").times(Share.stated("0.83", by="equity")).value
            Fraction(83, 200)
        """
        check_type(other, Share, field="other")
        number = self.value * other.value
        how = f"{written(self.value)} × {written(other.value)}"
        parts = (self.working, other.working)
        return Share(number, Explanation("share of a share", written(number), how, parts=parts))


def whole(shares: Mapping[str, Share], *, of: str) -> None:
    """
    Check that shares make up the whole, exactly: ten tenths are one.

    Args:
        shares: Each part with its share.
        of: What is shared, for the error.

    Raises:
        InvalidValueError: If they add up to less or more than 1.
        WrongTypeError: If a value has another type.

    Example:
        >>> whole({str(part): Share.stated("0.1", by="mass") for part in range(10)}, of="waste")
        >>> whole({"landfill": Share.stated("0.9", by="mass")}, of="waste")
        Traceback (most recent call last):
        ...
        carbonkit.errors.InvalidValueError: shares of waste: must add up to 1, was 0.9 (landfill 0.9)
    """
    check_type(shares, Mapping, field=f"shares of {of}")
    several(shares.values(), Share, field=f"shares of {of}")
    summed = sum((share.value for share in shares.values()), Fraction(0))
    if summed != 1:
        each = ", ".join(f"{name} {written(share.value)}" for name, share in shares.items())
        raise InvalidValueError("add up to 1", was=f"{written(summed)} ({each})", field=f"shares of {of}")


def shares_of(parts: Mapping[str, Measured], *, by: str) -> dict[str, Share]:
    """
    Share a whole among all who have a part in it; the shares add up to 1 exactly.

    Args:
        parts: What each has, in any units of one dimension.
        by: What is compared, such as "tonne-kilometres" or "great-circle distance".

    Returns:
        The share of each, in their order.

    Raises:
        IncompatibleUnitsError: If two measure different things.
        InvalidValueError: If there is no part, one is negative or all are zero.
        WrongTypeError: If a value has another type.

    Example:
        >>> from carbonkit.values import Freight
        >>> loads = {"ours": Freight("240", "t_km"), "theirs": Freight("400", "t_km")}
        >>> {name: str(share.value) for name, share in shares_of(loads, by="tonne-kilometres").items()}
        {'ours': '3/8', 'theirs': '5/8'}
    """
    check_type(parts, Mapping, field=by)
    if not parts:
        raise InvalidValueError("have at least one part", was="none", field=by)
    known = {name: derived(f"{by} of {name}", part) for name, part in parts.items()}
    unit = next(iter(known.values())).unit
    summed = sum((each.number * ratio(each.unit, unit, field=by) for each in known.values()), Fraction(0))
    everything = attrs.evolve(
        next(iter(known.values())),
        number=summed,
        working=Explanation(
            f"{by} of all",
            f"{written(summed)} {unit}",
            "sum",
            parts=tuple(each.working for each in known.values()),
        ),
    )
    return {name: Share.of(each, everything, by=by) for name, each in known.items()}
