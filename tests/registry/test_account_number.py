"""Account numbers: the UK registry's own, and every slip of one digit."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InvalidValueError
from carbonkit.registry import AccountNumber

# UK Emissions Trading Registry (ukets-registry, commit 4e80ded): account identifiers used in its tests.
GOLDEN = (
    Path(__file__).parents[3]
    / "shared"
    / "data"
    / "registry"
    / "ukets_registry_golden"
    / "account_check_digits.csv"
)


def code(text: object) -> str:
    try:
        AccountNumber.parse(text)  # type: ignore[arg-type]
    except InvalidValueError as error:
        return error.code
    return ""


@pytest.mark.skipif(not GOLDEN.exists(), reason="the research data are not beside the project")
def test_check_digits_are_those_of_the_uk_registry() -> None:
    with GOLDEN.open(encoding="ascii", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 91
    for row in rows:
        text = row["account_full_identifier"]
        assert code(text) == ("" if row["valid"] == "1" else "check_digits"), text


@given(
    country=st.from_regex(r"[A-Z]{2}", fullmatch=True),
    kind=st.integers(0, 999),
    identifier=st.integers(0, 99_999_999),
    period=st.integers(0, 9),
)
def test_a_number_is_read_as_it_is_written(country: str, kind: int, identifier: int, period: int) -> None:
    number = AccountNumber(country, kind, identifier, period)
    assert AccountNumber.parse(str(number)) == number
    assert 2 <= number.check_digits <= 98


@given(identifier=st.integers(0, 99_999_999), place=st.integers(0, 7), slip=st.integers(1, 9))
def test_a_slip_of_one_digit_is_found(identifier: int, place: int, slip: int) -> None:
    text = f"{identifier:08}"
    wrong = text[:place] + str((int(text[place]) + slip) % 10) + text[place + 1 :]
    digits = AccountNumber("UK", 100, identifier, 2).check_digits
    assert AccountNumber("UK", 100, int(wrong), 2).check_digits != digits
    assert code(f"UK-100-{int(wrong)}-2-{digits}") == "check_digits"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "UK-100-10000013-2",
        "uk-100-10000013-2-68",
        "UKX-100-10000013-2-68",
        "UK-10-10000013-2-68",
        "UK-100-100000130-2-68",
        "UK-100--2-68",
        "UK-100-10000013-22-68",
        "UK-100-10000013-2-685",
        " UK-100-10000013-2-68",
        "UK-100-10000013-2-68\n",
        "UK-100-１０００００１３-2-68",
        "UK-100-10000013-2-68" * 100,
        None,
        5,
    ],
)
def test_another_shape_is_refused_apart_from_wrong_digits(text: object) -> None:
    assert code(text) == "account_number"


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        (("U", 100, 1, 0), "country"),
        (("UK", 1000, 1, 0), "account type"),
        (("UK", 100, 100_000_000, 0), "identifier"),
        (("UK", 100, -1, 0), "identifier"),
        (("UK", 100, 1, 10), "commitment period"),
        (("UK", 100, True, 0), "identifier"),
    ],
)
def test_parts_are_checked(parts: tuple[str, int, int, int], field: str) -> None:
    with pytest.raises(InvalidValueError, match=field):
        AccountNumber(*parts)


def test_accounts_of_gb_have_the_digits_of_uk() -> None:
    assert AccountNumber("GB", 100, 1001, 1).check_digits == AccountNumber("UK", 100, 1001, 1).check_digits
    assert str(AccountNumber("GB", 100, 1001, 1)) == "GB-100-1001-1-89"
