"""An exchange's journal keeps all of a write or nothing of it, in SQLite and in PostgreSQL alike."""

from __future__ import annotations

import contextlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import psycopg
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from carbonkit.errors import (
    BusyError,
    CarbonkitError,
    IdentifierReusedError,
    IntegrityError,
    InvalidValueError,
    MissingExtraError,
    StorageError,
)
from carbonkit.exchange import _postgres_journal_writer, postgres_journal, sqlite_journal
from carbonkit.exchange.journal import Answer, Document, Facts, Kind, Search, Writes
from carbonkit.exchange.postgres_journal import PostgresJournal
from carbonkit.exchange.sqlite_journal import SQLiteJournal
from tests.exchange.journals import (
    BATCH,
    ROOT,
    Place,
    answer,
    batch_of,
    filed,
    in_database,
    killed_while_writing,
    order,
    wanted,
)
from tests.postgres import create_schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from carbonkit.exchange.journal import Journal
    from tests.exchange.journals import AnyJournal
    from tests.postgres import Cluster

Thing = TypeVar("Thing", Document, Answer)

KINDS = ("file", "memory", "postgres")
HOSTILE = ("'; DROP TABLE document; --", '"', "%s ? ?1 :a", "\\", "碳𝟙🌍", "\r\n\t\x7f", "a" * 255, "{}")
UNSTORABLE = ("a\0b", "\ud800")


@pytest.fixture(scope="module")
def exchanges_dsn(postgres: Cluster) -> Iterator[str]:
    """Give the way to one database for all tests: each journal there bears a name of its own."""
    dsn = postgres.create_database()
    yield dsn
    postgres.drop_database(dsn)


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "postgres":
        return in_database(request.getfixturevalue("exchanges_dsn"))
    return Place(":memory:" if request.param == "memory" else str(tmp_path / "journal.db"))


@pytest.fixture
def journal(place: Place) -> Iterator[AnyJournal]:
    with place.open() as journal:
        yield journal


def everything(journal: Journal) -> object:
    """Read all that a journal keeps, but the answers and marks that are not asked for here."""
    return (
        journal.end(),
        list(journal.lines(0)),
        journal.snapshot(),
        dict(journal.begun()),
        [journal.mark(name) for name in ("last", "m")],
        [journal.answer("key", f"I-{number}") for number in range(1, 40)],
        [journal.find(Search(kind=kind), 1_000) for kind in Kind],
    )


# ---------------------------------------------------------------- what is written is there


def test_an_empty_journal_has_nothing(journal: AnyJournal) -> None:
    assert journal.end() == 0
    assert list(journal.lines(0)) == []
    assert journal.snapshot() is None
    assert journal.answer("key", "I-1") is None
    assert journal.begun() == {}
    assert journal.mark("m") is None
    assert journal.document(Kind.ORDER, "O-1") is None
    assert journal.named(Kind.ORDER, "KEE-001", "S-1") is None
    assert journal.last_number(Kind.ORDER) == 0
    assert journal.find(Search(kind=Kind.ORDER), 10) == []
    assert journal.forget_answers(10**18) == 0


def test_one_write_of_everything_is_there(journal: AnyJournal) -> None:
    journal.write(batch_of(1))
    journal.write(batch_of(1 + BATCH))
    end = 2 * BATCH
    assert journal.end() == journal.last_number(Kind.ORDER) == end
    assert list(journal.lines(0)) == [f"line {number}" for number in range(1, end + 1)]
    assert list(journal.lines(end - 1)) == [f"line {end}"]
    assert list(journal.lines(end)) == list(journal.lines(2**70)) == []
    assert list(journal.lines(-5)) == list(journal.lines(0))
    assert journal.snapshot() == (end, "h" * 64, f"snapshot {1 + BATCH}")
    assert journal.answer("key", "I-3") == answer(3, at=3)
    assert journal.answer("another", "I-3") is None
    assert list(journal.begun()) == [f"T-{number}" for number in range(1 + BATCH, end + 1)]
    assert journal.mark("last") == str(1 + BATCH)
    assert journal.document(Kind.ORDER, "O-2") == order(2, name="S-2")
    assert journal.document(Kind.TRADE, "O-2") is None
    assert journal.named(Kind.ORDER, "KEE-001", "S-2") == order(2, name="S-2")
    assert journal.named(Kind.ORDER, "KEE-002", "S-2") is None
    assert journal.last_number(Kind.TRADE) == 0


def test_a_document_goes_on(journal: AnyJournal) -> None:
    journal.write(Writes(first=1, documents=filed([order(1, name="S-1"), order(2)])))
    later = order(1, name="S-1", state="filled", body="[]")
    journal.write(Writes(first=1, documents=filed([later])))
    assert journal.find(Search(kind=Kind.ORDER), 9) == [order(2), later]
    # Not its state and body alone, beside one that goes on in nothing else and one that is new.
    changed = attrs.evolve(
        later, number=7, at=5, account="A", other="B", instrument="C", name="D", state="E", body="F"
    )
    more = [changed, order(2, state="done"), order(3)]
    journal.write(Writes(first=1, documents=filed(more)))
    assert journal.find(Search(kind=Kind.ORDER), 9) == [changed, order(3), order(2, state="done")]
    assert journal.find(Search(kind=Kind.ORDER, accounts=("B",)), 9) == [changed]
    assert journal.named(Kind.ORDER, "KEE-001", "S-1") is None
    assert journal.named(Kind.ORDER, "A", "D") == changed


