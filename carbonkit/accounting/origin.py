"""Origins: whether the carbon of a gas was in the ground or in living things before."""

from __future__ import annotations

import enum

__all__ = ["Origin"]


class Origin(enum.Enum):
    """
    Where the carbon of a gas comes from.

    Biogenic carbon dioxide stands apart from all scopes. Methane may have a potential for
    each origin; where a set has only one, it is that of both.

    Example:
        >>> str(Origin("biogenic"))
        'biogenic'
    """

    FOSSIL = "fossil"
    """From fossil fuel or rock."""
    BIOGENIC = "biogenic"
    """From plants, animals and what decays."""

    def __str__(self) -> str:
        """Write it as reports do."""
        return self.value
