"""What a class's docstring says of the class and of its fields, for the schemas; internal."""

from __future__ import annotations

import inspect
import re
from typing import Final

_ARGUMENT: Final = re.compile(r"    ([a-z_]+): (.*)")
_LONGER: Final = "        "


def first_line(kind: type) -> str:
    """Give the first line of a class's docstring."""
    return (kind.__doc__ or "").strip().partition("\n")[0]


def field_lines(kind: type) -> dict[str, str]:
    """Give what the docstrings of a class and of its bases say of each field."""
    said: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        arguments = inspect.cleandoc(each.__doc__ or "").partition("\nArgs:\n")[2]
        name = ""
        for line in arguments.splitlines():
            found = _ARGUMENT.fullmatch(line)
            if found is not None:
                name = found[1]
                said[name] = found[2]
            elif name and line.startswith(_LONGER):
                said[name] += " " + line.strip()
            else:
                break
    return said
