"""
Ownership: what one entity holds of another, and whose a facility is, from when to when.

An entity is a company, a partnership or any other body that accounts for itself. Ownership says what
the owned is to the owner's financial accounts, and who runs it; a boundary follows from these facts.
"""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from carbonkit.accounting._field import is_name, name
from carbonkit.accounting._fraction import Share, percent, share
from carbonkit.errors import InvalidValueError
from carbonkit.values.field import choice, is_a
from carbonkit.values.table import read_table
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Facility", "Ownership", "Relationship", "read_facilities", "read_ownerships"]


class Relationship(enum.Enum):
    """
    What an entity is to its owner, as the owner's financial accounts treat it.

    Example:
        >>> str(Relationship("joint venture"))
        'joint venture'
    """

    SUBSIDIARY = "subsidiary"
    """The owner controls it financially, alone."""
    JOINT_VENTURE = "joint venture"
    """The partners control it financially together."""
    JOINT_OPERATION = "joint operation"
    """The same without a company of its own: a partnership, or a plant in undivided shares."""
    ASSOCIATE = "associate"
    """The owner has influence, and no financial control."""
    FIXED_ASSET_INVESTMENT = "fixed-asset investment"
    """The owner has neither influence nor control."""
    FRANCHISE = "franchise"
    """It trades under the owner's name; equity rights and control are as the contract says."""

    def __str__(self) -> str:
        """Write it as accounts do."""
        return self.value


_JOINT = (Relationship.JOINT_VENTURE, Relationship.JOINT_OPERATION)


def _share(value: Share) -> Fraction:
    return share(value)


