"""
Make the async client from the sync one.

The two differ in what they wait for and in nothing else, so the second is made of the first: functions
become async, calls that wait get their `await`, and the names become those of the twins.

    python scripts/make_async_client.py
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT = Path(__file__).resolve().parent.parent / "carbonkit" / "client"
MODULES = ("_core", "_market_calls", "_order_calls", "_office_calls", "exchange_client")

AWAITED = frozenset(
    {
        *("self._ask", "self._drive", "self._place", "self.close", "self.page", "self._door.close"),
        *("door.open", "door.send", "sleep"),
    }
)
STAYS_SYNC = frozenset({"__init__", "__repr__", "_list", "_own_id", "_version", "listen"})
LISTS = "Pages["

NAMES = {
    "ExchangeClient": "AsyncExchangeClient",
    "MarketCalls": "AsyncMarketCalls",
    "OrderCalls": "AsyncOrderCalls",
    "OfficeCalls": "AsyncOfficeCalls",
    "Core": "AsyncCore",
    "Door": "AsyncDoor",
    "Opened": "AsyncOpened",
    "Pages": "AsyncPages",
    "Events": "AsyncEvents",
    "__enter__": "__aenter__",
    "__exit__": "__aexit__",
    "_core": "_async_core",
    "_market_calls": "_async_market_calls",
    "_order_calls": "_async_order_calls",
    "_office_calls": "_async_office_calls",
}
PHRASES = {
    "Sleep: TypeAlias = Callable[[float], object]": "Sleep: TypeAlias = Callable[[float], Awaitable[object]]",
    "from collections.abc import Callable\n": "from collections.abc import Awaitable, Callable\n",
    "return listen(self, query,": "return listen_async(self, self._sleep, query,",
    "import Listening, listen\n": "import Listening, listen_async\n",
    '"""The client of a remote exchange."""': '"""The client of a remote exchange, for asyncio and trio."""',
    "One client may serve many calls at once.": "Its lists are for `async for`.",
}
HEADER = (
    "# Made from {name}.py by scripts/make_async_client.py; change that file and run the script again.\n\n"
)


def twin(name: str) -> str:
    """Name the module that is made of another."""
    return f"_async{name}" if name.startswith("_") else f"async_{name}"


def insertions(tree: ast.Module) -> Iterator[tuple[int, int, str]]:
    """List what is put where: line, column and words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name not in STAYS_SYNC:
            if not (node.returns and ast.unparse(node.returns).startswith(LISTS)):
                yield node.lineno, node.col_offset, "async "
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in AWAITED:
            yield node.lineno, node.col_offset, "await "


def made(name: str) -> str:
    """Make the async twin of a module."""
    text = (CLIENT / f"{name}.py").read_text("utf-8")
    lines = text.splitlines(keepends=True)
    for line, column, words in sorted(insertions(ast.parse(text)), reverse=True):
        before = lines[line - 1]
        lines[line - 1] = before[:column] + words + before[column:]
    text = "".join(lines)
    for words, instead in PHRASES.items():
        text = text.replace(words, instead)
    text = re.sub(r"\b(" + "|".join(NAMES) + r")\b", lambda found: NAMES[found[0]], text)
    docstring, _, rest = text.partition("\n\n")
    return laid_out(f"{docstring}\n\n{HEADER.format(name=name)}{rest}", CLIENT / f"{twin(name)}.py")


def laid_out(text: str, path: Path) -> str:
    """Lay code out as the house does, with its imports in order."""
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or "ruff"
    for command in (("check", "--select", "I", "--fix-only", "--quiet"), ("format", "--quiet")):
        asked = [ruff, *command, "--stdin-filename", str(path), "-"]
        text = subprocess.run(asked, input=text, check=True, capture_output=True, text=True).stdout
    return text


def main() -> None:
    """Write every twin."""
    for name in MODULES:
        path = CLIENT / f"{twin(name)}.py"
        path.write_text(made(name), "utf-8")
        print(path.name)


if __name__ == "__main__":
    main()
