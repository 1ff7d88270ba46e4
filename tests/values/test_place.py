"""Places: a country, and what lies within it."""

from __future__ import annotations

import copy
import enum
import pickle

import attrs
import pytest
from hypothesis import given

from carbonkit.errors import InvalidValueError
from carbonkit.values.place import Place
from tests.strategies import places


class Region(enum.StrEnum):
    SHANGHAI = "CN/SH"


@pytest.mark.parametrize(
    "path",
    [
        *(
            "",
            "cn",
            "C",
            "CHN",
            "CN/",
            "/CN",
            "CN//SH",
            "CN/ SH",
            "CN/SH ",
            "CN/SH\n",
            "CN/-",
            "C1",
            "ＣＮ",
            "CN\\SH",
        ),
        *("CN/" + "a" * 65, "CN/a/b/c/d/e", "CN/..", "CN/上海", None, 86, [], b"CN", Place("CN")),
    ],
    ids=lambda path: repr(path)[:20],
)
def test_another_form_is_refused(path: str) -> None:
    with pytest.raises(
        InvalidValueError, match="place: must be an ISO 3166 country code, then narrower places"
    ):
        Place(path)


@pytest.mark.parametrize(
    "path", ["CN", "CN/SH", "US/WA/Seattle", "US/D.C.", "US/NY/Coeur d'Alene", "US/a/b/c/d", "CN/" + "a" * 64]
)
def test_a_path_is_taken(path: str) -> None:
    assert str(Place(path)) == path
    assert Place(path).country == path[:2]


@given(places(), places())
def test_within_is_an_order(one: Place, two: Place) -> None:
    assert one.within(one)
    assert one.within(Place(one.country))
    assert (one.within(two) and two.within(one)) == (one == two)
    assert one.within(two) == (one.path.split("/")[: len(two.path.split("/"))] == two.path.split("/"))


def test_a_name_that_begins_alike_is_another_place() -> None:
    assert Place("US/WA/Seattle").within(Place("US/WA"))
    assert not Place("US/WAX").within(Place("US/WA"))
    assert not Place("US").within(Place("US/WA"))


@given(places())
def test_repr_pickle_and_copy_give_the_same(place: Place) -> None:
    again = eval(repr(place), {"Place": Place})  # noqa: S307  the point of a repr
    for twin in (again, pickle.loads(pickle.dumps(place)), copy.copy(place), copy.deepcopy(place)):  # noqa: S301
        assert twin == place
        assert hash(twin) == hash(place)


def test_of_a_text_of_another_kind_the_text_is_kept() -> None:
    assert type(Place(Region.SHANGHAI).path) is str
    assert repr(Place(Region.SHANGHAI)) == "Place('CN/SH')"


def test_a_place_cannot_be_changed() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Place("CN").path = "US"  # type: ignore[misc]


def test_the_world_holds_every_place_and_is_in_none_but_itself() -> None:
    world = Place("001")
    assert world.country == "001"
    assert all(place.within(world) for place in (world, Place("CN"), Place("US/WA/Seattle")))
    assert not world.within(Place("CN"))
    assert (world.wider, Place("CN").wider) == ((), ())
    assert Place("US/WA/Seattle").wider == (Place("US/WA"), Place("US"))
    for path in ("002", "001/CN", "01"):
        with pytest.raises(InvalidValueError):
            Place(path)
