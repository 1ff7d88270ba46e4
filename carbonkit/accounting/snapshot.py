"""
Snapshots: an inventory frozen for publication, so that a later factor never moves a published figure.

A snapshot holds all that its figures follow from: the rows, the factors and potentials that
were used with every field and source, and the version of the engine. It accounts for itself
from these alone. Written as JSON it is sealed; a text in which a digit was changed is refused, and
the error names the record.
"""

from __future__ import annotations

import datetime
import json
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.accounting._plain import (
    Facts,
    calculation_from,
    canonical,
    digest,
    factor_from,
    line_from,
    plain_calculation,
    plain_factor,
    plain_line,
    plain_potential,
    potential_from,
    shortest,
)
from carbonkit.accounting.gwp import GwpSet, Potential
from carbonkit.accounting.inventory import Inventory
from carbonkit.errors import CarbonkitError, IntegrityError, InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.time import as_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from carbonkit.accounting.calculation import Calculation
    from carbonkit.accounting.factor import Factor
    from carbonkit.accounting.line import Line
    from carbonkit.accounting.rate import Amount, Rate
    from carbonkit.accounting.scope import Scope2Method
    from carbonkit.accounting.statement import Statement

__all__ = ["Snapshot", "engine_version", "publish", "read_snapshot"]

Made = TypeVar("Made")

_SCHEMA: Final = 1
_LARGEST: Final = 64 * 1024 * 1024  # characters of a text that is read, unless the caller says otherwise
_CHECK: Final = 16  # characters of a record's own digest: enough to find what was changed, the seal is whole
_NAMED: Final = 5  # records that an error names
_HEAD: Final = ("schema", "name", "at", "engine", "catalogue", "gwp", "methods", "totals")
_WHOLE: Final = {*_HEAD, "potentials", "factors", "rows", "seal"}
_RECORDS: Final = {"potentials": ("gas", "origin"), "factors": ("id", "edition"), "rows": ("id", "method")}
_MALFORMED: Final = (CarbonkitError, AttributeError, IndexError, LookupError, TypeError, ValueError)


def _instant(value: datetime.datetime | str) -> datetime.datetime:
    return as_instant(value, field="at")


