"""Progress: a caller's function, or a bar, that is told which step is begun."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from carbonkit.accounting.frame._engine import module

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Progress", "reporting"]

Progress: TypeAlias = Callable[[str, int, int], None]

_STEPS: Final = 6


@contextlib.contextmanager
def reporting(progress: Progress | bool) -> Iterator[Callable[[str], None]]:  # noqa: FBT001
    """Give what is called as each step begins; all are said to be done at the end, if none failed."""
    begun = 0
    if not progress:
        yield lambda _: None
        return
    with contextlib.ExitStack() as stack:
        bar = stack.enter_context(module("tqdm").tqdm(total=_STEPS)) if progress is True else None

        def tell(what: str, done: int) -> None:
            if bar is not None:
                bar.set_description(what)
                bar.update(done - bar.n)
            elif callable(progress):
                progress(what, done, _STEPS)

        def step(what: str) -> None:
            nonlocal begun
            tell(what, begun)
            begun += 1

        yield step
        tell("done", _STEPS)
