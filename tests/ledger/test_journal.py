"""The journal: records that read back as they were written, and digests over all of them."""

from __future__ import annotations

import datetime
import hashlib
import json
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CarbonkitError, IntegrityError
from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Bucket,
    Command,
    CommandId,
    DefineAsset,
    Entry,
    Holding,
    Leg,
    OpenAccount,
    Record,
    Selection,
    SerialRange,
    Statement,
    Transfer,
)
from carbonkit.ledger.command import LARGEST
from carbonkit.ledger.journal import GENESIS, body_of, command_from, record_from, request_digest, sealed
from carbonkit.values import as_instant

if TYPE_CHECKING:
    from collections.abc import Callable

AT = as_instant("2021-07-16T01:30:00Z")
ANN, BOB, CNY, CEA = AccountId("ANN"), AccountId("BOB"), AssetId("CNY"), AssetId("CEA")

TEXTS = st.text(max_size=20)
IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,20}", fullmatch=True)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
MOMENTS = st.datetimes(
    datetime.datetime(1990, 1, 1),  # noqa: DTZ001  the strategy adds the zone
    datetime.datetime(2100, 1, 1),  # noqa: DTZ001  the strategy adds the zone
    timezones=st.sampled_from((datetime.UTC, datetime.timezone(datetime.timedelta(hours=8)))),
)
QUANTITIES = st.one_of(st.integers(1, LARGEST), st.sampled_from((1, LARGEST)))


@st.composite
def ranges(draw: st.DrawFn) -> SerialRange:
    first = draw(QUANTITIES)
    return SerialRange(first, draw(st.integers(first, LARGEST)))


@st.composite
def legs(draw: st.DrawFn) -> Leg:
    source, target = draw(st.tuples(IDS, IDS).filter(lambda pair: pair[0] != pair[1]))
    serials: SerialRange | Selection | None = draw(
        st.one_of(st.none(), st.just(Selection.FROM_LEFT), ranges())
    )
    return Leg(
        AssetId(draw(IDS)),
        serials.quantity if isinstance(serials, SerialRange) else draw(QUANTITIES),
        AccountId(source),
        AccountId(target),
        draw(st.sampled_from(Bucket)),
        draw(st.sampled_from(Bucket)),
        (serials,) if isinstance(serials, SerialRange) else serials,
    )


COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        OpenAccount,
        IDS.map(CommandId),
        st.builds(Account, IDS.map(AccountId), NAMES, may_go_negative=st.booleans()),
        MOMENTS,
    ),
    st.builds(
        DefineAsset,
        IDS.map(CommandId),
        st.builds(Asset, IDS.map(AssetId), st.integers(0, 9), serialised=st.booleans()),
        MOMENTS,
    ),
    st.builds(Transfer, IDS.map(CommandId), st.lists(legs(), min_size=1, max_size=4), NAMES, MOMENTS),
    st.builds(
        Statement,
        IDS.map(CommandId),
        IDS.map(AccountId),
        NAMES,
        st.dictionaries(NAMES, TEXTS, min_size=1, max_size=4),
        MOMENTS,
    ),
)
ENTRIES = st.builds(
    Entry,
    st.builds(
        Holding, IDS.map(AccountId), IDS.map(AssetId), st.sampled_from(Bucket).map(lambda each: each.value)
    ),
    st.integers(-LARGEST, LARGEST),
    st.integers(-LARGEST, LARGEST),
    st.lists(ranges(), max_size=3).map(tuple),
)


@given(
    command=COMMANDS,
    entries=st.lists(ENTRIES, max_size=3).map(tuple),
    sequence=st.integers(1, LARGEST),
    recorded_at=MOMENTS,
)
def test_a_record_reads_back_as_it_was_written(
    command: Command, entries: tuple[Entry, ...], sequence: int, recorded_at: datetime.datetime
) -> None:
    record = sealed(sequence, as_instant(recorded_at), command, entries, GENESIS)
    body = body_of(sequence, record.recorded_at, command, entries, GENESIS)

    again = record_from(body, record.digest)

    assert again == record
    assert body_of(again.sequence, again.recorded_at, again.command, again.entries, again.previous) == body
    assert body.isascii()
    assert request_digest(again.command) == request_digest(command)


@given(one=COMMANDS, two=COMMANDS)
def test_commands_have_one_digest_only_if_they_are_equal(one: Command, two: Command) -> None:
    assert (request_digest(one) == request_digest(two)) == (one == two)


ENTRY = Entry(Holding(ANN, CEA, "tradable"), -2, 5, (SerialRange(1, 2),))
LEG = Leg(CEA, 2, ANN, BOB, serials=(SerialRange(1, 2),))
TRANSFER = Transfer(CommandId("x"), [LEG], "gift", AT)
RECORD = sealed(7, AT, TRANSFER, (ENTRY,), GENESIS)
LATER = AT + datetime.timedelta(microseconds=1)


def with_leg(**changes: Any) -> Record:  # noqa: ANN401  any field of a leg
    leg = attrs.evolve(LEG, **changes)
    return attrs.evolve(RECORD, command=attrs.evolve(TRANSFER, legs=(leg,)))


