"""
Bundled catalogues: published emission factors that come with carbonkit, read offline.

Each dataset is one edition of one publication and is read when it is first asked for,
never at import. Editions whose validity overlaps are separate catalogues: a catalogue
of both is refused, see `carbonkit.accounting.catalogue`.
"""

from __future__ import annotations

import csv
import difflib
import gzip
from functools import cache
from importlib import resources
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import attrs

from carbonkit.accounting._field import is_name, name
from carbonkit.accounting.calorific import Calorific
from carbonkit.accounting.catalogue import Catalogue
from carbonkit.accounting.coverage import Coverage
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.origin import Origin
from carbonkit.accounting.quality import Quality
from carbonkit.accounting.rate import Rate
from carbonkit.accounting.scope import Scope2Method
from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.values.number import whole
from carbonkit.values.place import Place
from carbonkit.values.source import Source, Status
from carbonkit.values.table import read_table
from carbonkit.values.time import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Dataset", "bundled", "bundled_catalogues", "bundled_factors"]

_NEAR = 5  # how many of the datasets that there are a hint names
_BETWEEN_LEVELS = " > "


@attrs.frozen
class Dataset:
    """
    One edition of one publication, as carbonkit carries it.

    Args:
        name: The name to ask for it by.
        title: The title of the publication.
        publisher: Who published it.
        licence: The terms under which its figures are carried.
        attribution: The sentence that must go with them.
        factors: How many factors it holds.

    Raises:
        InvalidValueError: If a text is blank.

    Example:
        >>> hub = next(dataset for dataset in bundled_catalogues() if dataset.name == "us-epa-hub-2025")
        >>> hub.title, hub.factors
        ('GHG Emission Factors Hub', 579)
    """

    name: str = attrs.field(validator=is_name)
    title: str
    publisher: str
    licence: str
    attribution: str
    factors: int

    def __attrs_post_init__(self) -> None:
        """Check that the dataset can be cited."""
        for field in ("title", "publisher", "licence", "attribution"):
            if not getattr(self, field).strip():
                raise InvalidValueError("not be empty", field=field)

    def __str__(self) -> str:
        """Name it and what it is."""
        return f"{self.name}: {self.publisher}, {self.title}"


def bundled_catalogues() -> tuple[Dataset, ...]:
    """
    List what is bundled; no factor is read.

    Returns:
        The datasets, sorted by name.

    Example:
        >>> "uk-desnz-2024" in [dataset.name for dataset in bundled_catalogues()]
        True
    """
    return _index()


def bundled_factors(dataset: str) -> tuple[Factor, ...]:
    """
    Read the factors of one dataset; a second call gives the same ones.

    Args:
        dataset: Its name.

    Returns:
        Its factors, in the publisher's order.

    Raises:
        NotFoundError: If nothing of that name is bundled; the hint lists what is near it.

    Example:
        >>> bundled_factors("uk-desnz-1999")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        carbonkit.errors.NotFoundError: dataset: must be a bundled dataset, was uk-desnz-1999; known: uk-...
    """
    names = [known.name for known in _index()]
    if dataset not in names:
        near = difflib.get_close_matches(str(dataset), names, n=_NEAR) or names
        raise NotFoundError(
            "be a bundled dataset", was=dataset, field="dataset", hint=f"known: {', '.join(near)}"
        )
    return _read(dataset)


def bundled(*datasets: str) -> Catalogue:
    """
    Make one catalogue of bundled datasets.

    Args:
        datasets: Their names; the validity of what they hold for one activity may not overlap.

    Returns:
        The catalogue; your own factors can be added with `Catalogue([*it.factors, *own])`.

    Raises:
        InvalidValueError: If no dataset is named: there is no default.
        NotFoundError: If nothing of a name is bundled; the hint lists what is near it.
        BatchError: If the validity of two factors overlaps; all such pairs are named.

    Example:
        >>> both = bundled("uk-desnz-2023", "uk-desnz-2024")
        >>> activity = "Fuels > Gaseous fuels > Natural gas"
        >>> for day in ("2023-06-30", "2024-06-30"):
        ...     factor = both.find(activity, Place("GB"), day, calorific=Calorific.GROSS)
        ...     print(factor.edition, factor.rates[0])
        2023 0.18256 kgCO2e CO2 (basis: AR5)
        2024 0.18253 kgCO2e CO2 (basis: AR5)
    """
    if not datasets:
        names = ", ".join(known.name for known in _index())
        raise InvalidValueError("be named", was="none", field="dataset", hint=f"known: {names}")
    return Catalogue(factor for dataset in datasets for factor in bundled_factors(dataset))


