"""Where a file comes from: a path, bytes or a binary stream, opened to be read twice; internal."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeAlias

from carbonkit.errors import InvalidValueError, WrongTypeError

if TYPE_CHECKING:
    from collections.abc import Iterator

Source: TypeAlias = "str | os.PathLike[str] | bytes | BinaryIO"


class Opened(NamedTuple):
    """A source that can be read from its beginning, and what problems call it."""

    stream: BinaryIO
    name: str
    path: Path | None


@contextlib.contextmanager
def opened(source: Source, name: str) -> Iterator[Opened]:
    """Open a source; what a caller opened stays open."""
    with contextlib.ExitStack() as stack:
        if isinstance(source, (bytes, bytearray, memoryview)):
            yield Opened(io.BytesIO(source), name or "input", None)
        elif isinstance(source, (str, os.PathLike)):
            try:
                path = Path(source)
                stream = stack.enter_context(path.open("rb"))
            except (OSError, ValueError, TypeError) as error:  # a ValueError: a NUL in the name
                hint = getattr(error, "strerror", None) or str(error)
                raise InvalidValueError(
                    "be a file that can be read", was=source, field="source", hint=hint
                ) from error
            yield Opened(stream, name or path.name, path)
        else:
            yield Opened(_rewindable(source, stack), name or "input", None)


def _rewindable(source: Any, stack: contextlib.ExitStack) -> BinaryIO:  # noqa: ANN401  checked here
    if isinstance(source, io.TextIOBase) or not hasattr(source, "read"):
        must = "be a path, bytes or a binary stream"
        raise WrongTypeError(must, was=repr(source), field="source", hint='open it with "rb"')
    try:
        if source.seekable():
            source.seek(0)
            stream: BinaryIO = source
            return stream
        copy = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  the stack closes it
        shutil.copyfileobj(source, copy)
        copy.seek(0)
    except (OSError, AttributeError, TypeError, ValueError) as error:  # a stream that is closed, or none
        raise InvalidValueError("be a stream that can be read", was=repr(source), field="source") from error
    return copy


@contextlib.contextmanager
def as_path(source: Opened) -> Iterator[Path]:
    """Give the path of a source, a temporary one if it has none."""
    if source.path is not None:
        yield source.path
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy"
        with path.open("wb") as copy:
            shutil.copyfileobj(source.stream, copy)
        yield path
