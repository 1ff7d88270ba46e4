"""The command line of the exchange: what it asks for, what it refuses, and that others do not pay for it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from carbonkit.cli import __main__ as command
from carbonkit.cli import exchange
from carbonkit.exchange.exchange import Exchange, Settings
from carbonkit.exchange.journal import Kind, Search
from carbonkit.exchange.key_handler import key_in
from carbonkit.registry.account import Right
from carbonkit.wire.key_proof import client_key, stored_key
from carbonkit.wire.scope import Scope

if TYPE_CHECKING:
    from pathlib import Path

_CREATE = ["exchange", "key", "create", "--scheme", "shanghai", "--person", "ann", "--scope", "admin"]


@pytest.mark.parametrize("statement", ["import carbonkit", "from carbonkit.cli.__main__ import main"])
def test_nobody_else_loads_the_server(statement: str) -> None:
    check = (
        f"{statement}; import sys; print(sorted({{'starlette', 'uvicorn', 'httpx'}} & sys.modules.keys()))"
    )
    said = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


def test_help_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        command.main(["--help"])
    assert "exchange" in capsys.readouterr().out


def test_a_first_key_is_made_and_shown_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([*_CREATE, "--scope", "read", "--scope", "read", "--data", str(tmp_path)]) == 0
    out = capsys.readouterr().out.splitlines()
    name, secret = (line.partition(": ")[2] for line in out[:2])
    with Exchange.open(Settings(scheme="shanghai", data=tmp_path), provide=False).closing() as opened:
        (found,) = opened.desk.journal.find(Search(kind=Kind.KEY), 10)
        key = key_in(found)
    assert (key.key_id, key.person, key.scopes) == (name, "ann", (Scope.ADMIN, Scope.READ))
    assert key.stored_key == stored_key(client_key(secret))
    assert not any(secret.encode() in file.read_bytes() for file in tmp_path.iterdir())


def test_a_key_for_ed25519_has_no_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    public = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="  # of RFC 8032, section 7.1
    assert command.main([*_CREATE, "--public-key", public, "--data", str(tmp_path)]) == 0
    assert "secret" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (_CREATE, "--data or --database"),
        (["exchange", "serve", "--scheme", "nowhere"], "china-national, shanghai"),
        (["exchange", "serve", "--scheme", "shanghai", "--port", "0"], "base price"),
        (["exchange", "serve", "--scheme", "shanghai", "--port", "0", "--base", "SHEA"], "--base"),
        (
            ["exchange", "serve", "--scheme", "shanghai", "--port", "0", "--staff", "ann=all"],
            "initiate, approve",
        ),
        (["exchange", "serve", "--scheme", "shanghai", "--demo", "--host", "0.0.0.0"], "loopback"),  # noqa: S104  refused
    ],
)
def test_what_is_wrong_is_said_and_gives_exit_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CARBONKIT_DATABASE", raising=False)
    assert command.main(arguments) == 2
    assert said in capsys.readouterr().err


def test_a_port_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for port in ("65536", "-1", "x", "١"):
        with pytest.raises(SystemExit, match="2"):
            command.main(["exchange", "serve", "--scheme", "shanghai", "--port", port])
    assert "0 to 65535" in capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "carbonkit.exchange.server", None)
    monkeypatch.delitem(sys.modules, "carbonkit.exchange.server")
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert command.main(["exchange", "serve", "--scheme", "shanghai", "--demo"]) == 2
    assert 'pip install "carbonkit[exchange]"' in capsys.readouterr().err


def test_another_missing_module_is_no_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "carbonkit.exchange.log", None)
    with pytest.raises(ModuleNotFoundError):
        command.main(["exchange", "serve", "--scheme", "shanghai", "--demo"])


def test_what_is_asked_for_is_how_it_is_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given: list[Settings] = []
    levels: list[str] = []

    def opened(settings: Settings) -> Exchange:
        given.append(settings)
        return Exchange.__new__(Exchange)

    monkeypatch.setattr(Exchange, "open", opened)
    monkeypatch.setattr("carbonkit.exchange.server.serve", lambda *_: 7)
    monkeypatch.setattr("carbonkit.exchange.log.begin", levels.append)
    arguments = ["exchange", "serve", "--scheme", "shanghai", "--data", str(tmp_path), "--port", "0"]
    arguments += ["--base", "SHEA=38.00", "--staff", "ann=approve", "--still", "--seed", "7"]
    arguments += ["--origin", "https://exchange.example", "--log-level", "error"]
    monkeypatch.setenv("CARBONKIT_DATABASE", "dbname=elsewhere")
    assert command.main(arguments) == 7
    assert levels == ["error"]
    made = given[0]
    assert (made.data, made.database, made.plays, made.seed) == (tmp_path, None, False, 7)
    assert (made.bases, made.staff) == ({"SHEA": "38.00"}, (("ann", Right.APPROVE),))
    assert made.origins == ("https://exchange.example",)
    command.main(["exchange", "serve", "--scheme", "shanghai", "--port", "0"])
    assert given[-1].database == "dbname=elsewhere"


def test_a_demonstration_shows_its_keys(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def served(opened: Exchange, _: object) -> int:
        with opened.closing():
            return 0

    monkeypatch.setattr("carbonkit.exchange.server.serve", served)
    monkeypatch.setattr("carbonkit.exchange.log.begin", lambda _: None)
    assert command.main(["exchange", "serve", "--scheme", "shanghai", "--demo", "--port", "0"]) == 0
    out = capsys.readouterr().out
    assert "http://127.0.0.1:" in out
    assert "cks_demo-buyer" in out
    assert exchange.__all__ == ["add_commands", "run"]
