"""The event log: replay gives the same state on any machine, and a changed log is seen."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING

import attrs
import pytest

from carbonkit.errors import IntegrityError, InvalidValueError
from carbonkit.market import (
    Cancel,
    CloseDay,
    Command,
    EventLog,
    NewOrder,
    Side,
    Take,
    Venue,
    read_participants,
    read_tape,
    replay,
    state_hash,
)
from carbonkit.market.codec import command_of, terms_of, written
from carbonkit.schemes.china_national import instrument, venue_rules
from carbonkit.values import AssetId, Price
from tests.books import always, book_rules

if TYPE_CHECKING:
    from pathlib import Path

DAY = datetime.date(2021, 7, 16)
CEA = instrument("CEA", DAY)
EARLY = "2021-07-16T09:00:00+08:00"
# Made once by this test; the same on every machine and every Python.
OPENING_DAY = "a2c297ca5b5d735de5a54130c9432726015b8938a7cc353fe5e6671c4d9a0f58"


def opening_day(folder: Path) -> list[Command]:
    from carbonkit.market import ListInstrument, OpenDay  # noqa: PLC0415  only here

    lines = (folder / "participants.csv").read_text("utf-8").splitlines()
    commands: list[Command] = [ListInstrument(instrument=CEA, base=CEA.quote("48.00"), at=EARLY)]
    for each in read_participants(lines, file="participants.csv"):
        rich = attrs.evolve(each, cash=each.cash * 1000) if str(each.account).startswith("FUND") else each
        commands += rich.commands(AssetId("CEA-2019-2020"), datetime.datetime.fromisoformat(EARLY))
    commands.append(OpenDay(day=DAY, at=EARLY))
    tape = read_tape((folder / "tape.csv").read_text("utf-8").splitlines(), file="tape.csv", instrument=CEA)
    commands += [entry.command for entry in tape.entries]
    commands.append(CloseDay(at="2021-07-16T15:00:00+08:00"))
    return commands


@pytest.fixture(scope="module")
def logged(request: pytest.FixtureRequest) -> tuple[list[str], Venue]:
    folder = request.config.rootpath / "examples" / "opening_day"
    lines: list[str] = []
    log = EventLog(Venue(venue_rules), lines.append)
    for command in opening_day(folder):
        log.apply(command)
    log.apply("nonsense")  # type: ignore[arg-type]
    return lines, log.venue


def test_replay_gives_the_same_state(logged: tuple[list[str], Venue]) -> None:
    lines, venue = logged
    seen: list[int] = []
    again = replay(lines, venue_rules, progress=seen.append)
    assert again.snapshot() == venue.snapshot()
    assert again.sequence == venue.sequence
    assert len(lines) > 330


def test_the_state_has_one_hash_everywhere(logged: tuple[list[str], Venue]) -> None:
    _, venue = logged
    assert state_hash(venue) == OPENING_DAY


@pytest.mark.parametrize("done", [0, 1, 50, 200])
def test_a_snapshot_and_the_tail_give_the_same_state(logged: tuple[list[str], Venue], done: int) -> None:
    lines, venue = logged
    head = replay(lines[:done], venue_rules)
    last = json.loads(lines[done - 1])["hash"] if done else "0" * 64
    tail = replay(lines[done:], venue_rules, start=Venue.restore(head.snapshot(), venue_rules), last=last)
    assert state_hash(tail) == state_hash(venue)


def test_a_changed_log_is_seen(logged: tuple[list[str], Venue]) -> None:
    lines, _ = logged
    changed = {
        "left out": [*lines[:100], *lines[101:]],
        "moved": [*lines[:100], lines[101], lines[100], *lines[102:]],
        "edited": [*lines[:100], lines[100].replace("KEE", "KEF", 1), *lines[101:]],
        "no line": [*lines[:100], "{}", *lines[101:]],
        "no json": [*lines[:100], "KEE-001 sold", *lines[101:]],
        "a list": [*lines[:100], "[1]", *lines[101:]],
        "deep": [*lines[:100], "[" * 100_000, *lines[101:]],
    }
    for what, log in changed.items():
        with pytest.raises(IntegrityError) as error:
            replay(log, venue_rules)
        assert error.value.problem.row in {101, 102}, what


def test_other_rules_answer_otherwise(logged: tuple[list[str], Venue]) -> None:
    lines, venue = logged
    with pytest.raises(IntegrityError):
        replay(lines, always(book_rules()))
    with pytest.raises(IntegrityError):
        Venue.restore(venue.snapshot(), always(book_rules()))


def test_a_rehashed_line_that_the_venue_would_not_say_is_seen(logged: tuple[list[str], Venue]) -> None:
    import hashlib  # noqa: PLC0415  only here

    lines, _ = logged
    facts = json.loads(lines[-2])
    last = json.loads(lines[-3])["hash"]
    facts.pop("hash")
    facts["events"] = facts["events"][:-1]
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    facts["hash"] = hashlib.sha256(f"{last}\n{text}".encode()).hexdigest()
    forged = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    with pytest.raises(IntegrityError, match="what the venue says again"):
        replay([*lines[:-2], forged], venue_rules)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"format":2}', "[" * 100_000, '{"format":1,"day":"2021-07-16"}']
)
def test_what_is_no_snapshot_makes_no_venue(text: str) -> None:
    with pytest.raises(IntegrityError):
        Venue.restore(text, venue_rules)


def test_a_snapshot_is_read_strictly(logged: tuple[list[str], Venue]) -> None:
    _, venue = logged
    text = venue.snapshot()
    for other in (
        text + " ",
        text.replace('"opened":false', '"opened":0'),
        text.replace('"last":', '"last": '),
    ):
        with pytest.raises(IntegrityError):
            Venue.restore(other, venue_rules)


def test_commands_are_written_and_read_back(request: pytest.FixtureRequest) -> None:
    from tests.market.test_venue import BAD  # noqa: PLC0415  a list of commands of every kind

    commands = opening_day(request.config.rootpath / "examples" / "opening_day")
    commands += [each for all_of in BAD.values() for each in all_of]
    for command in commands:
        assert command_of(json.loads(json.dumps(written(command)))) == command


ORDER = written(
    NewOrder(
        order_id="S-1",
        account="A",
        instrument="CEA",
        side=Side.SELL,
        quantity=5,
        price=Price("48.00", "CNY", "tCO2e"),
        at=EARLY,
    )
)


@pytest.mark.parametrize(
    "changed",
    [
        {"type": "Sell"},
        {"type": 5},
        {"quantity": 1.5},
        {"quantity": None},
        {"quantity": [1]},
        {"side": "sideways"},
        {"price": "48.00"},
        {"price": "48.00 CNY/parsec"},
        {"until": "tomorrow"},
        {"until": "2021-07-19"},
        {"at": "2021-07-16"},
        {"extra": 1},
        {"post_only": "yes"},
    ],
)
def test_what_is_no_command_is_not_read(changed: dict[str, object]) -> None:
    assert written(command_of(ORDER)) == ORDER
    with pytest.raises(InvalidValueError):
        command_of(ORDER | changed)


def test_terms_are_read_strictly() -> None:
    assert terms_of(None) is None
    assert terms_of(written(CEA.terms)) == CEA.terms
    for wrong in ({"type": "Spot"}, {"type": "Spat"}, 5, {"type": "Spot", "scheme": 1, "vintage": "2022"}):
        with pytest.raises(InvalidValueError):
            terms_of(wrong)


def test_small_commands_are_commands() -> None:
    assert written(Cancel(account="A", target="S-1", at=EARLY))["type"] == "Cancel"
    assert written(Take(order_id="T", account="A", target="S-1", quantity=1, at=EARLY))["quantity"] == 1
    with pytest.raises(InvalidValueError):
        written(1.5)


def test_a_line_that_is_not_written_stops_the_log() -> None:
    lines: list[str] = []

    def full(line: str) -> None:
        if len(lines) == 1:
            raise OSError("no space left")
        lines.append(line)

    log = EventLog(Venue(venue_rules), full)
    listed, again = (
        Cancel(account="A", target="S-1", at=EARLY),
        Cancel(account="A", target="S-2", at=EARLY),
    )
    log.apply(listed)
    with pytest.raises(OSError, match="no space"):
        log.apply(again)
    with pytest.raises(IntegrityError, match="replay what was written"):
        log.apply(again)
    kept = EventLog(replay(lines, venue_rules), lines.append, log.last)
    kept.apply(again)
    assert replay(lines, venue_rules).sequence == 2
