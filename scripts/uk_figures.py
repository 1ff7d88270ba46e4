"""What the catalogues of the United Kingdom share: their licence, how a cell is read, what is counted."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.values.number import Rounding, plain, round_to

if TYPE_CHECKING:
    from collections.abc import Iterator

OGL = "Open Government Licence v3.0"
OGL_KNOWN = f"{OGL} (the publisher's usual licence; it did not come with the file)"
PLACES_KEPT = 12  # the cells are binary numbers: good to 15 digits, kept to 12 decimal places


@attrs.define
class Report:
    """What an edition was, counted row by row."""

    name: str
    counts: Counter[str] = attrs.Factory(Counter)
    slips: list[str] = attrs.Factory(list)

    def lines(self) -> Iterator[str]:
        """Write it out for the record of provenance."""
        counted = ", ".join(f"{count:,} {what}" for what, count in self.counts.items())
        yield f"- `{self.name}`: {counted}."
        yield from (f"  - {slip}." for slip in self.slips)


def clean(cell: str) -> Decimal:
    """Read a binary number to the places that are kept, without trailing zeros."""
    number = round_to(cell, PLACES_KEPT, Rounding.HALF_EVEN)
    text = plain(number)
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)
