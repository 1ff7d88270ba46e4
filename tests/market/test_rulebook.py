from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs
import pytest

from carbonkit.errors import InvalidValueError
from carbonkit.market import Method, VenueRules
from carbonkit.schemes.china_national import venue_rules
from carbonkit.values import AssetId, InstrumentId, Period

if TYPE_CHECKING:
    from carbonkit.market import Instrument


def test_an_instrument_is_quoted_as_the_rules_say(rules: VenueRules, cea: Instrument) -> None:
    assert rules.instrument(InstrumentId("CEA"), AssetId("CEA-2019-2020")) == attrs.evolve(cea, terms=None)


def test_rules_hold_only_while_every_one_does(rules: VenueRules) -> None:
    day = datetime.date(2021, 7, 16)
    assert rules.valid_on(day)
    ended = attrs.evolve(rules, lot=attrs.evolve(rules.lot, valid=Period("2021-06-22", "2021-07-16")))
    assert not ended.valid_on(day)
    assert ended.valid_on(datetime.date(2021, 7, 15))


def test_every_rule_is_explained_with_its_source(rules: VenueRules) -> None:
    explained = rules.explain()
    sources = list(explained.sources())
    assert len(sources) == len(rules.rules()) == 25
    assert len({part.what for part in explained.parts}) == 12


def test_rules_are_named_by_what_they_say(rules: VenueRules) -> None:
    assert rules.digest() == venue_rules(datetime.date(2021, 7, 16)).digest()
    other = attrs.evolve(rules, lot=attrs.evolve(rules.lot, value=2))
    assert other.digest() != rules.digest()


def test_a_method_has_what_it_needs(rules: VenueRules) -> None:
    listed, block = rules.methods[0], rules.methods[1]
    assert listed.band is not None
    minus = attrs.evolve(listed.band.percent, value=Decimal(-1))
    with pytest.raises(InvalidValueError):
        attrs.evolve(listed, levels=None)
    with pytest.raises(InvalidValueError):
        attrs.evolve(listed, levels=attrs.evolve(rules.lot, value=0))
    with pytest.raises(InvalidValueError):
        attrs.evolve(block, method=Method.BOOK)
    with pytest.raises(InvalidValueError):
        attrs.evolve(block, protection=minus)
    with pytest.raises(InvalidValueError):
        attrs.evolve(rules, methods=(listed, listed))
    assert rules.method(Method.CALL) is None
