"""What the market's tests start from: the first day of the national market."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonkit.schemes.china_national import instrument, venue_rules
from tests.floor import DAY, HOLDINGS, Desk, Floor, Holdings, OpenSession, open_floor, participants

if TYPE_CHECKING:
    import datetime

    from carbonkit.market import Instrument, VenueRules


@pytest.fixture
def day() -> datetime.date:
    return DAY


@pytest.fixture
def cea() -> Instrument:
    return instrument("CEA", DAY)


@pytest.fixture
def rules() -> VenueRules:
    return venue_rules(DAY)


@pytest.fixture
def desk(cea: Instrument) -> Desk:
    return Desk(cea)


@pytest.fixture
def open_session(cea: Instrument, rules: VenueRules) -> OpenSession:
    def opened(*, holdings: Holdings = HOLDINGS, rules: VenueRules = rules, close: str = "48.00") -> Floor:
        return open_floor(participants(holdings), cea=cea, rules=rules, close=close)

    return opened