@attrs.frozen(repr=False)
class Snapshot:
    """
    An inventory as it was published; made by `publish`, or read back by `read_snapshot`.

    Args:
        name: What was published.
        at: When.
        engine: The version of carbonkit that accounted for it.
        gwp: The potentials that it was weighed with: those that were used, and no more.
        gwp_digest: The SHA-256 of the whole set that they were taken from.
        inventory: The rows, each with its factor.

    Raises:
        InvalidValueError: If two factors have one id and edition, a name is blank, or a type is wrong.

    Example:
        >>> from carbonkit.accounting import Activity, Catalogue, Factor, Rate, Scope, account, gwp_set
        >>> from carbonkit.values import Energy, Period, Place, Source
        >>> year, place = Period.year(2025), Place("US")
        >>> factor = Factor("gas", "2025", "natural gas", place, year, "MMBtu", [Rate("CH4", "1.0", "g")],
        ...                 Source("US EPA", "GHG Emission Factors Hub", 2025, table="Table 1"))
        >>> bill = Activity("1", "7", "natural gas", Energy("2000", "kBtu"), place, year, Scope.ONE)
        >>> snapshot = publish(account([bill], Catalogue([factor])), gwp_set("AR5"), name="2025",
        ...                    at="2026-03-31T09:00:00Z", engine="1.0")
        >>> snapshot
        <Snapshot 2025 of 2026-03-31, 1 rows, AR5, carbonkit 1.0>
        >>> read_snapshot(snapshot.text(), file="2025.json").statement().total
        CO2e('0.0000560000', 'tCO2e')
    """

    name: str = attrs.field(validator=is_name)
    at: datetime.datetime = attrs.field(converter=_instant)
    engine: str = attrs.field(validator=is_name)
    gwp: GwpSet = attrs.field(validator=is_a(GwpSet))
    gwp_digest: str = attrs.field(validator=is_name)
    inventory: Inventory = attrs.field(validator=is_a(Inventory))

    def __attrs_post_init__(self) -> None:
        """Check that a row's factor can be told by its id and edition."""
        known: dict[tuple[str, str], Factor] = {}
        for factor in self._used():
            if known.setdefault((factor.id, factor.edition), factor) != factor:
                raise InvalidValueError(
                    "be one factor under one id and edition",
                    was=f"two of {factor.id} ({factor.edition})",
                    field="factor",
                )

    @property
    def methods(self) -> tuple[Scope2Method, ...]:
        """The scope 2 methods that it was accounted by."""
        return self.inventory.methods

    @property
    def factors(self) -> tuple[Factor, ...]:
        """The factors that were used, by id and edition."""
        found = {(factor.id, factor.edition): factor for factor in self._used()}
        return tuple(found[key] for key in sorted(found))

    @property
    def catalogue_digest(self) -> str:
        """The SHA-256 of the factors that were used, with all their fields."""
        return digest([plain_factor(factor) for factor in self.factors])

    @property
    def seal(self) -> str:
        """The SHA-256 of all that it says."""
        return digest(self._facts())

    def statement(self, *, scope_2: Scope2Method | None = None) -> Statement:
        """
        Weigh it again, from what it holds alone.

        Args:
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            The statement, the same as on the day of publication.
        """
        return self.inventory.co2e(self.gwp, scope_2=scope_2)

    def text(self) -> str:
        """
        Write it as JSON, sealed; equal snapshots are written alike.

        Returns:
            ASCII text on one line.
        """
        facts = self._facts()
        return canonical(facts | {"seal": digest(facts)})

    def explain(self, *, scope_2: Scope2Method | None = None) -> Explanation:
        """
        Say what it is pinned to, and how its total came about.

        Args:
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            The total with its pins and its statement, down to the sources.
        """
        statement = self.statement(scope_2=scope_2)
        pins = (
            Explanation("engine", f"carbonkit {self.engine}"),
            Explanation("factors", f"{len(self.factors)}", f"SHA-256 {self.catalogue_digest}"),
            Explanation("GWP set", self.gwp.id, f"SHA-256 {self.gwp_digest}"),
        )
        return Explanation(
            f"snapshot {self.name}",
            str(statement.total),
            f"published {self.at.isoformat()}, from what it holds alone",
            parts=(*pins, statement.explain()),
        )

    def _used(self) -> Iterable[Factor]:
        return {id(line.factor): line.factor for line in self.inventory.lines}.values()

    def _facts(self) -> Facts:
        lines = [plain_line(line) for line in self.inventory.lines]
        calculations = [plain_calculation(each) for each in self.inventory.calculations]
        factors = [plain_factor(factor) for factor in self.factors]
        potentials = [plain_potential(potential) for potential in self.gwp.potentials]
        return {
            "schema": _SCHEMA,
            "name": self.name,
            "at": self.at.isoformat(),
            "engine": self.engine,
            "catalogue": digest(factors),
            "gwp": [self.gwp.id, self.gwp_digest],
            "methods": [method.value for method in self.methods],
            "totals": [
                shortest(self.statement(scope_2=each).total.number) for each in self.methods or (None,)
            ],
            "potentials": _checked(potentials),
            "factors": _checked(factors),
            "rows": _checked([*lines, *calculations]),
        }

    def __repr__(self) -> str:
        """Say what it is pinned to."""
        rows = len(self.inventory.lines) + len(self.inventory.calculations)
        day = self.at.date().isoformat()
        return f"<Snapshot {self.name} of {day}, {rows} rows, {self.gwp.id}, carbonkit {self.engine}>"


def engine_version() -> str:
    """
    Say which version of carbonkit is installed.

    Returns:
        Its version.

    Example:
        >>> engine_version().count(".") > 0
        True
    """
    return metadata.version("carbonkit")


