"""
Applied factors: a factor as a method used it, and the check that it belongs there.

A factor that a caller names by hand must hold where and when the figure is for, as one that
a catalogue finds does. What stands in for another place or year comes as the `Choice` of a
catalogue, which carries the step that the caller's policy allowed.

The activity may be called otherwise. A catalogue knows a factor by that name alone, so `account`
asks for it word for word; who names a factor by hand has matched it, and often must: the item is
what was bought ("cloth"), the factor what is before it ("yarn"), or a publisher's own heading.
The working tells both names.
"""

from __future__ import annotations

from typing import Final

import attrs

from carbonkit.accounting.catalogue import Choice
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.fallback import Step, moved
from carbonkit.accounting.value_chain._take import check_kinds
from carbonkit.accounting.value_chain.item import Item
from carbonkit.errors import UnknownFactorError
from carbonkit.values.field import check_type, is_a
from carbonkit.values.place import Place

__all__ = ["Applied", "chosen", "is_factor"]

_CHOOSE: Final = "let a catalogue choose with the steps that your policy allows"


def chosen(factor: Factor | Choice) -> Factor:
    """
    Give the factor itself, named by hand or chosen by a catalogue.

    Args:
        factor: The factor, or what a catalogue chose.

    Returns:
        The factor.

    Raises:
        WrongTypeError: If it is neither.

    Example:
        >>> chosen("diesel")
        Traceback (most recent call last):
        ...
        carbonkit.errors.WrongTypeError: factor: must be of type Factor or Choice, was 'diesel'
    """
    check_kinds(factor, Factor, Choice, field="factor")
    found = factor.factor if isinstance(factor, Choice) else factor
    check_type(found, Factor, field="factor")
    return found


def is_factor(_: object, attribute: attrs.Attribute[Factor | Choice], value: object) -> None:
    """
    Check that a field holds a factor, named by hand or chosen by a catalogue; an attrs validator.

    Args:
        attribute: The field.
        value: Anything at all.

    Raises:
        WrongTypeError: If it is neither.

    Example:
        >>> @attrs.frozen
        ... class Row:
        ...     factor: Factor | Choice = attrs.field(validator=is_factor)
        >>> Row("diesel")
        Traceback (most recent call last):
        ...
        carbonkit.errors.WrongTypeError: factor: must be of type Factor or Choice, was 'diesel'
    """
    check_kinds(value, Factor, Choice, field=attribute.name)


@attrs.frozen
class Applied:
    """
    A factor as it was used.

    Args:
        factor: The factor.
        step: The step by which a catalogue chose it; None where it must fit as it is.
        place: Where it was used, if not at the place of the item that the figure is for.

    Raises:
        WrongTypeError: If a value has another type.

    Example:
        >>> from carbonkit.accounting import Rate
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Period, Source
        >>> steel = Factor("steel", "2025", "steel", Place("US"), Period.year(2025), "t",
        ...                [Rate("CO2", "2.1", "t")], Source("Office", "Steel", 2025))
        >>> Applied(steel).check(Item("1", "HQ", "steel", Place("DE"), Period.year(2025)))
        Traceback (most recent call last):
        ...
        carbonkit.errors.UnknownFactorError: factor steel (2025): must hold at DE, was for US; name the \
place of this part, or let a catalogue choose with the steps that your policy allows
    """

    factor: Factor = attrs.field(validator=is_a(Factor))
    step: Step | None = attrs.field(default=None, validator=attrs.validators.optional(is_a(Step)))
    place: Place | None = attrs.field(default=None, validator=attrs.validators.optional(is_a(Place)))

    def check(self, item: Item) -> None:
        """
        Check that the factor holds where and when the figure is for.

        Args:
            item: What the figure is for.

        Raises:
            UnknownFactorError: If it does not, or the step is not one to this factor.
            WrongTypeError: If it is no item.
        """
        check_type(item, Item, field="item")
        place, period = self.place or item.place, item.period
        field = f"factor {self.factor.id} ({self.factor.edition})"
        if self.step is not None:
            if place != self.step.wanted or self.step.place != self.factor.place:
                must = f"be chosen for {place}, and hold at the place that was taken instead"
                was = f"for {self.factor.place} ({self.step})"
                raise UnknownFactorError(must, was=was, field=field)
            taken = moved(period, self.step.years)
        else:
            if not place.within(self.factor.place):
                hint = f"name the place of this part, or {_CHOOSE}"
                must = f"hold at {place}"
                raise UnknownFactorError(must, was=f"for {self.factor.place}", field=field, hint=hint)
            taken = period
        if taken is None or not self.factor.valid.covers(taken):
            hint = f"split the period, or {_CHOOSE}"
            must = f"hold in all of {taken or period}"
            raise UnknownFactorError(must, was=f"valid {self.factor.valid}", field=field, hint=hint)