def test_what_is_begun_keeps_its_place(journal: AnyJournal) -> None:
    journal.write(Writes(first=1, begun={"z": "1", "a": "2", "m": "3"}))
    journal.write(Writes(first=1, begun={"b": "4", "z": "again"}, finished={"a", "never begun"}))
    assert list(journal.begun().items()) == [("z", "again"), ("m", "3"), ("b", "4")]
    journal.write(Writes(first=1, begun={"b": "5", "both": "6"}, finished={"b", "both"}))
    journal.write(Writes(first=1, begun={"a": "7"}))
    assert list(journal.begun().items()) == [("z", "again"), ("m", "3"), ("a", "7")]


def test_the_newest_two_snapshots_are_kept(place: Place, journal: AnyJournal) -> None:
    journal.write(Writes(first=1, lines=["a", "b", "c"], snapshot=(1, "1", "one")))
    for line in (2, 3):
        journal.write(Writes(first=4, snapshot=(line, str(line), "more")))
    journal.write(Writes(first=4, snapshot=(3, "3", "again")))
    assert journal.snapshot() == (3, "3", "again")
    if place.lasting:
        journal.close()
        sql = "SELECT line FROM {}snapshot {}ORDER BY line"
        if place.name:
            with psycopg.connect(place.where) as database:
                kept = database.execute(
                    sql.format("exchange_", "WHERE exchange = %s ").encode(), (place.name,)
                ).fetchall()
        else:
            with contextlib.closing(sqlite3.connect(place.where)) as file:
                kept = file.execute(sql.format("", "")).fetchall()
        assert kept == [(2,), (3,)]


