"""After kill -9 at any moment the restarted exchange has all that it acknowledged, and no half of it."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING

import pytest

from carbonkit.errors import IntegrityError
from tests.exchange.kill_check import check_stores
from tests.exchange.kill_fault import FAULTS, build_in
from tests.exchange.kill_house import Figures, KillHouse, Place
from tests.exchange.kill_story import Told, begun_again, cut, story, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.whole


@contextlib.contextmanager
def house(place: Place, seed: int) -> Iterator[KillHouse]:
    made = KillHouse(place, seed)
    try:
        made.open()
        yield made
    finally:
        made.close()


def played(place: Place, seed: int, rounds: int, *, stops: bool) -> KillHouse:
    """Play some rounds, end with grace or without, and look into the stores."""
    with house(place, seed) as made:
        for _ in range(rounds):
            made.round()
        if stops:
            made.stop()
        else:
            made.kill()
    check_stores(place, stopped=stops)
    return made


def report(figures: Figures, said: object = "") -> None:
    logging.getLogger("kill").warning("%s %s", figures, said)


def test_killed_while_clients_ask_it_has_all_that_it_acknowledged(tmp_path: Path) -> None:
    made = played(Place(folder=tmp_path / "house"), 20, 2, stops=True)
    assert made.figures.kills == 2
    assert made.figures.in_flight > 0
    assert made.figures.acknowledged > 20


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_killed_again_and_again(tmp_path: Path, seed: int) -> None:
    made = played(Place(folder=tmp_path / "house"), seed, 8, stops=bool(seed % 2))
    report(made.figures, sorted(made.said.items()))
    assert made.figures.kills == 8


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_killed_again_and_again_on_postgresql(tmp_path: Path, postgres_dsn: str, seed: int) -> None:
    place = Place(folder=tmp_path / "house", database=postgres_dsn)
    made = played(place, seed, 5, stops=bool(seed % 2))
    report(made.figures, sorted(made.said.items()))
    assert made.figures.kills == 5


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_noticed(tmp_path: Path, fault: str) -> None:
    with pytest.raises(AssertionError):
        played(Place(folder=tmp_path / "house", fault=fault), 1, 20, stops=False)


@pytest.fixture(scope="module", name="whole")
def story_without_a_cut() -> Told:
    return told(story())


def cuts(whole: Told, numbers: range) -> None:
    for written in numbers:
        kept = whole.kept[:written]
        made = cut(whole, kept, written)
        assert made >= 0


def test_the_story_has_all_sorts_of_requests_and_most_are_granted(whole: Told) -> None:
    refused = [
        step.operation.name
        for step, said in zip(whole.steps, whole.answers, strict=True)
        if said.status >= 400
    ]
    assert refused == ["take_order", "propose_transaction", "pay_out"]
    assert len({each.operation.name for each in whole.steps}) == 23
    assert len(whole.kept) > 90


def test_cut_at_some_writes_the_story_ends_alike(whole: Told) -> None:
    cuts(whole, range(5, len(whole.kept), 19))


@pytest.mark.slow
def test_cut_at_every_write_the_story_ends_alike(whole: Told) -> None:
    cuts(whole, range(len(whole.kept) + 1))


@pytest.mark.slow
def test_cut_again_at_every_write_of_the_start_the_story_ends_alike(whole: Told) -> None:
    tried = 0
    for written in range(whole.before[0], len(whole.kept)):
        for kept in begun_again(whole, written):
            cut(whole, kept, written)
            tried += 1
    assert tried > 20


@pytest.mark.parametrize(
    ("fault", "operation"),
    [*zip(FAULTS, ("place_order", "take_order", "pay_out", "place_order", "take_order"), strict=True)],
)
def test_a_fault_in_the_story_is_noticed(fault: str, operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    build_in(fault, monkeypatch.setattr)
    broken = told(story())
    place = [step.operation.name for step in broken.steps].index(operation)
    with pytest.raises((AssertionError, IntegrityError)):  # some are noticed at the start already
        cuts(broken, range(broken.before[place - 1], broken.before[place] + 1))
