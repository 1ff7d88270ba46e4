"""Labels: which numbers carry what, on which day."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InvalidValueError, OverlapError
from carbonkit.ledger import AssetId, SerialRange
from carbonkit.registry import Label, LabelBook
from carbonkit.values import Period, Source

VCU, OTHER = AssetId("VCU-1340-2020"), AssetId("VCU-9-2020")
HERE = Source("Verra", "registry export", 2026)


def label(name: str, first: int, last: int, start: str = "2024-01-01", end: str | None = None) -> Label:
    return Label(name, VCU, SerialRange(first, last), Period(start, end), HERE)


def test_a_run_is_cut_where_its_labels_change() -> None:
    book = LabelBook([label("CORSIA first phase", 50, 149), label("CCP", 1, 100)])
    found = book.on(VCU, SerialRange(40, 160), "2025-06-30")
    assert [(str(each.serials), each.names) for each in found] == [
        ("40-49", ("CCP",)),
        ("50-100", ("CCP", "CORSIA first phase")),
        ("101-149", ("CORSIA first phase",)),
        ("150-160", ()),
    ]
    assert book.on(OTHER, SerialRange(40, 160), "2025-06-30")[0].names == ()


def test_a_label_holds_on_its_days_only() -> None:
    book = LabelBook([label("CORSIA first phase", 1, 9, "2024-01-01", "2027-01-01")])
    assert book.carries("CORSIA first phase", VCU, SerialRange(1, 9), "2024-01-01")
    assert book.carries("CORSIA first phase", VCU, SerialRange(3, 4), "2026-12-31")
    assert not book.carries("CORSIA first phase", VCU, SerialRange(1, 9), "2027-01-01")
    assert not book.carries("CORSIA first phase", VCU, SerialRange(1, 9), "2023-12-31")
    assert not book.carries("CORSIA first phase", VCU, SerialRange(1, 10), "2025-01-01")
    assert not book.carries("CCP", VCU, SerialRange(1, 9), "2025-01-01")


def test_a_label_may_be_given_again_after_it_ended() -> None:
    book = LabelBook([label("CCP", 1, 9, "2024-01-01", "2025-01-01"), label("CCP", 1, 9, "2025-01-01")])
    assert book.carries("CCP", VCU, SerialRange(1, 9), "2025-01-01")
    assert len(book.on(VCU, SerialRange(1, 9), "2024-12-31")) == 1


def test_a_number_carries_a_label_once() -> None:
    with pytest.raises(OverlapError, match="label CCP"):
        LabelBook([label("CCP", 1, 9), label("CCP", 9, 12)])
    with pytest.raises(OverlapError, match="carry a label once"):
        LabelBook(
            [label("CCP", 1, 100), label("CCP", 2, 3, "2023-01-01", "2024-01-02"), label("CCP", 101, 102)]
        )
    LabelBook([label("CCP", 1, 9), label("CORSIA", 1, 9), label("CCP", 10, 12)])


def test_a_label_says_who_gave_it() -> None:
    assert "Verra, registry export, 2026" in label("CCP", 1, 9).explain().text()
    with pytest.raises(InvalidValueError, match="label"):
        label(" ", 1, 9)


@given(
    runs=st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 20), st.integers(0, 6)), max_size=6),
    first=st.integers(1, 20),
    more=st.integers(0, 10),
)
def test_every_number_has_the_labels_that_were_given_to_it(
    runs: list[tuple[str, int, int]], first: int, more: int
) -> None:
    labels = [label(name, start, start + length) for name, start, length in runs]
    per_number = {
        number: [each.name for each in labels if each.serials.first <= number <= each.serials.last]
        for number in range(1, 40)
    }
    doubled = any(len(names) != len(set(names)) for names in per_number.values())
    if doubled:
        with pytest.raises(OverlapError):
            LabelBook(labels)
        return
    found = LabelBook(labels).on(VCU, SerialRange(first, first + more), "2025-01-01")
    assert [each.serials.first for each in found[1:]] == [each.serials.last + 1 for each in found[:-1]]
    assert (found[0].serials.first, found[-1].serials.last) == (first, first + more)
    for each in found:
        for number in range(each.serials.first, each.serials.last + 1):
            assert sorted(each.names) == sorted(per_number[number])
