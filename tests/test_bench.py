"""The benchmarks run, their two ways agree, and what they say is right; how fast they are is not tested."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bench.number
import bench.peer
from bench.__main__ import main, modules, row, run
from bench._compare import Comparison, DifferentResultsError, Missing, Run, Sense, Size, measure, pure
from bench._setting import TINY, Setting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench._compare import Result, Way

pytestmark = pytest.mark.whole

ROOT = Path(__file__).resolve().parent.parent
PROMISED = {"name", "ours", "peer", "ratio", "target", "met", "n", "versions"}
ABOUT = {"unit", "sense", "lowest", "highest", "note"}


def took(*seconds: int, order: list[str] | None = None, who: str = "") -> Way:
    """Make a way whose rounds take the seconds given, whatever the time of day."""
    left = iter(seconds)

    @contextlib.contextmanager
    def way(_: Path) -> Iterator[Run]:
        def work() -> float:
            if order is not None:
                order.append(who)
            return next(left)

        yield Run(work, lambda: "the same")

    return way


def compared(ours: Way, peer: Way, *, sense: Sense = Sense.RATE, target: float | None = 2) -> Comparison:
    return Comparison(name="ours and theirs", ours=ours, peer=peer, target=target, sense=sense, n=1)


def in_rounds(comparison: Comparison, rounds: int, folder: Path) -> Result:
    return measure(comparison, rounds=rounds, folder=folder)


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return Setting(folder=tmp_path, amount=TINY)


# --------------------------------------------------------- the benchmarks run


@pytest.mark.parametrize("module", [name for name in modules() if name != "peer"])
def test_both_ways_of_every_comparison_agree(
    module: str, setting: Setting, capsys: pytest.CaptureFixture[str]
) -> None:
    results = list(run(module, setting, rounds=1))
    assert results
    broken = [result["name"] for result, came_off in results if not came_off]
    assert not broken, capsys.readouterr().err
    assert [result["name"] for result, _ in results if result["note"]] == []


def test_without_a_network_the_peers_lines_say_so(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(_: Sequence[str]) -> None:
        raise bench.peer.UnavailableError("cannot be installed here: no network")

    monkeypatch.setattr(bench.peer, "ENVIRONMENTS", setting.folder / "none")
    monkeypatch.setattr(bench.peer, "_ran", cut_off)
    results = list(run("peer", setting, rounds=1))
    assert len(results) == len(bench.peer.RACES)
    assert all(came_off and result["met"] is None for result, came_off in results)
    assert {result["note"] for result, _ in results} == {"cannot be installed here: no network"}
    assert [result["target"] for result, _ in results] == [race.target for race in bench.peer.RACES]


def test_a_program_that_fails_makes_its_peer_unavailable() -> None:
    with pytest.raises(bench.peer.UnavailableError, match="cannot be installed here: no such thing"):
        bench.peer._ran([sys.executable, "-c", "raise SystemExit('no such thing')"])


def test_a_peers_environment_is_made_again_only_when_its_pins_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[Sequence[str]] = []

    def made(command: Sequence[str]) -> None:
        commands.append(command)
        (tmp_path / "environments" / "some").mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(bench.peer, "ENVIRONMENTS", tmp_path / "environments")
    monkeypatch.setattr(bench.peer, "PINNED", tmp_path)
    monkeypatch.setattr(bench.peer, "_ran", made)
    pins = tmp_path / "some.txt"
    pins.write_text("some==1\n", "utf-8")
    python = bench.peer.environment("some")
    assert bench.peer.environment("some") == python
    assert len(commands) == 2
    pins.write_text("some==2\n", "utf-8")
    bench.peer.environment("some")
    assert len(commands) == 4


@pytest.mark.parametrize("name", sorted({race.peer for race in bench.peer.RACES}))
def test_every_peer_is_pinned_with_all_it_needs(name: str) -> None:
    pins = bench.peer.pinned(name)
    assert name in pins
    assert all(pins.values())


@pytest.mark.slow
def test_the_whole_bench_runs(tmp_path: Path) -> None:
    out = tmp_path / "results.json"
    command = [sys.executable, "-m", "bench", "--quick", "--rounds", "1", "--out", str(out)]
    subprocess.run([*command, "--folder", str(tmp_path / "work")], cwd=ROOT, check=True)
    results = json.loads(out.read_text("utf-8"))
    assert results
    left_out = [result["note"] for result in results if result["ratio"] is None]
    assert all(note.startswith(("left out", "cannot be installed", "no PostgreSQL")) for note in left_out)


# --------------------------------------------------- what they say is told right


def test_the_results_have_the_promised_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "results.json"
    arguments = ["number", "--rounds", "1", "--out", str(out), "--folder", str(tmp_path / "work")]
    assert main(arguments) == 0
    results = json.loads(out.read_text("utf-8"))
    assert results
    printed = capsys.readouterr().out
    for result in results:
        assert set(result) == PROMISED | ABOUT
        assert isinstance(result["met"], bool)
        assert {"python", "carbonkit"} <= set(result["versions"])
        assert result["name"] in printed


def test_a_benchmark_with_two_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DifferentResultsError, match="ours and theirs"):
        in_rounds(compared(pure(lambda: 1), pure(lambda: 2)), 1, tmp_path)


def test_a_broken_benchmark_is_shown_and_fails_the_run_but_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def comparisons(_: Setting) -> Iterator[Comparison]:
        yield compared(pure(lambda: 1), pure(lambda: 2))
        yield compared(pure(lambda: 1), pure(lambda: 1))

    monkeypatch.setattr(bench.number, "comparisons", comparisons)
    out = tmp_path / "results.json"
    assert main(["number", "--rounds", "1", "--out", str(out), "--folder", str(tmp_path / "work")]) == 1
    first, second = json.loads(out.read_text("utf-8"))
    assert first["ratio"] is None
    assert first["note"].startswith("DifferentResultsError: ours and theirs")
    assert second["ratio"] is not None
    assert "not measured: DifferentResultsError" in capsys.readouterr().out


def test_a_module_that_breaks_before_its_first_line_is_shown(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def comparisons(_: Setting) -> Iterator[Comparison]:
        raise OSError("no space left")
        yield  # type: ignore[unreachable]

    monkeypatch.setattr(bench.number, "comparisons", comparisons)
    ((result, came_off),) = run("number", setting, rounds=1)
    assert not came_off
    assert result["name"] == "number: what follows"
    assert result["note"] == "OSError: no space left"


def test_the_ratio_is_the_median_of_the_rounds_own_ratios(tmp_path: Path) -> None:
    result = in_rounds(compared(took(2, 4, 10), took(8, 4, 30)), 3, tmp_path)
    assert (result["ratio"], result["lowest"], result["highest"]) == (3, 1, 4)
    assert (result["ours"], result["peer"]) == (4, 8)


@pytest.mark.parametrize(
    ("sense", "ours", "peer", "said"),
    [
        (Sense.RATE, 1, 2, "met"),
        (Sense.RATE, 1, 1, "MISSED"),
        (Sense.TIME, 2, 1, "met"),
        (Sense.TIME, 3, 1, "MISSED"),
    ],
)
def test_a_rate_must_reach_its_target_and_a_time_must_not_pass_it(
    sense: Sense, ours: int, peer: int, said: str, tmp_path: Path
) -> None:
    result = in_rounds(compared(took(ours), took(peer), sense=sense, target=2), 1, tmp_path)
    assert (result["met"], result["sense"]) == (said == "met", sense.value)
    assert row(result).endswith(f"2 {said}")


def test_the_two_ways_take_turns_at_going_first(tmp_path: Path) -> None:
    order: list[str] = []
    ours, peer = took(1, 1, 1, order=order, who="ours"), took(1, 1, 1, order=order, who="peer")
    in_rounds(compared(ours, peer), 3, tmp_path)
    assert order == ["ours", "peer", "peer", "ours", "ours", "peer"]


def test_a_slow_comparison_has_no_more_rounds_than_it_is_worth(tmp_path: Path) -> None:
    order: list[str] = []
    slow = Comparison(name="slow", ours=took(1, 1, order=order), peer=took(1, 1), target=None, n=1, rounds=2)
    in_rounds(slow, 9, tmp_path)
    assert len(order) == 2


def test_what_has_no_target_is_neither_met_nor_missed(tmp_path: Path) -> None:
    result = in_rounds(compared(took(1), took(5), target=None), 1, tmp_path)
    assert result["met"] is None
    assert not row(result).endswith(("met", "MISSED"))


def test_a_size_is_judged_by_its_own_bytes(tmp_path: Path) -> None:
    lines = [Size(name="bytes", ours=ours, peer=100, target=500, n=1) for ours in (500, 501)]
    results = [measure(line, rounds=1, folder=tmp_path) for line in lines]
    assert [result["met"] for result in results] == [True, False]
    assert row(results[1]).endswith("<= 500 MISSED")


def test_what_is_missing_is_shown_with_its_reason(tmp_path: Path) -> None:
    result = measure(Missing("the other", "no server found", 2), rounds=1, folder=tmp_path)
    assert (result["target"], result["met"]) == (2, None)
    assert row(result).split(maxsplit=2)[2] == "not measured: no server found"
