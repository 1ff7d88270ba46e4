"""
Tables of fuels: read from rows, looked up by name, place, edition and date, and those that are bundled.

Nothing falls back: a table of defaults that a guideline gives is one edition, and the caller
names the edition that is meant. What is bundled is read when it is first asked for.
"""

from __future__ import annotations

import difflib
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs

from carbonkit.accounting._field import name
from carbonkit.accounting.calorific import Calorific
from carbonkit.accounting.fuel import Estimate, Fuel
from carbonkit.accounting.origin import Origin
from carbonkit.errors import BatchError, InvalidValueError, NotFoundError, OverlapError, Problem
from carbonkit.values.field import check_type, choice
from carbonkit.values.number import exact, whole
from carbonkit.values.place import Place
from carbonkit.values.source import Source, Status
from carbonkit.values.table import read_table
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["FuelTable", "bundled_fuels", "fuel_tables", "read_fuels"]

_NEAR = 5  # how many of the things that are known a hint names


def _fuels(value: Iterable[Fuel]) -> tuple[Fuel, ...]:
    fuels = tuple(value)
    for fuel in fuels:
        check_type(fuel, Fuel, field="fuel")
    return fuels


@attrs.frozen(repr=False)
class FuelTable:
    """
    Fuels to look up, by name, place, edition and date; nothing falls back.

    Args:
        fuels: The fuels; those of one name, place and edition may not overlap in time.

    Raises:
        BatchError: If two overlap; all such pairs are named.

    Example:
        >>> fuel_tables("ipcc-2006", "cn-steel-2024").editions
        ('IPCC 2006', 'CETS-AG-03.01-V01-2024')
    """

    fuels: tuple[Fuel, ...] = attrs.field(converter=_fuels)

    def __attrs_post_init__(self) -> None:
        """Check that at most one fuel can be the answer."""
        problems = tuple(self._overlapping())
        if problems:
            raise BatchError(problems)

    @property
    def editions(self) -> tuple[str, ...]:
        """The editions that it holds, in their order."""
        return tuple(dict.fromkeys(fuel.edition for fuel in self.fuels))

    def find(self, fuel: str, place: Place, day: datetime.date | str, *, edition: str) -> Fuel:
        """
        Find a fuel.

        Args:
            fuel: Its name, word for word.
            place: Where it is burnt; a wider place is not an answer.
            day: When.
            edition: The edition to take it from; there is no default, since editions differ.

        Returns:
            The one that holds.

        Raises:
            NotFoundError: If none does; the hint says what is known near it.

        Example:
            >>> fuel_tables("ipcc-2006").find("anthracit", Place("001"), "2024-01-01", edition="IPCC 2006")
            Traceback (most recent call last):
            ...
            carbonkit.errors.NotFoundError: fuel: must be a fuel of edition IPCC 2006, was anthracit; known: \
anthracite
        """
        date = as_date(day, field="day")
        if edition not in self.editions:
            hint = f"known: {', '.join(self.editions)}"
            raise NotFoundError("be an edition of the table", was=edition, field="edition", hint=hint)
        held = [each for each in self.fuels if each.edition == edition]
        named = [each for each in held if each.name == fuel]
        if not named:
            names = [each.name for each in held] + [each.printed for each in held if each.printed]
            near = difflib.get_close_matches(str(fuel), names, n=_NEAR) or names[:_NEAR]
            known = dict.fromkeys(each.name for each in held if each.name in near or each.printed in near)
            hint = f"known: {', '.join(known)}"
            raise NotFoundError(f"be a fuel of edition {edition}", was=fuel, field="fuel", hint=hint)
        here = [each for each in named if each.place == place]
        if not here:
            hint = f"known: {', '.join(dict.fromkeys(str(each.place) for each in named))}"
            raise NotFoundError(f"be a place that has {fuel}", was=str(place), field="place", hint=hint)
        for each in here:
            if date in each.valid:
                return each
        hint = f"known: {', '.join(str(each.valid) for each in here)}"
        raise NotFoundError(f"be a day with properties of {fuel}", was=str(date), field="day", hint=hint)

    def _overlapping(self) -> Iterator[Problem]:
        seen: dict[tuple[str, str, str], list[Fuel]] = {}
        for fuel in self.fuels:
            earlier = seen.setdefault((fuel.name, fuel.place.path, fuel.edition), [])
            for other in earlier:
                if other.valid.overlaps(fuel.valid):
                    yield Problem(
                        code=OverlapError.code,
                        must=f"not overlap the same fuel, valid {other.valid}",
                        was=f"{fuel.name} ({fuel.edition}) at {fuel.place}, valid {fuel.valid}",
                        field="valid_from",
                        file=fuel.file,
                        row=fuel.row,
                        hint="end one or give it another edition",
                    )
            earlier.append(fuel)

    def __repr__(self) -> str:
        """Say how much it holds."""
        return f"<FuelTable of {len(self.fuels)} fuels>"


