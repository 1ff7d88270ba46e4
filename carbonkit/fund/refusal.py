"""Why a fund refuses: the reason codes in one list, for programs to tell refusals apart."""

from __future__ import annotations

import enum

__all__ = ["Refusal"]


class Refusal(enum.StrEnum):
    """
    The reason codes of `FundError`; they stand in the error's `problem.code` and never change.

    Example:
        >>> Refusal("above_unfunded")
        <Refusal.ABOVE_UNFUNDED: 'above_unfunded'>
    """

    ABOVE_UNFUNDED = "above_unfunded"
    """The call asks for more than is unfunded."""
    OTHER_COMMITMENTS = "other_commitments"
    """An earlier call was divided by other commitments."""
    NOT_THE_NEXT_CALL = "not_the_next_call"
    """The earlier calls are not all there, once each, in order of number and date."""
    OVERSOLD = "oversold"
    """More is sold than is held."""
    OUT_OF_ORDER = "out_of_order"
    """The date lies before that of an earlier purchase or sale, or a valuation lies before one."""
    UNPRICED = "unpriced"
    """An asset that is held has no price."""
    PRICE_FROM_LATER = "price_from_later"
    """The price is of a later day than the valuation."""
