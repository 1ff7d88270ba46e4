"""
Choices: which factors the keys of a frame's rows lead to, by the very rules of `Catalogue.choose`.

A key is what the rows of one kind share: activity, place, unit, scope, and category and calorific
basis if the frame has them. There are few of them, so they are looked at one by one, here.
"""

from __future__ import annotations

import contextlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import attrs

from carbonkit.accounting._field import name
from carbonkit.accounting.calorific import Calorific
from carbonkit.accounting.fallback import Fallback, Step
from carbonkit.accounting.frame.factor_table import FactorTable
from carbonkit.accounting.frame.reason import Reason
from carbonkit.accounting.scope import Category, Scope, Scope2Method
from carbonkit.errors import (
    CarbonkitError,
    IncompatibleUnitsError,
    InexactConversionError,
    InvalidValueError,
    UnknownFactorError,
)
from carbonkit.values.field import choice
from carbonkit.values.place import Place
from carbonkit.values.quantity import quantity
from carbonkit.values.time import Period
from carbonkit.values.unit import unit_named

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterator

    from carbonkit.accounting.catalogue import Choice
    from carbonkit.accounting.factor import Factor

__all__ = ["Asked", "Cell", "Choices", "Key", "Refused"]

Raw: TypeAlias = "tuple[Any, ...]"  # a key's cells, as the frame has them
_ONE: Final = Decimal(1)
_ANY: Final = Period.year(2000)
_MANY: Final = "be in one of the units"  # how the catalogue's problem begins where several units would do


class Key(NamedTuple):
    """What the rows of one kind share."""

    activity: str
    place: Place
    unit: str
    scope: Scope
    category: Category | None
    calorific: Calorific | None


class Cell(NamedTuple):
    """What rows that are added up together share, apart from their facility."""

    activity: str
    unit: str
    scope: Scope
    category: Category | None
    ratios: tuple[Decimal, ...]


@attrs.frozen
class Refused:
    """Why the rows of a key, or of a key and period, have no factor."""

    reason: Reason
    detail: str


class Asked(NamedTuple):
    """The number of the cell of a key, and for each method the run of versions that it leads to."""

    cell: int
    runs: tuple[int, ...]


class _RefusedError(Exception):
    def __init__(self, refused: Refused) -> None:
        self.refused = refused


_FIELDS: Final = {
    "activity": Reason.NO_ACTIVITY,
    "place": Reason.NO_PLACE,
    "calorific": Reason.NO_CALORIFIC,
    "method": Reason.NO_METHOD,
    "period": Reason.NO_PERIOD,
}