def _or_none(convert: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda cell: convert(cell) if cell else None


def _choice(kind: type[Any], field: str) -> Callable[[str], Any]:
    return lambda cell: choice(kind, cell, field=field)


_LIMITS = ("lower", "upper")
_PROPERTIES = ("heat", "carbon", "oxidation")
_OF_THE_SOURCE = ("publisher", "title", "year", "table", "url", "licence", "status", "note")
_COLUMNS: Mapping[str, Callable[[str], object]] = MappingProxyType(
    {
        "name": name,
        "printed": str,
        "edition": name,
        "place": Place,
        "valid_from": as_date,
        "valid_until": _or_none(as_date),
        "per": str,
        "energy": str,
        "carbon_unit": str,
        "calorific": _choice(Calorific, "calorific"),
        "origin": _choice(Origin, "origin"),
        **{what: _or_none(exact) for what in _PROPERTIES},
        **{f"{what}_{limit}": _or_none(exact) for what in _PROPERTIES for limit in _LIMITS},
        **dict.fromkeys(("publisher", "title"), name),
        "year": whole,
        **dict.fromkeys(("table", "url", "licence"), str),
        "status": _choice(Status, "status"),
        "note": str,
    }
)
_MAY_BE_ABSENT = MappingProxyType(
    dict.fromkeys(
        ("printed", "oxidation", *(f"{what}_{limit}" for what in _PROPERTIES for limit in _LIMITS)), ""
    )
)


def read_fuels(lines: Iterable[str], *, file: str) -> tuple[Fuel, ...]:
    r"""
    Read fuels from CSV, one row each.

    The columns are name, edition, place, valid_from, valid_until, per, energy, carbon_unit,
    calorific ("gross" or "net"), origin ("fossil" or "biogenic"), heat, carbon, and those of the
    source: publisher, title, year, table, url, licence, status, note. These may be absent: printed,
    oxidation, and the 95 % limits heat_lower, heat_upper, carbon_lower, carbon_upper,
    oxidation_lower, oxidation_upper. An empty property is one that the document does not give.

    Args:
        lines: The text's lines, the header first.
        file: The name that problems give the input.

    Returns:
        The fuels, in the order of the rows.

    Raises:
        BatchError: If anything is wrong; every problem names file, row and field.

    Example:
        >>> header = "name,edition,place,valid_from,valid_until,per,energy,carbon_unit,calorific,origin," \
        ...          "heat,carbon,oxidation,publisher,title,year,table,url,licence,status,note"
        >>> row = "diesel,7,CN,2024-01-01,,t,GJ,t,net,fossil,42.652,0.0202,0.98,Us,Tests,2024,,,,confirmed,"
        >>> print(read_fuels([header, row], file="fuels.csv")[0])
        diesel (7): 42.652 GJ per t; 0.0202 t C per GJ; 0.98 oxidised
    """
    return read_table(
        lines,
        file=file,
        columns=_COLUMNS,
        build=lambda row: _fuel(row, file),
        row_as="row",
        absent=_MAY_BE_ABSENT,
    )


def _fuel(row: dict[str, Any], file: str) -> Fuel:
    plainly = ("name", "edition", "place", "per", "calorific", "origin", "energy", "carbon_unit", "printed")
    return Fuel(
        **{column: row[column] for column in plainly},
        heat=_estimate(row, "heat"),
        carbon=_estimate(row, "carbon"),
        oxidation=_estimate(row, "oxidation"),
        valid=Period(row["valid_from"], row["valid_until"]),
        source=Source(**{column: row[column] for column in _OF_THE_SOURCE}),
        file=file,
        row=row["row"],
    )


def _estimate(row: dict[str, Any], what: str) -> Estimate | None:
    number, *limits = (row[column] for column in (what, *(f"{what}_{limit}" for limit in _LIMITS)))
    if number is not None:
        return Estimate(number, *limits)
    if any(limit is not None for limit in limits):
        raise InvalidValueError("be there where its limits are", was="empty", field=what)
    return None


def fuel_tables(*names: str) -> FuelTable:
    """
    Make one table of bundled tables of fuels.

    Args:
        names: Their names; there is no default.

    Returns:
        The table; your own fuels can be added with `FuelTable([*it.fuels, *own])`.

    Raises:
        InvalidValueError: If none is named.
        NotFoundError: If nothing of a name is bundled; the hint lists all that is.

    Example:
        >>> table = fuel_tables("cn-power-2021")
        >>> print(table.find("natural gas", Place("CN"), "2021-06-30", edition="power 2021"))
        natural gas (power 2021): 389.31 GJ per 10kNm3; 0.01532 t C per GJ; 0.99 oxidised
    """
    if not names:
        hint = f"known: {', '.join(_names())}"
        raise InvalidValueError("be named", was="none", field="fuel table", hint=hint)
    return FuelTable(fuel for each in names for fuel in bundled_fuels(each))


def bundled_fuels(table: str) -> tuple[Fuel, ...]:
    """
    Read the fuels of one bundled table.

    Args:
        table: Its name.

    Returns:
        The fuels, in the document's order.

    Raises:
        NotFoundError: If nothing of that name is bundled; the hint lists all that is.

    Example:
        >>> print(bundled_fuels("ipcc-2006")[0])
        crude oil (IPCC 2006): 42.3 (40.1 to 44.8) GJ per t; 20.0 (19.4 to 20.6) kg C per GJ
    """
    if table not in _names():
        hint = f"known: {', '.join(_names())}"
        raise NotFoundError("be a bundled table of fuels", was=table, field="fuel table", hint=hint)
    return _bundled(table)


@cache
def _names() -> tuple[str, ...]:
    folder = resources.files("carbonkit.accounting") / "data" / "fuel"
    return tuple(sorted(it.name.removesuffix(".csv") for it in folder.iterdir() if it.name.endswith(".csv")))


@cache
def _bundled(table: str) -> tuple[Fuel, ...]:
    file = f"{table}.csv"
    text = (resources.files("carbonkit.accounting") / "data" / "fuel" / file).read_text(encoding="utf-8")
    return read_fuels(text.splitlines(), file=file)
