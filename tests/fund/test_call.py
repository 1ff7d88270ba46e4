"""Capital calls: exact to the minor unit, never above what is unfunded, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError, NotFoundError
from carbonkit.fund.partner.call import CapitalCall, call_capital
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.fund.partner.unfunded import unfunded
from carbonkit.fund.refusal import Refusal
from carbonkit.values import AccountId, Money
from carbonkit.values.share import split

if TYPE_CHECKING:
    from collections.abc import Sequence

DATES = {"issued_on": "2021-07-02", "due_on": "2021-07-15"}


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def promised(*fen: int) -> Commitments:
    return Commitments(
        Commitment(AccountId(f"LP-{n}"), Money.from_minor(amount, "CNY")) for n, amount in enumerate(fen, 1)
    )


def call(of: Commitments, earlier: Sequence[CapitalCall], total: Money, **changed: Any) -> CapitalCall:  # noqa: ANN401  any argument of a call
    return call_capital(of, earlier, **{"total": total, "purpose": "allowances", **DATES, **changed})


def fen_of(amounts: tuple[tuple[AccountId, Money], ...]) -> list[int]:
    return [amount.to_minor() for _, amount in amounts]


def test_a_call_is_divided_by_commitment() -> None:
    partners = promised(10_000, 10_000, 20_000)
    first = call(partners, (), cny("100.01"))
    assert (first.number, first.total) == (1, cny("100.01"))
    assert fen_of(first.amounts) == [2500, 2500, 5001]
    assert fen_of(first.after) == [7500, 7500, 14_999]
    assert first.of(AccountId("LP-3")) == cny("50.01")
    with pytest.raises(NotFoundError, match="partner: must be a partner of the fund, was LP-4"):
        first.of(AccountId("LP-4"))


def test_calls_follow_each_other() -> None:
    partners = promised(10_000, 10_000, 10_000)
    first = call(partners, (), cny("100.00"))
    second = call(partners, [first], cny("50.00"), issued_on="2021-07-02", due_on="2021-08-01")
    assert second.number == 2
    assert second.before == first.after
    assert unfunded(partners, ()) == tuple((each.partner, each.amount) for each in partners)
    assert unfunded(partners, [first, second]) == second.after
    assert fen_of(second.after) == [4999, 5000, 5001]


def test_what_is_unfunded_can_be_called_to_the_last_fen() -> None:
    # By commitment alone the first partner would be asked for 1.02 CNY of its 1.00 CNY.
    partners = promised(100, 100, 100)
    calls: list[CapitalCall] = []
    for _ in range(3):
        calls.append(call(partners, calls, cny("1.00")))
    assert [fen_of(each.amounts) for each in calls] == [[34, 33, 33], [34, 33, 33], [32, 34, 34]]
    assert fen_of(unfunded(partners, calls)) == [0, 0, 0]


@given(
    st.lists(st.integers(1, 10**12), min_size=1, max_size=6),
    st.lists(st.integers(1, 10**12), min_size=1, max_size=6),
)
@example([31, 31, 5631, 1347482], [1347482, 5631])  # who has nothing left counts in the split
def test_calls_add_up_and_never_ask_for_more_than_is_unfunded(fen: list[int], totals: list[int]) -> None:
    partners = promised(*fen)
    calls: list[CapitalCall] = []
    for total in totals:
        left = sum(fen_of(unfunded(partners, calls)))
        if left:
            calls.append(call(partners, calls, Money.from_minor(min(total, left), "CNY")))
    for each in calls:
        assert sum(fen_of(each.amounts)) == each.total.to_minor()
        assert min(fen_of(each.amounts)) >= 0
        assert min(fen_of(each.after)) >= 0
        by_share = split(each.total.to_minor(), fen)
        if all(part <= room for part, room in zip(by_share, fen_of(each.before), strict=True)):
            assert fen_of(each.amounts) == list(by_share)
    paid = [sum(parts) for parts in zip(*(fen_of(each.amounts) for each in calls), strict=True)]
    left_over = fen_of(unfunded(partners, calls))
    assert [one + other for one, other in zip(paid, left_over, strict=True)] == fen


def test_more_than_is_unfunded_is_refused() -> None:
    partners = promised(100, 200)
    first = call(partners, (), cny("1.00"))
    with pytest.raises(FundError) as caught:
        call(partners, [first], cny("2.01"))
    assert str(caught.value) == "total: must be at most the 2.00 CNY that are unfunded, was 2.01 CNY"
    assert caught.value.problem.code == Refusal.ABOVE_UNFUNDED
    assert call(partners, [first], cny("2.00")).after == tuple(
        (each.partner, cny("0.00")) for each in partners
    )


def test_earlier_calls_are_of_the_same_commitments() -> None:
    first = call(promised(100, 200), (), cny("1.00"))
    with pytest.raises(FundError) as caught:
        call(promised(100, 201), [first], cny("1.00"))
    assert caught.value.problem.code == Refusal.OTHER_COMMITMENTS


def test_earlier_calls_are_all_there_once_in_order() -> None:
    partners = promised(100, 200)
    first = call(partners, (), cny("1.00"))
    second = call(partners, [first], cny("1.00"))
    forged = attrs.evolve(second, before=first.before)
    misnumbered = attrs.evolve(second, number=3)
    for calls in ([second], [second, first], [first, first], [first, forged], [first, misnumbered]):
        with pytest.raises(FundError) as caught:
            unfunded(partners, calls)
        assert caught.value.problem.code == Refusal.NOT_THE_NEXT_CALL


def test_a_call_is_not_issued_before_the_one_before_it() -> None:
    partners = promised(100, 200)
    first = call(partners, (), cny("1.00"))
    with pytest.raises(
        FundError, match="issued_on: must be on or after 2021-07-02, the day of call 1"
    ) as caught:
        call(partners, [first], cny("1.00"), issued_on="2021-07-01")
    assert caught.value.problem.code == Refusal.NOT_THE_NEXT_CALL
    early = attrs.evolve(call(partners, [first], cny("1.00")), issued_on="2021-07-01")
    with pytest.raises(FundError, match="day of call 2: must be on or after 2021-07-02"):
        unfunded(partners, [first, early])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"total": cny("0.00")}, "total: must be above zero, was 0.00 CNY"),
        ({"total": cny("-1.00")}, "total: must be zero or more, was -1.00 CNY"),
        ({"total": cny("0.001")}, "total: must have at most 2 decimal places, was 0.001 CNY"),
        ({"total": "1.00"}, "total: must be of type Money, was '1.00'"),
        ({"due_on": "2021-07-01"}, "due_on: must be on or after 2021-07-02, was 2021-07-01"),
        ({"due_on": "15/07/2021"}, "due_on: must be a calendar date"),
        ({"issued_on": "July"}, "issued_on: must be a calendar date"),
        ({"purpose": " "}, "purpose: must say what the money is for"),
        ({"purpose": None}, "purpose: must say what the money is for"),
        ({"number": 0}, "number: must be above zero, was 0"),
        ({"commitments": ()}, "commitments: must be of type Commitments"),
        ({"before": ()}, "before: must name each partner, in order"),
        ({"before": []}, "before: must be of type tuple"),
        ({"before": ((AccountId("LP-1"), cny("-1")),)}, "before: must be zero or more, was -1 CNY"),
        ({"before": ((AccountId("LP-1"), cny("1.01")),)}, "before: must be at most 1.00 CNY, was 1.01 CNY"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    good = call(promised(100), (), cny("1.00"))
    with pytest.raises(InvalidValueError) as caught:
        attrs.evolve(good, **changed)
    assert str(caught.value).startswith(message)


def test_a_call_is_in_the_currency_of_the_commitments() -> None:
    good = call(promised(100), (), cny("1.00"))
    with pytest.raises(CurrencyMismatchError, match="total: must be CNY, was EUR"):
        attrs.evolve(good, total=Money("1.00", "EUR"))
    with pytest.raises(CurrencyMismatchError, match="before: must be CNY, was EUR"):
        attrs.evolve(good, before=((AccountId("LP-1"), Money("1.00", "EUR")),))


def test_unfunded_takes_commitments_and_calls() -> None:
    with pytest.raises(InvalidValueError, match="commitments: must be of type Commitments"):
        unfunded((), ())  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="earlier happenings: must be of type Happening"):
        unfunded(promised(1), ["call"])  # type: ignore[list-item]


def test_a_call_explains_each_amount() -> None:
    partners = promised(100, 200)
    explanation = call(partners, (), cny("1.00")).explain()
    assert explanation.value == "1.00 CNY"
    assert [(part.what, part.value) for part in explanation.parts] == [
        ("LP-1", "0.33 CNY"),
        ("LP-2", "0.67 CNY"),
    ]
    assert explanation.parts[1].how == (
        "1.00 CNY × 2.00 CNY / 3.00 CNY; unfunded 2.00 CNY before, 1.33 CNY after"
    )


def test_a_part_cut_at_what_is_unfunded_is_explained() -> None:
    partners = promised(100, 100, 100)
    before = tuple(zip((each.partner for each in partners), map(cny, ("0.10", "1.00", "1.00")), strict=True))
    cut = attrs.evolve(call(partners, (), cny("0.90")), number=2, before=before)
    assert fen_of(cut.amounts) == [10, 40, 40]
    assert "what is above a partner's unfunded goes to the others" in cut.explain().how
    assert call(partners, (), cny("0.90")).explain().how == "by commitment, by largest remainder"