def publish(
    inventory: Inventory,
    gwp: GwpSet,
    *,
    name: str,
    at: datetime.datetime | str,
    engine: str | None = None,
) -> Snapshot:
    """
    Freeze an inventory for publication.

    Args:
        inventory: What was accounted.
        gwp: The GWP set that it is weighed with.
        name: What is published, such as the year.
        at: When; there is no clock here.
        engine: The version of carbonkit that accounted for it; None takes the one that is installed.

    Returns:
        The snapshot.

    Raises:
        InvalidValueError: If two factors of one id and edition differ.
        UnknownGasError: If the set does not hold a gas.
        FixedBasisError: If a factor gives only CO2e, on another basis than this set.

    Example:
        >>> from carbonkit.accounting import Catalogue, account, gwp_set
        >>> publish(account((), Catalogue(())), gwp_set("AR6"), name="nothing", at="2026-03-31T09:00:00Z",
        ...         engine="1.0").statement().total
        CO2e('0', 'tCO2e')
    """
    check_type(inventory, Inventory, field="inventory")
    check_type(gwp, GwpSet, field="gwp")
    for method in inventory.methods or (None,):
        inventory.co2e(gwp, scope_2=method)  # refuses what the set can not weigh
    whole = digest(sorted((plain_potential(each) for each in gwp.potentials), key=canonical))
    held = GwpSet(gwp.id, _used_potentials(inventory, gwp))
    return Snapshot(name, at, engine if engine is not None else engine_version(), held, whole, inventory)


def read_snapshot(text: str, *, file: str, largest: int = _LARGEST) -> Snapshot:
    """
    Read a snapshot back, and check that nothing in it was changed.

    Every record has a digest of its own and the whole has a seal; then each row's amounts and the
    totals are worked out again and must be those that were published.

    Args:
        text: What `Snapshot.text` wrote; the layout of the JSON does not matter.
        file: The name that errors give it.
        largest: How many characters it may have at most.

    Returns:
        The snapshot, equal to the one that was written.

    Raises:
        IntegrityError: If anything was changed; the error names the records.
        InvalidValueError: If it is no text, too long, or no snapshot of a schema that is known.

    Example:
        >>> read_snapshot('{"schema": 7}', file="2025.json")
        Traceback (most recent call last):
        ...
        carbonkit.errors.InvalidValueError: 2025.json: must be a snapshot of schema 1, was schema 7
    """
    check_type(text, str, field="text")
    check_type(largest, int, field="largest")
    if len(text) > largest:
        must = f"have at most {largest} characters"
        raise InvalidValueError(must, was=len(text), file=file, hint="pass largest=… if it is meant")
    try:
        facts = _parsed(text, file)
        _unchanged(facts, file)
        return _restored(facts, file)
    except RecursionError:
        raise InvalidValueError("be nested less deeply", file=file) from None


def _parsed(text: str, file: str) -> Mapping[str, Any]:
    try:
        facts = json.loads(text, object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float)
    except ValueError as error:
        raise InvalidValueError("be JSON without fractions", was=str(error), file=file) from None
    if not isinstance(facts, dict) or facts.get("schema") != _SCHEMA or set(facts) != _WHOLE:
        was = (
            f"schema {facts['schema']}" if isinstance(facts, dict) and "schema" in facts else "something else"
        )
        raise InvalidValueError(f"be a snapshot of schema {_SCHEMA}", was=was, file=file)
    return facts


def _used_potentials(inventory: Inventory, gwp: GwpSet) -> tuple[Potential, ...]:
    factors = {id(line.factor): line.factor for line in inventory.lines}.values()
    emitted: list[Rate | Amount] = [rate for factor in factors for rate in factor.rates]
    emitted += [amount for each in inventory.calculations for amount in each.amounts]
    found = {
        (potential.gas, str(potential.origin or "")): potential
        for each in emitted
        if not each.weighed and not each.apart
        for potential in (gwp.potential(each.gas, origin=each.origin),)
    }
    return tuple(found[key] for key in sorted(found))


