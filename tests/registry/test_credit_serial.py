"""Serial numbers of credits: the registries' own examples, what does not add up, and what overlaps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import BatchError, CarbonkitError, InvalidValueError
from carbonkit.registry import (
    CreditSerial,
    Inconsistency,
    overlaps,
    parse_credit_serial,
    parse_credit_serials,
)

# One example of each registry, as published, with its parts and its number of credits.
EXAMPLES = [
    (
        "19385-941467007-941467431-VCS-VCU-1507-VER-ET-14-1340-01012020-31122020-1",
        ("VCS", "VCS", "1340", "ET", "2020-01-01/2020-12-31", 941467007, 941467431),
        425,
    ),
    (
        "GS1-1-TW-GS1001-12-2019-20258-1-161285",
        ("GS", "GS-TW-1001-2019-20258", "1001", "TW", "2019", 1, 161285),
        161285,
    ),
    (
        "GS1-1-TW-1001-12-2019-20258-1-161285",
        ("GS", "GS-TW-1001-2019-20258", "1001", "TW", "2019", 1, 161285),
        161285,
    ),
    (
        "RW-5-1463953-2-2-0-7014 - RW-5-1467609-2-2-0-7014",
        ("CER", "CER-RW-5-2", "7014", "RW", "", 1463953, 1467609),
        3657,
    ),
    (
        "RW-5-1463953-1467609-2-2-0-7014",
        ("CER", "CER-RW-5-2", "7014", "RW", "", 1463953, 1467609),
        3657,
    ),
    (
        "CAR-1-US-1008-27-845-WA-2014-1806-1 to 440",
        ("CAR", "CAR-US-1008-2014-1806", "1008", "US", "2014", 1, 440),
        440,
    ),
    (
        "CAR-ROC-1-US-1008-27-845-WA-2014-1806-1 to 440",
        ("CAR", "CAR-US-1008-2014-1806", "1008", "US", "2014", 1, 440),
        440,
    ),
    (
        "ACR-US-102-2003-274-120158079 to 120158094",
        ("ACR", "ACR", "102", "US", "2003", 120158079, 120158094),
        16,
    ),
    (
        "FCPF-CI-130-2023-20-1 to 46404",
        ("ART", "ART-FCPF-CI-130-2023-20", "130", "CI", "2023", 1, 46404),
        46404,
    ),
]


def parts(found: CreditSerial) -> tuple[object, ...]:
    return (
        found.programme,
        found.series,
        found.project,
        found.country,
        found.vintage,
        found.first,
        found.last,
    )


@pytest.mark.parametrize(("text", "expected", "quantity"), EXAMPLES)
def test_each_registry_s_numbers_are_read(text: str, expected: tuple[object, ...], quantity: int) -> None:
    found = parse_credit_serial(f" {text} ", quantity=quantity)
    assert parts(found) == expected
    assert found.inconsistencies == ()
    assert found.quantity == found.serials.quantity == quantity


@pytest.mark.parametrize(
    ("text", "quantity", "wrong"),
    [
        ("ACR-US-102-2003-274-10 to 9", None, {"reversed"}),
        ("ACR-US-102-2003-274-10 to 9", 5, {"reversed", "quantity"}),
        ("ACR-US-102-2003-274-1 to 9", 8, {"quantity"}),
        ("ACR-US-102-2003-274-0 to 9", 10, {"zero"}),
        ("ACR-US-102-0203-274-1 to 9", 9, {"vintage"}),
        ("1-1-9-VCS-VCU-1-VER-ET-14-1-31122020-01012020-1", 9, {"vintage"}),
        ("1-1-9-VCS-VCU-1-VER-ET-14-1-31022020-01032020-1", 9, {"vintage"}),
        ("RW-5-1-2-2-0-7014 - RW-5-9-2-2-0-7015", 9, {"project"}),
        ("RW-5-1-2-2-0-7014 - UG-5-9-2-2-0-7014", 9, {"project"}),
    ],
)
def test_what_does_not_add_up_is_reported_and_read_all_the_same(
    text: str, quantity: int | None, wrong: set[str]
) -> None:
    found = parse_credit_serial(text, quantity=quantity)
    assert {each.value for each in found.inconsistencies} == wrong
    if Inconsistency.REVERSED in found.inconsistencies:
        assert found.quantity == 0
        with pytest.raises(CarbonkitError):
            _ = found.serials


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SN-BLK-DEMO-D-NaN-NaN-undefined",
        "ACR-US-102-2003-274-1",
        "ACR-US-102-2003-274-1 to -9",
        "ACR-US-102-2003-274-1.5 to 9",
        "ACR-US-102-2003-274-１ to 9",
        "ACR-US-102-2003-274-1 to 99999999999999999999",
        "ACR-US-102-2003-274-1 to 9999999999999999999",  # above 2^63 - 1
        "acr-us-102-2003-274-1 to 9",
        "ACR-US-102-2003-274-1 to 9\nACR-US-102-2003-274-1 to 9",
        "9" * 201,
        None,
    ],
)
def test_a_text_of_no_known_shape_is_an_error(text: str) -> None:
    with pytest.raises(InvalidValueError, match="serial number") as caught:
        parse_credit_serial(text)
    assert caught.value.code == "credit_serial"


def test_all_unreadable_rows_are_named_at_once() -> None:
    with pytest.raises(BatchError) as caught:
        parse_credit_serials(
            [("x", 1), ("ACR-US-102-2003-274-1 to 9", None), ("y", None)], file="credits.csv"
        )
    assert [(each.file, each.row, each.code) for each in caught.value.problems] == [
        ("credits.csv", 1, "credit_serial"),
        ("credits.csv", 3, "credit_serial"),
    ]


def test_numbers_of_one_series_overlap_and_of_two_do_not() -> None:
    texts = [
        "ACR-US-102-2003-274-1 to 100",
        "ACR-US-55-2010-9-50 to 60",  # ACR counts across projects
        "ACR-US-102-2003-274-100 to 120",
        "ACR-US-102-2003-274-121 to 130",
        "CAR-1-US-1008-27-845-WA-2014-1806-1 to 440",
        "CAR-1-US-1009-27-845-WA-2014-1806-1 to 440",  # CAR within a project
        "ACR-US-102-2003-274-130 to 125",  # reversed: counts nothing
    ]
    found = overlaps(parse_credit_serials([(text, None) for text in texts]))
    assert [(each.one, each.other, each.first, each.last) for each in found] == [
        (0, 1, 50, 60),
        (0, 2, 100, 100),
    ]


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 10)), max_size=15))
def test_rows_overlap_exactly_where_they_share_numbers(ranges: list[tuple[int, int]]) -> None:
    rows = parse_credit_serials(
        [(f"ACR-US-102-2003-274-{first} to {first + more}", None) for first, more in ranges]
    )
    numbers = [set(range(first, first + more + 1)) for first, more in ranges]
    found = overlaps(rows)
    for each in found:
        assert set(range(each.first, each.last + 1)) <= numbers[each.one] & numbers[each.other]
    shared = sum(len(each) for each in numbers) > len(set().union(*numbers))
    assert bool(found) == shared


@given(st.text(max_size=80))
def test_no_text_crashes_the_reader(text: str) -> None:
    code = ""
    try:
        parse_credit_serial(text)
    except InvalidValueError as error:
        code = error.code
    assert code in {"", "credit_serial"}
