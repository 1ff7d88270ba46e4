"""What a person sees while a command runs: lines that stay, and one line of progress that does not."""

from __future__ import annotations

from typing import TextIO

import attrs

__all__ = ["Screen"]

_WIDTH = 24


@attrs.define
class Screen:
    r"""
    Writes to a stream; progress is drawn only where the stream is a terminal.

    Args:
        stream: Where to write.

    Example:
        >>> import io
        >>> out = io.StringIO()
        >>> Screen(out).line("3,204 of 3,204 agree")
        >>> out.getvalue()
        '3,204 of 3,204 agree\n'
    """

    stream: TextIO
    _drawn: bool = attrs.field(default=False, init=False)

    def heading(self, text: str) -> None:
        """Write a heading after an empty line."""
        self.line("")
        self.line(text)
        self.line("─" * min(len(text), 78))

    def line(self, text: str) -> None:
        """Write a line that stays."""
        self.clear()
        self.stream.write(text + "\n")
        self.stream.flush()

    def progress(self, what: str, done: int, total: int) -> None:
        """Draw how far something has come, over what was drawn before."""
        if not self.stream.isatty():
            return
        full = _WIDTH * done // total if total else _WIDTH
        self.stream.write(f"\r\x1b[K  {'█' * full}{'░' * (_WIDTH - full)} {done:,} of {total:,} {what}")
        self.stream.flush()
        self._drawn = True

    def clear(self) -> None:
        """Take back the line of progress, if one is drawn."""
        if self._drawn:
            self.stream.write("\r\x1b[K")
            self._drawn = False
