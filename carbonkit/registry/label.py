"""Labels of credits: what a run of serial numbers may be used for, from when to when, and who says so."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError, OverlapError
from carbonkit.ledger.serial import SerialRange
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AssetId
from carbonkit.values.source import Source
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

__all__ = ["Label", "LabelBook", "Labelled"]


def _named(value: str) -> str:
    given: object = value
    if not isinstance(given, str) or not value.strip():
        raise InvalidValueError("not be empty", was=value, field="label")
    return value.strip()


@attrs.frozen
class Label:
    """
    A label on a run of serial numbers.

    Args:
        name: What the label is, such as "CORSIA first phase", "CCP" or "Article 6, NDC use".
        asset: Which units.
        serials: Their numbers.
        valid: The days on which they carry it.
        source: Who gave it, where.

    Raises:
        InvalidValueError: If it has no name.

    Example:
        >>> label = Label("CCP", AssetId("VCU-1340-2020"), SerialRange(1, 100), Period("2025-01-01", None),
        ...               Source("carbonkit", "example", 2026))
        >>> label.name
        'CCP'
    """

    name: str = attrs.field(converter=_named)
    asset: AssetId = attrs.field(validator=is_a(AssetId))
    serials: SerialRange = attrs.field(validator=is_a(SerialRange))
    valid: Period = attrs.field(validator=is_a(Period))
    source: Source = attrs.field(validator=is_a(Source))

    def explain(self) -> Explanation:
        """Say what is labelled, from when to when, and who says so."""
        return Explanation(
            f"label {self.name}",
            f"{self.asset} {self.serials}",
            how=f"valid {self.valid}",
            source=self.source,
        )


@attrs.frozen
class Labelled:
    """
    A run of numbers that carry the same labels.

    Args:
        serials: The numbers.
        labels: The labels, by name; empty if they carry none.

    Example:
        >>> Labelled(SerialRange(1, 9), ()).names
        ()
    """

    serials: SerialRange
    labels: tuple[Label, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the labels."""
        return tuple(each.name for each in self.labels)


def _ordered(labels: Iterable[Label]) -> tuple[Label, ...]:
    return tuple(
        sorted(labels, key=lambda each: (each.asset.text, each.name, each.serials.first, each.valid.start))
    )


@attrs.frozen
class LabelBook:
    """
    All labels of some credits.

    Args:
        labels: The labels, in any order.

    Raises:
        OverlapError: If one number would carry the same label twice on one day.

    Example:
        >>> source, asset = Source("carbonkit", "example", 2026), AssetId("VCU-1340-2020")
        >>> book = LabelBook([Label("CCP", asset, SerialRange(5, 100), Period("2025-01-01", None), source)])
        >>> [(str(each.serials), each.names) for each in book.on(asset, SerialRange(1, 9), "2025-06-30")]
        [('1-4', ()), ('5-9', ('CCP',))]
    """

    labels: tuple[Label, ...] = attrs.field(converter=_ordered)

    def __attrs_post_init__(self) -> None:
        """Check that no number carries a label twice on one day."""
        open_ones: list[Label] = []
        for label in self.labels:
            open_ones = [
                each
                for each in open_ones
                if (each.asset, each.name) == (label.asset, label.name)
                and each.serials.last >= label.serials.first
            ]
            for each in open_ones:
                if each.valid.overlaps(label.valid):
                    raise OverlapError(
                        "carry a label once on one day",
                        was=f"{each.serials} {each.valid} and {label.serials} {label.valid}",
                        field=f"label {label.name} of {label.asset}",
                    )
            open_ones.append(label)

    def on(self, asset: AssetId, serials: SerialRange, day: str | datetime.date) -> tuple[Labelled, ...]:
        """
        Say which labels a run of numbers carries on a day.

        Args:
            asset: Which units.
            serials: Their numbers.
            day: The day.

        Returns:
            The run, cut where its labels change; lowest numbers first.
        """
        date = as_date(day)
        valid = [
            each
            for each in self.labels
            if each.asset == asset
            and date in each.valid
            and each.serials.first <= serials.last
            and serials.first <= each.serials.last
        ]
        cuts = {serials.first, serials.last + 1}
        for each in valid:
            cuts |= {max(each.serials.first, serials.first), min(each.serials.last, serials.last) + 1}
        edges = sorted(cuts)
        found: list[Labelled] = []
        for first, after in itertools.pairwise(edges):
            carried = tuple(each for each in valid if each.serials.first <= first <= each.serials.last)
            if found and found[-1].labels == carried:
                found[-1] = Labelled(SerialRange(found[-1].serials.first, after - 1), carried)
            else:
                found.append(Labelled(SerialRange(first, after - 1), carried))
        return tuple(found)

    def carries(self, name: str, asset: AssetId, serials: SerialRange, day: str | datetime.date) -> bool:
        """
        Say whether every number of a run carries a label on a day.

        Args:
            name: The label's name.
            asset: Which units.
            serials: Their numbers.
            day: The day.

        Returns:
            True if all do.
        """
        return all(name in each.names for each in self.on(asset, serials, day))
