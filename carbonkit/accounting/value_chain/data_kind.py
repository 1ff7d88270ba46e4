"""Kinds of data: whether a figure is of the very supplier or site, or an average of many."""

from __future__ import annotations

import enum

__all__ = ["DataKind"]


class DataKind(enum.Enum):
    """
    What a figure of scope 3 rests on; the share of each is disclosed.

    Example:
        >>> str(DataKind("primary"))
        'primary data'
    """

    PRIMARY = "primary"
    """From a supplier or another partner, about the very activities of the reporter's value chain."""
    SECONDARY = "secondary"
    """From elsewhere: averages of an industry, databases, models, stand-ins."""

    def __str__(self) -> str:
        """Write it out."""
        return f"{self.value} data"
