"""Explanations: how a figure came about, down to its sources, as a tree that people and programs can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from carbonkit.values.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Explanation"]


def _tuple(parts: Iterable[Explanation]) -> tuple[Explanation, ...]:
    return tuple(parts)


@attrs.frozen
class Explanation:
    """
    One figure, how it came about, and the explanations that it rests on.

    Args:
        what: What the figure is.
        value: The figure, written out with its unit.
        how: The rule or the arithmetic, in words.
        source: The document that the figure or the rule was taken from.
        parts: What it was made from.

    Example:
        >>> mass = Explanation("mass of CO2", "2 kg", how="1 kWh × 2 kg/kWh")
        >>> print(Explanation("emissions", "2 kgCO2e", how="mass × 1", parts=(mass,)).text())
        emissions: 2 kgCO2e = mass × 1
          mass of CO2: 2 kg = 1 kWh × 2 kg/kWh
    """

    what: str
    value: str
    how: str = ""
    source: Source | None = None
    parts: tuple[Explanation, ...] = attrs.field(default=(), converter=_tuple)

    def text(self, *, depth: int = 0) -> str:
        """
        Write the tree out, one figure a line.

        Args:
            depth: How far to indent.

        Returns:
            The lines.

        Example:
            >>> Explanation("lot", "1 t").text()
            'lot: 1 t'
        """
        line = "  " * depth + f"{self.what}: {self.value}" + (f" = {self.how}" if self.how else "")
        if self.source is not None:
            line += "\n" + "  " * (depth + 1) + f"source: {self.source}"
        return "\n".join([line, *(part.text(depth=depth + 1) for part in self.parts)])

    def as_dict(self) -> dict[str, object]:
        """
        Give the tree as plain values, for JSON.

        Returns:
            The same facts; empty ones left out.

        Example:
            >>> Explanation("lot", "1 t").as_dict()
            {'what': 'lot', 'value': '1 t'}
        """
        facts: dict[str, object] = {"what": self.what, "value": self.value}
        if self.how:
            facts["how"] = self.how
        if self.source is not None:
            facts["source"] = str(self.source)
        if self.parts:
            facts["parts"] = [part.as_dict() for part in self.parts]
        return facts

    def sources(self) -> Iterator[Source]:
        """Yield every source in the tree, from the top down."""
        if self.source is not None:
            yield self.source
        for part in self.parts:
            yield from part.sources()
