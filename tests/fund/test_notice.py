"""Notices: the figures of the call or distribution, strict JSON, workbooks whose texts stay texts."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from carbonkit.errors import FundError, InvalidValueError, MissingExtraError, NotFoundError
from carbonkit.fund.partner.call import call_capital
from carbonkit.fund.partner.call_item import CallItem, CommitmentEffect, Excuse, ExcuseReason, Use
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.fund.partner.distribution import distribute
from carbonkit.fund.partner.distribution_item import DistributionBasis, DistributionItem, Nature, RecallRule
from carbonkit.fund.partner.distribution_notice import DistributionNotice, distribution_notices
from carbonkit.fund.partner.notice import CallNotice, call_notices, notice_json
from carbonkit.fund.partner.notice_label import LABELS
from carbonkit.fund.partner.notice_workbook import notice_workbook
from carbonkit.fund.partner.payment_details import PaymentDetails
from carbonkit.values import AccountId, Language, Money

if TYPE_CHECKING:
    from carbonkit.fund.partner.unfunded import Happening

A, B = AccountId("LP-A"), AccountId("LP/B:2")
BANK = PaymentDetails(
    bank="Bank of Wuhan", holder="Peak Fund", account="6222020200112233", reference="call 2"
)
OWN = {
    each: PaymentDetails(bank="Bank", holder=str(each), account="62220000", swift="BKCHCNBJ")
    for each in (A, B)
}


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


PARTNERS = Commitments([Commitment(A, cny("100.00")), Commitment(B, cny("300.00"))])


def first() -> list[Happening]:
    return [
        call_capital(
            PARTNERS, (), total=cny("40.00"), issued_on="2021-07-02", due_on="2021-07-15", purpose="credits"
        )
    ]


def notices(
    purpose: str = "allowances", name: str = "Hubei", why: str = "clause 7"
) -> tuple[CallNotice, ...]:
    items = [
        CallItem(name, Use.INVESTMENT, cny("60.00"), CommitmentEffect.INSIDE),
        CallItem("fee of 2022", Use.MANAGEMENT_FEE, cny("4.00"), CommitmentEffect.OUTSIDE),
    ]
    call = call_capital(
        PARTNERS,
        first(),
        total=cny("64.00"),
        issued_on="2022-01-05",
        due_on="2022-01-20",
        purpose=purpose,
        items=items,
        excused=[Excuse(A, ExcuseReason.EXCUSED, why, name)],
    )
    return call_notices(call, first(), fund="Peak Fund", payment=BANK)


def paid(**more: Any) -> tuple[DistributionNotice, ...]:  # noqa: ANN401  any argument of the notices
    items = [
        DistributionItem(Nature.RETURN_OF_CAPITAL, cny("20.00")),
        DistributionItem(Nature.REALISED_GAIN, cny("20.00")),
    ]
    made = distribute(
        PARTNERS,
        first(),
        items=items,
        basis=DistributionBasis.COMMITMENT,
        paid_on="2024-07-15",
        recall=RecallRule.RETURN_OF_CAPITAL,
        withheld={B: cny("1.50")},
    )
    terms = {"fund": "Peak Fund", "notice_on": "2024-07-01", "payments": OWN, **more}
    return distribution_notices(made, first(), **terms)


def test_a_call_notice_says_what_its_partner_has_to_know() -> None:
    one, other = notices()
    assert json.loads(notice_json(other)) == {
        "notice": "capital call notice",
        "fund": "Peak Fund",
        "partner": "LP/B:2",
        "number": 2,
        "notice_on": "2022-01-05",
        "due_on": "2022-01-20",
        "purpose": "allowances",
        "currency": "CNY",
        "total": "63.00",
        "inside": "60.00",
        "outside": "3.00",
        "fund_total": "64.00",
        "commitment": "300.00",
        "unfunded_before": "270.00",
        "unfunded_after": "210.00",
        "contributions_to_date": "93.00",
        "distributions_to_date": "0.00",
        "recallable_to_date": "0.00",
        "items": [
            {"name": "Hubei", "use": "investment", "effect": "inside the commitment", "amount": "60.00"},
            {
                "name": "fee of 2022",
                "use": "management fee",
                "effect": "outside the commitment",
                "amount": "3.00",
            },
        ],
        "payment": {
            "bank": "Bank of Wuhan",
            "holder": "Peak Fund",
            "account": "6222020200112233",
            "reference": "call 2",
        },
    }
    assert one.as_dict()["excused"] == "Hubei: excused at its request: clause 7"
    assert (one.total, one.standing.unfunded) == (cny("1.00"), cny("90.00"))


def test_a_distribution_notice_says_what_its_partner_has_to_know() -> None:
    _, other = paid()
    assert json.loads(notice_json(other)) == {
        "notice": "distribution notice",
        "fund": "Peak Fund",
        "partner": "LP/B:2",
        "number": 1,
        "notice_on": "2024-07-01",
        "paid_on": "2024-07-15",
        "currency": "CNY",
        "gross": "30.00",
        "withholding_tax": "1.50",
        "net": "28.50",
        "recallable": "15.00",
        "fund_total": "40.00",
        "commitment": "300.00",
        "unfunded_before": "270.00",
        "unfunded_after": "285.00",
        "contributions_to_date": "30.00",
        "distributions_to_date": "30.00",
        "recallable_to_date": "15.00",
        "items": [
            {"nature": "return of capital", "amount": "15.00"},
            {"nature": "realised gain", "amount": "15.00"},
        ],
        "payment": {"bank": "Bank", "holder": "LP/B:2", "account": "62220000", "swift": "BKCHCNBJ"},
    }


def test_labels_are_in_two_languages() -> None:
    english, chinese = (notices()[1].rows(language) for language in (Language.ENGLISH, Language.CHINESE))
    assert [value for _, value in english] == [value for _, value in chinese]
    assert english[7:10] == (
        ("Investment, inside the commitment: Hubei", cny("60.00")),
        ("Management fee, outside the commitment: fee of 2022", cny("3.00")),
        ("Amount due", cny("63.00")),
    )
    assert chinese[9] == ("本次应缴金额", cny("63.00"))
    assert ("实付金额", cny("28.50")) in paid()[1].rows(Language.CHINESE)
    said = {each.value for kind in (Use, CommitmentEffect, Nature) for each in kind}
    assert said <= set(LABELS)
    with pytest.raises(InvalidValueError, match="language: must be of type Language"):
        notices()[0].rows("zh")  # type: ignore[arg-type]


def test_notices_explain_themselves() -> None:
    for notice in (notices()[0], paid()[0]):
        text = notice.explain().text()
        assert text.startswith("notice to LP-A of ")
        assert "[recalled]" in text


def test_an_accounts_number_is_not_shown_by_accident() -> None:
    assert "6222020200112233" not in repr(notices())
    assert repr(BANK).count("•") == 12
    assert "12345" not in repr(PaymentDetails(bank="B", holder="H", account="1234"))
    assert "'••••'" in repr(PaymentDetails(bank="B", holder="H", account="1234"))


def rows_of(book: openpyxl.Workbook, sheet: str) -> dict[object, object]:
    return {row[0]: row[1] for row in book[sheet].iter_rows(values_only=True)}


def loaded(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_a_workbook_has_an_overview_and_a_sheet_for_each_partner() -> None:
    book = loaded(notice_workbook(notices(), Language.CHINESE))
    assert book.sheetnames == ["缴款通知书", "1 LP-A", "2 LP-B-2"]
    overview = list(book["缴款通知书"].iter_rows(values_only=True))
    assert overview[0][:4] == (
        "合伙人",
        "投资款, 计入认缴出资: Hubei",
        "管理费, 不计入认缴出资: fee of 2022",
        "本次应缴金额",
    )
    assert [row[3] for row in overview[1:]] == [1, 63]
    rows = rows_of(book, "2 LP-B-2")
    assert rows["账号"] == "6222020200112233"
    assert str(rows["缴款截止日"]) == "2022-01-20 00:00:00"
    assert loaded(notice_workbook(paid(), Language.ENGLISH)).sheetnames[0] == "Distribution notice"


@pytest.mark.parametrize("text", ["=1+1", "+1", "@SUM(A1)", "-cmd"])
def test_a_text_in_a_workbook_is_never_a_formula(text: str) -> None:
    book = loaded(notice_workbook(notices(purpose=text, name=text), Language.ENGLISH))
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    assert rows_of(book, "1 LP-A")["Purpose"] == text


def test_notices_of_one_kind_make_a_workbook() -> None:
    with pytest.raises(InvalidValueError, match="notices: must hold one notice or more"):
        notice_workbook([], Language.ENGLISH)
    with pytest.raises(
        InvalidValueError, match="notices: must be of one kind, was capital call notice, dist"
    ):
        notice_workbook([*notices(), *paid()], Language.ENGLISH)


def test_workbooks_need_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingExtraError, match=r"pip install carbonkit\[excel\]"):
        notice_workbook(notices(), Language.ENGLISH)


def test_texts_on_notices_are_lines() -> None:
    for arguments in ({"purpose": "a\nb"}, {"name": "a\x07"}, {"why": "a\x00"}):
        with pytest.raises(InvalidValueError, match="must be one line of text, not blank"):
            notices(**arguments)
    with pytest.raises(InvalidValueError, match="fund: must be one line of text"):
        paid(fund=" ")
    for field in ("bank", "holder", "account", "swift", "reference"):
        with pytest.raises(InvalidValueError, match=f"{field}: must be one line of text"):
            PaymentDetails(**{"bank": "B", "holder": "H", "account": "1", field: "a\nb"})


def test_notices_follow_what_happened() -> None:
    (call,) = first()
    later = notices()[0].call
    with pytest.raises(FundError, match="hold call 1, as it follows"):
        call_notices(later, (), fund="Peak Fund", payment=BANK)
    with pytest.raises(InvalidValueError, match="call: must be of type CapitalCall"):
        call_notices("call", (), fund="Peak Fund", payment=BANK)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="payment: must be of type PaymentDetails"):
        call_notices(later, [call], fund="Peak Fund", payment="bank")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="notice_on: must be on or before 2024-07-15, was 2024-07-16"):
        paid(notice_on="2024-07-16")
    with pytest.raises(NotFoundError, match="payments: must hold each partner's account, was LP/B:2"):
        paid(payments={A: BANK})
    with pytest.raises(InvalidValueError, match="payment to LP-A: must be of type PaymentDetails"):
        paid(payments={A: "bank", B: BANK})