def _checked(records: list[Facts]) -> list[Facts]:
    return [record | {"check": digest(record)[:_CHECK]} for record in records]


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    facts = dict(pairs)
    if len(facts) != len(pairs):
        raise ValueError("a key stands twice")
    return facts


def _no_float(text: str) -> object:
    raise ValueError(f"{text} is no whole number; decimals stand in texts")


def _unchanged(facts: Mapping[str, Any], file: str) -> None:
    """Check each record's digest, then the seal, before anything is believed."""
    changed = []
    for part, names in _RECORDS.items():
        records = facts[part]
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise InvalidValueError("be a list of records", field=part, file=file)
        for number, record in enumerate(records, start=1):
            own = {name: value for name, value in record.items() if name != "check"}
            if record.get("check") != digest(own)[:_CHECK]:
                called = " ".join(str(own[name]) for name in names if own.get(name) is not None)
                changed.append(f"{part} {number} ({called})")
    sealed = {name: value for name, value in facts.items() if name != "seal"}
    if not changed and digest(sealed) != facts["seal"]:
        changed.append(f"one of {', '.join(_HEAD[1:])} or seal, or the order or number of records")
    if changed:
        more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
        must = f"be as it was sealed; changed: {', '.join(changed[:_NAMED])}{more}"
        raise IntegrityError(must, field="snapshot", file=file)


def _restored(facts: Mapping[str, Any], file: str) -> Snapshot:
    potentials = _read(facts["potentials"], potential_from, plain_potential, "potentials", file)
    factors = _read(facts["factors"], factor_from, plain_factor, "factors", file)
    known = {(factor.id, factor.edition): factor for factor in factors}
    apart: dict[bool, list[Facts]] = {True: [], False: []}
    for row in facts["rows"]:
        apart[row.get("kind") == "calculation"].append(row)
    lines = _read(apart[False], lambda row: line_from(row, known), plain_line, "rows", file)
    calculations = _read(apart[True], calculation_from, plain_calculation, "rows", file)
    snapshot = _made(facts, potentials, lines, calculations, file)
    for name, value in snapshot._facts().items():  # noqa: SLF001  its own kind
        if canonical(value) != canonical(facts[name]):
            raise IntegrityError(
                f"be what follows from the rest: {canonical(value)[:60]}",
                was=canonical(facts[name])[:60],
                field=name,
                file=file,
                hint=f"it was published by carbonkit {snapshot.engine}",
            )
    return snapshot


def _made(
    facts: Mapping[str, Any],
    potentials: list[Potential],
    lines: list[Line],
    calculations: list[Calculation],
    file: str,
) -> Snapshot:
    try:
        gwp, whole = facts["gwp"]
        return Snapshot(
            facts["name"],
            facts["at"],
            facts["engine"],
            GwpSet(gwp, tuple(potentials)),
            whole,
            Inventory(tuple(lines), tuple(calculations)),
        )
    except _MALFORMED as error:
        raise InvalidValueError("be a snapshot", was=str(error), file=file) from None


def _read(
    records: list[Facts],
    read: Callable[[Facts], Made],
    write: Callable[[Made], Facts],
    part: str,
    file: str,
) -> list[Made]:
    """Read records; each must be written again as it was."""
    found = []
    for number, record in enumerate(records, start=1):
        where = f"{part} {number} ({record.get('id') or record.get('gas')})"
        try:
            made = read(record)
            again = write(made)
        except _MALFORMED as error:
            raise InvalidValueError(
                "be a record of a snapshot", was=str(error), field=where, file=file
            ) from None
        odd = [
            name
            for name in sorted({*again, *record} - {"check"})
            if canonical(again.get(name)) != canonical(record.get(name))
        ]
        if odd:
            name = odd[0]
            raise IntegrityError(
                f"have {name} {canonical(again.get(name))}, which follows from the rest",
                was=canonical(record.get(name)),
                field=where,
                file=file,
            )
        found.append(made)
    return found
