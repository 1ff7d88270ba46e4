"""Pictures of a fund: whole pixels in proportion, words in two languages, a document that always opens."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, InexactNumberError, InvalidValueError
from carbonkit.fund.chart import (
    CurvePoint,
    ExposureRow,
    TierRow,
    ValuePoint,
    exposure_chart,
    j_curve_chart,
    nav_chart,
    tier_chart,
)
from carbonkit.values import AssetId, Language, Money

if TYPE_CHECKING:
    from collections.abc import Callable

SVG = "{http://www.w3.org/2000/svg}"
ENGLISH = Language.ENGLISH
CEA, CCER = AssetId("CEA"), AssetId("CCER")


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def drawn(picture: str) -> ET.Element:
    svg = ET.fromstring(picture)  # noqa: S314  our own words
    for element in svg.iter():
        for name in ("x", "y", "width", "height", "x1", "y1", "x2", "y2", "cx", "cy"):
            if name in element.attrib:
                assert element.attrib[name].lstrip("-").isdigit()
    return svg


def texts(svg: ET.Element) -> list[str]:
    return [element.text or "" for element in svg.findall(f"{SVG}text")]


def bars(svg: ET.Element) -> list[tuple[int, int]]:
    """Give left edge and width of each bar, the squares of the legend aside."""
    found = svg.findall(f"{SVG}rect")
    return [(int(bar.get("x", "")), int(bar.get("width", ""))) for bar in found if bar.get("height") == "18"]


def points(svg: ET.Element) -> list[list[tuple[int, int]]]:
    return [
        [(int(x), int(y)) for x, y in (point.split(",") for point in line.get("points", "").split())]
        for line in svg.findall(f"{SVG}polyline")
    ]


def test_a_line_of_values_is_the_same_picture_each_time() -> None:
    picture = nav_chart(
        [
            ValuePoint("2021-12-31", cny("100.00")),
            ValuePoint("2022-12-31", cny("150.00")),
            ValuePoint("2023-12-31", cny("120.00")),
        ],
        language=ENGLISH,
    )
    assert picture == (
        '<svg xmlns="http://www.w3.org/2000/svg" lang="en" font-size="13" viewBox="0 0 720 320" '
        'width="720" height="320" role="img"><title>Net asset value</title>'
        "<desc>Net asset value: 2021-12-31 100.00 CNY, 2022-12-31 150.00 CNY, 2023-12-31 120.00 CNY</desc>"
        '<text x="0" y="18" font-weight="bold">Net asset value</text>'
        '<line x1="106" y1="280" x2="720" y2="280" stroke="#999999" /><text x="0" y="285">100.00 CNY</text>'
        '<line x1="106" y1="56" x2="720" y2="56" stroke="#999999" /><text x="0" y="61">150.00 CNY</text>'
        '<polyline points="106,280 403,56 700,190" fill="none" stroke="#4c78a8" stroke-width="2" />'
        '<text x="106" y="305">2021-12-31</text>'
        '<text x="720" y="305" text-anchor="end">2023-12-31</text></svg>'
    )


def test_a_line_below_zero_shows_where_zero_is() -> None:
    svg = drawn(
        nav_chart(
            [ValuePoint("2021-12-31", cny("-50")), ValuePoint("2022-12-31", cny("50"))], language=ENGLISH
        )
    )
    assert texts(svg)[1:4] == ["-50 CNY", "0 CNY", "50 CNY"]
    heights = [int(line.get("y1", "")) for line in svg.findall(f"{SVG}line")]
    assert heights == [280, 168, 56]


def test_one_value_is_a_dot_and_the_same_value_twice_a_level_line() -> None:
    one = ValuePoint("2021-12-31", cny("7"))
    svg = drawn(nav_chart([one], language=ENGLISH))
    assert len(svg.findall(f"{SVG}circle")) == 1
    assert texts(svg) == ["Net asset value", "7 CNY", "2021-12-31"]
    level = points(drawn(nav_chart([one, ValuePoint("2022-12-31", cny("7"))], language=ENGLISH)))
    assert [y for _, y in level[0]] == [168, 168]


@pytest.mark.parametrize(
    ("draw", "empty"),
    [(nav_chart, []), (j_curve_chart, []), (exposure_chart, []), (tier_chart, [])],
)
def test_nothing_to_show_is_said_in_words(draw: Callable[..., str], empty: list[object]) -> None:
    assert "nothing to show" in texts(drawn(draw(empty, language=ENGLISH)))
    chinese = drawn(draw(empty, language=Language.CHINESE))
    assert "暂无数据" in texts(chinese)
    assert chinese.get("lang") == "zh"
    assert "暂无数据" in (chinese.findtext(f"{SVG}desc") or "")
    with pytest.raises(InvalidValueError, match="language: must be of type Language"):
        draw(empty, language="en")


def test_many_values_are_described_by_their_ends_and_extremes() -> None:
    many = [ValuePoint(f"2021-01-{day:02}", cny(str(day % 7))) for day in range(1, 21)]
    described = drawn(nav_chart(many, language=ENGLISH)).findtext(f"{SVG}desc")
    assert described == ("Net asset value: 2021-01-01 1 CNY – 2021-01-20 6 CNY, lowest 0 CNY, highest 6 CNY")


def test_the_j_curve_adds_flows_up_and_the_value_on_top() -> None:
    svg = drawn(
        j_curve_chart(
            [
                CurvePoint("2021-07-15", cny("-100"), cny("95")),
                CurvePoint("2022-07-15", cny("-50"), cny("160")),
                CurvePoint("2023-07-15", cny("250"), cny("0")),
            ],
            language=ENGLISH,
        )
    )
    described = svg.findtext(f"{SVG}desc") or ""
    assert "net cash flow so far: 2021-07-15 -100 CNY, 2022-07-15 -150 CNY, 2023-07-15 100 CNY" in described
    assert "with net asset value: 2021-07-15 -5 CNY, 2022-07-15 10 CNY, 2023-07-15 100 CNY" in described
    flows, results = points(svg)
    assert flows[-1] == results[-1]  # all is paid out
    assert flows[1][1] > flows[0][1] > results[0][1] > results[1][1]  # y runs downwards
    assert texts(svg)[-2:] == ["net cash flow so far", "with net asset value"]


def test_exposures_are_stacked_and_what_is_owed_stands_left_of_zero() -> None:
    rows = [
        ExposureRow("2024", CEA, 300),
        ExposureRow("2023", CEA, 400),
        ExposureRow("2023", CCER, 200),
        ExposureRow("2022", CEA, -100),
        ExposureRow("2022", CCER, 100),
        ExposureRow("2023", CCER, 100),
    ]
    svg = drawn(exposure_chart(rows, language=ENGLISH))
    assert svg.findtext(f"{SVG}desc") == (
        "2022: CEA -100 tCO2e, CCER 100 tCO2e; 2023: CEA 400 tCO2e, CCER 300 tCO2e; 2024: CEA 300 tCO2e"
    )
    shown = texts(svg)
    assert shown[1::2][:3] == ["2022", "2023", "2024"]
    assert shown[2::2][:3] == ["0 tCO2e", "700 tCO2e", "300 tCO2e"]
    (ccer_22, cea_22, ccer_23, cea_23, cea_24) = bars(svg)
    zero = ccer_22[0]
    assert sum(cea_22) == zero  # ends where zero is
    assert ccer_23[0] == cea_24[0] == zero
    assert sum(ccer_23) == cea_23[0]
    assert abs(cea_23[1] - 4 * cea_22[1]) <= 2
    assert shown[-2:] == ["CCER", "CEA"]


def test_exposures_are_all_money_or_all_tonnes() -> None:
    money = exposure_chart([ExposureRow("2024", CEA, cny("96.40"))], language=ENGLISH)
    assert "96.40 CNY" in texts(drawn(money))
    with pytest.raises(InvalidValueError, match="row 2, size: must be in CNY like the first, was tCO2e"):
        exposure_chart([ExposureRow("2024", CEA, cny("1")), ExposureRow("2024", CEA, 1)], language=ENGLISH)
    with pytest.raises(InvalidValueError, match="row 2, size: must be in CNY like the first, was EUR"):
        exposure_chart(
            [ExposureRow("2024", CEA, cny("1")), ExposureRow("2024", CEA, Money("1", "EUR"))],
            language=ENGLISH,
        )
    with pytest.raises(InexactNumberError, match="size: must be a str, int or Decimal"):
        ExposureRow("2024", CEA, 1.5)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="vintage: must name the vintage"):
        ExposureRow(" ", CEA, 1)


def test_a_waterfall_has_a_bar_for_each_tier() -> None:
    rows = [
        TierRow("return of capital", cny("100.00"), cny("0.00")),
        TierRow("catch-up", cny("0.00"), cny("25.00")),
        TierRow("split", cny("80.00"), cny("20.00")),
    ]
    svg = drawn(tier_chart(rows, language=Language.CHINESE))
    assert next(width for _, width in bars(svg)) == sum(width for _, width in bars(svg)[2:])
    assert texts(svg)[-2:] == ["有限合伙人", "普通合伙人"]
    with pytest.raises(InvalidValueError, match="tier: must name each tier once, was split"):
        tier_chart([rows[2], rows[2]], language=ENGLISH)
    with pytest.raises(CurrencyMismatchError, match="rows: must be CNY, was EUR"):
        tier_chart([rows[0], TierRow("x", Money("1", "EUR"), Money("1", "EUR"))], language=ENGLISH)
    with pytest.raises(CurrencyMismatchError, match="general: must be CNY, was EUR"):
        TierRow("x", cny("1"), Money("1", "EUR"))
    with pytest.raises(InvalidValueError, match="tier: must name the tier"):
        TierRow("", cny("1"), cny("1"))


def test_texts_are_escaped_and_cut_but_kept_in_full() -> None:
    long = "<b>&" + "x" * 200 + "\x00\n"
    svg = drawn(exposure_chart([ExposureRow(long, CEA, 1)], language=ENGLISH))
    label = svg.findall(f"{SVG}text")[1]
    assert (label.text or "").startswith("<b>&xxx")
    assert (label.text or "").endswith("…")
    assert label.findtext(f"{SVG}title") == "<b>&" + "x" * 200 + "\N{REPLACEMENT CHARACTER} "
    assert long[:100] in (svg.findtext(f"{SVG}desc") or "")
    wide = "年" * 100
    label = drawn(exposure_chart([ExposureRow(wide, CEA, 1)], language=ENGLISH)).findall(f"{SVG}text")[1]
    assert len(label.text or "") == 13  # broad signs take more room


def test_a_long_legend_takes_more_lines() -> None:
    rows = [ExposureRow("2024", AssetId(f"CEA-{number:020}"), 1) for number in range(9)]
    svg = drawn(exposure_chart(rows, language=ENGLISH))
    legend = svg.findall(f"{SVG}text")[3:]
    assert len(legend) == 9
    rows_of_legend = {int(element.get("y", "")) for element in legend}
    assert len(rows_of_legend) > 1
    assert max(rows_of_legend) < int(svg.get("height", ""))


@given(st.lists(st.integers(-(10**50), 10**50), min_size=1, max_size=8))
def test_huge_numbers_stay_inside_the_picture(fen: list[int]) -> None:
    amounts = [Money.from_minor(each, "CNY") for each in fen]
    values = [ValuePoint(f"202{place}-12-31", amount) for place, amount in enumerate(amounts)]
    svg = drawn(nav_chart(values, language=ENGLISH))
    dots = [(int(dot.get("cx", "")), int(dot.get("cy", ""))) for dot in svg.findall(f"{SVG}circle")]
    for x, y in [*dots, *(point for line in points(svg) for point in line)]:
        assert 0 <= x <= 720
        assert 0 <= y <= 320
    rows = [ExposureRow(str(place), CEA, amount) for place, amount in enumerate(amounts)]
    for left, width in bars(drawn(exposure_chart(rows, language=ENGLISH))):
        assert left >= 0
        assert left + width <= 721


def test_days_rise_and_currencies_agree() -> None:
    first, same = ValuePoint("2021-12-31", cny("1")), ValuePoint("2021-12-31", cny("2"))
    with pytest.raises(InvalidValueError, match="row 2, on: must be after 2021-12-31, was 2021-12-31"):
        nav_chart([first, same], language=ENGLISH)
    with pytest.raises(CurrencyMismatchError, match="points: must be CNY, was EUR"):
        nav_chart([first, ValuePoint("2022-12-31", Money("1", "EUR"))], language=ENGLISH)
    point = CurvePoint("2021-12-31", cny("1"), cny("1"))
    with pytest.raises(InvalidValueError, match="row 2, on: must be after"):
        j_curve_chart([point, point], language=ENGLISH)
    with pytest.raises(CurrencyMismatchError, match="value: must be CNY, was EUR"):
        CurvePoint("2021-12-31", cny("1"), Money("1", "EUR"))


@pytest.mark.parametrize("draw", [nav_chart, j_curve_chart, exposure_chart, tier_chart])
def test_rows_are_of_their_type(draw: Callable[..., str]) -> None:
    with pytest.raises(InvalidValueError, match="must be of type"):
        draw([("2021-12-31", "1")], language=ENGLISH)
    with pytest.raises(InvalidValueError, match="value: must be of type Money"):
        ValuePoint("2021-12-31", 100)  # type: ignore[arg-type]


@pytest.mark.parametrize(("low", "high"), [("-1.00", "1000000000000.00"), ("-400", "1")])
def test_labels_do_not_lie_over_each_other(low: str, high: str) -> None:
    values = [ValuePoint("2021-12-31", cny(low)), ValuePoint("2022-12-31", cny(high))]
    svg = drawn(nav_chart(values, language=ENGLISH))
    marks = [each for each in svg.findall(f"{SVG}text")[1:] if (each.text or "").endswith("CNY")]
    assert [each.text for each in marks] == [f"{low} CNY", f"{high} CNY"]
    assert len(svg.findall(f"{SVG}line")) == 3  # the line of zero stays


@pytest.mark.parametrize("sign", ["W", "M", "A", "年", "@", "w"])
def test_a_label_of_broad_signs_is_cut_before_the_edge(sign: str) -> None:
    label = drawn(exposure_chart([ExposureRow(sign * 60, CEA, 1)], language=ENGLISH)).findall(f"{SVG}text")[1]
    most = {"A": 19}.get(sign, 13)  # of 184 pixels: a capital takes up to 10, a broad sign up to 14
    assert len(label.text or "") <= most


def test_sixteen_assets_have_sixteen_colours() -> None:
    rows = [ExposureRow("2024", AssetId(f"A-{number:02}"), 1) for number in range(16)]
    svg = drawn(exposure_chart(rows, language=ENGLISH))
    stack = [each.get("fill") for each in svg.findall(f"{SVG}rect")][:16]
    assert len(set(stack)) == 16


def test_spaces_are_spaces_and_what_turns_a_text_round_is_not_shown() -> None:
    row = ExposureRow("二〇二四\u3000北京\u00a0\n\u202eabc", CEA, 1)
    label = drawn(exposure_chart([row], language=ENGLISH)).findall(f"{SVG}text")[1]
    assert label.text == "二〇二四 北京  \N{REPLACEMENT CHARACTER}abc"
