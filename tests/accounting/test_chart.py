"""Pictures: whole SVG documents, in one language, with every figure that is printed and nothing that runs."""

from __future__ import annotations

import decimal
from xml.etree import ElementTree as ET

import pytest

from carbonkit.accounting import (
    Activity,
    Catalogue,
    Category,
    Factor,
    Rate,
    Scope,
    Scope2Method,
    account,
    gwp_set,
)
from carbonkit.accounting.change import Change, Reason, RowChange
from carbonkit.accounting.chart import category_chart, change_chart, scope_chart
from carbonkit.accounting.disclosure import Disclosure, disclose
from carbonkit.errors import WrongTypeError
from carbonkit.values import CO2e, Energy, Language, Period, Place, Rounding, Source

YEAR, US = Period.year(2025), Place("US")
SVG = "{http://www.w3.org/2000/svg}"
UP = Rounding.HALF_UP


def shown(bought: str = "10") -> Disclosure:
    def factor(kind: str, number: str, method: Scope2Method | None = None) -> Factor:
        identity = f"{kind} {method}" if method else kind
        source = Source("Us", "Constructed case", 2025)
        return Factor(identity, "1", kind, US, YEAR, "MWh", [Rate("CO2", number, "t")], source, method=method)

    bills = [
        Activity("1", "n", "gas", Energy(20, "MWh"), US, YEAR, Scope.ONE),
        Activity("2", "n", "power", Energy(bought, "MWh"), US, YEAR, Scope.TWO),
        Activity("3", "n", "air", Energy(5, "MWh"), US, YEAR, Scope.THREE, category=Category(6)),
    ]
    factors = [
        factor("gas", "0.2"),
        factor("power", "0.3", Scope2Method.LOCATION),
        factor("power", "0", Scope2Method.MARKET),
        factor("air", "0.4"),
    ]
    inventory = account(bills, Catalogue(factors), scope_2=list(Scope2Method))
    return disclose(inventory, gwp_set("AR5"), unit="tCO2e", places=1, rounding=UP)


def changed(name: str = "2024") -> Change:
    def t(number: str) -> CO2e:
        return CO2e(number, "tCO2e")

    rows = (
        RowChange("1", t("6"), None, (Reason.REMOVED,), ()),
        RowChange("2", None, t("2.5"), (Reason.ADDED,), ()),
        RowChange("3", t("4"), t("4.25"), (Reason.QUANTITY, Reason.GWP_SET), ()),
    )
    return Change(name, "2025", t("10"), t("6.75"), rows)


