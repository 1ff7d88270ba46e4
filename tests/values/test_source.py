"""Sources: enough to find the document, and how sure the figure is."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given

from carbonkit.errors import InexactNumberError, InvalidValueError
from carbonkit.values.source import Source, Status
from tests.strategies import sources


def test_a_source_is_cited_on_one_line() -> None:
    source = Source(
        "IPCC",
        "AR5",
        2013,
        table="Table 8.A.1",
        doi="10.1017/x",
        url="https://example.org",
        status=Status.DERIVED,
        note="see there",
    )
    assert str(source) == "IPCC, AR5, 2013, Table 8.A.1, 10.1017/x [derived] (see there)"
    assert str(Source("IPCC", "AR5", 2013)) == "IPCC, AR5, 2013 [confirmed]"
    assert (
        str(Source("a", "b", 2013, url="https://example.org"))
        == "a, b, 2013, https://example.org [confirmed]"
    )


@given(sources())
def test_every_citation_says_how_sure_it_is(source: Source) -> None:
    assert f"[{source.status.value}]" in str(source)
    assert str(source).startswith(f"{source.publisher}, {source.title}, {source.year}")


@pytest.mark.parametrize("text", ["", " ", "\t\n"])
def test_publisher_and_title_are_named(text: str) -> None:
    with pytest.raises(InvalidValueError, match="source publisher: must not be empty"):
        Source(text, "AR5", 2013)
    with pytest.raises(InvalidValueError, match="source title: must not be empty"):
        Source("IPCC", text, 2013)


@pytest.mark.parametrize("year", [1799, 2201, 0, -2013, 20130, 10**30])
def test_a_year_of_publication_has_bounds(year: int) -> None:
    with pytest.raises(InvalidValueError, match="source year: must be a year of publication"):
        Source("IPCC", "AR5", year)


@pytest.mark.parametrize("year", [2013.0, True, None])
def test_a_year_is_whole(year: int) -> None:
    with pytest.raises(InexactNumberError, match="source year: must be"):
        Source("IPCC", "AR5", year)


@pytest.mark.parametrize("name", ["publisher", "title", "table", "url", "doi", "licence", "note"])
def test_texts_are_texts(name: str) -> None:
    facts: dict[str, Any] = {"publisher": "IPCC", "title": "AR5", "year": 2013, name: None}
    with pytest.raises(InvalidValueError, match=f"source {name}: must be a text, was None"):
        Source(**facts)


@pytest.mark.parametrize("status", ["draft", None, "confirmed"])
def test_a_status_is_one_of_the_four(status: Status) -> None:
    with pytest.raises(
        InvalidValueError, match=r"source status: must be a Status, was .*; write e\.g\. Status"
    ):
        Source("IPCC", "AR5", 2013, status=status)
    assert {each.value for each in Status} == {"confirmed", "derived", "recalled", "draft"}


@given(sources())
def test_repr_pickle_and_copy_give_the_same(source: Source) -> None:
    twins = [pickle.loads(pickle.dumps(source)), copy.copy(source), copy.deepcopy(source)]  # noqa: S301
    for twin in [*twins, attrs.evolve(source)]:
        assert twin == source
        assert hash(twin) == hash(source)
        assert repr(twin) == repr(source)


def test_a_source_cannot_be_changed() -> None:
    source = Source("IPCC", "AR5", 2013)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        source.year = 2014  # type: ignore[misc]
