"""
Write a dataset of emission factors as the wheel carries it; what the catalogue scripts share.

A dataset is one CSV in the form of `carbonkit.accounting.factor.read_factors`, compressed so
that the same factors make the same bytes, and one row of `index.csv`. It is read back
before it counts as written.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

from carbonkit.accounting.bundle import read_bundle
from carbonkit.accounting.catalogue import Catalogue
from carbonkit.accounting.factor import read_factors
from carbonkit.values.number import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from carbonkit.accounting.factor import Factor
    from carbonkit.accounting.rate import Rate

FOLDER = Path(__file__).resolve().parent.parent / "carbonkit" / "accounting" / "data" / "catalogue"

COLUMNS = (
    "id",
    "edition",
    "activity",
    "place",
    "method",
    "valid_from",
    "valid_until",
    "per",
    "gas",
    "amount",
    "unit",
    "basis",
    "origin",
    "lower",
    "upper",
    "calorific",
    "levels",
    "published",
    "data_year",
    "coverage",
    "quality",
    "publisher",
    "title",
    "year",
    "table",
    "url",
    "licence",
    "status",
    "note",
)
INDEX = ("name", "title", "publisher", "factors", "licence", "attribution")


def write(
    name: str, factors: Iterable[Factor], *, attribution: str, licence: str, folder: Path = FOLDER
) -> None:
    """
    Write one dataset and its row of the index, and check it by reading it back.

    Args:
        name: The dataset's name, such as "uk-desnz-2024".
        factors: Its factors.
        attribution: The sentence that must go with them.
        licence: The terms under which they are carried.
        folder: Where to write.

    Raises:
        SystemExit: If the name has another form, there is no factor, or it does not read back the same.
    """
    if not re.fullmatch(r"[a-z0-9]+([.-][a-z0-9]+)*", name):
        raise SystemExit(f"{name}: a dataset is named in small letters, digits, - and .")
    held = tuple(factors)
    if not held:
        raise SystemExit(f"{name}: no factor")
    Catalogue(held)  # refuses factors that overlap
    text = _text(held)
    lines = text.splitlines()
    if read_factors(lines, file=name) != held or read_bundle(lines, file=name) != held:
        raise SystemExit(f"{name}: does not read back the same")
    folder.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=out, mtime=0) as packed:
        packed.write(text.encode("utf-8"))
    (folder / f"{name}.csv.gz").write_bytes(out.getvalue())
    titles = "; ".join(dict.fromkeys(factor.source.title for factor in held))
    publishers = "; ".join(dict.fromkeys(factor.source.publisher for factor in held))
    _index(folder / "index.csv", (name, titles, publishers, str(len(held)), licence, attribution))
    print(f"{name}: {len(held)} factors, {len(lines) - 1} rows, {len(out.getvalue())} bytes")


def _text(factors: Iterable[Factor]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(row for factor in factors for row in _rows(factor))
    return out.getvalue()


def _rows(factor: Factor) -> Iterator[list[str]]:
    for rate in factor.rates:
        cells = {**_of_the_factor(factor), **_of_the_rate(rate)}
        yield [cells[column] for column in COLUMNS]


def _of_the_factor(factor: Factor) -> dict[str, str]:
    source, quality = factor.source, factor.quality
    grades = (
        (quality.technology, quality.time, quality.geography, quality.completeness, quality.reliability)
        if quality is not None
        else ()
    )
    return {
        "id": factor.id,
        "edition": factor.edition,
        "activity": factor.activity,
        "place": factor.place.path,
        "method": factor.method.value if factor.method is not None else "",
        "valid_from": str(factor.valid.start),
        "valid_until": str(factor.valid.end or ""),
        "per": factor.per,
        "calorific": factor.calorific.value if factor.calorific is not None else "",
        "levels": " > ".join(factor.levels),
        "published": str(factor.published or ""),
        "data_year": "" if factor.data_year is None else str(factor.data_year),
        "coverage": factor.coverage.value if factor.coverage is not None else "",
        "quality": "/".join(map(str, grades)),
        "publisher": source.publisher,
        "title": source.title,
        "year": str(source.year),
        "table": source.table,
        "url": source.url,
        "licence": source.licence,
        "status": source.status.value,
        "note": source.note,
    }


def _of_the_rate(rate: Rate) -> dict[str, str]:
    return {
        "gas": rate.gas,
        "amount": plain(rate.number),
        "unit": rate.unit,
        "basis": rate.basis,
        "origin": rate.origin.value if rate.origin is not None else "",
        "lower": "" if rate.lower is None else plain(rate.lower),
        "upper": "" if rate.upper is None else plain(rate.upper),
    }


def _index(file: Path, row: tuple[str, ...]) -> None:
    rows: list[tuple[str, ...]] = []
    if file.exists():
        with file.open(encoding="utf-8", newline="") as lines:
            rows = [tuple(cells) for cells in csv.reader(lines)][1:]
    kept = sorted([*(other for other in rows if other[0] != row[0]), row])
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(INDEX)
    writer.writerows(kept)
    part = file.with_suffix(".part")
    part.write_text(out.getvalue(), encoding="utf-8")
    part.replace(file)
