"""Query strings: how the classes of `carbonkit.wire.query` go into a URL and come out of it, strictly."""

from __future__ import annotations

import re
import types
from typing import TYPE_CHECKING, Final, TypeVar, cast, get_args, get_type_hints
from urllib.parse import urlencode

import attrs

from carbonkit.errors import BatchError, InvalidValueError, Problem
from carbonkit.values.text import matches
from carbonkit.wire.codec import decoded, encoded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.wire.json_text import Json

__all__ = ["read_query", "write_query"]

Value = TypeVar("Value")
_COUNT: Final = re.compile(r"0|[1-9][0-9]{0,17}")
_LONGEST_NAME: Final = 64
_MOST: Final = 50  # parts of a query string


def read_query(kind: type[Value], pairs: Iterable[tuple[str, str]]) -> Value:
    """
    Make a query from the names and texts of a query string.

    Args:
        kind: The class of the query.
        pairs: Each name with its text, percent-decoded, as often as it stands there.

    Returns:
        The query.

    Raises:
        BatchError: If a name is unknown or comes twice, or a text is not what it must be; it has every
            problem, each with the name as its `field`.

    Example:
        >>> from carbonkit.wire.query import DepthQuery
        >>> read_query(DepthQuery, [("levels", "5")])
        DepthQuery(levels=5)
    """
    given = list(pairs)
    if len(given) > _MOST:
        raise BatchError([_problem("", f"have at most {_MOST} parts", f"{len(given)} parts")])
    counts = _counts(kind)
    facts: dict[str, Json] = {}
    problems: list[Problem] = []
    for name, text in given:
        if name in facts:
            problems.append(_problem(name, "be given once", text))
        elif not text:
            problems.append(_problem(name, "not be empty; leave it out", ""))
        elif name in counts and not matches(_COUNT, text):
            problems.append(_problem(name, "be a whole number in the digits 0 to 9", text))
        facts.setdefault(name, int(text) if name in counts and matches(_COUNT, text) else text)
    told = {problem.field for problem in problems}
    try:
        value, _ = decoded(kind, facts)
    except BatchError as error:
        found = [_named(problem) for problem in error.problems]
        raise BatchError([*problems, *(each for each in found if each.field not in told)]) from None
    if problems:
        raise BatchError(problems)
    return value


def write_query(value: object) -> str:
    """
    Write a query as a query string; what is None is left out.

    Args:
        value: A value of a class of `carbonkit.wire.query`.

    Returns:
        The query string, without its question mark; safe to send.

    Example:
        >>> from carbonkit.wire.query import OrderQuery
        >>> write_query(OrderQuery(client_order_id="S+1", limit=5))
        'limit=5&client_order_id=S%2B1'
    """
    facts = encoded(value)
    return urlencode([(name, str(fact)) for name, fact in facts.items() if fact is not None], safe=":")


def _counts(kind: type) -> frozenset[str]:
    """Name the fields that are whole numbers; any other is written as its text."""
    hints = get_type_hints(kind)
    fields = attrs.fields(cast("type[attrs.AttrsInstance]", kind))
    return frozenset(each.name for each in fields if int in _kinds(hints[each.name]))


def _kinds(hint: object) -> tuple[object, ...]:
    return get_args(hint) if isinstance(hint, types.UnionType) else (hint,)


def _problem(name: str, must: str, was: str) -> Problem:
    return InvalidValueError(must, was=was, field=name[:_LONGEST_NAME]).problem


def _named(problem: Problem) -> Problem:
    """Tell a problem by the name of the part, in place of its JSON pointer."""
    name = problem.field.removeprefix("/").replace("~1", "/").replace("~0", "~")
    return attrs.evolve(problem, field=name)
