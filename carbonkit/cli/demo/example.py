"""Where the demonstration's input lies: in the source checkout, or, in part, inside the package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import attrs

import carbonkit
from carbonkit.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonkit.cli.screen import Screen

__all__ = ["Examples"]


@attrs.frozen
class Examples:
    """
    The folders that hold the examples.

    Args:
        folders: Where to look, in order.

    Example:
        >>> Examples.found().has("opening_day")
        True
    """

    folders: tuple[Path, ...]

    @classmethod
    def found(cls) -> Examples:
        """
        Look beside the package, as in a source checkout, then inside it, as in a wheel.

        Returns:
            The folders that exist.
        """
        package = Path(carbonkit.__file__).parent
        candidates = (package.parent / "examples", package / "cli" / "examples")
        return cls(tuple(folder for folder in candidates if folder.is_dir()))

    def has(self, name: str) -> bool:
        """Say whether an example is there."""
        return any((folder / name).is_dir() for folder in self.folders)

    def lines(self, name: str, file: str) -> list[str]:
        """
        Read a file of an example.

        Args:
            name: The example.
            file: The file in it.

        Returns:
            Its lines.

        Raises:
            NotFoundError: If it is not there.
        """
        for folder in self.folders:
            path = folder / name / file
            if path.is_file():
                return path.read_text(encoding="utf-8").splitlines(keepends=True)
        raise NotFoundError("be in the examples", was=f"{name}/{file}", field="example")


def progress_of(screen: Screen, what: str, total: int) -> Callable[[int], None]:
    """
    Make a function that draws progress.

    Args:
        screen: Where to draw.
        what: What is being done.
        total: How many there are.

    Returns:
        A function of the number done.

    Example:
        >>> import io
        >>> from carbonkit.cli.screen import Screen
        >>> progress_of(Screen(io.StringIO()), "records", 10)(5)
    """
    return lambda done: screen.progress(what, min(done, total), total)
