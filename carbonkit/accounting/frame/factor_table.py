"""
Factor tables: a catalogue laid out in columns, one for each gas, as scaled whole numbers.

Made once for a catalogue, and used for any number of frames.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from carbonkit.accounting.catalogue import Catalogue
from carbonkit.accounting.frame._engine import pyarrow
from carbonkit.accounting.origin import Origin
from carbonkit.values.field import check_type
from carbonkit.values.number import multiply
from carbonkit.values.unit import unit_named

if TYPE_CHECKING:
    from decimal import Decimal

    import pyarrow as pa

    from carbonkit.accounting.calorific import Calorific
    from carbonkit.accounting.factor import Factor
    from carbonkit.accounting.rate import Rate
    from carbonkit.accounting.scope import Scope2Method

__all__ = ["DIGITS", "FOREVER", "FactorTable", "Label", "in_kilograms", "places_of", "scaled"]

DIGITS: Final = 18  # of a factor in a table: with the 19 of a quantity, a product fits 38 on every engine
FOREVER: Final = datetime.date.max  # where no end of a validity is set

Key: TypeAlias = "tuple[str, str, Scope2Method | None, Calorific | None]"


@attrs.frozen(order=False)
class Label:
    """
    What one column of a table counts.

    Args:
        gas: The gas, or "CO2e".
        origin: Where its carbon comes from, if that is said.
        basis: What it was weighed with, if it was.

    Example:
        >>> print(Label("CH4", Origin.FOSSIL, ""))
        CH4 fossil
    """

    gas: str
    origin: Origin | None
    basis: str

    @property
    def apart(self) -> bool:
        """Whether it is biogenic CO2, which is reported outside of the scopes."""
        return self.gas == "CO2" and self.origin is Origin.BIOGENIC

    @property
    def unit(self) -> str:
        """The unit that the column counts in, before its scale: kg or kgCO2e."""
        return "kgCO2e" if self.basis else "kg"

    def __str__(self) -> str:
        """Write it as the head of a column."""
        said = [self.gas, str(self.origin) if self.origin else "", f"({self.basis})" if self.basis else ""]
        return " ".join(filter(None, said))


def label_of(rate: Rate) -> Label:
    """Say to which column a rate belongs."""
    return Label(rate.gas, rate.origin, rate.basis)


def places_of(number: Decimal) -> int:
    """Count the decimal places that a number needs, zeros at its end left out."""
    bottom = number.as_integer_ratio()[1]  # twos and fives only, as the number is a decimal
    twos = (bottom & -bottom).bit_length() - 1
    fives, rest = 0, bottom >> twos
    while rest > 1:
        fives, rest = fives + 1, rest // 5
    return max(twos, fives)


def scaled(number: Decimal, scale: int) -> int:
    """Give a number as a whole number of its smallest places; `scale` must be enough."""
    top, bottom = number.as_integer_ratio()
    return int(top * 10**scale // bottom)


@attrs.frozen(eq=False)
class _Laid:
    """The catalogue in columns."""

    labels: tuple[Label, ...]
    positions: dict[Label, int]
    scales: tuple[int, ...]
    largest: int
    fits: bool
    series: dict[Key, dict[str, int]]  # of each key and unit, the number of its run of versions
    signatures: tuple[tuple[Label, ...], ...]  # which gases a factor gives
    versions: Any


def _catalogue(value: Catalogue) -> Catalogue:
    check_type(value, Catalogue, field="catalogue")
    return value


def _laid(table: FactorTable) -> _Laid:
    factors = table.catalogue.factors
    amounts: list[dict[Label, Decimal]] = [in_kilograms(factor) for factor in factors]
    signatures: dict[tuple[Label, ...], int] = {}
    signed = [signatures.setdefault(tuple(each), len(signatures)) for each in amounts]
    labels = tuple(dict.fromkeys(label for signature in signatures for label in signature))
    columns = {label: [each.get(label) for each in amounts] for label in labels}
    scales = tuple(
        max(places_of(number) for number in set(columns[label]) if number is not None) for label in labels
    )
    whole = [
        [0 if number is None else scaled(number, scale) for number in columns[label]]
        for label, scale in zip(labels, scales, strict=True)
    ]
    largest = max((max(column) for column in whole), default=0)
    fits = largest < 10**DIGITS
    series: dict[Key, dict[str, int]] = {}
    runs = []
    count = 0
    for factor in factors:
        units = series.setdefault((factor.activity, factor.place.path, factor.method, factor.calorific), {})
        if factor.per not in units:
            units[factor.per] = count
            count += 1
        runs.append(units[factor.per])
    return _Laid(
        labels,
        {label: position for position, label in enumerate(labels)},
        scales,
        largest,
        fits,
        series,
        tuple(signatures),
        _versions(factors, runs, signed, whole if fits else []),
    )


def _versions(
    factors: tuple[Factor, ...], runs: list[int], signed: list[int], whole: list[list[int]]
) -> pa.Table:
    pa = pyarrow()
    columns = {
        "series": pa.array(runs, pa.int32()),
        "version": pa.array(range(len(factors)), pa.int32()),
        "signature": pa.array(signed, pa.int32()),
        "valid_from": pa.array([factor.valid.start for factor in factors], pa.date32()),
        "valid_until": pa.array([factor.valid.end or FOREVER for factor in factors], pa.date32()),
    }
    for position, column in enumerate(whole):
        columns[f"c{position}"] = pa.array(column, pa.int64())
    return pa.table(columns)


def in_kilograms(factor: Factor) -> dict[Label, Decimal]:
    """Give a factor's rates in kg of gas, or of CO2e, for one unit of activity."""
    return {label_of(rate): multiply(rate.number, unit_named(rate.unit).ratio) for rate in factor.rates}


@attrs.frozen(eq=False, repr=False)
class FactorTable:
    """
    A catalogue laid out for frames; make it once and pass it in where several frames are accounted.

    Args:
        catalogue: The factors.

    Raises:
        MissingExtraError: If the extra `bulk` is not installed.

    Example:
        >>> from carbonkit.accounting import Factor, Rate
        >>> from carbonkit.values import Period, Place, Source
        >>> steam = Factor("steam", "2016", "steam", Place("US"), Period.year(2016), "MMBtu",
        ...                (Rate("CO2", "66.33", "kg"),), Source("US EPA", "Emission Factors", 2016))
        >>> FactorTable(Catalogue([steam]))
        <FactorTable of 1 factors, 1 columns: CO2>
    """

    catalogue: Catalogue = attrs.field(converter=_catalogue)
    laid: _Laid = attrs.field(init=False, default=attrs.Factory(_laid, takes_self=True))

    @property
    def labels(self) -> tuple[Label, ...]:
        """What the columns count."""
        return self.laid.labels

    def __repr__(self) -> str:
        """Say how much it holds."""
        names = ", ".join(map(str, self.labels))
        return f"<FactorTable of {len(self.catalogue.factors)} factors, {len(self.labels)} columns: {names}>"
