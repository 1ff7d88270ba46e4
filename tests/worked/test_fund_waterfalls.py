"""
Worked: waterfalls that are published, or were computed beside the project, tier by tier.

Sources: a public private-equity study guide (repository not identified), §7 to 9: W01, W03;
analystforum.com, a question after Schweser's CFA notes: W05 (90 and 10 of 50 → 100); Metrick
and Yasuda, "Venture Capital and the Finance of Innovation", an example in two periods: W07
(inputs; the second year's split is computed); EisnerAmper, "GP catch-ups", 2023: W11 (inputs);
Updog_restore (MIT by its package.json), docs/waterfall.truth-cases.json: W12, cases 03, 08
and 09; computed: W08, W09, W19. Only figures are taken.

Case 09 of Updog publishes 1,164,000 and 36,000: its catch-up of 50 % ends when the general
partner has c/(1 − c) of the preferred return. Ended at 20 % of all profit it gives 1,160,000 and
40,000. Both are here, as two named targets. The study guide's formula for a partial catch-up,
C = c/(g − c)·P, is the size of the tier, not what the general partner gets of it (W08).
"""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from carbonkit.fund.carry.american import american_waterfall
from carbonkit.fund.carry.carry_terms import CatchUp, CatchUpTarget, ClawbackBasis
from carbonkit.fund.carry.clawback import clawback_due
from carbonkit.fund.carry.deal_event import Realisation, Recoupment
from carbonkit.fund.carry.escrow import escrow_of
from carbonkit.fund.carry.european import european_waterfall
from carbonkit.fund.carry.hurdle import Compounding, Hurdle, PreferredAmount, PreferredRate
from carbonkit.fund.carry.tier import (
    CatchUpTier,
    PreferredReturn,
    ReturnOfCapital,
    SplitTier,
    standard_tiers,
)
from carbonkit.fund.carry.tier_position import TierPosition
from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.figure import figure
from carbonkit.values import Money, Rounding
from carbonkit.values.number import plain
from tests.carry import FULL, TERMS, cny, paid_in, partners, sharing, year

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonkit.fund.carry.tier_position import TierAmount
    from carbonkit.fund.carry.waterfall import WaterfallResult

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "fund" / "waterfall_golden.json"
EIGHT = PreferredRate("0.08", Compounding.ANNUAL)
SIMPLE = PreferredRate("0.08", Compounding.SIMPLE)
HALF = CatchUp("0.5", CatchUpTarget.SHARE_OF_PROFIT)
NAMES = ["return_of_capital", "preferred_return", "catch_up", "carry_split"]

Tiers = list[tuple[str, str]]  # what each tier gives the limited partners and the general partner
Case = tuple[str, int, Hurdle, CatchUp, str, Tiers]

