"""The screen: lines stay, progress is drawn only on a terminal and taken back before the next line."""

from __future__ import annotations

import io

import pytest

from carbonkit.cli.screen import Screen


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_lines_and_no_progress() -> None:
    out = io.StringIO()
    screen = Screen(out)
    screen.heading("Act 1")
    screen.progress("rows", 5, 10)
    screen.line("done")
    assert out.getvalue() == "\nAct 1\n─────\ndone\n"


def test_a_terminal_sees_progress_and_the_next_line_takes_it_back() -> None:
    out = Terminal()
    screen = Screen(out)
    screen.progress("rows", 1_500, 3_000)
    assert out.getvalue().endswith(f"{'█' * 12}{'░' * 12} 1,500 of 3,000 rows")
    screen.line("done")
    assert out.getvalue().endswith("rows\r\x1b[Kdone\n")
    screen.line("more")
    assert out.getvalue().endswith("Kdone\nmore\n")


@pytest.mark.parametrize(("done", "total", "full"), [(0, 10, 0), (10, 10, 24), (0, 0, 24)])
def test_the_bar_is_empty_at_the_start_and_full_at_the_end(done: int, total: int, full: int) -> None:
    out = Terminal()
    Screen(out).progress("rows", done, total)
    assert out.getvalue().count("█") == full