def test_answers_are_forgotten_by_time(journal: AnyJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (sqlite_journal, _postgres_journal_writer):
        monkeypatch.setattr(module, "_FORGOTTEN", 3)
    journal.write(Writes(first=1, answers=[answer(number, at=number) for number in range(1, 11)]))
    assert journal.forget_answers(8) == 7
    assert [journal.answer("key", f"I-{number}") is None for number in (7, 8)] == [True, False]
    assert journal.forget_answers(8) == 0
    journal.write(Writes(first=1, answers=[answer(7, at=20)]))
    assert journal.answer("key", "I-7") == answer(7, at=20)
    assert journal.forget_answers(2**70) == 4
    assert journal.forget_answers(-(2**70)) == 0


def test_lines_come_in_pages(journal: AnyJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (sqlite_journal, postgres_journal):
        monkeypatch.setattr(module, "_PAGE", 4)
    for count in (3, 1, 4, 5):
        end = journal.end()
        journal.write(Writes(first=end + 1, lines=[str(end + 1 + place) for place in range(count)]))
        assert list(journal.lines(0)) == [str(number) for number in range(1, end + count + 1)]
    reading = journal.lines(2)
    assert next(reading) == "3"
    journal.write(Writes(first=14, lines=["14"]))  # and this holds nobody up
    assert list(reading) == [str(number) for number in range(4, 15)]


def test_a_line_that_is_gone_is_missed(place: Place, journal: AnyJournal) -> None:
    journal.write(Writes(first=1, lines=["a", "b", "c"]))
    if place.name:
        with psycopg.connect(place.where) as database:
            database.execute("DELETE FROM exchange_line WHERE exchange = %s AND number = 2", (place.name,))
    elif place.lasting:
        with contextlib.closing(sqlite3.connect(place.where)) as file:
            file.execute("DELETE FROM line WHERE number = 2")
            file.commit()
    else:
        pytest.skip("nobody else reaches it")
    with pytest.raises(IntegrityError, match="line 2, was line 3"):
        list(journal.lines(0))


# ------------------------------------------------------------------------ all or nothing


def test_a_write_must_follow_the_last_line(journal: AnyJournal) -> None:
    journal.write(batch_of(1))
    before = everything(journal)
    for first in (1, BATCH, BATCH + 2, 10**6):
        with pytest.raises(IntegrityError, match=f"begin at {BATCH + 1}"):
            journal.write(attrs.evolve(batch_of(BATCH + 1), first=first, snapshot=None))
    for first in (0, -1, 2**63):
        with pytest.raises(InvalidValueError, match="line's number"):
            journal.write(Writes(first=first, marks={"m": "1"}))
    with pytest.raises(IntegrityError, match=f"begin at {BATCH + 1}"):
        journal.write(Writes(first=1, marks={"m": "1"}))
    assert everything(journal) == before


def changed(its: Thing, field: str, value: str | int) -> Thing:
    facts: dict[str, Any] = {field: value}
    return attrs.evolve(its, **facts)


def bad_writes() -> Iterator[tuple[str, Writes, type[CarbonkitError]]]:
    first = BATCH + 1
    good = batch_of(first)
    last = order(first + BATCH)

    def also(*documents: Document) -> Writes:
        return attrs.evolve(good, documents=good.documents | filed(documents))

    yield "a name that is taken", also(attrs.evolve(last, name="S-3")), IdentifierReusedError
    yield "a name twice in it", also(attrs.evolve(last, name=f"S-{first}")), IdentifierReusedError
    yield (
        "a name that is taken, by one that is there",
        also(order(1, name="S-2"), last),
        IdentifierReusedError,
    )
    yield "a number that is taken", also(attrs.evolve(last, number=3)), IntegrityError
    yield (
        "an answer given before",
        attrs.evolve(good, answers=[*good.answers, answer(1)]),
        IdentifierReusedError,
    )
    yield (
        "an answer given twice",
        attrs.evolve(good, answers=[*good.answers, answer(first)]),
        IdentifierReusedError,
    )
    yield "a misfiled document", attrs.evolve(good, documents={(Kind.TRADE, "x"): last}), InvalidValueError
    yield "a snapshot of what is not there", attrs.evolve(good, snapshot=(99, "", "")), InvalidValueError
    yield "a snapshot of nothing", attrs.evolve(good, snapshot=(-1, "", "")), InvalidValueError
    for field, number in (("number", 0), ("number", 2**63 - 1), ("at", 2**63), ("at", -(2**63))):
        yield f"{field} {number}", also(changed(last, field, number)), InvalidValueError
    for text in (*UNSTORABLE, "n" * 256):
        for field in ("id", "account", "other", "instrument", "name"):
            yield f"{field} {text!a:.9}", also(changed(last, field, text)), InvalidValueError
        for field in ("key_id", "idempotency_key"):
            bad = changed(answer(99), field, text)
            yield f"{field} {text!a:.9}", attrs.evolve(good, answers=[bad]), InvalidValueError
        yield f"mark {text!a:.9}", attrs.evolve(good, marks={text: ""}), InvalidValueError
        yield f"begun {text!a:.9}", attrs.evolve(good, begun={text: ""}), InvalidValueError
        yield f"finished {text!a:.9}", attrs.evolve(good, finished={text}), InvalidValueError
    for text in UNSTORABLE:
        for field in ("state", "body"):
            yield f"{field} {text!a}", also(changed(last, field, text)), InvalidValueError
        for field in ("fingerprint", "body"):
            bad = changed(answer(99), field, text)
            yield f"answer's {field} {text!a}", attrs.evolve(good, answers=[bad]), InvalidValueError
        yield f"line {text!a}", attrs.evolve(good, lines=[*good.lines, text]), InvalidValueError
        yield f"mark's {text!a}", attrs.evolve(good, marks={"m": text}), InvalidValueError
        yield f"begun's {text!a}", attrs.evolve(good, begun={"m": text}), InvalidValueError
        yield f"snapshot {text!a}", attrs.evolve(good, snapshot=(first, "", text)), InvalidValueError
        yield f"hash {text!a}", attrs.evolve(good, snapshot=(first, text, "")), InvalidValueError


def test_a_write_that_fails_leaves_nothing(journal: AnyJournal) -> None:
    journal.write(batch_of(1))
    before = everything(journal)
    tried = 0
    for what, writes, kind in bad_writes():
        with pytest.raises(kind) as caught:
            journal.write(writes)
        assert type(caught.value) is kind, what
        assert everything(journal) == before, what
        tried += 1
    assert tried > 40
    journal.write(batch_of(BATCH + 1))  # and the next good one is written
    assert journal.end() == 2 * BATCH


def test_errors_of_a_taken_name_say_which(journal: AnyJournal) -> None:
    journal.write(Writes(first=1, documents=filed([order(1, name="S")]), answers=[answer(1)]))
    with pytest.raises(IdentifierReusedError) as name:
        journal.write(Writes(first=1, documents=filed([order(2, name="S")])))
    with pytest.raises(IdentifierReusedError) as key:
        journal.write(Writes(first=1, answers=[answer(1)]))
    assert (name.value.code, key.value.code) == ("name_reused", "idempotency_key_reused")
    # Nobody's name, another account's, another kind's.
    others = [order(2), order(3), order(4, account="KEE-002", name="S")]
    trade = attrs.evolve(order(1, name="S"), kind=Kind.TRADE)
    journal.write(Writes(first=1, documents=filed([*others, trade])))
    assert journal.named(Kind.ORDER, "KEE-001", "") is None
    assert journal.named(Kind.TRADE, "KEE-001", "S") == trade


def test_any_number_comes_back_as_it_was(journal: AnyJournal) -> None:
    numbers = [1, 127, 128, 32_768, 2**31, 2**63 - 2]
    documents = [order(number, at=-number) for number in numbers]
    answers = [attrs.evolve(answer(number, at=number), status=number) for number in numbers]
    journal.write(Writes(first=1, documents=filed(documents), answers=answers))
    assert list(journal.find(Search(kind=Kind.ORDER, since=-(2**63)), 9)) == documents[::-1]
    assert journal.last_number(Kind.ORDER) == 2**63 - 2
    assert [journal.answer("key", f"I-{number}") for number in numbers] == answers


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_comes_back_as_it_was(journal: AnyJournal, text: str) -> None:
    document = order(1, account=text, other=text, instrument=text, name=text, state=text, body=text)
    document = attrs.evolve(document, id=text)
    given = Answer(key_id=text, idempotency_key=text, fingerprint=text, status=200, body=text, at=1)
    journal.write(
        Writes(
            first=1,
            lines=[text, ""],
            documents=filed([document]),
            answers=[given],
            begun={text: text},
            snapshot=(2, text, text),
            marks={text: text},
        )
    )
    assert list(journal.lines(0)) == [text, ""]
    assert journal.document(Kind.ORDER, text) == journal.named(Kind.ORDER, text, text) == document
    assert journal.answer(text, text) == given
    assert journal.begun() == {text: text}
    assert journal.snapshot() == (2, text, text)
    assert journal.mark(text) == text
    search = Search(kind=Kind.ORDER, accounts=(text,), instrument=text, name=text, states=(text,))
    assert journal.find(search, 2) == [document]
    journal.write(Writes(first=3, finished={text}))
    assert journal.begun() == {}


@pytest.mark.parametrize("text", UNSTORABLE)
def test_nothing_bears_a_name_that_cannot_be_kept(journal: AnyJournal, text: str) -> None:
    journal.write(Writes(first=1, documents=filed([order(1, name="a")])))
    assert journal.mark(text) is None
    assert journal.answer(text, "") is journal.answer("", text) is None
    assert journal.document(Kind.ORDER, text) is journal.named(Kind.ORDER, text, "a") is None
    assert journal.named(Kind.ORDER, "KEE-001", text) is None
    for search in (
        Search(kind=Kind.ORDER, accounts=(text,)),
        Search(kind=Kind.ORDER, instrument=text),
        Search(kind=Kind.ORDER, name=text),
        Search(kind=Kind.ORDER, states=(text,)),
    ):
        assert journal.find(search, 9) == []
    assert (
        len(journal.find(Search(kind=Kind.ORDER, accounts=(text, "KEE-001"), states=(text, "new")), 9)) == 1
    )


# ------------------------------------------------------------------------------ searching

_ACCOUNTS = ("", "A", "B", "C", "D")


def some_documents() -> list[Document]:
    draw = random.Random(7)  # noqa: S311  no secret
    documents: list[Document] = []
    for number in range(1, 401):
        account, other = draw.choice(_ACCOUNTS), draw.choice(("", "", *_ACCOUNTS))
        its = order(
            number,
            account=account,
            other=other,
            at=number // 4,  # in the order of the numbers, some at one moment
            instrument=draw.choice(("", "X", "Y")),
            name=f"N-{number // 4}-{number % 4 if account == '' else ''}" if number % 3 else "",
            state=draw.choice(("", "new", "done")),
        )
        if any(each.account == account and each.name == its.name for each in documents):
            its = attrs.evolve(its, name="")
        documents.append(attrs.evolve(its, kind=draw.choice((Kind.ORDER, Kind.TRADE))))
    return documents


_whole = st.none() | st.integers(-5, 105) | st.sampled_from([-(2**80), 2**80])
_searches = st.builds(
    Search,
    kind=st.sampled_from([Kind.ORDER, Kind.TRADE, Kind.KEY]),
    accounts=st.none() | st.lists(st.sampled_from([*_ACCOUNTS, "none"]), max_size=5).map(tuple),
    instrument=st.sampled_from([None, "", "X", "Y", "Z"]),
    name=st.sampled_from([None, None, "", "N-5-", "N-9-1", "N-50-"]),
    states=st.lists(st.sampled_from(["", "new", "done", "none"]), max_size=2).map(tuple),
    since=_whole,
    until=_whole,
    before=st.none() | st.integers(-2, 402) | st.just(2**80),
)


def test_a_search_finds_what_is_wanted(journal: AnyJournal) -> None:
    documents = some_documents()
    journal.write(Writes(first=1, documents=filed(documents)))

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(_searches, st.sampled_from([-1, 0, 1, 3, 20, 1_000, 2**80]))
    def checked(search: Search, most: int) -> None:
        assert list(journal.find(search, most)) == wanted(documents, search, most)

    checked()
    for accounts in (("A", "B"), ("C", "", "B", "A"), ("D", "none", "C")):
        for most in (1, 2, 3, 5, 8):
            search = Search(kind=Kind.ORDER, accounts=accounts)
            assert list(journal.find(search, most)) == wanted(documents, search, most)


def test_whoever_may_see_no_account_finds_nothing(journal: AnyJournal) -> None:
    journal.write(Writes(first=1, documents=filed([order(1), order(2, account="")])))
    assert journal.find(Search(kind=Kind.ORDER, accounts=()), 9) == []
    assert journal.find(Search(kind=Kind.ORDER, accounts=("",)), 9) == []


def many_documents(count: int) -> list[Document]:
    return [
        order(
            number,
            account=f"A-{number % 50}",
            other=f"A-{number % 7}" if number % 2 else "",
            instrument=f"I-{number % 5}",
            name=f"S-{number}",
        )
        for number in range(1, count + 1)
    ]


WAYS = {
    "number": Search(kind=Kind.ORDER, before=50_000),
    "account": Search(kind=Kind.ORDER, accounts=("A-3", "A-9"), before=50_000),
    "other": Search(kind=Kind.ORDER, accounts=("A-1",)),
    "name": Search(kind=Kind.ORDER, accounts=("A-3",), name="S-1003"),
    "instrument": Search(kind=Kind.ORDER, instrument="I-1", states=("new",), since=5),
    "time": Search(kind=Kind.ORDER, since=2_000_000, until=2_100_000),
}


def test_sqlite_searches_by_its_indexes() -> None:
    with SQLiteJournal.open(":memory:") as journal:
        documents = many_documents(2_000)
        journal.write(Writes(first=1, documents=filed(documents)))
        asked: list[tuple[str, tuple[object, ...]]] = []
        connection = journal._file._writer.connection
        connection.set_trace_callback(lambda sql: asked.append((sql, ())))
        for way, search in WAYS.items():
            asked.clear()
            assert list(journal.find(search, 20)) == wanted(documents, search, 20)
            plans = []
            for sql, _ in [each for each in asked if each[0].lstrip().startswith("SELECT")]:
                plans += [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
            said = "\n".join(plans)
            assert f"document_by_{way}" in said, said
            assert "SCAN document" not in said, said
            assert "TEMP B-TREE" not in said, said


def test_a_long_list_is_paged_through_quickly() -> None:
    documents = many_documents(30_000)
    with SQLiteJournal.open(":memory:") as journal:
        for start in range(0, len(documents), 10_000):
            journal.write(Writes(first=1, documents=filed(documents[start : start + 10_000])))
        steps = 0

        def stepped() -> int:
            nonlocal steps
            steps += 1
            return 0

        journal._file._writer.connection.set_progress_handler(stepped, 100)
        many = Search(kind=Kind.ORDER, accounts=tuple(f"A-{number}" for number in range(50)))
        found: list[Document] = []
        before: int | None = None
        for _ in range(20):
            page = journal.find(attrs.evolve(many, before=before), 50)
            found += page
            before = page[-1].number
        assert found == documents[: -20 * 50 - 1 : -1]
        # A page of 50 takes some hundred index entries, not the 45,000 that there are.
        assert steps * 100 / 20 < 20_000, steps
        assert [each.number for each in journal.find(attrs.evolve(many, before=4), 9)] == [3, 2, 1]


def test_a_stretch_of_time_is_found_wherever_it_lies() -> None:
    documents = many_documents(30_000)
    with SQLiteJournal.open(":memory:") as journal:
        for start in range(0, len(documents), 10_000):
            journal.write(Writes(first=1, documents=filed(documents[start : start + 10_000])))
        steps = 0

        def stepped() -> int:
            nonlocal steps
            steps += 1
            return 0

        journal._file._writer.connection.set_progress_handler(stepped, 10)
        first, last = documents[0].at, documents[-1].at
        for instrument in (None, "I-1"):
            for since, until in ((first, first + 1), (None, first), (last + 1, None), (last, first)):
                search = Search(kind=Kind.ORDER, instrument=instrument, since=since, until=until)
                assert list(journal.find(search, 100)) == wanted(documents, search, 100)
        assert steps * 10 < 8 * 500, steps


def test_facts_are_little_of_what_a_search_finds(journal: AnyJournal) -> None:
    documents = some_documents()
    said = [attrs.evolve(each, body=body_of(each.number)) for each in documents]
    journal.write(Writes(first=1, documents=filed(said)))
    paths = (("price", "amount"), ("quantity",), ("price", "none"), ("odd. $[0] key",))
    for search in (
        Search(kind=Kind.TRADE, instrument="X"),
        Search(kind=Kind.TRADE, accounts=("A", "B"), until=60),
    ):
        for most in (0, 1, 7, 1_000):
            assert list(journal.facts(search, most, paths)) == [
                Facts(each.number, each.at, (f"7{each.number}.00", str(each.number), None, "碳"))
                for each in wanted(said, search, most)
            ]
    assert list(journal.facts(Search(kind=Kind.TRADE, accounts=()), 9, paths)) == []
    assert journal.facts(Search(kind=Kind.TRADE), 1, ())[0].told == ()


def body_of(number: int) -> str:
    told = {"price": {"amount": f"7{number}.00"}, "quantity": number, "odd. $[0] key": "碳"}
    return json.dumps(told, ensure_ascii=False)


def test_postgres_searches_by_its_indexes(postgres_dsn: str) -> None:
    with PostgresJournal.open(postgres_dsn) as journal:
        documents = many_documents(10_000)
        journal.write(Writes(first=1, documents=filed(documents)))
        with psycopg.connect(postgres_dsn, autocommit=True) as database:
            # What a planner would do that does not know the table yet, and one that does.
            for known, (way, search) in product((False, True), WAYS.items()):
                if known:
                    database.execute("ANALYZE exchange_document")
                assert list(journal.find(search, 20)) == wanted(documents, search, 20)
                sql, values = postgres_journal._finding("main", search, 20)
                rows = database.execute(f"EXPLAIN (COSTS OFF) {sql}".encode(), values).fetchall()
                said = "\n".join(row[0] for row in rows)
                assert "Seq Scan" not in said, said
                assert "Tid Scan" in said, said
                assert f"exchange_document_by_{way}" in said or (way in {"time", "name"} and not known), said


# ------------------------------------------------------------------ opening and closing


def test_what_was_written_is_there_after_reopening(place: Place) -> None:
    if not place.lasting:
        pytest.skip("it is gone when it is closed")
    with place.open() as journal:
        journal.write(batch_of(1))
        journal.write(batch_of(BATCH + 1))
        before = everything(journal)
    with place.open() as journal:
        assert everything(journal) == before
        journal.write(batch_of(2 * BATCH + 1))
        assert journal.end() == 3 * BATCH


def test_a_second_writer_is_refused(place: Place) -> None:
    if not place.lasting:
        with place.open() as first, place.open() as second:  # nobody shares memory
            first.write(Writes(first=1, lines=["a"]))
            assert second.end() == 0
        return
    with place.open() as journal:
        with pytest.raises(BusyError) as caught:
            place.open()
        assert caught.value.code == "second_writer"
        with error_elsewhere(place) as said:
            assert said == "second_writer"
        journal.write(Writes(first=1, lines=["a"]))
        assert journal.end() == 1
    place.open().close()


@contextlib.contextmanager
def error_elsewhere(place: Place) -> Iterator[str]:
    """Let another process open a journal, and say which error it met."""
    code = (
        "import sys\nfrom carbonkit.errors import CarbonkitError\nfrom tests.exchange.journals import Place\n"
        "try:\n    Place(*sys.argv[1:]).open()\nexcept CarbonkitError as error:\n    print(error.code)\n"
    )
    yield subprocess.run(
        [sys.executable, "-c", code, place.where, place.name],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ).stdout.strip()


def test_a_closed_journal_says_so(journal: AnyJournal) -> None:
    journal.write(batch_of(1))
    reading = journal.lines(0)
    journal.close()
    journal.close()
    search = Search(kind=Kind.ORDER)
    for use in (
        lambda: journal.write(Writes(first=BATCH + 1, lines=["x"])),
        journal.end,
        lambda: journal.lines(0),
        lambda: next(reading),
        journal.snapshot,
        lambda: journal.answer("key", "I-1"),
        journal.begun,
        lambda: journal.mark("last"),
        lambda: journal.document(Kind.ORDER, "O-1"),
        lambda: journal.named(Kind.ORDER, "KEE-001", "S-1"),
        lambda: journal.last_number(Kind.ORDER),
        lambda: journal.find(search, 1),
        lambda: journal.find(attrs.evolve(search, accounts=()), 1),
        lambda: journal.forget_answers(1),
    ):
        with pytest.raises(StorageError) as caught:
            use()
        assert caught.value.code == "closed"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_may_not_use_it(journal: AnyJournal) -> None:
    child = os.fork()
    if not child:
        try:
            journal.end()
        except StorageError as error:
            os._exit(7 if error.code == "forked" else 8)
        finally:
            os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    journal.write(Writes(first=1, lines=["a"]))


@pytest.mark.parametrize("path", ["", "a\0b"])
def test_a_path_must_name_a_file(path: str) -> None:
    with pytest.raises(InvalidValueError):
        SQLiteJournal.open(path)


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        SQLiteJournal.open(tmp_path / "no folder" / "journal.db")
    for name, sql in (
        ("other", "CREATE TABLE a (b)"),
        ("ledger", "PRAGMA application_id = 1667983732"),
        ("no version", "CREATE TABLE a (b); PRAGMA application_id = 1667982712"),
    ):
        with contextlib.closing(sqlite3.connect(tmp_path / name)) as file:
            file.executescript(sql)
        with pytest.raises(IntegrityError):
            SQLiteJournal.open(tmp_path / name)
    (tmp_path / "text").write_text("no database at all\n" * 100)
    with pytest.raises(IntegrityError):
        SQLiteJournal.open(tmp_path / "text")


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    SQLiteJournal.open(tmp_path / "journal.db").close()
    with contextlib.closing(sqlite3.connect(tmp_path / "journal.db")) as file:
        file.execute("PRAGMA user_version = 99")
    with pytest.raises(InvalidValueError) as caught:
        SQLiteJournal.open(tmp_path / "journal.db")
    assert caught.value.code == "newer_schema"


def test_a_document_of_no_known_kind_is_no_document(tmp_path: Path) -> None:
    with SQLiteJournal.open(tmp_path / "journal.db") as journal:
        journal.write(Writes(first=1, documents=filed([order(1)])))
    with contextlib.closing(sqlite3.connect(tmp_path / "journal.db")) as file:
        file.execute("DROP INDEX document_by_account")
        file.commit()
    with SQLiteJournal.open(tmp_path / "journal.db") as journal, pytest.raises(IntegrityError):
        journal.find(Search(kind=Kind.ORDER, accounts=("KEE-001",)), 1)


def test_sqlite_is_durable(tmp_path: Path) -> None:
    with SQLiteJournal.open(tmp_path / "journal.db") as journal:
        writer = journal._file._writer.connection
        assert writer.execute("PRAGMA synchronous").fetchone() == (2,)
        assert writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        with journal._file.reading() as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.execute("DELETE FROM line")


# ------------------------------------------------------------------------------ PostgreSQL


def test_exchanges_of_one_database_are_apart(exchanges_dsn: str) -> None:
    with in_database(exchanges_dsn).open() as first, in_database(exchanges_dsn).open() as second:
        first.write(batch_of(1))
        empty = everything(second)
        second.write(batch_of(1))
        second.write(Writes(first=BATCH + 1, documents=filed([order(1, state="other")])))
        assert first.document(Kind.ORDER, "O-1") == order(1, name="S-1")
        assert second.forget_answers(100) == BATCH
        assert first.answer("key", "I-1") is not None
        assert first.snapshot() == second.snapshot()
        assert everything(first) != everything(second) != empty


def test_many_may_make_the_tables_at_once(postgres_dsn: str) -> None:
    start = threading.Barrier(4)

    def opened(number: int) -> int:
        start.wait()
        with PostgresJournal.open(postgres_dsn, name=f"exchange {number}") as journal:
            return journal.end()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(opened, range(4))) == [0] * 4


def test_a_lost_connection_is_final(exchanges_dsn: str) -> None:
    place = in_database(exchanges_dsn)
    with place.open() as journal:
        assert isinstance(journal, PostgresJournal)
        journal.write(batch_of(1))
        before = everything(journal)
        with psycopg.connect(exchanges_dsn, autocommit=True) as database:
            pid = journal._writer._connection.info.backend_pid
            database.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        for _ in range(2):
            with pytest.raises(StorageError) as caught:
                journal.write(batch_of(BATCH + 1))
            assert not isinstance(caught.value, BusyError)
            assert caught.value.code == "no_connection"
        assert everything(journal) == before  # it can be read
        with place.open() as another:
            another.write(batch_of(BATCH + 1))


def test_readers_connect_again(exchanges_dsn: str) -> None:
    with in_database(exchanges_dsn).open() as journal:
        assert isinstance(journal, PostgresJournal)
        journal.write(batch_of(1))
        journal.end()
        pids = [each.info.backend_pid for each in journal._readers._idle]
        assert pids
        with psycopg.connect(exchanges_dsn, autocommit=True) as database:
            for pid in pids:
                database.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        assert journal.end() == BATCH


def test_a_warning_at_the_commit_is_no_confirmation(exchanges_dsn: str) -> None:
    with in_database(exchanges_dsn).open() as journal:
        assert isinstance(journal, PostgresJournal)
        connection = journal._writer._connection
        connection.execute(
            "CREATE FUNCTION pg_temp.warn() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE WARNING 'not on any standby'; RETURN NULL; END$$"
        )
        connection.execute("CREATE TEMP TABLE warned (a int)")
        connection.execute(
            "CREATE CONSTRAINT TRIGGER warn AFTER INSERT ON warned DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION pg_temp.warn()"
        )

        def work(its: psycopg.Connection[tuple[object, ...]]) -> None:
            its.execute("BEGIN")
            its.execute("INSERT INTO warned VALUES (1)")

        with pytest.raises(StorageError) as caught:
            journal._writer._done(work)
        assert caught.value.code == "unconfirmed"
        with pytest.raises(StorageError) as after:
            journal.write(Writes(first=1, lines=["a"]))
        assert after.value.code == "no_connection"


def test_postgres_is_durable(postgres_dsn: str) -> None:
    with psycopg.connect(postgres_dsn, autocommit=True) as database:
        database.execute(f"ALTER DATABASE {database.info.dbname} SET synchronous_commit = off".encode())
    with PostgresJournal.open(postgres_dsn) as journal:
        assert journal._writer._connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_newer_and_broken_tables_are_refused(postgres_dsn: str) -> None:
    PostgresJournal.open(postgres_dsn).close()
    with psycopg.connect(postgres_dsn, autocommit=True) as database:
        database.execute("UPDATE exchange_schema SET version = 99")
        with pytest.raises(InvalidValueError) as caught:
            PostgresJournal.open(postgres_dsn)
        assert caught.value.code == "newer_schema"
        database.execute("DELETE FROM exchange_schema")
        with pytest.raises(IntegrityError):
            PostgresJournal.open(postgres_dsn)
        database.execute("INSERT INTO exchange_schema VALUES (1)")
        with PostgresJournal.open(postgres_dsn) as journal:
            database.execute("DROP TABLE exchange_mark")
            with pytest.raises(IntegrityError):
                journal.write(Writes(first=1, lines=["a"], marks={"m": "1"}))
            assert journal.end() == 0


@pytest.mark.parametrize("name", ["", "n" * 65, "a\0b", "a\nb"])
def test_an_exchange_has_a_plain_name(name: str) -> None:
    with pytest.raises(InvalidValueError):
        PostgresJournal.open("dbname=x", name=name)


def test_without_its_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"journal.*pip install carbonkit\[postgres\]"):
        PostgresJournal.open("dbname=x")


def test_a_password_is_in_no_error() -> None:
    with pytest.raises(StorageError) as caught:
        PostgresJournal.open("host=nowhere.invalid dbname=x password=sesame")
    assert "sesame" not in str(caught.value)


# --------------------------------------------------------------------------------- threads


def test_readers_see_whole_writes_only(journal: AnyJournal) -> None:
    done = threading.Event()
    began = threading.Barrier(4)

    def read() -> int:
        seen = 0
        began.wait()
        while not seen or not done.is_set():
            lines, end = list(journal.lines(0)), journal.end()
            assert len(lines) % BATCH == 0
            assert len(lines) <= end
            found = journal.find(Search(kind=Kind.ORDER, accounts=("KEE-001",)), 10**6)
            assert len(found) % BATCH == 0
            assert [earlier.number - later.number for earlier, later in pairwise(found)] == [1] * max(
                0, len(found) - 1
            )
            assert len(journal.begun()) in {0, BATCH}
            if end:
                assert journal.document(Kind.ORDER, f"O-{end}") == order(end, name=f"S-{end}")
            seen += 1
        return seen

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        began.wait()
        try:
            for turn in range(40):
                journal.write(batch_of(1 + turn * BATCH))
        finally:
            done.set()
        assert all(reader.result() > 0 for reader in readers)


def test_closing_waits_for_readers(journal: AnyJournal) -> None:
    journal.write(batch_of(1))
    began = threading.Barrier(4)

    def read() -> str:
        began.wait()
        try:
            while True:
                journal.find(Search(kind=Kind.ORDER), 5)
        except StorageError as error:
            return error.code

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        began.wait()
        time.sleep(0.05)
        journal.close()
        assert {reader.result() for reader in readers} == {"closed"}


def test_a_thread_takes_its_connection_along(tmp_path: Path) -> None:
    with SQLiteJournal.open(tmp_path / "journal.db") as journal:
        for _ in range(5):
            with ThreadPoolExecutor(1) as pool:
                pool.submit(journal.end).result()
        assert len(journal._file._readers) == 0


# ----------------------------------------------------------------------------------- model

_names = st.sampled_from(["", "a", "b", "c"])
_documents = st.builds(
    Document,
    kind=st.sampled_from([Kind.ORDER, Kind.TRADE]),
    id=st.sampled_from(["1", "2", "3", "4"]),
    number=st.integers(1, 6),
    at=st.integers(-3, 3),
    account=_names,
    other=_names,
    instrument=_names,
    name=_names,
    state=_names,
    body=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5),
)
_answers = st.builds(
    Answer,
    key_id=_names,
    idempotency_key=_names,
    fingerprint=_names,
    status=st.integers(200, 599),
    body=_names,
    at=st.integers(0, 5),
)