def texts(svg: str) -> list[str]:
    return [each.text or "" for each in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314  our own


def boxes(svg: str) -> list[tuple[int, int, str]]:
    found = ET.fromstring(svg).iter(f"{SVG}rect")  # noqa: S314  our own
    return [(int(each.attrib["x"]), int(each.attrib["width"]), each.attrib["fill"]) for each in found]


def test_scopes_are_drawn_with_both_methods_in_proportion() -> None:
    drawn = scope_chart(shown(), language=Language.ENGLISH)
    assert texts(drawn)[1:] == [
        *("scope 1", "4.0 tCO2e"),
        *("scope 2, location-based", "3.0 tCO2e"),
        *("scope 2, market-based", "0.0 tCO2e"),
        *("scope 3", "2.0 tCO2e"),
        *("total, location-based", "9.0 tCO2e"),
        *("total, market-based", "6.0 tCO2e"),
    ]
    widths = [width for _, width, _ in boxes(drawn)]
    assert widths == [133, 100, 1, 67, 300, 200]


def test_words_are_in_the_language_that_was_asked_for() -> None:
    drawn = scope_chart(shown(), language=Language.CHINESE)
    assert ET.fromstring(drawn).attrib["lang"] == "zh"  # noqa: S314  our own
    assert "范围二（基于市场）" in texts(drawn)
    assert "按范围的排放量" in drawn
    assert "scope" not in " ".join(texts(drawn))
    assert "类别6 商务旅行" in texts(category_chart(shown(), language=Language.CHINESE))
    steps = texts(change_chart(changed(), places=2, rounding=UP, language=Language.CHINESE))
    assert "活动数据变化、GWP值变化" in steps


def test_negative_figures_are_drawn_to_the_left_of_zero() -> None:
    drawn = boxes(scope_chart(shown("-10"), language=Language.ENGLISH))
    (one, _, _), (location, width, _) = drawn[:2]
    assert location + width == one


def test_a_change_is_a_stair_from_one_total_to_the_other() -> None:
    drawn = change_chart(changed(), places=2, rounding=UP, language=Language.ENGLISH)
    assert texts(drawn)[1:] == [
        *("2024", "10.00 tCO2e"),
        *("row added", "+2.50 tCO2e"),
        *("row removed", "-6.00 tCO2e"),
        *("another quantity, another GWP value", "+0.25 tCO2e"),
        *("2025", "6.75 tCO2e"),
    ]
    stairs = boxes(drawn)
    zero, before = stairs[0][0], stairs[0][0] + stairs[0][1]
    assert stairs[1][0] == before
    assert stairs[2][0] + stairs[2][1] == stairs[1][0] + stairs[1][1]
    assert stairs[3][0] == stairs[2][0]
    assert (stairs[4][0], stairs[4][0] + stairs[4][1]) == (zero, stairs[3][0] + stairs[3][1])
    assert [look for _, _, look in stairs][1:4] == ["#c44e52", "#55a868", "#c44e52"]


def test_names_can_not_leave_their_text() -> None:
    hostile = '<script>alert("1")</script>&'
    drawn = change_chart(changed(hostile), places=2, rounding=UP, language=Language.ENGLISH)
    assert hostile in texts(drawn)
    root = ET.fromstring(drawn)  # noqa: S314  our own
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == {"svg", "title", "desc", "text", "rect"}
    assert not any(name.startswith("on") for each in root.iter() for name in each.attrib)


def test_every_picture_has_a_title_and_says_its_figures() -> None:
    root = ET.fromstring(scope_chart(shown(), language=Language.ENGLISH))  # noqa: S314  our own
    assert root.attrib["role"] == "img"
    assert root.findtext(f"{SVG}title") == "emissions by scope"
    assert "scope 2, market-based 0.0 tCO2e" in (root.findtext(f"{SVG}desc") or "")


def test_nothing_to_show_is_said() -> None:
    empty = disclose(account([], Catalogue([])), gwp_set("AR5"), unit="tCO2e", places=0, rounding=UP)
    assert "nothing to show" in texts(category_chart(empty, language=Language.ENGLISH))
    assert texts(scope_chart(empty, language=Language.ENGLISH))[1:] == ["total", "0 tCO2e"]


def test_a_language_is_chosen_and_no_text() -> None:
    with pytest.raises(WrongTypeError):
        scope_chart(shown(), language="en")  # type: ignore[arg-type]


def test_arguments_of_other_types_are_refused() -> None:
    for draw in (scope_chart, category_chart):
        with pytest.raises(WrongTypeError, match="disclosure"):
            draw(None, language=Language.ENGLISH)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="change"):
        change_chart(None, places=2, rounding=UP, language=Language.ENGLISH)  # type: ignore[arg-type]


def test_the_ambient_context_changes_nothing() -> None:
    def drawn() -> list[str]:
        pictures = [
            draw(shown("-123456.789"), language=Language.ENGLISH) for draw in (scope_chart, category_chart)
        ]
        return [*pictures, change_chart(changed(), places=9, rounding=UP, language=Language.CHINESE)]

    before = drawn()
    with decimal.localcontext(decimal.Context(prec=5, traps=[decimal.Inexact, decimal.Rounded])):
        assert drawn() == before
