"""The bundled catalogues: what is there, that it is whole and small, that it is read once and offline."""

from __future__ import annotations

import csv
import gzip
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import (
    Calorific,
    Catalogue,
    Coverage,
    Factor,
    Origin,
    Quality,
    Rate,
    Scope2Method,
    read_factors,
)
from carbonkit.accounting.bundle import (
    Dataset,
    bundled,
    bundled_catalogues,
    bundled_factors,
    read_bundle,
)
from carbonkit.errors import BatchError, InvalidValueError, NotFoundError
from carbonkit.values import Period, Place, Source
from scripts import catalogue_file
from tests.strategies import exact_decimals, periods, places, sources

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
FOLDER = resources.files("carbonkit.accounting") / "data" / "catalogue"
NAMES = [dataset.name for dataset in bundled_catalogues()]
UNITED_KINGDOM = [f"uk-desnz-{year}" for year in range(2016, 2026)]
WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=12)


def text(file: Traversable) -> str:
    return gzip.decompress(file.read_bytes()).decode("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_dataset_holds_what_the_index_says(name: str) -> None:
    dataset = next(each for each in bundled_catalogues() if each.name == name)
    factors = bundled_factors(name)
    assert len(factors) == dataset.factors > 0
    assert dataset.title == "; ".join(dict.fromkeys(factor.source.title for factor in factors))
    assert dataset.publisher == "; ".join(dict.fromkeys(factor.source.publisher for factor in factors))


@pytest.mark.parametrize("name", NAMES)
def test_every_factor_can_be_traced_to_its_table(name: str) -> None:
    for factor in bundled_factors(name):
        source = factor.source
        assert source.publisher
        assert source.title
        assert source.year
        assert source.table
        assert source.licence
        assert (factor.file, factor.row is None) == (f"{name}.csv.gz", False)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_a_dataset_overlaps(name: str) -> None:
    assert len(bundled(name).factors) == len(bundled_factors(name))


@pytest.mark.parametrize("name", ["uk-desnz-2025", "uk-ets-2025", "us-epa-hub-2025"])
def test_the_lean_reader_reads_what_the_strict_reader_reads(name: str) -> None:
    lines = text(FOLDER / f"{name}.csv.gz").splitlines()
    strict = read_factors(lines, file=name)
    lean = bundled_factors(name)
    assert lean == strict
    assert [factor.row for factor in lean] == [factor.row for factor in strict]


def test_the_index_and_the_files_are_the_same_datasets() -> None:
    files = sorted(file.name for file in FOLDER.iterdir() if file.name.endswith(".gz"))
    assert files == [f"{name}.csv.gz" for name in NAMES] == sorted(f"{name}.csv.gz" for name in NAMES)
    assert {*UNITED_KINGDOM, "uk-ets-2024", "uk-ets-2025"} < set(NAMES)
    assert {"us-epa-hub-2021", "us-epa-hub-2025", "us-epa-supply-chain-1.3"} < set(NAMES)


def test_the_files_are_small_and_say_nothing_of_when_they_were_made() -> None:
    packed = [file.read_bytes() for file in FOLDER.iterdir() if file.name.endswith(".gz")]
    assert sum(map(len, packed)) < 2_500_000
    assert {data[4:8] for data in packed} == {b"\0\0\0\0"}  # no time
    assert {data[3] for data in packed} == {0}  # no file name


@pytest.mark.parametrize("page", ["NOTICE", "docs/sources.md"])
def test_the_sentence_that_must_go_with_a_dataset_stands_where_readers_look(page: str) -> None:
    held = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    for dataset in bundled_catalogues():
        for_any_year = re.sub(r", 20\d\d(?=[.,])", ", [year]", dataset.attribution)
        assert for_any_year in held, dataset.name


@pytest.mark.parametrize("page", ["NOTICE", "docs/sources.md"])
def test_every_dataset_is_named_where_its_terms_stand(page: str) -> None:
    held = (ROOT / page).read_text(encoding="utf-8")
    for name in NAMES:
        assert name in held or re.sub(r"20\d\d$", "…", name) in held, name


def test_terms_that_nobody_has_read_are_to_be_confirmed_before_a_release() -> None:
    rows = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8").splitlines()
    usual = [dataset for dataset in bundled_catalogues() if "usual" in dataset.licence]
    assert (
        len(usual) == 3 + 2 + 3 + 1
    )  # the United Kingdom's of 2023 to 2025, its ETS, the United States, Ember
    for dataset in usual:
        names = {f"`{dataset.name}`", f"`{re.sub(r'20[0-9]{2}$', '…', dataset.name)}`"}
        [row] = [row for row in rows if any(name in row for name in names)]
        assert "to be confirmed before a release" in row


def test_the_notices_of_the_two_transcriptions_are_kept() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert "Copyright (c) 2023 Maik Budzinski" in notice
    assert "Copyright (c) 2024 Bùi Khắc Tú" in notice
    assert "Permission is hereby granted, free of charge" in notice
    assert 'THE SOFTWARE IS PROVIDED "AS IS"' in notice


def test_ten_editions_of_the_united_kingdom_go_together() -> None:
    catalogue = bundled(*UNITED_KINGDOM)
    activity = "UK electricity > Electricity generated > Electricity: UK"
    editions = [
        catalogue.find(activity, Place("GB"), Period.year(year), method=Scope2Method.LOCATION).edition
        for year in range(2016, 2026)
    ]
    assert editions == [str(year) for year in range(2016, 2026)]
    assert len({factor.id for factor in catalogue.factors if factor.activity == activity}) == 1


def test_editions_that_overlap_are_refused() -> None:
    with pytest.raises(BatchError, match=r"must not overlap epa-hub:Stationary combustion > Anthracite"):
        bundled("us-epa-hub-2021", "us-epa-hub-2025")


def test_a_dataset_twice_is_refused() -> None:
    with pytest.raises(BatchError, match="must not overlap"):
        bundled("uk-ets-2024", "uk-ets-2024")


def test_a_name_that_is_not_there_hints_at_what_is() -> None:
    with pytest.raises(NotFoundError, match=r"was uk-desnz-2026; known: .*uk-desnz-2025"):
        bundled("uk-desnz-2026")
    with pytest.raises(NotFoundError, match=r"was quite other; known: .*us-epa-hub-2025"):
        bundled_factors("quite other")


def test_there_is_no_default_dataset() -> None:
    with pytest.raises(InvalidValueError, match=r"dataset: must be named, was none; known: .*uk-desnz-2016"):
        bundled()


def test_a_dataset_that_can_not_be_cited_is_refused() -> None:
    cited = bundled_catalogues()[0]
    with pytest.raises(InvalidValueError, match="attribution: must not be empty"):
        attrs.evolve(cited, attribution=" ")
    assert str(attrs.evolve(cited, name="a", publisher="We", title="Ours")) == "a: We, Ours"
    assert isinstance(cited, Dataset)


def test_a_dataset_is_read_once() -> None:
    assert bundled_factors("uk-ets-2025") is bundled_factors("uk-ets-2025")


def test_nothing_is_read_at_import() -> None:
    code = (
        "from carbonkit.accounting import bundle\n"
        "print(bundle._index.cache_info().currsize, bundle._read.cache_info().currsize)"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert ran.stdout.split() == ["0", "0"]


def rates() -> st.SearchStrategy[list[Rate]]:
    amounts = exact_decimals(smallest=0)
    masses = st.builds(Rate, st.sampled_from(["CO2", "CH4"]), amounts, st.sampled_from(["kg", "lb"]))
    biogenic = st.builds(Rate, st.just("CO2"), amounts, st.just("kg"), origin=st.just(Origin.BIOGENIC))
    weighed = st.builds(Rate, st.just("CO2e"), amounts, st.just("kgCO2e"), basis=WORDS)
    limits = st.builds(
        lambda number: Rate("CO2", number, "kg", lower=number, upper=number + 1), st.integers(0, 9)
    )
    alone = st.one_of(masses, weighed, limits, biogenic).map(lambda rate: [rate])
    return alone | st.tuples(weighed, biogenic).map(list) | st.tuples(limits, biogenic).map(list)


def factors() -> st.SearchStrategy[Factor]:
    return st.builds(
        Factor,
        WORDS,
        WORDS,
        WORDS,
        places(),
        periods(),
        st.sampled_from(["kWh", "t", "USD@2022"]),
        rates(),
        sources(),
        method=st.none() | st.sampled_from(Scope2Method),
        calorific=st.none() | st.sampled_from(Calorific),
        levels=st.lists(WORDS, max_size=3),
        published=st.none() | st.dates(),
        data_year=st.none() | st.integers(1990, 2030),
        coverage=st.none() | st.sampled_from(Coverage),
        quality=st.none() | st.just(Quality(1, 2, 3, 4, 5)),
    )


@given(st.lists(factors(), min_size=1, max_size=4, unique_by=lambda factor: (factor.id, factor.edition)))
def test_what_is_written_reads_back_the_same(written: list[Factor]) -> None:
    lines = catalogue_file._text(written).splitlines()
    assert read_bundle(lines, file="x") == tuple(written) == read_factors(lines, file="x")


def steam(factor_id: str, **changes: Any) -> Factor:  # noqa: ANN401  any of its fields
    factor = Factor(
        factor_id,
        "2016",
        factor_id,
        Place("US"),
        Period.year(2016),
        "MMBtu",
        (Rate("CO2", "66.330", "kg"),),
        Source("US EPA", "Emission Factors", 2016, table="Table 7", licence="public domain"),
    )
    return attrs.evolve(factor, **changes)


def test_the_writer_keeps_one_row_for_each_dataset(tmp_path: Path) -> None:
    def index() -> list[list[str]]:
        return list(csv.reader((tmp_path / "index.csv").read_text("utf-8").splitlines()))

    for name, held in (("b", [steam("x")]), ("a", [steam("x"), steam("y")]), ("b", [steam("x"), steam("z")])):
        catalogue_file.write(name, held, attribution="by us", licence="open", folder=tmp_path)
    assert [row[0] for row in index()] == ["name", "a", "b"]
    assert index()[2] == ["b", "Emission Factors", "US EPA", "2", "open", "by us"]
    assert ",66.330," in text(tmp_path / "a.csv.gz")  # a trailing zero is a published digit


def test_the_writer_refuses_what_it_could_not_read_back(tmp_path: Path) -> None:
    def write(name: str, *held: Factor) -> None:
        catalogue_file.write(name, held, attribution="by us", licence="open", folder=tmp_path)

    with pytest.raises(SystemExit, match="does not read back the same"):
        write("a", steam("x", levels=("a > b",)))
    with pytest.raises(SystemExit, match="does not read back the same"):
        write("a", steam("x", source=Source("US EPA", "Emission Factors", 2016, doi="10.1/a")))
    with pytest.raises(BatchError, match="must not overlap"):
        write("a", steam("x"), steam("y", activity="x"))
    with pytest.raises(SystemExit, match="no factor"):
        write("a")
    with pytest.raises(SystemExit, match="named in small letters"):
        write("A b", steam("x"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not SHARED.exists(), reason="needs the research data beside the repository")
@pytest.mark.parametrize(
    ("script", "name"), [("make_catalogue_uk", "uk-ets-2025"), ("make_catalogue_us", "us-epa-hub-2025")]
)
def test_the_scripts_make_the_same_bytes_again(script: str, name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", f"scripts.{script}", "--shared", str(SHARED), "--only", name, "--into"]
    for folder in ("first", "second"):
        subprocess.run([*command, str(tmp_path / folder)], cwd=ROOT, check=True, capture_output=True)
    first, second = (tmp_path / folder / f"{name}.csv.gz" for folder in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()
    assert text(first) == text(FOLDER / f"{name}.csv.gz")
    rows = (tmp_path / "first" / "index.csv").read_text("utf-8").splitlines()
    assert rows[1] in (FOLDER / "index.csv").read_text("utf-8").splitlines()


def test_own_factors_stand_beside_bundled_ones() -> None:
    own = steam("own steam", valid=Period("2025-01-01", None))
    catalogue = Catalogue([*bundled("us-epa-hub-2025").factors, own])
    assert catalogue.find("own steam", Place("US"), "2025-06-01") is own