@attrs.define(eq=False)
class Choices:
    """Reads keys and finds their factors; what was found once is remembered."""

    table: FactorTable
    methods: tuple[Scope2Method, ...]
    fallback: Fallback | None
    cells: dict[Cell, int] = attrs.field(init=False, factory=dict)
    _kinds: dict[Raw, Key | Refused] = attrs.field(init=False, factory=dict)
    _direct: dict[Raw, tuple[int, Key | None]] = attrs.field(init=False, factory=dict)
    _places: dict[Any, Place | Refused] = attrs.field(init=False, factory=dict)
    _ratios: dict[tuple[str, str], Decimal | None] = attrs.field(init=False, factory=dict)

    def key(self, raw: Raw) -> Key | Refused:
        """Read a key's cells; what is the same at all places is read once."""
        kind = (raw[0], *raw[2:])
        known = self._kinds.get(kind)
        if known is None:
            known = self._kinds[kind] = self._kind(raw)
        if isinstance(known, Refused):
            return known
        place: Any = self._places.get(raw[1])
        if place is None:
            place = self._places[raw[1]] = _read("place", raw[1])
        if isinstance(place, Refused):
            return place
        return known._replace(place=place)

    def answer(self, raw: Raw) -> Asked | Refused:
        """Read a key's cells and find its run of versions; nothing falls back."""
        kind = (raw[0], *raw[2:])
        cell, known = self._direct.get(kind, (0, None))
        if known is not None:  # the very unit of the factor, and one answer: by far the most
            units = self.table.laid.series.get((known.activity, raw[1], None, known.calorific), {})
            run = units.get(known.unit)
            if run is not None:
                return Asked(cell, (run,))
        key = self.key(raw)
        if isinstance(key, Refused):
            return key
        found = self.asked(key)
        if isinstance(found, Asked) and key.scope is not Scope.TWO:
            self._direct[kind] = (self.cell(key, (_ONE,)), key)
        return found

    def cell(self, key: Key, ratios: tuple[Decimal, ...]) -> int:
        """Number what rows that are added up together share."""
        shared = Cell(key.activity, key.unit, key.scope, key.category, ratios)
        return self.cells.setdefault(shared, len(self.cells))

    def _kind(self, raw: Raw) -> Key | Refused:
        facts: list[Any] = []
        for field, cell in zip(Key._fields, raw, strict=True):
            known = _read(field, cell) if field != "place" else None
            if isinstance(known, Refused):
                return known
            facts.append(known)
        key = Key(*facts)
        if key.category is not None and key.scope is not Scope.THREE:
            error = InvalidValueError("stand in scope 3 only", was=str(key.scope), field="category")
            return Refused(Reason.BAD_CATEGORY, str(error))
        if key.scope is Scope.TWO and not self.methods:
            hint = "pass scope_2=[Scope2Method.LOCATION], MARKET, or both"
            error = InvalidValueError("name at least one method", was="none", field="scope_2", hint=hint)
            return Refused(Reason.NO_SCOPE_2_METHOD, str(error))
        return key

    def asked(self, key: Key) -> Asked | Refused:
        """Find the run of versions of a key, for each method that it is wanted by; nothing falls back."""
        runs, ratios = [], []
        try:
            for method in self.wanted(key):
                per, run = self._run(key, method)
                runs.append(run)
                ratios.append(self.ratio(key.unit, per))
        except _RefusedError as error:
            return error.refused
        return Asked(self.cell(key, tuple(ratios)), tuple(runs))

    def at(
        self, key: Key, start: datetime.date, end: datetime.date
    ) -> tuple[tuple[Factor, Step | None, Decimal], ...] | Refused:
        """Find the factors of a key in one period, if need be by the steps of the fallback."""
        found = []
        try:
            for method in self.wanted(key):
                chosen = self._choose(key, method, Period(start, end), self.fallback)
                found.append((chosen.factor, chosen.step, self.ratio(key.unit, chosen.factor.per)))
        except _RefusedError as error:
            return error.refused
        return tuple(found)

    def led(self, key: Key) -> tuple[str, Decimal] | Refused:
        """Say in which unit the factor is that a key of one method leads to, and the exact ratio."""
        try:
            per, _ = self._run(key, self.wanted(key)[0])
            return per, self.ratio(key.unit, per)
        except _RefusedError as error:
            return error.refused

    def wanted(self, key: Key) -> tuple[Scope2Method | None, ...]:
        """List the methods that a key is accounted by."""
        return self.methods if key.scope is Scope.TWO else (None,)

    def ratio(self, unit: str, per: str) -> Decimal:
        """Say exactly how many of a factor's unit one of the row's unit is."""
        if (unit, per) not in self._ratios:
            try:
                self._ratios[unit, per] = quantity(1, unit).to(per).number
            except InexactConversionError:
                self._ratios[unit, per] = None
        ratio = self._ratios[unit, per]
        if ratio is None:
            must = f"have a finite decimal form in {per}"
            hint = f"convert the amounts to {per}, rounded as you choose, before they are accounted"
            error = InexactConversionError(must, was=f"1 {unit}", field="unit", hint=hint)
            raise _RefusedError(Refused(Reason.INEXACT_CONVERSION, str(error)))
        return ratio

    def _run(self, key: Key, method: Scope2Method | None) -> tuple[str, int]:
        with _refusing():
            versions = self.table.catalogue.versions(
                key.activity, key.place, method=method, calorific=key.calorific, unit=key.unit
            )
        # where there is none on any day, the catalogue is asked for one, and says what is known near it
        one = self._choose(key, method, _ANY, None).factor if versions is None else versions.factors[0]
        return one.per, self.table.laid.series[key.activity, key.place.path, method, key.calorific][one.per]

    def _choose(
        self, key: Key, method: Scope2Method | None, when: Period, fallback: Fallback | None
    ) -> Choice:
        with _refusing():
            return self.table.catalogue.choose(
                key.activity,
                key.place,
                when,
                method=method,
                calorific=key.calorific,
                unit=key.unit,
                fallback=fallback,
            )


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    """Take what a catalogue raises for the reason."""
    try:
        yield
    except UnknownFactorError as error:
        raise _RefusedError(Refused(_FIELDS[error.problem.field], str(error))) from None
    except IncompatibleUnitsError as error:
        many = error.problem.must.startswith(_MANY)
        reason = Reason.AMBIGUOUS_UNIT if many else Reason.NO_UNIT
        raise _RefusedError(Refused(reason, str(error))) from None


_READERS: Final[dict[str, tuple[Reason, Callable[[str], object]]]] = {
    "activity": (Reason.BAD_ACTIVITY, lambda cell: name(cell, field="activity")),
    "place": (Reason.BAD_PLACE, Place),
    "unit": (Reason.UNKNOWN_UNIT, lambda cell: unit_named(cell).name),
    "scope": (Reason.BAD_SCOPE, lambda cell: choice(Scope, cell, field="scope")),
    "category": (
        Reason.BAD_CATEGORY,
        lambda cell: choice(Category, cell, field="category") if cell else None,
    ),
    "calorific": (
        Reason.BAD_CALORIFIC,
        lambda cell: choice(Calorific, cell, field="calorific") if cell else None,
    ),
}
_MISSING: Final = {
    "activity": Reason.MISSING_ACTIVITY,
    "place": Reason.MISSING_PLACE,
    "unit": Reason.MISSING_UNIT,
    "scope": Reason.MISSING_SCOPE,
}


def _read(field: str, cell: Any) -> Any:  # noqa: ANN401
    if field in _MISSING and (cell is None or cell == ""):
        return Refused(_MISSING[field], "")
    reason, reader = _READERS[field]
    try:
        return reader(str(cell))
    except CarbonkitError as error:
        return Refused(reason, str(error))