SINGLE: dict[str, Case] = {
    "W01_european_full_catchup": (
        "100000000",
        5,
        EIGHT,
        FULL,
        "200000000",
        [
            ("100000000.00000000", "0.00000000"),
            ("46932807.68000000", "0.00000000"),
            ("0.00000000", "11733201.92000000"),
            ("33067192.32000000", "8266798.08000000"),
        ],
    ),
    "W05_cfa_50_to_100": (
        "50",
        1,
        EIGHT,
        FULL,
        "100",
        [
            ("50.00000000", "0.00000000"),
            ("4.00000000", "0.00000000"),
            ("0.00000000", "1.00000000"),
            ("36.00000000", "9.00000000"),
        ],
    ),
    "W08_partial_catch_up_0.8": (
        "100000000",
        5,
        EIGHT,
        CatchUp("0.8", CatchUpTarget.SHARE_OF_PROFIT),
        "200000000",
        [
            ("100000000.00000000", "0.00000000"),
            ("46932807.68000000", "0.00000000"),
            ("3128853.84533333", "12515415.38133333"),
            ("29938338.47466667", "7484584.61866667"),
        ],
    ),
    "W09_catch_up_not_completed": (
        "100000000",
        5,
        EIGHT,
        FULL,
        "150000000",
        [
            ("100000000.00000000", "0.00000000"),
            ("46932807.68000000", "0.00000000"),
            ("0.00000000", "3067192.32000000"),
            ("0.00000000", "0.00000000"),
        ],
    ),
    "W11_eisneramper_1000_2000": (
        "1000",
        1,
        PreferredAmount(Money("80", "CNY")),
        FULL,
        "2000",
        [
            ("1000.00000000", "0.00000000"),
            ("80.00000000", "0.00000000"),
            ("0.00000000", "20.00000000"),
            ("720.00000000", "180.00000000"),
        ],
    ),
    "W12_updog_08": (
        "1000000",
        1,
        SIMPLE,
        FULL,
        "1200000",
        [
            ("1000000.00000000", "0.00000000"),
            ("80000.00000000", "0.00000000"),
            ("0.00000000", "20000.00000000"),
            ("80000.00000000", "20000.00000000"),
        ],
    ),
    "W12_updog_03": (
        "1000000",
        1,
        SIMPLE,
        FULL,
        "1080000",
        [
            ("1000000.00000000", "0.00000000"),
            ("80000.00000000", "0.00000000"),
            ("0.00000000", "0.00000000"),
            ("0.00000000", "0.00000000"),
        ],
    ),
    "W12_updog_09_partial50": (
        "1000000",
        1,
        EIGHT,
        HALF,
        "1200000",
        [
            ("1000000.00000000", "0.00000000"),
            ("80000.00000000", "0.00000000"),
            ("26666.66666667", "26666.66666667"),
            ("53333.33333333", "13333.33333333"),
        ],
    ),
}


def shown(value: Fraction) -> str:
    return plain(figure(value, 8, Rounding.HALF_EVEN))


def rows(tiers: Sequence[TierAmount]) -> Tiers:
    return [(shown(row.limited_partners), shown(row.general_partner)) for row in tiers]


def once(capital: str, years: int, preferred: Hurdle, catch_up: CatchUp, amount: str) -> WaterfallResult:
    shared = sharing(partners(LP=capital), preferred=preferred, catch_up=catch_up)
    fund = european_waterfall(shared, [paid_in(capital)], [CashFlow(year(years), cny(amount))])
    return fund.results[0]


@pytest.mark.parametrize("case", SINGLE)
def test_one_distribution(case: str) -> None:
    capital, years, preferred, catch_up, amount, tiers = SINGLE[case]
    result = once(capital, years, preferred, catch_up, amount)
    assert rows(result.tiers) == tiers
    assert result.limited_partners + result.general_partner == cny(f"{amount}.00")


@pytest.mark.parametrize(
    ("case", "limited", "general"),
    [
        ("W01_european_full_catchup", "180000000.00", "20000000.00"),
        ("W05_cfa_50_to_100", "90.00", "10.00"),
        ("W08_partial_catch_up_0.8", "180000000.00", "20000000.00"),
        ("W11_eisneramper_1000_2000", "1800.00", "200.00"),
        ("W12_updog_08", "1160000.00", "40000.00"),
        ("W12_updog_03", "1080000.00", "0.00"),
        ("W12_updog_09_partial50", "1160000.00", "40000.00"),
    ],
)
def test_what_each_side_gets(case: str, limited: str, general: str) -> None:
    result = once(*SINGLE[case][:5])
    assert (result.limited_partners, result.general_partner) == (cny(limited), cny(general))


def test_updog_09_as_published_ends_the_catch_up_at_a_share_of_the_preferred_return() -> None:
    capital, years, preferred, _, amount, _ = SINGLE["W12_updog_09_partial50"]
    result = once(capital, years, preferred, CatchUp("0.5", CatchUpTarget.SHARE_OF_PREFERRED), amount)
    assert (result.limited_partners, result.general_partner) == (cny("1164000.00"), cny("36000.00"))
    assert rows(result.tiers)[2:] == [
        ("20000.00000000", "20000.00000000"),
        ("64000.00000000", "16000.00000000"),
    ]


