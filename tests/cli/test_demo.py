"""The main job: `carbonkit demo`, run once on the real examples, and everything that it must come to."""

from __future__ import annotations

import io
import json
import re
import shutil
import sqlite3
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from carbonkit.cli import __main__ as command
from carbonkit.cli.demo.example import Examples

pytestmark = pytest.mark.whole

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """Run the demonstration once, into a folder that it must make."""
    out = tmp_path_factory.mktemp("demo") / "new" / "folder"
    return out, command.main(["demo", "--out", str(out)])


@pytest.fixture(scope="module")
def facts(demo: tuple[Path, int]) -> dict[str, Any]:
    """Return what the report says to programs."""
    return dict(json.loads((demo[0] / "report.json").read_text(encoding="utf-8")))


@pytest.fixture
def wheel_examples(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Leave only the examples that an installed wheel has."""
    part = tmp_path_factory.mktemp("wheel") / "examples"
    for name in ("opening_day", "peak_fund"):
        shutil.copytree(REPOSITORY / "examples" / name, part / name)
    monkeypatch.setattr(Examples, "found", classmethod(lambda cls: cls((part,))))
    return part


def test_it_succeeds_and_leaves_three_files_and_nothing_else(demo: tuple[Path, int]) -> None:
    out, status = demo
    assert status == 0
    assert sorted(path.name for path in out.iterdir()) == ["ledger.db", "report.html", "report.json"]


def test_act_1_every_compliant_building_agrees_with_the_city(facts: dict[str, Any]) -> None:
    assert facts["account"]["rows"] == "10101"
    assert facts["account"]["compliant"] == {
        "compared": "3204",
        "within_half_a_percent": "3203",
        "equal_once_rounded": "1",
        "outside": "0",
    }
    assert facts["account"]["worst"][0]["building"] == "24778"


def test_act_2_every_account_equals_the_public_report(facts: dict[str, Any]) -> None:
    register = facts["register"]
    assert register["accounts"] == "1341"
    assert register["cumulative_emissions"] == {"total": "400889119", "equal": "1341"}
    assert register["cumulative_surrenders"] == {"total": "400800614", "equal": "1341"}
    assert register["statuses"][-1] == {
        "year": "2024",
        "published": "1284",
        "equal": "1284",
        "equal_had_all_been_on_time": "1284",
    }
    assert all(each["cause"] for each in register["differences"])


def test_act_3_the_bulletin_comes_out_as_published(facts: dict[str, Any]) -> None:
    figures = {each["figure"]: each["computed"] for each in facts["trade"]["figures"]}
    assert figures == {
        "previous_close": "48.00",
        "open": "48.00",
        "high": "52.80",
        "low": "48.00",
        "close": "51.23",
        "change_percent": "6.73",
        "volume": "4103953",
        "turnover": "210230053.25",
    }
    assert all(each["equal"] for each in facts["trade"]["figures"])
    assert facts["trade"]["reconstruction"] is True


def test_act_4_the_fund_bought_on_that_day_and_is_valued_at_the_close(facts: dict[str, Any]) -> None:
    invest = facts["invest"]
    assert invest["committed"] == "10000000000.00 CNY"
    assert invest["holding"]["quantity"] == "800000"
    assert invest["holding"]["price"] == "51.23 CNY/tCO2e"
    assert invest["holding"]["market_value"] == "40984000.00 CNY"


def test_the_ledger_file_verifies_again_on_its_own(
    demo: tuple[Path, int], facts: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["verify", str(demo[0] / "ledger.db")]) == 0
    assert facts["ledger"]["root"] in capsys.readouterr().out


def test_a_changed_ledger_file_does_not_verify(
    demo: tuple[Path, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = tmp_path / "ledger.db"
    shutil.copy(demo[0] / "ledger.db", changed)
    with sqlite3.connect(changed) as connection:
        connection.execute("UPDATE holding SET quantity = quantity + 1 WHERE account = 'FUND-PEAK'")
    connection.close()
    assert command.main(["verify", str(changed)]) == 1
    assert "FUND-PEAK" in capsys.readouterr().out


class _Page(HTMLParser):
    """Collects what a page would load, and the languages of its words."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.scripts = 0
        self.languages: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        self.scripts += tag == "script"
        self.loads += [value or "" for name, value in attrs if name in {"src", "href", "data"}]
        language = facts.get("lang") or ""
        self.languages[language] = self.languages.get(language, 0) + 1


def test_the_page_is_whole_in_itself_and_in_two_languages(demo: tuple[Path, int]) -> None:
    text = (demo[0] / "report.html").read_text(encoding="utf-8")
    page = _Page()
    page.feed(text)
    assert page.loads == []
    assert page.scripts == 0
    assert "url(" not in text
    assert "@import" not in text
    assert page.languages["zh"] > 50
    # The page itself is said to be English; every other English word has its Chinese beside it.
    assert page.languages["en"] - 1 == page.languages["zh"]
    assert "重建数据" in text
    assert "reconstruction" in text


def test_no_figure_of_the_json_is_a_number_that_a_reader_could_round(demo: tuple[Path, int]) -> None:
    def refuse(text: str) -> None:
        raise AssertionError(text)

    text = (demo[0] / "report.json").read_text(encoding="utf-8")
    assert json.loads(text, parse_float=refuse, parse_int=refuse, parse_constant=refuse)


def test_page_and_json_say_the_same(demo: tuple[Path, int], facts: dict[str, Any]) -> None:
    text = (demo[0] / "report.html").read_text(encoding="utf-8")
    assert facts["ledger"]["root"] in text
    assert all(each["computed"] in text for each in facts["trade"]["figures"])
    assert all(each["account"] in text for each in facts["register"]["differences"])


def test_run_again_it_replaces_the_files_whole(
    demo: tuple[Path, int], tmp_path: Path, wheel_examples: Path
) -> None:
    assert wheel_examples.is_dir()  # acts 3 and 4 are enough to see it
    for file in demo[0].iterdir():
        (tmp_path / file.name).write_bytes(b"what was there before")
    for log in ("ledger.db-wal", "ledger.db-shm"):
        (tmp_path / log).write_bytes(b"left by a reader that was killed")
    (tmp_path / "kept.txt").write_text("not ours", encoding="utf-8")
    assert command.main(["demo", "--out", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "kept.txt",
        "ledger.db",
        "report.html",
        "report.json",
    ]
    assert command.main(["verify", str(tmp_path / "ledger.db")]) == 0


def test_with_the_wheel_s_examples_alone_it_runs_what_it_has_and_says_where_the_rest_is(
    tmp_path: Path, wheel_examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sorted(path.name for path in wheel_examples.iterdir()) == ["opening_day", "peak_fund"]
    assert command.main(["demo", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert said.count("source repository") == 2
    facts = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert facts["account"] is None
    assert facts["register"] is None
    assert facts["good"] is True


def test_a_broken_tape_stops_it_and_leaves_the_last_run_as_it_was(
    tmp_path: Path, wheel_examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tape = wheel_examples / "opening_day" / "tape.csv"
    lines = tape.read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].replace(",48.00,", ",52.81,")
    lines[3] = re.sub(r",\d+$", ",100000", lines[3])
    tape.write_text("\n".join(lines), encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.json").write_text("the last run", encoding="utf-8")
    assert command.main(["demo", "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert "tape.csv, row 2, price: must" in said
    assert "tape.csv, row 4, quantity: must" in said
    assert [path.name for path in out.iterdir()] == ["report.json"]
    assert (out / "report.json").read_text(encoding="utf-8") == "the last run"


def test_a_ledger_that_is_not_there_is_an_error_that_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["verify", "nowhere.db"]) == 2
    assert "ledger: must be a file, was nowhere.db" in capsys.readouterr().err


def test_an_interruption_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: type[Examples]) -> Examples:
        raise KeyboardInterrupt

    monkeypatch.setattr(Examples, "found", classmethod(interrupted))
    assert command.main(["demo", "--out", str(tmp_path / "out")]) == 130
    assert list((tmp_path / "out").iterdir()) == []
    assert "nothing was left behind" in capsys.readouterr().err


def test_an_empty_file_is_no_ledger_and_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "ledger.db"
    empty.touch()
    assert command.main(["verify", str(empty)]) == 2
    assert "ledger: must be a carbonkit ledger, was an empty file" in capsys.readouterr().err
    assert empty.read_bytes() == b""


def test_a_file_where_the_folder_should_be_is_an_error_that_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("not ours", encoding="utf-8")
    assert command.main(["demo", "--out", str(taken)]) == 2
    assert "--out: must be a folder to write in, or a path where one can be made" in capsys.readouterr().err
    assert taken.read_text(encoding="utf-8") == "not ours"


def test_a_screen_without_the_characters_still_shows_the_rest(
    demo: tuple[Path, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="cp1252"))
    assert command.main(["verify", str(demo[0] / "ledger.db")]) == 0
    assert shown.getvalue().startswith(b"? ")
