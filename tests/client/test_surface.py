"""Both clients offer every operation, in the same words; the second is made from the first."""

from __future__ import annotations

import asyncio
import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

import carbonkit.client
from carbonkit.client import AsyncExchangeClient, ExchangeClient, Surroundings
from carbonkit.client.door import Library
from carbonkit.errors import CarbonkitError
from carbonkit.wire import OPERATIONS, Operation
from scripts.make_async_client import CLIENT, MODULES, made, twin
from tests.client.rig import NOW, Answer, Rig, Thing
from tests.client.samples import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

TWINS = {
    "AsyncPages": "Pages",
    "AsyncOpened": "Opened",
    "AsyncEvents": "Events",
    "AsyncExchangeClient": "ExchangeClient",
}
NAMES = sorted(name for name in dir(ExchangeClient) if not name.startswith("_"))


@pytest.mark.parametrize("name", MODULES)
def test_the_twin_is_what_the_script_makes(name: str) -> None:
    assert (CLIENT / f"{twin(name)}.py").read_text("utf-8") == made(name)


def test_both_have_the_same_names() -> None:
    assert sorted(name for name in dir(AsyncExchangeClient) if not name.startswith("_")) == NAMES


def _signature(method: Thing) -> str:
    words = str(inspect.signature(method))
    return re.sub(r"\b(" + "|".join(TWINS) + r")\b", lambda found: TWINS[found[0]], words)


@pytest.mark.parametrize("name", [*NAMES, "__init__"])
def test_both_say_it_in_the_same_words(name: str) -> None:
    one, other = getattr(ExchangeClient, name), getattr(AsyncExchangeClient, name)
    assert _signature(other) == _signature(one)
    assert other.__doc__ == one.__doc__
    made_at_once = ("Pages[", "Events")
    waits = name != "__init__" and not inspect.signature(one).return_annotation.startswith(made_at_once)
    assert inspect.iscoroutinefunction(other) == waits


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_every_operation_is_a_method(operation: Operation[Any]) -> None:
    method = getattr(ExchangeClient, operation.name)
    assert inspect.cleandoc(method.__doc__).split("\n")[0] == operation.summary
    signature = inspect.signature(method)
    answer = operation.answer.__name__
    assert signature.return_annotation == (f"Pages[{answer}]" if operation.paged else answer)
    named = [name for name in signature.parameters if name not in {"self", "options"}]
    kinds = [kind for kind in (operation.body, operation.query) if kind is not None]
    fields = [field.name for kind in kinds for field in attrs.fields(kind)]
    assert sorted(named) == sorted([*operation.parts, *fields])
    for kind in kinds:
        for field in attrs.fields(kind):
            default = signature.parameters[field.name].default
            if field.default is not attrs.NOTHING:
                assert default == field.default, field.name


def test_no_method_is_left_over() -> None:
    assert set(NAMES) == {operation.name for operation in OPERATIONS} | {
        *("close", "listen", "open_stream", "page", "send")
    }


def _arguments(operation: Operation[Any]) -> dict[str, Any]:
    """Make something for each argument that must be given."""
    parameters = inspect.signature(getattr(ExchangeClient, operation.name)).parameters
    return {
        name: SAMPLES[name]
        for name, parameter in parameters.items()
        if parameter.default is inspect.Parameter.empty and name != "self"
    }


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_every_method_asks_for_its_operation(rig: Rig, operation: Operation[Any]) -> None:
    rig.script = [Answer(200, {"data": [], "next_cursor": None} if operation.paged else {})]
    arguments = _arguments(operation)
    method = getattr(rig.client(), operation.name)
    if operation.paged:
        assert rig.run(method(**arguments)) == []
    else:
        with pytest.raises(carbonkit.client.UnreadableAnswerError):
            rig.run(method(**arguments))
    seen = rig.seen[0]
    parts = {name: str(arguments[name]) for name in operation.parts}
    assert (seen.method, seen.target.partition("?")[0]) == (operation.method, operation.at(**parts))
    assert bool(seen.body) == (operation.body is not None)


def test_both_close_what_is_theirs() -> None:
    with ExchangeClient("https://exchange.example") as client:
        pass
    with pytest.raises(CarbonkitError, match="must be open"):
        client.time()

    async def run() -> None:
        async with AsyncExchangeClient("https://exchange.example") as later:
            pass
        with pytest.raises(CarbonkitError, match="must be open"):
            await later.time()
        assert repr(later) == "AsyncExchangeClient('https://exchange.example')"

    asyncio.run(run())


def test_the_machines_own_clock_and_chance() -> None:
    machine = Surroundings()
    assert machine.clock.now() > NOW.replace(year=2020)
    assert machine.new_id() != machine.new_id()
    assert 0 <= machine.chance() <= 1
    assert machine.monotonic() <= machine.monotonic()


# ---------------------------------------------------------------- the front door


def test_the_door_promises_what_there_is() -> None:
    assert sorted(carbonkit.client.__all__) == carbonkit.client.__all__ == sorted(dir(carbonkit.client))
    for name in carbonkit.client.__all__:
        found = getattr(carbonkit.client, name)
        assert found.__name__ == name or found is Library
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(carbonkit.client, "nothing")  # noqa: B009  a type checker would stop the plain form


def _loaded(program: str) -> set[str]:
    lines = f"import sys\n{program}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def _roots(names: set[str]) -> Iterator[str]:
    return (name.partition(".")[0] for name in names)


def test_importing_it_loads_next_to_nothing() -> None:
    names = _loaded("import carbonkit.client")
    ours = {name for name in names if name.startswith("carbonkit")}
    assert ours == {"carbonkit", "carbonkit.client"}


def test_the_http_library_is_not_loaded_before_a_client_is_made() -> None:
    names = _loaded("from carbonkit.client import AsyncExchangeClient, ExchangeClient, KeySigner")
    assert not {"httpx", "httpx2", "anyio", "opentelemetry"} & set(_roots(names))


def test_only_the_door_knows_the_http_library() -> None:
    found = [
        path.name
        for path in sorted(Path(carbonkit.client.__file__).parent.glob("*.py"))
        if re.search(r"^\s*(import|from) httpx", path.read_text("utf-8"), re.MULTILINE)
        or ("import_module" in path.read_text("utf-8") and '"httpx' in path.read_text("utf-8"))
    ]
    assert found == ["door.py"]