def with_entry(**changes: Any) -> Record:  # noqa: ANN401  any field of an entry
    return attrs.evolve(RECORD, entries=(attrs.evolve(ENTRY, **changes),))


CHANGED: dict[str, Record] = {
    "sequence": attrs.evolve(RECORD, sequence=8),
    "recorded_at": attrs.evolve(RECORD, recorded_at=LATER),
    "previous": attrs.evolve(RECORD, previous="1" * 64),
    "entries": attrs.evolve(RECORD, entries=()),
    "entry twice": attrs.evolve(RECORD, entries=(ENTRY, ENTRY)),
    "entry account": with_entry(holding=Holding(BOB, CEA, "tradable")),
    "entry asset": with_entry(holding=Holding(ANN, CNY, "tradable")),
    "entry bucket": with_entry(holding=Holding(ANN, CEA, "bought_today")),
    "entry quantity": with_entry(quantity=2),
    "entry balance": with_entry(balance_after=6),
    "entry serials": with_entry(serials=(SerialRange(2, 3),)),
    "command id": attrs.evolve(RECORD, command=attrs.evolve(TRANSFER, id=CommandId("y"))),
    "reason": attrs.evolve(RECORD, command=attrs.evolve(TRANSFER, reason="sale")),
    "effective_at": attrs.evolve(RECORD, command=attrs.evolve(TRANSFER, effective_at=LATER)),
    "legs": attrs.evolve(RECORD, command=attrs.evolve(TRANSFER, legs=(LEG, LEG))),
    "leg asset": with_leg(asset=CNY),
    "leg quantity": with_leg(quantity=3, serials=(SerialRange(1, 3),)),
    "leg source": with_leg(source=AccountId("X")),
    "leg target": with_leg(target=AccountId("X")),
    "leg source bucket": with_leg(source_bucket=Bucket.BOUGHT_TODAY),
    "leg target bucket": with_leg(target_bucket=Bucket.BOUGHT_TODAY),
    "leg serials": with_leg(serials=(SerialRange(2, 3),)),
    "leg selection": with_leg(serials=Selection.FROM_LEFT),
    "leg without serials": with_leg(serials=None),
}


def test_every_fact_changes_the_digest() -> None:
    digests = {
        what: sealed(each.sequence, each.recorded_at, each.command, each.entries, each.previous).digest
        for what, each in CHANGED.items()
    }

    assert RECORD.digest not in digests.values()
    assert len(set(digests.values())) == len(digests)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (Account(ANN, "holder", may_go_negative=False), Account(BOB, "holder", may_go_negative=False)),
        (Account(ANN, "holder", may_go_negative=False), Account(ANN, "bank", may_go_negative=False)),
        (Account(ANN, "holder", may_go_negative=False), Account(ANN, "holder", may_go_negative=True)),
    ],
)
def test_every_fact_of_an_account_changes_the_digest(one: Account, two: Account) -> None:
    assert request_digest(OpenAccount(CommandId("x"), one, AT)) != request_digest(
        OpenAccount(CommandId("x"), two, AT)
    )


@pytest.mark.parametrize(
    "other",
    [Asset(CEA, 2, serialised=False), Asset(CNY, 3, serialised=False), Asset(CNY, 2, serialised=True)],
)
def test_every_fact_of_an_asset_changes_the_digest(other: Asset) -> None:
    asset = Asset(CNY, 2, serialised=False)
    assert request_digest(DefineAsset(CommandId("x"), asset, AT)) != request_digest(
        DefineAsset(CommandId("x"), other, AT)
    )


@pytest.mark.parametrize(
    "other",
    [
        Statement(CommandId("x"), BOB, "note", {"a": "1"}, AT),
        Statement(CommandId("x"), ANN, "other", {"a": "1"}, AT),
        Statement(CommandId("x"), ANN, "note", {"a": "2"}, AT),
        Statement(CommandId("x"), ANN, "note", {"b": "1"}, AT),
        Statement(CommandId("x"), ANN, "note", {"a": "1", "b": ""}, AT),
    ],
)
def test_every_fact_of_a_statement_changes_the_digest(other: Statement) -> None:
    assert request_digest(Statement(CommandId("x"), ANN, "note", {"a": "1"}, AT)) != request_digest(other)


def body(record: Record = RECORD) -> str:
    return body_of(record.sequence, record.recorded_at, record.command, record.entries, record.previous)


def test_the_digest_is_sha_256_of_the_canonical_text() -> None:
    assert RECORD.digest == hashlib.sha256(body().encode()).hexdigest()
    assert body() == json.dumps(json.loads(body()), sort_keys=True, separators=(",", ":"))


def test_a_body_other_than_the_sealed_one_is_refused() -> None:
    assert record_from(body(), RECORD.digest) == RECORD
    for text, digest in (
        (body(), "0" * 64),
        (body(), ""),
        (body() + " ", RECORD.digest),
        (body().replace('"gift"', '"sale"'), RECORD.digest),
        (body().replace("{", '{"note":1,', 1), RECORD.digest),
        (body().replace('"sequence":7', '"sequence":8,"sequence":7'), RECORD.digest),
        (body().replace('"quantity":2', '"quantity":"2"'), RECORD.digest),
    ):
        with pytest.raises(IntegrityError, match=r"record 7 \(x\): must be what was sealed"):
            record_from(text, digest)


