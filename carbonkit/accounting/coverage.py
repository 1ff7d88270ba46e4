"""Coverage: which stages of a life cycle a factor counts."""

from __future__ import annotations

import enum

__all__ = ["Coverage"]


class Coverage(enum.Enum):
    """
    Which stages a factor counts.

    A life-cycle factor of electricity is no scope 2 factor: scope 2 counts the generation
    alone, and what is upstream of it belongs to scope 3.

    Example:
        >>> str(Coverage("life cycle"))
        'life cycle'
    """

    DIRECT = "direct"
    """What is emitted at the point of use or generation."""
    UPSTREAM = "upstream"
    """What is emitted before that: extraction, refining, transport, network losses."""
    LIFE_CYCLE = "life cycle"
    """Both together."""

    def __str__(self) -> str:
        """Write it out."""
        return self.value
