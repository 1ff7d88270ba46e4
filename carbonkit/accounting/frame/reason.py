"""Reasons: why a row of a frame is in no total."""

from __future__ import annotations

import enum

__all__ = ["Reason"]


class Reason(enum.Enum):
    """
    Why a row was not accounted; the values stand in the column `reason` of the unmatched rows.

    Example:
        >>> Reason("missing amount").name
        'MISSING_AMOUNT'
    """

    MISSING_ID = "missing id"
    DUPLICATE_ID = "duplicate id"
    BAD_ID = "bad id"
    MISSING_FACILITY = "missing facility"
    BAD_FACILITY = "bad facility"
    MISSING_ACTIVITY = "missing activity"
    MISSING_AMOUNT = "missing amount"
    BAD_AMOUNT = "bad amount"
    MISSING_UNIT = "missing unit"
    MISSING_PLACE = "missing place"
    BAD_START = "missing or bad start"
    BAD_END = "missing or bad end"
    BAD_PERIOD = "end not after start"
    MISSING_SCOPE = "missing scope"
    BAD_ACTIVITY = "bad activity"
    BAD_PLACE = "bad place"
    BAD_SCOPE = "bad scope"
    BAD_CATEGORY = "bad category"
    BAD_CALORIFIC = "bad calorific basis"
    UNKNOWN_UNIT = "unknown unit"
    NO_SCOPE_2_METHOD = "scope 2 without a method"
    NO_ACTIVITY = "no factor for the activity"
    NO_PLACE = "no factor for the place"
    NO_CALORIFIC = "no factor for the calorific basis"
    NO_METHOD = "no factor for the scope 2 method"
    NO_UNIT = "no factor for the unit"
    AMBIGUOUS_UNIT = "factors for several units"
    INEXACT_CONVERSION = "no exact conversion to the factor's unit"
    NO_PERIOD = "no factor for the period"