@attrs.frozen
class Ownership:
    """
    What one entity holds of another for some time.

    Args:
        owner: The entity that holds.
        owned: The entity that is held.
        share: The economic interest: of one, as a percentage such as "33.3 %" or a ratio such as "1/3".
            Zero is a value: an operator may hold nothing.
        relationship: What the owned is to the owner.
        period: From when to when; the end may be open.
        operated: Whether the owner has operational control.
        controlled: Of a franchise, and of nothing else: whether the owner has financial control. The other
            relationships say it themselves.
        file: The file that it was read from.
        row: The row in that file.

    Raises:
        InexactNumberError: If the share is a float, a bool, NaN or infinite.
        InvalidValueError: If a name is blank, both are the same, the share is not from 0 to 1, `controlled`
            is missing or out of place, a fixed-asset investment is operated, or a type is wrong.

    Example:
        >>> held = Ownership("Holland America", "BGB", "50 %", Relationship.JOINT_VENTURE,
        ...                  Period("2020-01-01", None), operated=False)
        >>> print(held)
        50 % of BGB held by Holland America, joint venture, not operated, [2020-01-01, …)
    """

    owner: str = attrs.field(validator=is_name)
    owned: str = attrs.field(validator=is_name)
    share: Fraction = attrs.field(converter=_share)
    relationship: Relationship = attrs.field(validator=is_a(Relationship))
    period: Period = attrs.field(validator=is_a(Period))
    operated: bool = attrs.field(kw_only=True, validator=is_a(bool))
    controlled: bool | None = attrs.field(
        default=None, kw_only=True, validator=attrs.validators.optional(is_a(bool))
    )
    file: str = attrs.field(default="", kw_only=True, eq=False, repr=False)
    row: int | None = attrs.field(default=None, kw_only=True, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Check that the facts of control go together."""
        if self.owner == self.owned:
            raise InvalidValueError("not own itself", was=self.owned, field="owned")
        if (self.relationship is Relationship.FRANCHISE) is not (self.controlled is not None):
            must = "be said of a franchise, and of nothing else"
            raise InvalidValueError(
                must, was=f"{self.controlled} of a {self.relationship}", field="controlled"
            )
        if self.relationship is Relationship.FIXED_ASSET_INVESTMENT and self.operated:
            hint = "what is operated is an associate, a joint venture or a subsidiary"
            raise InvalidValueError(
                "not be operated", was=str(self.relationship), field="operated", hint=hint
            )

    @property
    def sole(self) -> bool:
        """Whether the owner has financial control alone."""
        return self.relationship is Relationship.SUBSIDIARY or bool(self.controlled)

    @property
    def joint(self) -> bool:
        """Whether the owner shares financial control with partners."""
        return self.relationship in _JOINT

    def __str__(self) -> str:
        """Say who holds what."""
        run = "operated" if self.operated else "not operated"
        kind = str(self.relationship)
        if self.controlled is not None:
            kind += " under financial control" if self.controlled else " without financial control"
        return f"{percent(self.share)} of {self.owned} held by {self.owner}, {kind}, {run}, {self.period}"


@attrs.frozen
class Facility:
    """
    Whose a facility is for some time, and who runs it.

    A plant that several own in undivided shares is an entity, of the kind joint
    operation, with one facility.

    Args:
        name: The facility, as activities name it.
        entity: The entity that it belongs to.
        period: From when to when; the end may be open.
        operator: The entity that has operational control of it; mostly the same.
        file: The file that it was read from.
        row: The row in that file.

    Raises:
        InvalidValueError: If a name is blank, or the period is none.

    Example:
        >>> print(Facility("Mobile", "IRW", Period("2020-01-01", None), operator="IRW"))
        Mobile of IRW, operated by IRW, [2020-01-01, …)
    """

    name: str = attrs.field(validator=is_name)
    entity: str = attrs.field(validator=is_name)
    period: Period = attrs.field(validator=is_a(Period))
    operator: str = attrs.field(kw_only=True, validator=is_name)
    file: str = attrs.field(default="", kw_only=True, eq=False, repr=False)
    row: int | None = attrs.field(default=None, kw_only=True, eq=False, repr=False)

    def __str__(self) -> str:
        """Say whose it is."""
        return f"{self.name} of {self.entity}, operated by {self.operator}, {self.period}"


def _yes_or_no(cell: str) -> bool:
    if cell not in {"yes", "no"}:
        raise InvalidValueError("be yes or no", was=cell)
    return cell == "yes"


def read_ownerships(lines: Iterable[str], *, file: str) -> tuple[Ownership, ...]:
    """
    Read ownerships from CSV.

    The columns are owner, owned, share, relationship, start, end, operated and, if there is a
    franchise, controlled. `share` is "0.4", "40 %" or "2/5"; `end` is the first day after, blank while it
    is open; operated and controlled are yes or no.

    Args:
        lines: The text's lines, the header first.
        file: The name that problems give the input.

    Returns:
        The ownerships, in the order of the rows.

    Raises:
        BatchError: If anything is wrong; every problem names file, row and field.

    Example:
        >>> held = read_ownerships(["owner,owned,share,relationship,start,end,operated",
        ...                         "A,B,33.3 %,joint venture,2020-01-01,,yes"], file="group.csv")
        >>> print(held[0])
        33.3 % of B held by A, joint venture, operated, [2020-01-01, …)
    """
    columns: dict[str, Callable[[str], object]] = {
        "owner": name,
        "owned": name,
        "share": share,
        "relationship": lambda cell: choice(Relationship, cell, field="relationship"),
        "start": as_date,
        "end": lambda cell: as_date(cell) if cell else None,
        "operated": _yes_or_no,
        "controlled": lambda cell: _yes_or_no(cell) if cell else None,
    }

    def build(row: dict[str, Any]) -> Ownership:
        period = Period(row.pop("start"), row.pop("end"))
        return Ownership(period=period, file=file, **row)

    return read_table(lines, file=file, columns=columns, build=build, row_as="row", absent={"controlled": ""})


def read_facilities(lines: Iterable[str], *, file: str) -> tuple[Facility, ...]:
    """
    Read from CSV whose the facilities are.

    The columns are facility, entity, operator, start and end; `end` is the first day after, blank while
    it is open.

    Args:
        lines: The text's lines, the header first.
        file: The name that problems give the input.

    Returns:
        The facilities, in the order of the rows.

    Raises:
        BatchError: If anything is wrong; every problem names file, row and field.

    Example:
        >>> rows = read_facilities(["facility,entity,operator,start,end", "7,B,B,2020-01-01,"], file="f.csv")
        >>> print(rows[0], rows[0].row)
        7 of B, operated by B, [2020-01-01, …) 2
    """
    columns: dict[str, Callable[[str], object]] = {
        "facility": name,
        "entity": name,
        "operator": name,
        "start": as_date,
        "end": lambda cell: as_date(cell) if cell else None,
    }

    def build(row: dict[str, Any]) -> Facility:
        period = Period(row["start"], row["end"])
        return Facility(
            row["facility"], row["entity"], period, operator=row["operator"], file=file, row=row["row"]
        )

    return read_table(lines, file=file, columns=columns, build=build, row_as="row")
