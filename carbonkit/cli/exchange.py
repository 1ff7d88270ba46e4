"""The command line of the exchange: `carbonkit exchange serve` and `carbonkit exchange key create`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from carbonkit.errors import InvalidValueError, MissingExtraError

if TYPE_CHECKING:
    from carbonkit.cli.screen import Screen
    from carbonkit.exchange.exchange import Exchange, Settings
    from carbonkit.registry.account import Right

__all__ = ["add_commands", "run"]

_EXTRA: Final = frozenset({"starlette", "uvicorn", "prometheus_client", "anyio", "h11"})
_DATABASE: Final = "CARBONKIT_DATABASE"
_PORT: Final = 8000
_LAST_PORT: Final = 65535


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """
    Add the exchange's commands to the command line.

    Args:
        commands: Where the other commands are.

    Example:
        >>> parser = argparse.ArgumentParser()
        >>> add_commands(parser.add_subparsers(dest="command"))
        >>> parser.parse_args(["exchange", "serve", "--scheme", "shanghai", "--demo"]).port
        8000
    """
    exchange = commands.add_parser("exchange", help="run a reference exchange over HTTP")
    wanted = exchange.add_subparsers(dest="exchange_command", required=True)
    serve = wanted.add_parser("serve", help="serve an exchange until it is stopped")
    _add_where(serve)
    serve.add_argument(
        "--demo", action="store_true", help="with participants, well-known keys, a market that moves"
    )
    serve.add_argument(
        "--seed", type=int, default=20261130, help="what the demonstration's chance begins with"
    )
    serve.add_argument(
        "--still", action="store_true", help="the demonstration's participants do not trade by themselves"
    )
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    serve.add_argument("--port", type=_port, default=_PORT, help="the port; 0 for any that is free")
    serve.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="URL",
        help="under which origin clients reach it, such as https://exchange.example; may be repeated",
    )
    serve.add_argument(
        "--log-level", choices=("debug", "info", "warning", "error"), default="info", help="how much to log"
    )
    keys = wanted.add_parser("key", help="make the first API keys, while the exchange does not run")
    key = keys.add_subparsers(dest="key_command", required=True)
    create = key.add_parser("create", help="make an API key, and show its secret once")
    _add_where(create)
    create.add_argument("--person", required=True, help="who uses it")
    create.add_argument(
        "--scope", action="append", required=True, choices=("read", "trade", "registry", "admin")
    )
    create.add_argument("--account", action="append", default=[], help="an account that it may act for")
    create.add_argument("--public-key", help="an Ed25519 public key in base64, in place of a secret")


def _add_where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scheme", required=True, help="the market: china-national or shanghai")
    parser.add_argument("--data", type=Path, help="the folder of its files; without one all is in memory")
    parser.add_argument(
        "--database",
        help=f"a PostgreSQL database in place of files; better given as {_DATABASE}, as others see arguments",
    )
    parser.add_argument(
        "--base",
        action="append",
        default=[],
        metavar="INSTRUMENT=PRICE",
        help="the price from which an instrument begins to trade",
    )
    parser.add_argument(
        "--staff",
        action="append",
        default=[],
        metavar="PERSON=RIGHT",
        help="who acts for the registry's own accounts: initiate, approve or initiate_and_approve",
    )


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= port <= _LAST_PORT:
        raise argparse.ArgumentTypeError(f"must be 0 to {_LAST_PORT}, was {text}")
    return port


def run(given: argparse.Namespace, screen: Screen) -> int:
    """
    Run one of the exchange's commands.

    Args:
        given: What was read from the command line.
        screen: What a person sees.

    Returns:
        The exit code.

    Raises:
        MissingExtraError: If the extra is not installed.
        ModuleNotFoundError: If something else is not.
    """
    try:
        if given.exchange_command == "serve":
            return _serve(given, screen)
        return _create_key(given, screen)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _EXTRA:
            raise
        raise MissingExtraError(
            "be installed to run an exchange", field=error.name, hint='pip install "carbonkit[exchange]"'
        ) from error


def _settings(given: argparse.Namespace, *, demo: bool) -> Settings:
    from carbonkit.exchange.exchange import Settings  # noqa: PLC0415  each command loads only what it needs

    database = given.database or (None if given.data else os.environ.get(_DATABASE))
    return Settings(
        scheme=given.scheme,
        data=given.data,
        database=database,
        demo=demo,
        bases=dict(_pair(each, "--base") for each in given.base),
        staff=tuple(_right(each) for each in given.staff),
        seed=getattr(given, "seed", 0),
        plays=not getattr(given, "still", False),
        origins=tuple(getattr(given, "origin", ())),
    )


def _pair(text: str, field: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise InvalidValueError("be two words with = between them", was=text, field=field)
    return name, value


def _right(text: str) -> tuple[str, Right]:
    from carbonkit.registry.account import Right  # noqa: PLC0415  each command loads only what it needs

    person, value = _pair(text, "--staff")
    found = next((each for each in Right if each.value == value), None)
    if found is None:
        raise InvalidValueError(
            f"give one of {', '.join(each.value for each in Right)}", was=text, field="--staff"
        )
    return person, found


def _serve(given: argparse.Namespace, screen: Screen) -> int:
    from carbonkit.exchange.exchange import Exchange  # noqa: PLC0415  each command loads only what it needs
    from carbonkit.exchange.log import begin  # noqa: PLC0415
    from carbonkit.exchange.server import bound, check_loopback, serve  # noqa: PLC0415

    if given.demo:
        check_loopback(given.host)
    begin(given.log_level)
    with bound(given.host, given.port) as listening:
        exchange = Exchange.open(_settings(given, demo=given.demo))
        host, port = listening.getsockname()[:2]
        screen.line(
            f"carbonkit exchange {given.scheme}: http://{f'[{host}]' if ':' in host else host}:{port}"
        )
        if given.demo:
            _show_demo(exchange, screen)
        return serve(exchange, listening)


def _show_demo(exchange: Exchange, screen: Screen) -> None:
    from carbonkit.exchange.demo import demo_keys, demo_secret  # noqa: PLC0415

    screen.line("A demonstration: these keys are known to everybody, and work on this machine alone.")
    for name, key in demo_keys(exchange.wall.now()).items():
        scopes = ", ".join(each.value for each in key.scopes)
        accounts = ", ".join(map(str, key.accounts)) or "staff"
        screen.line(f"  {name:<15} {demo_secret(name):<20} {scopes:<22} {accounts}")


def _create_key(given: argparse.Namespace, screen: Screen) -> int:
    from carbonkit.exchange.exchange import Exchange  # noqa: PLC0415  each command loads only what it needs
    from carbonkit.wire.scope import Scope  # noqa: PLC0415

    settings = _settings(given, demo=False)
    if settings.data is None and settings.database is None:
        raise InvalidValueError("be given, so that the key is kept", field="--data or --database")
    with Exchange.open(settings, provide=False).closing() as exchange:
        key, secret = exchange.create_key(
            person=given.person,
            accounts=given.account,
            scopes=tuple(Scope(each) for each in dict.fromkeys(given.scope)),
            public_key=given.public_key,
        )
    screen.line(f"key id: {key.key_id}")
    if secret is not None:
        screen.line(f"secret: {secret}")
        screen.line("The secret is kept nowhere and not shown again.")
    return 0
