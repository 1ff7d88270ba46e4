"""Languages: in which of the two a picture or a report speaks to people."""

from __future__ import annotations

import enum

__all__ = ["Language"]


class Language(enum.Enum):
    """
    The language of the words in a picture or a report.

    Example:
        >>> Language("zh")
        <Language.CHINESE: 'zh'>
    """

    ENGLISH = "en"
    CHINESE = "zh"
