from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs
import pytest

from carbonkit.errors import InvalidValueError
from carbonkit.values import AssetId, InstrumentId, Period

if TYPE_CHECKING:
    from carbonkit.market import Instrument, ListedRules


def test_an_instrument_is_quoted_as_the_rules_say(rules: ListedRules, cea: Instrument) -> None:
    assert rules.instrument(InstrumentId("CEA"), AssetId("CEA-2019-2020")) == cea


def test_rules_hold_only_while_every_one_does(rules: ListedRules) -> None:
    day = datetime.date(2021, 7, 16)
    assert rules.valid_on(day)
    ended = attrs.evolve(rules, levels=attrs.evolve(rules.levels, valid=Period("2021-06-22", "2021-07-16")))
    assert not ended.valid_on(day)
    assert ended.valid_on(datetime.date(2021, 7, 15))


def test_every_rule_is_explained_with_its_source(rules: ListedRules) -> None:
    explained = rules.explain()
    assert len(explained.parts) == len(list(explained.sources())) == len(rules.rules()) == 13
    assert {part.what for part in explained.parts} == {rule.what for rule in rules.rules()}


def test_somebody_must_be_able_to_take(rules: ListedRules) -> None:
    with pytest.raises(InvalidValueError):
        attrs.evolve(rules, levels=attrs.evolve(rules.levels, value=0))
    assert attrs.evolve(rules, levels=attrs.evolve(rules.levels, value=1)).levels.value == 1