class Model(RuleBasedStateMachine):
    """A journal beside plain lists and dicts."""

    place: Place
    homes: Iterator[Place]

    @initialize()
    def begin(self) -> None:
        self.place = next(self.homes)
        self.journal = self.place.open()
        self.lines: list[str] = []
        self.documents: dict[tuple[Kind, str], Document] = {}
        self.answers: dict[tuple[str, str], Answer] = {}
        self.begun: dict[str, str] = {}
        self.snapshots: dict[int, tuple[int, str, str]] = {}
        self.marks: dict[str, str] = {}

    def teardown(self) -> None:
        if hasattr(self, "journal"):
            self.journal.close()

    @rule(
        lines=st.lists(_names, max_size=3),
        documents=st.lists(_documents, max_size=3).map(filed),
        answers=st.lists(_answers, max_size=2),
        begun=st.dictionaries(_names, _names, max_size=2),
        finished=st.sets(_names, max_size=1),
        covers=st.none() | st.integers(0, 3),
        marks=st.dictionaries(_names, _names, max_size=2),
        late=st.sampled_from([0, 0, 0, 0, 1]),
    )
    def write(
        self,
        *,
        lines: list[str],
        documents: dict[tuple[Kind, str], Document],
        answers: list[Answer],
        begun: dict[str, str],
        finished: set[str],
        covers: int | None,
        marks: dict[str, str],
        late: int,
    ) -> None:
        first = len(self.lines) + 1 + late
        covers = None if covers is None else max(0, first + len(lines) - 1 - covers)
        snapshot = None if covers is None else (covers, str(covers), "text")
        merged = self.documents | documents
        keys = [(each.kind, each.number) for each in merged.values()]
        names = [(each.kind, each.account, each.name) for each in merged.values() if each.name]
        asked = [(each.key_id, each.idempotency_key) for each in answers]
        fits = len(set(keys)) == len(keys) and len(set(names)) == len(names)
        # One that gives up a name or number which another takes over at once is refused or not by chance.
        assume(not fits or self.nothing_changes_hands(documents))
        fits = fits and len(set(asked)) == len(asked) and self.answers.keys().isdisjoint(asked) and not late
        writes = Writes(
            first=first,
            lines=lines,
            documents=documents,
            answers=answers,
            begun=begun,
            finished=finished,
            snapshot=snapshot,
            marks=marks,
        )
        if not fits:
            with pytest.raises((IdentifierReusedError, IntegrityError)):
                self.journal.write(writes)
            return
        self.journal.write(writes)
        self.lines += lines
        self.documents = merged
        self.answers |= dict(zip(asked, answers, strict=True))
        self.begun |= begun
        for name in finished:
            self.begun.pop(name, None)
        if snapshot is not None:
            self.snapshots[snapshot[0]] = snapshot
        self.marks |= marks

    def nothing_changes_hands(self, documents: dict[tuple[Kind, str], Document]) -> bool:
        for key, each in documents.items():
            for other, its in self.documents.items():
                if other != key and its.kind is each.kind:
                    same = its.account == each.account and its.name == each.name != ""
                    if same or its.number == each.number:
                        return False
        return True

    @rule(before=st.integers(0, 6))
    def forget(self, before: int) -> None:
        old = [key for key, each in self.answers.items() if each.at < before]
        assert self.journal.forget_answers(before) == len(old)
        for key in old:
            del self.answers[key]

    @precondition(lambda self: self.place.lasting)
    @rule()
    def reopen(self) -> None:
        self.journal.close()
        self.journal = self.place.open()

    @rule(search=st.builds(Search, kind=st.sampled_from([Kind.ORDER, Kind.TRADE]), instrument=_names))
    def find(self, search: Search) -> None:
        assert list(self.journal.find(search, 3)) == wanted(self.documents.values(), search, 3)

    @invariant()
    def is_the_same(self) -> None:
        if not hasattr(self, "journal"):
            return
        assert list(self.journal.lines(0)) == self.lines
        assert list(self.journal.begun().items()) == list(self.begun.items())
        assert self.journal.snapshot() == (self.snapshots[max(self.snapshots)] if self.snapshots else None)
        for kind in (Kind.ORDER, Kind.TRADE):
            search = Search(kind=kind)
            assert list(self.journal.find(search, 99)) == wanted(self.documents.values(), search, 99)
        for name in ("", "a", "b", "c"):
            assert self.journal.mark(name) == self.marks.get(name)
            for other in ("", "a", "b", "c"):
                assert self.journal.answer(name, other) == self.answers.get((name, other))


