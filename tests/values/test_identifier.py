"""Identifiers: short, safe, and of one kind."""

from __future__ import annotations

import copy
import enum
import pickle

import attrs
import pytest
from hypothesis import given

from carbonkit.errors import InvalidValueError
from carbonkit.values.identifier import AccountId, AssetId, CommandId, Identifier, InstrumentId, OrderId
from tests.strategies import identifier_texts, identifiers

KINDS = (AccountId, AssetId, CommandId, InstrumentId, OrderId)
NAMES = {kind.__name__: kind for kind in KINDS}


class Party(enum.StrEnum):
    BUYER = "buyer"


class Old(str, enum.Enum):  # noqa: UP042  what hosts wrote before StrEnum
    BUYER = "buyer"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            " a",
            "a ",
            "a b",
            "a\n",
            "a\0",
            "-a",
            "_a",
            "/a",
            ".a",
            "a" * 129,
            "ä",
            "甲",
            "a\u200b",
            "a'b",
            "a;b",
        ),
        *(None, 1, b"a", [], AccountId("a")),
    ],
    ids=lambda text: repr(text)[:20],
)
@pytest.mark.parametrize("kind", KINDS)
def test_an_unsafe_text_is_refused(kind: type[Identifier], text: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        kind(text)
    assert caught.value.problem.field == "id"
    assert caught.value.problem.must == (
        "be 1 to 128 letters, digits or . _ : / + -, starting with a letter or digit"
    )
    assert len(caught.value.problem.was) <= 81


@pytest.mark.parametrize("text", ["a", "0", "a" * 128, "UK-1000000", "trade/20210716/1", "a.b_c:d+e"])
def test_a_safe_text_is_taken(text: str) -> None:
    assert str(AccountId(text)) == text


@given(identifier_texts())
def test_kinds_do_not_mix(text: str) -> None:
    made = [kind(text) for kind in KINDS]
    assert len(set(made)) == len(KINDS)
    assert AccountId(text) == AccountId(text)
    assert AccountId(text) != AssetId(text)  # type: ignore[comparison-overlap]
    assert AccountId(text) != text  # type: ignore[comparison-overlap]
    with pytest.raises(TypeError):
        _ = AccountId(text) < AssetId(text)  # type: ignore[operator]


@given(identifier_texts(), identifier_texts())
def test_order_is_that_of_the_texts(one: str, two: str) -> None:
    assert (AccountId(one) < AccountId(two)) == (one < two)


@given(identifiers())
def test_repr_pickle_and_copy_give_the_same(value: Identifier) -> None:
    again = eval(repr(value), NAMES)  # noqa: S307  the point of a repr
    for twin in (again, pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):  # noqa: S301
        assert twin == value
        assert type(twin) is type(value)
        assert hash(twin) == hash(value)


@pytest.mark.parametrize("text", [Party.BUYER, Old.BUYER])
def test_of_a_text_of_another_kind_the_text_is_kept(text: str) -> None:
    assert type(AccountId(text).text) is str
    assert repr(AccountId(text)) == "AccountId('buyer')"


def test_an_identifier_cannot_be_changed() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        AccountId("a").text = "b"  # type: ignore[misc]
