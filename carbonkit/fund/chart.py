"""
Pictures of a fund as SVG: net asset value, exposure by vintage, the J-curve, a waterfall; whole pixels only.

Each picture carries a title and a description for screen readers, in English or Chinese.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import check_currency, is_said, on_day
from carbonkit.fund._picture import (
    COLOURS,
    LINE,
    TOP,
    WIDTH,
    Scale,
    bar,
    begun,
    legend,
    legend_lines,
    path,
    rule,
    text,
    width_of,
    word,
    written,
)
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AssetId
from carbonkit.values.money import Money
from carbonkit.values.number import add, plain, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from xml.etree import ElementTree as ET

    from carbonkit.values.language import Language

__all__ = [
    "CurvePoint",
    "ExposureRow",
    "TierRow",
    "ValuePoint",
    "exposure_chart",
    "j_curve_chart",
    "nav_chart",
    "tier_chart",
]

_HEIGHT: Final = 320
_FLOOR: Final = _HEIGHT - 2 * LINE  # where the plot ends
_BAR, _GAP, _LABEL = 18, 8, 200
_LISTED: Final = 12  # points that a description lists one by one
_ZERO: Final = Decimal(0)


@attrs.frozen
class ValuePoint:
    """
    A net asset value on a day.

    Args:
        on: The day.
        value: The value; negative if the fund owes more than it has.

    Example:
        >>> ValuePoint("2021-12-31", Money("100.00", "CNY")).value
        Money('100.00', 'CNY')
    """

    on: datetime.date = attrs.field(converter=on_day)
    value: Money = attrs.field(validator=is_a(Money))


@attrs.frozen
class CurvePoint:
    """
    A point of the J-curve.

    Args:
        on: The day.
        flow: The net cash flow of that day, from the partners' side: negative for what they pay in.
        value: The net asset value at its end.

    Raises:
        CurrencyMismatchError: If the two are in different currencies.

    Example:
        >>> CurvePoint("2021-07-15", Money("-100.00", "CNY"), Money("98.00", "CNY")).flow
        Money('-100.00', 'CNY')
    """

    on: datetime.date = attrs.field(converter=on_day)
    flow: Money = attrs.field(validator=is_a(Money))
    value: Money = attrs.field(validator=is_a(Money))

    def __attrs_post_init__(self) -> None:
        """Check that both are in one currency."""
        check_currency(self.value, self.flow.currency, field="value")


def _size(value: Money | int) -> Money | int:
    return value if isinstance(value, Money) else whole(value, field="size")


@attrs.frozen
class ExposureRow:
    """
    What is held of one asset of one vintage.

    Args:
        vintage: The vintage, such as "2024".
        asset: The asset.
        size: Money at market, or whole tonnes; negative for what is owed. [tCO2e]

    Raises:
        InvalidValueError: If the vintage is blank.
        InexactNumberError: If the size is a float, a bool, NaN or infinite.

    Example:
        >>> ExposureRow("2024", AssetId("CEA"), 1000).size
        1000
    """

    vintage: str
    asset: AssetId = attrs.field(validator=is_a(AssetId))
    size: Money | int = attrs.field(converter=_size)

    def __attrs_post_init__(self) -> None:
        """Check that the vintage says something."""
        if not is_said(self.vintage):
            raise InvalidValueError("name the vintage", was=repr(self.vintage), field="vintage")


@attrs.frozen
class TierRow:
    """
    What one tier of a waterfall gives to either side.

    Args:
        tier: Its name.
        limited: What the limited partners get.
        general: What the general partner gets.

    Raises:
        InvalidValueError: If the tier has no name.
        CurrencyMismatchError: If the two are in different currencies.

    Example:
        >>> TierRow("catch-up", Money("0.00", "CNY"), Money("11.73", "CNY")).general
        Money('11.73', 'CNY')
    """

    tier: str
    limited: Money = attrs.field(validator=is_a(Money))
    general: Money = attrs.field(validator=is_a(Money))

    def __attrs_post_init__(self) -> None:
        """Check the name and that both are in one currency."""
        if not is_said(self.tier):
            raise InvalidValueError("name the tier", was=repr(self.tier), field="tier")
        check_currency(self.general, self.limited.currency, field="general")


def nav_chart(points: Iterable[ValuePoint], *, language: Language) -> str:
    """
    Draw the net asset value over time.

    Args:
        points: The values, in order of their days.
        language: The language of its words.

    Returns:
        The picture, a whole SVG document.

    Raises:
        InvalidValueError: If the days do not rise; the point is named by its place, from 1.
        CurrencyMismatchError: If the values are in two currencies.

    Example:
        >>> from carbonkit.values import Language
        >>> points = [ValuePoint("2021-12-31", Money("100.00", "CNY")),
        ...           ValuePoint("2022-12-31", Money("125.00", "CNY"))]
        >>> "2021-12-31 100.00 CNY" in nav_chart(points, language=Language.ENGLISH)
        True
    """
    given = list(points)
    for each in given:
        check_type(each, ValuePoint, field="points")
    _check_days([each.on for each in given], [each.value for each in given])
    line = [(each.on, each.value.amount) for each in given]
    unit = given[0].value.currency if given else ""
    return _lines("nav", {"nav": line}, unit, language)


def j_curve_chart(points: Iterable[CurvePoint], *, language: Language) -> str:
    """
    Draw the J-curve: the net cash flow so far, and with the net asset value added.

    Args:
        points: Flows and values, in order of their days.
        language: The language of its words.

    Returns:
        The picture, a whole SVG document.

    Raises:
        InvalidValueError: If the days do not rise; the point is named by its place, from 1.
        CurrencyMismatchError: If the points are in two currencies.

    Example:
        >>> from carbonkit.values import Language
        >>> points = [CurvePoint("2021-07-15", Money("-100", "CNY"), Money("98", "CNY")),
        ...           CurvePoint("2026-07-15", Money("150", "CNY"), Money("0", "CNY"))]
        >>> j_curve_chart(points, language=Language.CHINESE).count("<polyline")
        2
    """
    given = list(points)
    for each in given:
        check_type(each, CurvePoint, field="points")
    _check_days([each.on for each in given], [each.flow for each in given])
    so_far = _ZERO
    flows, results = [], []
    for each in given:
        so_far = add(so_far, each.flow.amount)
        flows.append((each.on, so_far))
        results.append((each.on, add(so_far, each.value.amount)))
    unit = given[0].flow.currency if given else ""
    return _lines("curve", {"flows": flows, "result": results}, unit, language)


def exposure_chart(rows: Iterable[ExposureRow], *, language: Language) -> str:
    """
    Draw what is held by vintage: a bar for each, stacked by asset; what is owed stands left of zero.

    Args:
        rows: What is held, in any order; rows of one vintage and asset are added up.
        language: The language of its words.

    Returns:
        The picture, a whole SVG document, vintages in order of their names.

    Raises:
        InvalidValueError: If money and tonnes are mixed, or two currencies; the row is named by its place,
            from 1.

    Example:
        >>> from carbonkit.values import Language
        >>> rows = [ExposureRow("2023", AssetId("CEA"), 1000), ExposureRow("2024", AssetId("CCER"), 500)]
        >>> exposure_chart(rows, language=Language.ENGLISH).count("<rect")
        4
    """
    given = list(rows)
    unit = ""
    bars: dict[str, dict[str, Decimal]] = {}
    for place, row in enumerate(given, start=1):
        check_type(row, ExposureRow, field="rows")
        number, its = (
            (row.size.amount, row.size.currency)
            if isinstance(row.size, Money)
            else (Decimal(row.size), "tCO2e")
        )
        unit = unit or its
        if its != unit:
            raise InvalidValueError(f"be in {unit} like the first", was=its, field="size", row=place)
        parts = bars.setdefault(row.vintage, {})
        parts[str(row.asset)] = add(parts.get(str(row.asset), _ZERO), number)
    names = sorted({name for parts in bars.values() for name in parts})
    return _stacks("exposure", dict(sorted(bars.items())), names, unit, language)


def tier_chart(rows: Iterable[TierRow], *, language: Language) -> str:
    """
    Draw a waterfall: a bar for each tier, with what goes to either side.

    Args:
        rows: The tiers, in their order.
        language: The language of its words.

    Returns:
        The picture, a whole SVG document.

    Raises:
        InvalidValueError: If two tiers have one name.
        CurrencyMismatchError: If the tiers are in two currencies.

    Example:
        >>> from carbonkit.values import Language
        >>> rows = [TierRow("return of capital", Money("100", "CNY"), Money("0", "CNY")),
        ...         TierRow("catch-up", Money("0", "CNY"), Money("11.73", "CNY"))]
        >>> "11.73 CNY" in tier_chart(rows, language=Language.ENGLISH)
        True
    """
    limited, general = word("limited", language), word("general", language)
    bars: dict[str, dict[str, Decimal]] = {}
    unit = ""
    for row in rows:
        check_type(row, TierRow, field="rows")
        unit = unit or row.limited.currency
        check_currency(row.limited, unit, field="rows")
        if row.tier in bars:
            raise InvalidValueError("name each tier once", was=row.tier, field="tier")
        bars[row.tier] = {limited: row.limited.amount, general: row.general.amount}
    return _stacks("tiers", bars, [limited, general] if bars else [], unit, language)


def _check_days(days: Sequence[datetime.date], amounts: Sequence[Money]) -> None:
    for place, (day, amount) in enumerate(zip(days, amounts, strict=True), start=1):
        check_currency(amount, amounts[0].currency, field="points")
        if place > 1 and day <= days[place - 2]:
            raise InvalidValueError(f"be after {days[place - 2]}", was=str(day), field="on", row=place)


_Line = list[tuple[datetime.date, Decimal]]


def _lines(title: str, lines: dict[str, _Line], unit: str, language: Language) -> str:
    """Draw lines over the same days."""
    described = "; ".join(
        f"{word(name, language)}: {_described(line, unit, language)}" for name, line in lines.items()
    )
    svg = begun(word(title, language), described, language, _HEIGHT + (LINE if len(lines) > 1 else 0))
    numbers = [number for line in lines.values() for _, number in line]
    if not numbers:
        text(svg, 0, TOP + 13, word("empty", language))
        return written(svg)
    ends = {min(numbers), max(numbers)}
    if min(ends) < 0 < max(ends):
        ends.add(_ZERO)
    marks = sorted(ends)
    labels = [f"{plain(mark)} {unit}" for mark in marks]
    left = min(max(map(width_of, labels)) + LINE, WIDTH // 2)
    up = Scale(marks[0], marks[-1], _FLOOR, TOP + LINE)
    days = [day for day, _ in next(iter(lines.values()))]
    across = Scale(Decimal(days[0].toordinal()), Decimal(days[-1].toordinal()), left, WIDTH - LINE)
    for mark, label in zip(marks, labels, strict=True):
        rule(svg, (left, up(mark)), (WIDTH, up(mark)))
        ends_here = [up(each) for each in (marks[0], marks[-1]) if each != mark]
        if mark or all(
            abs(up(mark) - end) >= LINE for end in ends_here
        ):  # a zero gives way to its neighbours
            text(svg, 0, up(mark) + 5, label, room=left - 8)
    for number, line in enumerate(lines.values()):
        points = [(across(Decimal(day.toordinal())), up(value)) for day, value in line]
        path(svg, points, COLOURS[number])
    text(svg, left, _HEIGHT - LINE + 5, str(days[0]))
    if len(days) > 1:
        text(svg, WIDTH, _HEIGHT - LINE + 5, str(days[-1]), look="to the left")
    if len(lines) > 1:
        legend(svg, _HEIGHT + 10, [word(name, language) for name in lines])
    return written(svg)


def _described(line: _Line, unit: str, language: Language) -> str:
    said = [f"{day} {plain(number)} {unit}" for day, number in line]
    if len(line) <= _LISTED:
        return ", ".join(said) or word("empty", language)
    lowest, highest = min(number for _, number in line), max(number for _, number in line)
    extremes = (
        f"{word('lowest', language)} {plain(lowest)} {unit}, "
        f"{word('highest', language)} {plain(highest)} {unit}"
    )
    return f"{said[0]} – {said[-1]}, {extremes}"


def _stacks(
    title: str, bars: dict[str, dict[str, Decimal]], names: Sequence[str], unit: str, language: Language
) -> str:
    """Draw a stacked bar for each label."""
    described = "; ".join(
        f"{label}: " + ", ".join(f"{name} {plain(number)} {unit}" for name, number in parts.items())
        for label, parts in bars.items()
    )
    bottom = TOP + max(1, len(bars)) * (_BAR + _GAP)
    height = bottom + (legend_lines(names) + 1) * LINE
    svg = begun(word(title, language), described or word("empty", language), language, height)
    if not bars:
        text(svg, 0, TOP + 13, word("empty", language))
        return written(svg)
    ends = {label: _ends(parts) for label, parts in bars.items()}
    sums = {label: f"{plain(add(low, high))} {unit}" for label, (low, high) in ends.items()}
    room = min(max(map(width_of, sums.values())) + 16, WIDTH // 3)
    across = Scale(
        min(low for low, _ in ends.values()),
        max(high for _, high in ends.values()),
        _LABEL,
        WIDTH - room,
    )
    for place, (label, parts) in enumerate(bars.items()):
        top = TOP + place * (_BAR + _GAP)
        text(svg, _LABEL - 8, top + 13, label, room=_LABEL - 16, look="to the left")
        _stack(svg, top, parts, names, across)
        text(svg, across(ends[label][1]) + 8, top + 13, sums[label], room=room - 8)
    rule(svg, (across(_ZERO), TOP - 4), (across(_ZERO), bottom - 4))
    legend(svg, bottom + LINE, names)
    return written(svg)


def _ends(parts: dict[str, Decimal]) -> tuple[Decimal, Decimal]:
    """Give how far a stack reaches below zero and above it."""
    low, high = _ZERO, _ZERO
    for number in parts.values():
        low, high = (add(low, number), high) if number < 0 else (low, add(high, number))
    return low, high


def _stack(svg: ET.Element, top: int, parts: dict[str, Decimal], names: Sequence[str], across: Scale) -> None:
    low, high = _ZERO, _ZERO
    for number, name in enumerate(names):
        size = parts.get(name, _ZERO)
        if not size:
            continue
        if size < 0:
            start, end = add(low, size), low
            low = start
        else:
            start, end = high, add(high, size)
            high = end
        left = across(start)
        colour = COLOURS[number % len(COLOURS)]
        bar(svg, left=left, top=top, width=across(end) - left, height=_BAR, colour=colour)