def test_it_agrees_with_plain_lists_and_dicts(
    place: Place, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    def homes() -> Iterator[Place]:
        number = 0
        while True:
            number += 1
            if place.name:
                yield in_database(request.getfixturevalue("exchanges_dsn"))
            else:
                yield Place(str(tmp_path / f"{number}.db") if place.lasting else place.where)

    class Its(Model):
        pass

    Its.homes = homes()
    run_state_machine_as_test(
        Its,
        settings=settings(
            max_examples=8,
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


# ----------------------------------------------------------------------------------- crash


def check_survived(place: Place, acknowledged: list[int]) -> None:
    with place.open() as journal:
        end = journal.end()
        assert end % BATCH == 0, "a half of a write is there"
        assert end >= (acknowledged[-1] + BATCH - 1 if acknowledged else 0), "an acknowledged write is lost"
        assert list(journal.lines(0)) == [f"line {number}" for number in range(1, end + 1)]
        found = journal.find(Search(kind=Kind.ORDER), 10**6)
        assert list(found) == [order(number, name=f"S-{number}") for number in range(end, 0, -1)]
        assert all(journal.answer("key", f"I-{number}") for number in range(1, end + 1))
        assert journal.answer("key", f"I-{end + 1}") is None
        if end:
            first = end - BATCH + 1
            assert list(journal.begun()) == [f"T-{number}" for number in range(first, end + 1)]
            assert journal.snapshot() == (end, "h" * 64, f"snapshot {first}")
            assert journal.mark("last") == str(first)


def kill_again_and_again(place: Place, rounds: int) -> None:
    draw = random.Random(20210716)  # noqa: S311  no secret
    said = 0
    for _ in range(rounds):
        acknowledged = killed_while_writing(place, draw.uniform(0.01, 0.15))
        said += len(acknowledged)
        check_survived(place, acknowledged)
    assert said >= rounds


@pytest.mark.parametrize("place", ["file", "postgres"], indirect=True)
def test_a_killed_process_loses_nothing(place: Place) -> None:
    kill_again_and_again(place, 2)


@pytest.mark.slow
@pytest.mark.parametrize("place", ["file", "postgres"], indirect=True)
def test_a_process_killed_often_loses_nothing(place: Place) -> None:
    for _ in range(10):
        kill_again_and_again(place, 5)


def test_another_schema_is_another_database(postgres_dsn: str) -> None:
    with (
        PostgresJournal.open(create_schema(postgres_dsn)) as first,
        PostgresJournal.open(create_schema(postgres_dsn)) as second,
    ):
        first.write(batch_of(1))
        assert second.end() == 0
