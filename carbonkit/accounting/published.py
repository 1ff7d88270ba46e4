"""Published figures: what someone else says that a facility emitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from carbonkit.accounting._field import is_name, name
from carbonkit.values.field import is_a
from carbonkit.values.number import exact
from carbonkit.values.quantity import CO2e
from carbonkit.values.table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Published", "read_published"]


@attrs.frozen
class Published:
    """
    A figure that was published for a facility.

    Args:
        facility: The facility, as the inventory names it.
        amount: Its emissions.
        group: What the publisher sorts it under, such as a compliance status; may be empty.
        called: What people call the facility; may be empty.

    Raises:
        InvalidValueError: If the facility is blank or the amount no CO2e.

    Example:
        >>> Published("1", CO2e("249.98", "tCO2e"), group="Compliant").facility
        '1'
    """

    facility: str = attrs.field(validator=is_name)
    amount: CO2e = attrs.field(validator=is_a(CO2e))
    group: str = attrs.field(default="", kw_only=True)
    called: str = attrs.field(default="", kw_only=True)


def read_published(lines: Iterable[str], *, file: str) -> tuple[Published, ...]:
    """
    Read published figures from CSV.

    The columns are facility, name, group, amount and unit; name and group may be
    empty, an amount may not.

    Args:
        lines: The text's lines, the header first.
        file: The name that problems give the input.

    Returns:
        The figures, in the order of the rows.

    Raises:
        BatchError: If anything is wrong; every problem names file, row and field.

    Example:
        >>> for figure in read_published(["facility,name,group,amount,unit", "1,Inn,Compliant,249.98,tCO2e"],
        ...                              file="published.csv"):
        ...     print(figure.amount)
        249.98 tCO2e
    """

    def build(row: dict[str, Any]) -> Published:
        amount = CO2e(row["amount"], row["unit"])
        return Published(row["facility"], amount, group=row["group"], called=row["name"])

    columns: dict[str, Callable[[str], object]] = {
        "facility": name,
        "name": str,
        "group": str,
        "amount": exact,
        "unit": str,
    }
    return read_table(lines, file=file, columns=columns, build=build)