def test_a_full_catch_up_has_the_same_end_by_both_targets() -> None:
    capital, years, preferred, _, amount, tiers = SINGLE["W01_european_full_catchup"]
    result = once(capital, years, preferred, CatchUp("1", CatchUpTarget.SHARE_OF_PREFERRED), amount)
    assert rows(result.tiers) == tiers


def test_metrick_and_yasuda_in_two_periods() -> None:
    fund = european_waterfall(
        sharing(partners(LP="100")),
        [paid_in("100")],
        [CashFlow(year(1), cny("108")), CashFlow(year(2), cny("92"))],
    )
    first, second = fund.results
    assert (first.limited_partners, first.general_partner) == (cny("108.00"), cny("0.00"))
    assert rows(second.tiers)[2:] == [("0.00000000", "2.00000000"), ("72.00000000", "18.00000000")]
    assert second.limited_partners + first.limited_partners == cny("180.00")
    assert second.general_partner == cny("20.00")


def test_deal_by_deal_and_clawback() -> None:
    fund = american_waterfall(
        sharing(),
        Recoupment.THIS_DEAL,
        [
            paid_in("50000000", deal="A"),
            paid_in("50000000", deal="B"),
            Realisation(deal="A", on=year(3), proceeds=cny("150000000"), disposed=1),
            Realisation(deal="B", on=year(5), proceeds=cny("20000000"), disposed=1),
        ],
    )
    first, second = fund.results
    assert rows(first.tiers) == [
        ("50000000.00000000", "0.00000000"),
        ("12985600.00000000", "0.00000000"),
        ("0.00000000", "3246400.00000000"),
        ("67014400.00000000", "16753600.00000000"),
    ]
    assert rows(second.tiers) == [("20000000.00000000", "0.00000000"), *[("0.00000000", "0.00000000")] * 3]
    assert (first.limited_partners, first.general_partner) == (cny("130000000.00"), cny("20000000.00"))
    due = clawback_due(fund, (), net_asset_value=cny("0"), escrow=cny("0"), on=year(5))
    assert (shown(due.profit), shown(due.entitled)) == ("70000000.00000000", "14000000.00000000")
    assert due.amount == cny("6000000.00")
    limited = first.limited_partners + second.limited_partners
    assert (limited, limited + due.amount) == (cny("150000000.00"), cny("156000000.00"))
    assert due.carry_paid - due.amount == cny("14000000.00")


@pytest.mark.parametrize("case", SINGLE)
def test_tiers_alone_in_whole_years(case: str) -> None:
    capital, years, preferred, catch_up, amount, tiers = SINGLE[case]
    row = (
        ReturnOfCapital(),
        PreferredReturn(preferred),
        CatchUpTier(catch_up.share, "0.20", catch_up.target),
        SplitTier("0.20", None),
    )
    assert rows(TierPosition.of(row).with_capital(capital).later(years).poured(amount).paid) == tiers


def test_metrick_and_yasuda_by_tiers_alone() -> None:
    row = standard_tiers(TERMS)
    first = TierPosition.of(row).with_capital(100).later(1).poured(108)
    second = first.later(1).poured(92)
    assert [first.limited_partners, first.general_partner] == [108, 0]
    assert [second.limited_partners, second.general_partner] == [180, 20]


