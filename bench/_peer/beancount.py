"""beancount: each transfer appended to the text and written to disk; all of it read at the end."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench._peer.job import Job, Ready, main

if TYPE_CHECKING:
    from collections.abc import Mapping


def prepare(job: Job) -> Ready:
    """Begin a new text with the job's accounts."""
    os.environ["BEANCOUNT_DISABLE_LOAD_CACHE"] = "1"  # or a second reading would not be one
    loader, realization = (
        importlib.import_module(name) for name in ("beancount.loader", "beancount.core.realization")
    )
    path = Path(job.folder) / "peer.beancount"
    path.write_text("".join(f"2026-01-01 open {_account(name)} TONNE\n" for name in job.accounts), "utf-8")
    text = path.open("a", encoding="utf-8")
    loaded: list[Any] = []

    def post(name: str, source: str, target: str, quantity: int) -> None:
        text.write(
            f'\n2026-01-05 * "trade"\n  id: "{name}"\n'
            f"  {_account(target)}  {quantity} TONNE\n  {_account(source)}  -{quantity} TONNE\n"
        )
        text.flush()
        os.fdatasync(text.fileno())

    def load() -> None:
        entries, errors, _ = loader.load_file(str(path))
        if errors:
            message = f"beancount reads its text with errors: {errors[0]}"
            raise ValueError(message)
        loaded.append(realization.realize(entries))

    def quantities() -> dict[str, int]:
        return {name: _held(loaded[-1], realization, name) for name in job.accounts}

    return Ready(post, quantities, load)


def _held(root: Mapping[str, Any], realization: Any, name: str) -> int:  # noqa: ANN401  a module of the peer's
    account = realization.get(root, _account(name))
    return 0 if account is None else int(account.balance.get_currency_units("TONNE").number)


def _account(name: str) -> str:
    return f"Assets:{name}"


if __name__ == "__main__":
    main(prepare)
