from __future__ import annotations

import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from carbonkit.market import (
    Candle,
    Level,
    Method,
    OrderState,
    OrderType,
    Right,
    SelfTrade,
    Side,
    TimeInForce,
    candle_chart,
    depth_chart,
)
from carbonkit.market.contract import Delivery
from carbonkit.market.fix import FIELDS, SOURCE, VALUES
from carbonkit.values import Language, Money, OrderId, Price, Status

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"


def price(amount: str) -> Price:
    return Price(amount, "CNY", "tCO2e")


def level(amount: str, quantity: int) -> Level:
    return Level(price(amount), quantity, (OrderId("<&>".replace("<&>", "S-1")),))


def candle(minute: int, first: str, last: str, volume: int) -> Candle:
    prices = sorted([price(first), price(last)])
    return Candle(
        start=datetime.datetime(2021, 7, 16, 1, minute, tzinfo=datetime.UTC),
        open=price(first),
        high=prices[1],
        low=prices[0],
        close=price(last),
        volume=volume,
        turnover=Money("1", "CNY"),
    )


@pytest.mark.parametrize("language", Language)
def test_depth_has_a_bar_for_each_level_in_proportion(language: Language) -> None:
    sells, buys = [level("48.01", 100), level("48.05", 400)], [level("48.00", 200)]
    svg = ET.fromstring(depth_chart(buys, sells, language=language))  # noqa: S314  our own words
    bars = svg.findall(f"{SVG}rect")
    widths = [int(bar.get("width", "")) for bar in bars]
    assert widths == [510, 127, 255]  # 48.05 on top, 48.01, then 48.00
    assert [text.text for text in svg.findall(f"{SVG}text")][::2] == ["48.05", "48.01", "48.00"]
    title = svg.find(f"{SVG}title")
    assert title is not None
    assert title.text == {"en": "Depth of the book", "zh": "订单簿深度"}[language.value]
    assert svg.get("lang") == language.value


def test_candles_rise_in_red_and_fall_in_green() -> None:
    made = [
        candle(30, "48.00", "50.00", 10),
        candle(35, "50.00", "49.00", 30),
        candle(40, "49.00", "49.00", 0),
    ]
    svg = ET.fromstring(candle_chart(made, language=Language.ENGLISH))  # noqa: S314  our own words
    bars = svg.findall(f"{SVG}rect")
    assert len(bars) == 9
    assert [bar.get("fill") for bar in bars][1::3] == ["#c23b22", "#2e7d32", "#c23b22"]
    volumes = [int(bar.get("height", "")) for bar in bars][2::3]
    assert volumes == [20, 60, 1]
    for bar in bars:
        assert all("." not in bar.get(name, "") for name in ("x", "y", "width", "height"))


def test_nothing_is_a_picture_too() -> None:
    for language, word in ((Language.ENGLISH, "nothing to show"), (Language.CHINESE, "暂无数据")):
        assert word in depth_chart([], [], language=language)
        assert word in candle_chart([], language=language)
    ET.fromstring(candle_chart([candle(30, "48.00", "48.00", 0)], language=Language.ENGLISH))  # noqa: S314  see the module


def test_every_name_has_one_value_in_fix() -> None:
    kinds = (Side, OrderType, TimeInForce, OrderState, Method, Right, Delivery, SelfTrade)
    for kind in kinds:
        values = [VALUES[member] for member in kind]
        assert len(set(values)) == len(values), kind
    assert len(VALUES) == sum(len(kind) for kind in kinds)
    tags = [field.tag for field in FIELDS.values()]
    assert len(set(tags)) == len(tags)
    assert SOURCE.status is Status.RECALLED


def test_the_page_on_fix_holds_the_tables() -> None:
    page = (ROOT / "docs" / "reference" / "fix.md").read_text("utf-8")
    for name, field in FIELDS.items():
        assert f"| `{name}` | {field.tag} | {field.name} |" in page
    for member, value in VALUES.items():
        assert f"| `{type(member).__name__}.{member.name}` | {value} |" in page
    assert page.count("\n| `") == len(FIELDS) + len(VALUES)