def test_a_clawback_net_of_tax_of_which_escrow_pays_a_part() -> None:
    """Work it by hand: A makes 100 of 50, B loses all of 100, so that the fund made nothing."""
    shared = sharing(clawback=ClawbackBasis.NET_OF_TAX, tax_rate="0.40", escrow="0.30")
    bought = [paid_in("50", deal="A"), paid_in("100", deal="B")]
    sold = Realisation(deal="A", on=year(3), proceeds=cny("150"), disposed=1)
    lost = Realisation(deal="B", on=year(5), proceeds=cny("0"), disposed=1)
    halfway = american_waterfall(shared, Recoupment.THIS_DEAL, [*bought, sold])
    assert halfway.results[0].general_partner == cny("20.00")
    held = escrow_of("CNY", halfway.results, ()).balance
    assert held == cny("6.00")
    # After three years B is worth 40: the profit is 40, a fifth of it 8, of 20 that were paid 12 are too
    # much. That is all that is left of them after tax. The partners lack 150 × 1.08³ − 130 − 40.
    interim = clawback_due(halfway, (), net_asset_value=cny("40"), escrow=held, on=year(3))
    assert (interim.profit, interim.entitled) == (Fraction(40), Fraction(8))
    assert interim.shortfall == 150 * Fraction("1.08") ** 3 - 170
    assert (interim.most, interim.amount) == (Fraction(12), cny("12.00"))
    assert (interim.from_escrow, interim.from_general_partner) == (cny("6.00"), cny("6.00"))
    # At the end 8 more are too much, but no more can be taken.
    whole = american_waterfall(shared, Recoupment.THIS_DEAL, [*bought, sold, lost])
    assert escrow_of("CNY", whole.results, [interim]).balance == cny("0.00")
    end = clawback_due(whole, (interim,), net_asset_value=cny("0"), escrow=cny("0"), on=year(5))
    assert (end.carry_paid, end.entitled, end.amount) == (cny("8.00"), Fraction(0), cny("0.00"))
    # Gross of tax all of it comes back, and the partners have their 150.
    gross = sharing(escrow="0.30")
    whole = american_waterfall(gross, Recoupment.THIS_DEAL, [*bought, sold, lost])
    end = clawback_due(whole, (), net_asset_value=cny("0"), escrow=held, on=year(5))
    assert whole.results[0].limited_partners + end.amount == cny("150.00")


def test_a_hard_hurdle() -> None:
    """Work it by hand: 100 become 150 in a year, 8 % is 8, a fifth of the 42 above it is 8.40."""
    shared = sharing(catch_up=None)
    fund = european_waterfall(shared, [paid_in("100")], [CashFlow(year(1), cny("150"))])
    assert (fund.results[0].limited_partners, fund.results[0].general_partner) == (cny("141.60"), cny("8.40"))
    # Then 30 more come in and are lost: of the 20 that are left 12 are above the hurdle, and 2.40 carry.
    lost = fund.contribute(paid_in("30", year(1)))
    due = clawback_due(lost, (), net_asset_value=cny("0"), escrow=cny("0"), on=year(1))
    assert (due.entitled, due.shortfall, due.amount) == (Fraction("2.4"), Fraction(0), cny("6.00"))


def test_three_equal_partners_share_by_largest_remainder() -> None:
    shared = sharing(partners(A="1", B="1", C="1"))
    fund = european_waterfall(shared, [paid_in("3")], [CashFlow(year(0), cny("100.00"))])
    capital = european_waterfall(shared, [paid_in("100")], [CashFlow(year(0), cny("100.00"))])
    assert [str(part) for _, part in capital.results[0].partners] == ["33.34 CNY", "33.33 CNY", "33.33 CNY"]
    assert sum(part.to_minor() for _, part in fund.results[0].parts) == 10_000


def golden() -> dict[str, dict[str, Any]]:
    return {case["id"]: case for case in json.loads(SHARED.read_text("utf-8"))}


@pytest.mark.skipif(not SHARED.exists(), reason="the reference set is not beside the project")
def test_the_reference_set_itself_agrees() -> None:
    cases = golden()
    for name, (*given, tiers) in SINGLE.items():
        case = cases[name]
        assert [(tier["lp"], tier["gp"]) for tier in case["expected"]["tiers"]] == tiers
        assert [tier["tier"] for tier in case["expected"]["tiers"]] == NAMES
        assert (case["input"]["capital"], case["input"]["distribution"]) == (given[0], given[4])
    deals = cases["W03_american_pure_deal_by_deal_clawback"]["expected"]
    assert (deals["clawback"], deals["lp_after"]) == ("6000000.00000000", "156000000.00000000")
    updog = cases["W12_updog_09_partial50"]
    assert updog["published"] == {"lp": "1164000", "gp": "36000"}
    assert [Decimal(updog["expected"][side]) for side in ("lp", "gp")] == [1_160_000, 40_000]
