"""Assets: anything that the ledger counts, in whole steps."""

from __future__ import annotations

from decimal import Decimal

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AssetId
from carbonkit.values.number import Exact, exact, multiply, plain, whole

__all__ = ["Asset"]

_MOST_PLACES = 9


def _places(value: int) -> int:
    number = whole(value, field="places")
    if not 0 <= number <= _MOST_PLACES:
        raise InvalidValueError(f"be 0 to {_MOST_PLACES}", was=number, field="places")
    return number


@attrs.frozen
class Asset:
    """
    Allowances of one scheme and vintage, credits, cash or fund units.

    Args:
        id: Its identifier.
        places: Decimal places of its smallest step: 0 for allowances, 2 for CNY.
        serialised: Whether each unit has a serial number.

    Raises:
        InvalidValueError: If `places` is not 0 to 9.

    Example:
        >>> yuan = Asset(AssetId("CNY"), 2, serialised=False)
        >>> yuan.steps("48.00"), yuan.amount(4800)
        (4800, Decimal('48.00'))
    """

    id: AssetId = attrs.field(validator=is_a(AssetId))
    places: int = attrs.field(converter=_places)
    serialised: bool = attrs.field(kw_only=True, validator=is_a(bool))

    def steps(self, amount: Exact) -> int:
        """
        Count the smallest steps in an amount.

        Args:
            amount: A str, int or Decimal.

        Returns:
            The whole number of steps.

        Raises:
            InvalidValueError: If a fraction of a step is left.

        Example:
            >>> Asset(AssetId("CNY"), 2, serialised=False).steps("0.01")
            1
        """
        scaled = multiply(exact(amount, field="amount"), Decimal(10**self.places))
        if scaled != int(scaled):
            raise InvalidValueError(
                f"have at most {self.places} decimal places for {self.id}",
                was=plain(exact(amount)),
                field="amount",
            )
        return int(scaled)

    def amount(self, steps: int) -> Decimal:
        """
        Write a number of smallest steps as an amount.

        Args:
            steps: How many.

        Returns:
            The exact amount.

        Example:
            >>> Asset(AssetId("CNY"), 2, serialised=False).amount(1)
            Decimal('0.01')
        """
        return multiply(Decimal(whole(steps, field="steps")), Decimal((0, (1,), -self.places)))