@cache
def _index() -> tuple[Dataset, ...]:
    lines = _bytes("index.csv").decode("utf-8").splitlines()
    columns: dict[str, Callable[[str], object]] = {
        "name": name,
        "title": str,
        "publisher": str,
        "factors": whole,
        "licence": str,
        "attribution": str,
    }
    return read_table(lines, file="index.csv", columns=columns, build=lambda row: Dataset(**row))


@cache
def _read(dataset: str) -> tuple[Factor, ...]:
    file = f"{dataset}.csv.gz"
    text = gzip.decompress(_bytes(file)).decode("utf-8")
    return read_bundle(text.splitlines(), file=file)


def _bytes(file: str) -> bytes:
    return (resources.files("carbonkit.accounting") / "data" / "catalogue" / file).read_bytes()


def read_bundle(lines: Iterable[str], *, file: str) -> tuple[Factor, ...]:
    """
    Read a file that `scripts/catalogue_file.py` wrote, which checked it with `read_factors` too.

    Its rows of one factor stand together and differ in their rates only, and a cell that recurs
    makes its value once; so this is some times as fast as the reader of other people's files.

    Args:
        lines: The text's lines, the header first.
        file: The name that the factors give it.

    Returns:
        The factors, in the order of the file.
    """
    rows = csv.reader(lines)
    order = {column: position for position, column in enumerate(next(rows))}
    made = _Made(order)
    identity = itemgetter(order["id"], order["edition"])
    factors = []
    row = 2
    for _, group in groupby(rows, key=identity):
        cells = list(group)
        factors.append(made.factor(cells, file, row))
        row += len(cells)
    return tuple(factors)


class _Made:
    """Turns cells into values, and the same cells into the same values."""

    def __init__(self, order: dict[str, int]) -> None:
        self._order = order
        self._place = cache(Place)
        self._period = cache(lambda start, end: Period(start, end or None))
        self._quality = cache(Quality.parse)
        self._levels = cache(lambda cell: tuple(cell.split(_BETWEEN_LEVELS)))
        self._rate = cache(_rate)
        self._of_rate = itemgetter(*(order[column] for column in _RATE))
        self._of_source = itemgetter(*(order[column] for column in _SOURCE))

    def factor(self, rows: list[list[str]], file: str, row: int) -> Factor:
        """Make the factor of some rows, the first of which is given."""
        cells = rows[0]
        cell = {column: cells[position] for column, position in self._order.items()}
        return Factor(
            cell["id"],
            cell["edition"],
            cell["activity"],
            self._place(cell["place"]),
            self._period(cell["valid_from"], cell["valid_until"]),
            cell["per"],
            [self._rate(*self._of_rate(each)) for each in rows],
            _source(*self._of_source(cells)),
            method=Scope2Method(cell["method"]) if cell["method"] else None,
            calorific=Calorific(cell["calorific"]) if cell["calorific"] else None,
            levels=self._levels(cell["levels"]) if cell["levels"] else (),
            published=cell["published"] or None,
            data_year=int(cell["data_year"]) if cell["data_year"] else None,
            coverage=Coverage(cell["coverage"]) if cell["coverage"] else None,
            quality=self._quality(cell["quality"]) if cell["quality"] else None,
            file=file,
            row=row,
        )


_RATE = ("gas", "amount", "unit", "basis", "origin", "lower", "upper")
_SOURCE = ("publisher", "title", "year", "table", "url", "licence", "status", "note")


def _rate(gas: str, amount: str, unit: str, *more: str) -> Rate:
    basis, origin, lower, upper = more
    return Rate(
        gas,
        amount,
        unit,
        basis=basis,
        origin=Origin(origin) if origin else None,
        lower=lower or None,
        upper=upper or None,
    )


def _source(publisher: str, title: str, year: str, *more: str) -> Source:
    table, url, licence, status, note = more
    return Source(
        publisher,
        title,
        int(year),
        table=table,
        url=url,
        licence=licence,
        status=Status(status),
        note=note,
    )