def edited(change: Callable[[dict[str, Any]], object]) -> str:
    facts = json.loads(body())
    change(facts)
    return json.dumps(facts, separators=(",", ":"), sort_keys=True)


HOSTILE = [
    "",
    "null",
    "5",
    '"text"',
    "[]",
    "{}",
    "[" * 200_000,
    '{"a":' * 200_000,
    "9" * 10_000,
    "\ud800",
    "碳",
    edited(lambda f: f.update(sequence="seven")),
    edited(lambda f: f.update(sequence=1.5)),
    edited(lambda f: f.update(sequence=True)),
    edited(lambda f: f.update(sequence=10**400)),
    body().replace('"sequence":7', '"sequence":NaN'),
    edited(lambda f: f.update(recorded_at=5)),
    edited(lambda f: f.update(recorded_at="2021-07-16T01:30:00")),
    edited(lambda f: f.update(recorded_at="2021-13-16T01:30:00Z")),
    edited(lambda f: f.update(previous=None)),
    body().replace(f'"{GENESIS}"', "NaN"),
    edited(lambda f: f.update(command=None)),
    edited(lambda f: f.update(command=[])),
    edited(lambda f: f["command"].update(command="delete")),
    edited(lambda f: f["command"].update(command=[])),
    edited(lambda f: f["command"].update(id=5)),
    edited(lambda f: f["command"].update(id="")),
    edited(lambda f: f["command"].update(legs=None)),
    edited(lambda f: f["command"].update(legs=[])),
    edited(lambda f: f["command"].update(legs=["leg"])),
    edited(lambda f: f["command"].update(legs=[[]])),
    edited(lambda f: f["command"].update(legs={"a": 1})),
    edited(lambda f: f["command"]["legs"][0].update(quantity=0)),
    edited(lambda f: f["command"]["legs"][0].update(quantity=2.0)),
    edited(lambda f: f["command"]["legs"][0].update(quantity=2**63)),
    edited(lambda f: f["command"]["legs"][0].update(serials="from_right")),
    edited(lambda f: f["command"]["legs"][0].update(serials=[[1]])),
    edited(lambda f: f["command"]["legs"][0].update(serials=5)),
    edited(lambda f: f["command"]["legs"][0].update(source=["ANN"])),
    edited(lambda f: f["command"]["legs"][0].update(source=["ANN", "elsewhere"])),
    edited(lambda f: f["command"]["legs"][0].update(target=["ANN", "tradable"])),
    edited(lambda f: f.update(entries=None)),
    edited(lambda f: f.update(entries=[[]])),
    edited(lambda f: f["entries"][0].__setitem__(0, [])),
    edited(lambda f: f["entries"][0].__setitem__(2, "elsewhere")),
    edited(lambda f: f["entries"][0].__setitem__(2, [])),
    edited(lambda f: f["entries"][0].__setitem__(3, 1.5)),
    edited(lambda f: f["entries"][0].__setitem__(3, None)),
    edited(lambda f: f["entries"][0].__setitem__(4, [])),
    body().replace(",5,[[1,2]]", ",NaN,[[1,2]]"),
    edited(lambda f: f["entries"][0].__setitem__(5, [[2, 1]])),
    edited(lambda f: f["entries"][0].__setitem__(5, [[1, 2**63]])),
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:40]))
def test_a_hostile_body_is_an_integrity_error(text: str) -> None:
    try:
        digest = hashlib.sha256(text.encode()).hexdigest()
    except UnicodeEncodeError:
        digest = GENESIS
    assert text != body()
    with pytest.raises(IntegrityError, match="stored record: must be a record of the journal"):
        record_from(text, digest)


@pytest.mark.parametrize(
    "facts",
    [
        {
            "command": "statement",
            "id": "x",
            "effective_at": str(AT),
            "account": "A",
            "stated": "n",
            "facts": [],
        },
        {
            "command": "open_account",
            "id": "x",
            "effective_at": "2021-07-16T01:30:00Z",
            "account": ["A", "b", 1],
        },
        {
            "command": "define_asset",
            "id": "x",
            "effective_at": "2021-07-16T01:30:00Z",
            "asset": ["A", "b", True],
        },
        {"command": "define_asset", "id": "x", "effective_at": "2021-07-16T01:30:00Z", "asset": ["A", 2]},
        {"command": "unknown", "id": "x", "effective_at": "2021-07-16T01:30:00Z"},
    ],
)
def test_a_hostile_command_is_refused(facts: dict[str, Any]) -> None:
    with pytest.raises((CarbonkitError, TypeError, ValueError)):
        command_from(facts)
    text = json.dumps(json.loads(body()) | {"command": facts}, sort_keys=True, separators=(",", ":"))
    with pytest.raises(IntegrityError, match="must be a record of the journal"):
        record_from(text, hashlib.sha256(text.encode()).hexdigest())
