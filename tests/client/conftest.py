"""The client's tests run on each library and in each manner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.client.rig import KINDS, Rig

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=KINDS, ids="-".join)
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    made = Rig(*request.param)
    yield made
    made.close()
