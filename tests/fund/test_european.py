"""European waterfalls: against a closed form and a model of plain fractions, and what always holds."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import (
    CurrencyMismatchError,
    FundError,
    InvalidValueError,
    NotFoundError,
    WrongTypeError,
)
from carbonkit.fund.carry.carry_sharing import CarrySharing
from carbonkit.fund.carry.carry_terms import (
    CarryBase,
    CatchUp,
    CatchUpTarget,
    OwnCommitment,
    PreferredStart,
    TierOrder,
)
from carbonkit.fund.carry.european import EuropeanWaterfall, european_waterfall, hypothetical_liquidation
from carbonkit.fund.carry.hurdle import Compounding, PreferredAmount, PreferredRate
from carbonkit.fund.carry.tier import PreferredReturn, ReturnOfCapital, SplitTier
from carbonkit.fund.carry.waterfall import CapitalUse
from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.entry import Line
from carbonkit.fund.refusal import Refusal
from carbonkit.values import AccountId, Money
from tests.carry import FULL, GP, TERMS, cny, exact, paid_in, partners, sharing, sides, year

FEN = st.integers(1, 10**13)
COMPOUNDED = TERMS.preferred


def flow(fen: int, years: int, days: int = 0) -> CashFlow:
    return CashFlow(year(years, days), Money.from_minor(fen, "CNY"))


def yuan(fen: int) -> str:
    return str(Money.from_minor(fen, "CNY").amount)


def closed_form(
    capital: Fraction, pref: Fraction, carry: Fraction, share: Fraction, amount: Fraction
) -> Fraction:
    """Say what the general partner gets of one distribution, without tiers."""
    above = max(Fraction(0), amount - capital - pref)
    room = carry * pref / (share - carry)
    return share * above if above <= room else carry * (amount - capital)


@given(
    capital=FEN,
    amount=st.integers(1, 4 * 10**13),
    years=st.integers(0, 8),
    carry=st.fractions(0, "0.5", max_denominator=50),
    share=st.fractions("0.52", 1, max_denominator=50),
    simple=st.booleans(),
)
def test_one_distribution_is_as_the_closed_form_says(
    capital: int, amount: int, years: int, carry: Fraction, share: Fraction, *, simple: bool
) -> None:
    hurdle = PreferredRate("0.08", Compounding.SIMPLE) if simple else COMPOUNDED
    shared = sharing(
        partners(LP=yuan(capital)),
        preferred=hurdle,
        carry=carry,
        catch_up=CatchUp(share, CatchUpTarget.SHARE_OF_PROFIT),
    )
    result = european_waterfall(shared, [paid_in(yuan(capital))], [flow(amount, years)]).results[0]
    paid, got = Fraction(capital, 100), Fraction(amount, 100)
    pref = paid * Fraction("0.08") * years if simple else paid * Fraction("1.08") ** years - paid
    general = sum((row.general_partner for row in result.tiers), Fraction(0))
    assert general == closed_form(paid, pref, carry, share, got)
    assert sum((row.total for row in result.tiers), Fraction(0)) == got
    assert abs(Fraction(result.general_partner.amount) - general) < Fraction(1, 100)
    assert result.limited_partners + result.general_partner == result.amount


def model(
    contributions: list[tuple[int, int]], distributions: list[tuple[int, int]], *, simple: bool
) -> list[list[Fraction]]:
    """Work out 8 %, a full catch-up and 20 % year by year, with a balance of capital and one of interest."""
    capital = interest = profit = carry = Fraction(0)
    found = []
    for now in range(12):
        if now:
            base = capital if simple else capital + interest
            interest += base * Fraction(8, 100)
        capital += sum(amount for on, amount in contributions if on == now)
        for amount in [amount for on, amount in distributions if on == now]:
            rest = Fraction(amount)
            first = min(rest, capital)
            second = min(rest - first, interest)
            rest -= first + second
            capital, interest, profit = capital - first, interest - second, profit + second
            third = min(rest, max(Fraction(0), (Fraction(2, 10) * profit - carry) / Fraction(8, 10)))
            rest -= third
            profit, carry = profit + third + rest, carry + third + rest / 5
            found.append([first, second, third, rest])
    return found


@given(
    contributions=st.lists(st.tuples(st.integers(0, 9), FEN), min_size=1, max_size=5),
    distributions=st.lists(st.tuples(st.integers(0, 11), FEN), min_size=1, max_size=6),
    simple=st.booleans(),
)
def test_many_flows_are_as_a_plain_model_says(
    contributions: list[tuple[int, int]], distributions: list[tuple[int, int]], *, simple: bool
) -> None:
    contributions = [(0, 100), *sorted(contributions)]
    distributions.sort()
    hurdle = PreferredRate("0.08", Compounding.SIMPLE) if simple else COMPOUNDED
    fund = european_waterfall(
        sharing(preferred=hurdle),
        [paid_in(yuan(fen), year(on)) for on, fen in contributions],
        [flow(fen, on) for on, fen in distributions],
    )
    found = [[row.total * 100 for row in result.tiers] for result in fund.results]
    assert found == model(contributions, distributions, simple=simple)


SCHEDULE = st.lists(st.tuples(st.integers(0, 4000), FEN), min_size=1, max_size=4).map(sorted)


@given(capital=FEN, schedule=SCHEDULE, share=st.sampled_from(["0.5", "0.8", "1"]))
def test_carry_is_never_more_than_its_share_of_profit(
    capital: int, schedule: list[tuple[int, int]], share: str
) -> None:
    shared = sharing(catch_up=CatchUp(share, CatchUpTarget.SHARE_OF_PROFIT))
    fund = EuropeanWaterfall.of(shared).contribute(paid_in(yuan(capital)))
    out = 0
    for days, fen in schedule:
        fund = fund.distribute(Money.from_minor(fen, "CNY"), on=year(0, days))
        out += fen
        position, carry = fund.position, fund.position.general_partner
        profit = Fraction(max(0, out - capital), 100)
        assert carry <= profit / 5
        if position.unreturned or position.unpaid(COMPOUNDED):
            assert carry == 0 or fund.results[-1].general_partner.amount == 0
        if position.paid[3].total:  # the catch-up is complete
            assert carry == profit / 5
        assert position.limited_partners + carry == Fraction(out, 100)
        paid = sum(result.general_partner.to_minor() for result in fund.results)
        assert abs(paid - carry * 100) < 1
        for result in fund.results:
            assert sum(part.to_minor() for _, part in result.parts) == result.amount.to_minor()
            assert all(part.amount >= 0 for _, part in result.parts)


CONVENTIONS = st.fixed_dictionaries(
    {
        "order": st.sampled_from(TierOrder),
        "preferred": st.sampled_from([PreferredRate("0.08", each) for each in Compounding]),
        "catch_up": st.sampled_from(
            [None, *(CatchUp(share, target) for share in ("0.5", "0.8", "1") for target in CatchUpTarget)]
        ),
        "own_commitment": st.sampled_from(OwnCommitment),
        "base": st.sampled_from(CarryBase),
    }
)


@given(
    terms=CONVENTIONS,
    flows=st.lists(st.tuples(st.integers(0, 900), st.integers(-(10**5), 10**6).filter(bool)), max_size=6),
)
def test_no_convention_gives_the_general_partner_more_than_its_share(
    terms: dict[str, Any], flows: list[tuple[int, int]]
) -> None:
    shared = sharing(partners(LP="980", GP="20"), **terms)
    catch_up: CatchUp | None = terms["catch_up"]
    fund = EuropeanWaterfall.of(shared).contribute(paid_in("500"))
    day = out = 0
    for days, fen in flows:
        day += days
        amount = Money.from_minor(abs(fen), "CNY")
        if fen < 0:
            use = CapitalUse.INVESTMENT if fen % 2 else CapitalUse.FEES_AND_EXPENSES
            fund = fund.contribute(paid_in(str(amount.amount), year(0, day), use=use))
            continue
        before = fund.position
        fund = fund.distribute(amount, on=year(0, day))
        out += fen
        after = fund.position
        assert after.general_partner <= after.profit / 5
        ended = after.paid[-1].total - before.paid[-1].total  # the split took some, so the catch-up is over
        full = catch_up is not None and (
            catch_up.target is CatchUpTarget.SHARE_OF_PROFIT or catch_up.share == 1
        )
        if ended and full:
            assert after.general_partner == after.profit / 5
        assert after.limited_partners + after.general_partner == (1 - shared.own_share) * Fraction(out, 100)
        paid = sum(result.general_partner.to_minor() for result in fund.results)
        assert abs(paid - 100 * after.general_partner) < 1


def test_partners_share_by_commitment_or_by_what_they_contributed() -> None:
    both = partners(A="75", B="25", GP="10")
    by_commitment = sharing(both)
    given_too = [(AccountId("GP"), cny("10")), (AccountId("A"), cny("30")), (AccountId("B"), cny("60"))]
    by_capital = attrs.evolve(by_commitment, contributed=given_too)
    assert by_capital.own_share == Fraction(1, 10)

    def parts(shared: CarrySharing) -> list[tuple[str, str, str]]:
        result = european_waterfall(shared, [paid_in("100")], [CashFlow(year(1), cny("200"))]).results[0]
        carried = dict(result.carried)
        return [(str(who), str(part.amount), str(carried[who].amount)) for who, part in result.partners]

    assert parts(by_capital) == [("A", "54.00", "6.00"), ("B", "108.00", "12.00")]  # 162 and 18 of 180
    assert by_commitment.explain().how == "among the partners by commitment"
    assert by_capital.explain().how == "among the partners by capital contributed"
    for changed, error, message in (
        (given_too[:2], NotFoundError, "contributed: must name each partner of the fund, was B"),
        (
            [*given_too, (AccountId("C"), cny("1"))],
            NotFoundError,
            "contributed: must name each partner .* was C",
        ),
        ([*given_too, given_too[0]], InvalidValueError, "contributed: must name each partner once"),
        (
            [*given_too[:2], (AccountId("B"), cny("-1"))],
            InvalidValueError,
            "contributed by B: must be zero or",
        ),
        (
            [*given_too[:2], (AccountId("B"), Money("1", "EUR"))],
            CurrencyMismatchError,
            "contributed by B: must",
        ),
        ([(who, cny("0")) for who, _ in given_too], InvalidValueError, "commitments: must leave a partner"),
    ):
        with pytest.raises(error, match=message):
            attrs.evolve(by_commitment, contributed=changed)
    with pytest.raises(CurrencyMismatchError, match="amount: must be CNY, was EUR"):
        by_commitment.shared(Money("1", "EUR"))


@given(capital=FEN, less=st.integers(1, 10**13), more=FEN, days=st.integers(0, 4000))
def test_no_tier_gets_less_of_more(capital: int, less: int, more: int, days: int) -> None:
    fund = EuropeanWaterfall.of(sharing()).contribute(paid_in(yuan(capital)))
    small, large = (
        fund.liquidate(Money.from_minor(fen, "CNY"), on=year(0, days)).tiers for fen in (less, less + more)
    )
    for (limited, general), (limited_too, general_too) in zip(sides(small), sides(large), strict=True):
        assert limited <= limited_too
        assert general <= general_too


@given(capital=FEN, schedule=SCHEDULE, cut=st.integers(1, 10**13 - 1))
def test_one_distribution_cut_in_two_comes_to_the_same(
    capital: int, schedule: list[tuple[int, int]], cut: int
) -> None:
    halves = [(days, part) for days, fen in schedule for part in (min(cut, fen), fen - min(cut, fen)) if part]
    whole, parts = (
        european_waterfall(sharing(), [paid_in(yuan(capital))], [flow(fen, 0, days) for days, fen in given])
        for given in (schedule, halves)
    )
    assert sides(whole.position.paid) == sides(parts.position.paid)
    assert whole.position.preferred == parts.position.preferred
    carry = [sum(result.general_partner.to_minor() for result in fund.results) for fund in (whole, parts)]
    assert abs(carry[0] - carry[1]) <= 1


@given(capital=FEN, amount=FEN, days=st.integers(0, 4000), cut=st.integers(0, 4000))
def test_looking_on_the_way_changes_nothing(capital: int, amount: int, days: int, cut: int) -> None:
    fund = EuropeanWaterfall.of(sharing()).contribute(paid_in(yuan(capital)))
    before = fund
    fund.liquidate(Money.from_minor(amount, "CNY"), on=year(0, min(days, cut)))
    assert fund == before
    halfway = fund.contribute(paid_in("0.01", year(0, min(days, cut))))
    straight = fund.position.later(Fraction(days, 365)).unpaid(COMPOUNDED)
    stepped = halfway.position.later(Fraction(days - min(days, cut), 365)).unpaid(COMPOUNDED)
    assert 0 <= stepped - straight < Fraction(3, 100)  # what the fen itself earns


@given(st.permutations(["100", "250.01", "33.33", "7"]), st.integers(1, 10**9))
def test_the_order_of_partners_moves_left_over_fen_only(amounts: list[str], fen: int) -> None:
    def parts(given: list[str]) -> dict[str, int]:
        names = {amount: f"LP-{amount.replace('.', '-')}" for amount in given}
        shared = sharing(partners(**{names[amount]: amount for amount in given}))
        fund = european_waterfall(shared, [paid_in("390.34")], [flow(fen, 3)])
        return {str(partner): part.to_minor() for partner, part in fund.results[0].parts}

    first, second = parts(sorted(amounts)), parts(amounts)
    assert first.keys() == second.keys()
    assert all(abs(first[name] - second[name]) <= 1 for name in first)
    assert first["GP"] == second["GP"]


def test_the_order_of_the_tiers_matters_for_simple_interest_only() -> None:
    def carry(order: TierOrder, hurdle: PreferredRate) -> list[Fraction]:
        fund = european_waterfall(
            sharing(order=order, preferred=hurdle),
            [paid_in("100")],
            [CashFlow(year(1), cny("60")), CashFlow(year(2), cny("60"))],
        )
        return [fund.position.general_partner, *(row.total for row in fund.results[0].tiers)]

    simple = PreferredRate("0.08", Compounding.SIMPLE)
    # Capital first: 60 of capital, then interest 8 + 3.2. Preferred first: 8 + 52, then 48 and 3.84.
    assert carry(TierOrder.CAPITAL_FIRST, simple) == [4, 60, 0, 0, 0]
    assert carry(TierOrder.PREFERRED_FIRST, simple) == [4, 8, 52, 0, 0]
    first, second = (
        european_waterfall(
            sharing(order=order, catch_up=None, preferred=simple),
            [paid_in("100")],
            [CashFlow(year(1), cny("60")), CashFlow(year(2), cny("60"))],
        ).position.general_partner
        for order in TierOrder
    )
    assert (first, second) == ((20 - Fraction("11.2")) / 5, (20 - Fraction("11.84")) / 5)


def test_a_hard_hurdle_shares_only_what_is_above() -> None:
    fund = european_waterfall(sharing(catch_up=None), [paid_in("100")], [CashFlow(year(1), cny("200"))])
    assert fund.results[0].general_partner == cny("18.40")  # 20 % of 100 − 8


def test_a_fund_without_a_hurdle_shares_from_the_first_profit() -> None:
    fund = european_waterfall(
        sharing(preferred=PreferredRate(0, Compounding.ANNUAL)),
        [paid_in("100")],
        [CashFlow(year(1), cny("101"))],
    )
    assert fund.results[0].general_partner == cny("0.20")


def test_capital_that_comes_later_comes_back_first() -> None:
    fund = european_waterfall(
        sharing(),
        [paid_in("100"), paid_in("50", year(2))],
        [CashFlow(year(1), cny("150")), CashFlow(year(2), cny("60"))],
    )
    first, second = fund.results
    assert first.general_partner == cny("10.00")
    assert [row.total for row in second.tiers] == [50, 0, 0, 10]
    assert fund.position.general_partner == Fraction(60, 5)


def test_what_capital_comes_back_first_is_named() -> None:
    flows = [paid_in("80"), paid_in("20", use=CapitalUse.FEES_AND_EXPENSES)]

    def carry(base: CarryBase) -> Fraction:
        shared = sharing(partners(LP="150"), base=base, preferred=PreferredRate(0, Compounding.ANNUAL))
        return european_waterfall(shared, flows, [CashFlow(year(1), cny("200"))]).position.general_partner

    assert {base: carry(base) for base in CarryBase} == {
        CarryBase.COMMITTED: (200 - 150) / Fraction(5),
        CarryBase.CONTRIBUTED: (200 - 100) / Fraction(5),
        CarryBase.INVESTED: (200 - 80) / Fraction(5),
    }


def test_the_preferred_return_runs_from_the_day_that_is_named() -> None:
    drawn = paid_in("100", year(1), drawn_on=year(0))
    out = [CashFlow(year(2), cny("110"))]
    due = european_waterfall(sharing(), [drawn], out)
    line = european_waterfall(sharing(preferred_start=PreferredStart.DRAW_DATE), [drawn], out)
    assert [row.total for row in due.results[0].tiers] == [100, 8, 2, 0]
    assert [row.total for row in line.results[0].tiers] == [100, 10, 0, 0]
    assert line.position.unpaid(COMPOUNDED) == Fraction("6.64")
    with pytest.raises(InvalidValueError, match="drawn_on: must be given, as the preferred return runs from"):
        european_waterfall(sharing(preferred_start=PreferredStart.DRAW_DATE), [paid_in("1")], [])


def test_the_general_partners_commitment_bears_carry_or_not() -> None:
    both = partners(LP="98", GP="2")

    def parts(own: OwnCommitment) -> list[tuple[str, str]]:
        fund = european_waterfall(
            sharing(both, own_commitment=own), [paid_in("100")], [CashFlow(year(1), cny("200"))]
        )
        return [(str(partner), str(part.amount)) for partner, part in fund.results[0].parts]

    assert parts(OwnCommitment.OUTSIDE_TIERS) == [("LP", "176.40"), ("GP", "23.60")]  # 2 % of 200 + 19.60
    assert parts(OwnCommitment.IN_TIERS) == [("LP", "176.40"), ("GP", "23.60")]  # 2 % of 180 + 20
    outside = european_waterfall(sharing(both), [paid_in("100")], [CashFlow(year(1), cny("200"))]).results[0]
    assert (outside.own, outside.general_partner) == (cny("4.00"), cny("19.60"))
    assert [str(entry.amount) for entry in outside.entries] == ["-19.60 CNY", "19.60 CNY"]
    inside = european_waterfall(
        sharing(both, own_commitment=OwnCommitment.IN_TIERS),
        [paid_in("100")],
        [CashFlow(year(1), cny("200"))],
    ).results[0]
    assert (inside.own, inside.general_partner) == (cny("0.00"), cny("20.00"))
    assert [str(entry.amount) for entry in inside.entries] == ["-19.60 CNY", "-0.40 CNY", "20.00 CNY"]


def test_tiers_of_a_funds_own() -> None:
    twelve = PreferredRate("0.12", Compounding.ANNUAL)
    row = (
        ReturnOfCapital(),
        PreferredReturn(COMPOUNDED),
        SplitTier("0.20", twelve),
        SplitTier("0.30", None),
    )
    fund = european_waterfall(sharing(tiers=row), [paid_in("100")], [CashFlow(year(1), cny("123"))])
    assert sides(fund.results[0].tiers) == exact((100, 0), (8, 0), (4, 1), (7, 3))


def test_a_hypothetical_liquidation_gives_the_accrued_carry() -> None:
    fund = EuropeanWaterfall.of(sharing(partners(A="75", B="25"))).contribute(paid_in("100"))
    result = hypothetical_liquidation(fund, cny("200"), on=year(1))
    assert (result.number, result.document) == (1, "accrued-carry/2022-07-15")
    assert (result.limited_partners, result.general_partner) == (cny("180.00"), cny("20.00"))
    assert [(str(partner), str(part)) for partner, part in result.carried] == [
        ("A", "15.00 CNY"),
        ("B", "5.00 CNY"),
    ]
    with pytest.raises(
        FundError, match="accrued-carry/2022-07-15: must be a distribution that was paid"
    ) as caught:
        result.entries  # noqa: B018  it is refused
    assert caught.value.problem.code == Refusal.NOTHING_PAID
    paid = fund.distribute(cny("200"), on=year(1)).results[0]
    assert {(each.line, each.document) for each in paid.entries} == {
        (Line.CARRIED_INTEREST, "distribution-carry/1")
    }
    assert hypothetical_liquidation(fund, cny("0"), on=year(1)).general_partner == cny("0.00")
    with pytest.raises(FundError, match="on: must be on or after 2021-07-15"):
        fund.liquidate(cny("1"), on=year(-1))
    assert fund.results == ()


def test_carry_is_held_back_in_escrow() -> None:
    fund = european_waterfall(sharing(escrow="0.3"), [paid_in("100")], [CashFlow(year(1), cny("200.33"))])
    assert fund.results[0].general_partner == cny("20.07")  # 20.066
    assert fund.results[0].escrow == cny("6.02")  # 6.021
    held = [part for part in fund.results[0].explain().parts if "escrow" in part.what]
    assert [part.value for part in held] == ["6.02 CNY"]


def test_flows_come_in_order() -> None:
    fund = EuropeanWaterfall.of(sharing()).contribute(paid_in("100", year(1)))
    for wrong in (
        lambda: fund.contribute(paid_in("1", year(0))),
        lambda: fund.distribute(cny("1"), on=year(0)),
        lambda: fund.liquidate(cny("1"), on=year(0)),
        lambda: european_waterfall(sharing(), [paid_in("1", year(1)), paid_in("1")], []),
        lambda: european_waterfall(sharing(), [paid_in("9")], [flow(1, 2), flow(1, 1)]),
    ):
        with pytest.raises(FundError, match="must be on or after 202") as caught:
            wrong()
        assert caught.value.problem.code == Refusal.OUT_OF_ORDER


def test_nothing_is_distributed_before_something_is_paid_in() -> None:
    with pytest.raises(FundError, match="distribution: must follow a contribution") as caught:
        european_waterfall(sharing(), [paid_in("100", year(1))], [flow(100, 0)])
    assert caught.value.problem.code == Refusal.NOTHING_CONTRIBUTED
    with pytest.raises(FundError, match="distribution: must follow a contribution"):
        EuropeanWaterfall.of(sharing()).liquidate(cny("1"), on=year(0))


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        (cny("0"), "distribution 1: must be above zero, was 0 CNY"),
        (cny("-1"), "distribution 1: must be zero or more, was -1 CNY"),
        (cny("0.001"), "distribution 1: must have at most 2 decimal places"),
        (Money("1", "EUR"), "distribution 1: must be CNY, was EUR"),
        ("1", "distribution 1: must be of type Money"),
    ],
)
def test_a_distribution_that_makes_no_sense_is_refused(amount: Any, message: str) -> None:  # noqa: ANN401
    fund = EuropeanWaterfall.of(sharing()).contribute(paid_in("100"))
    with pytest.raises(InvalidValueError) as caught:
        fund.distribute(amount, on=year(1))
    assert str(caught.value).startswith(message)


def test_other_input_that_makes_no_sense_is_refused() -> None:
    fund = EuropeanWaterfall.of(sharing()).contribute(paid_in("100"))
    with pytest.raises(InvalidValueError, match="net_asset_value: must be zero or more"):
        fund.liquidate(cny("-1"), on=year(1))
    with pytest.raises(CurrencyMismatchError, match="net_asset_value: must be CNY"):
        fund.liquidate(Money("1", "EUR"), on=year(1))
    with pytest.raises(CurrencyMismatchError, match="amount: must be CNY, was EUR"):
        fund.contribute(attrs.evolve(paid_in("1"), amount=Money("1", "EUR")))
    with pytest.raises(InvalidValueError, match="contribution: must be of type CapitalContribution"):
        fund.contribute(cny("1"))  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="distribution 1: must be of type CashFlow"):
        european_waterfall(sharing(), [], [cny("1")])  # type: ignore[list-item]
    with pytest.raises(InvalidValueError, match="on: must be a calendar date"):
        fund.distribute(cny("1"), on="July")


def test_a_sharing_needs_somebody_to_share_with() -> None:
    with pytest.raises(InvalidValueError, match="commitments: must leave a partner in the tiers"):
        sharing(partners(GP="100"))
    with pytest.raises(CurrencyMismatchError, match="preferred: must be CNY, was USD"):
        sharing(preferred=PreferredAmount(Money("80", "USD")))
    with pytest.raises(InvalidValueError, match="tiers: must end with a split"):
        sharing(tiers=(ReturnOfCapital(),))
    with pytest.raises(InvalidValueError, match="general_partner: must be of type AccountId"):
        CarrySharing(terms=TERMS, commitments=partners(LP="1"), general_partner="GP")  # type: ignore[arg-type]
    assert sharing(partners(GP="100"), own_commitment=OwnCommitment.IN_TIERS).own_share == 0


def test_a_waterfall_explains_itself() -> None:
    fund = european_waterfall(
        sharing(partners(LP="98", GP="2")), [paid_in("100")], [CashFlow(year(1), cny("200"))]
    )
    explanation = fund.explain()
    assert explanation.value == "1 distributions"
    terms, result = explanation.parts
    assert terms.value == (
        "return of capital (0 to the general partner) → preferred return (0 to the general partner) → "
        "catch-up (1 to the general partner) → carry split (0.2 to the general partner)"
    )
    assert [(part.what, part.value) for part in result.parts] == [
        ("general partner's own commitment", "4.00 CNY"),
        ("return of capital", "98.00 CNY"),
        ("preferred return", "7.84 CNY"),
        ("catch-up", "1.96 CNY"),
        ("carry split", "88.20 CNY"),
        ("LP", "176.40 CNY"),
        ("GP", "23.60 CNY"),
    ]


def test_a_contribution_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="amount: must be above zero, was 0 CNY"):
        paid_in("0")
    with pytest.raises(
        InvalidValueError, match="drawn_on: must be on or before 2021-07-15, when the call was due"
    ):
        paid_in("1", drawn_on=year(1))
    with pytest.raises(InvalidValueError, match="use: must be of type CapitalUse"):
        attrs.evolve(paid_in("1"), use="fees")  # type: ignore[arg-type]
    assert FULL.share == 1
    assert AccountId("GP") == GP


def test_lists_are_lists_of_what_they_hold() -> None:
    other: Any = 5
    with pytest.raises(InvalidValueError, match="contributions: must be a sequence, was 5"):
        european_waterfall(sharing(), other, [])
    with pytest.raises(InvalidValueError, match="distributions: must be a sequence, was 5"):
        european_waterfall(sharing(), [], other)
    with pytest.raises(WrongTypeError, match="contribution 2: must be of type CapitalContribution, was 5"):
        european_waterfall(sharing(), [paid_in("1"), other], [flow(1, 1)])
