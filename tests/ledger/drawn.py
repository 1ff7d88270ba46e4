"""Hypothesis strategies for commands: every kind, with everything that their fields may hold."""

from __future__ import annotations

import datetime

from hypothesis import strategies as st

from carbonkit.ledger import (
    HELD,
    LARGEST,
    Account,
    AccountId,
    Asset,
    AssetId,
    Bucket,
    Command,
    CommandId,
    DefineAsset,
    ExpireHold,
    Hold,
    Leg,
    OpenAccount,
    PostHold,
    Reversal,
    Selection,
    SerialRange,
    Statement,
    Transfer,
    VoidHold,
)

IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,20}", fullmatch=True)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
TEXTS = st.text(max_size=20)  # draws no surrogates
COMMAND_IDS = IDS.map(CommandId)
MOMENTS = st.datetimes(
    datetime.datetime(1, 1, 2),  # noqa: DTZ001  the strategy adds the zone
    datetime.datetime(9999, 12, 30),  # noqa: DTZ001  the strategy adds the zone
    timezones=st.sampled_from((datetime.UTC, datetime.timezone(datetime.timedelta(hours=8)))),
)
QUANTITIES = st.one_of(st.integers(1, LARGEST), st.sampled_from((1, LARGEST)))


@st.composite
def ranges(draw: st.DrawFn) -> SerialRange:
    """Draw a range that may be as wide as any."""
    first = draw(QUANTITIES)
    return SerialRange(first, draw(st.integers(first, LARGEST)))


@st.composite
def legs(draw: st.DrawFn) -> Leg:
    """Draw a leg with no serial numbers, exact ranges or a selection."""
    source, target = draw(st.tuples(IDS, IDS).filter(lambda pair: pair[0] != pair[1]))
    serials: SerialRange | Selection | None = draw(
        st.one_of(st.none(), st.just(Selection.FROM_LEFT), ranges())
    )
    return Leg(
        AssetId(draw(IDS)),
        serials.quantity if isinstance(serials, SerialRange) else draw(QUANTITIES),
        AccountId(source),
        AccountId(target),
        draw(st.sampled_from(Bucket)),
        draw(st.sampled_from(Bucket)),
        (serials,) if isinstance(serials, SerialRange) else serials,
    )


@st.composite
def _holds(draw: st.DrawFn) -> Hold:
    one, two = draw(st.tuples(MOMENTS, MOMENTS).filter(lambda pair: pair[0] != pair[1]))
    ends = draw(st.sampled_from((None, max(one, two))))
    each = draw(st.lists(legs(), min_size=1, max_size=3))
    bucket = draw(st.sampled_from(sorted(HELD, key=lambda held: held.value)))
    return Hold(draw(COMMAND_IDS), each, draw(NAMES), min(one, two), bucket, ends)


COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        OpenAccount,
        COMMAND_IDS,
        st.builds(Account, IDS.map(AccountId), NAMES, may_go_negative=st.booleans()),
        MOMENTS,
    ),
    st.builds(
        DefineAsset,
        COMMAND_IDS,
        st.builds(Asset, IDS.map(AssetId), st.integers(0, 9), serialised=st.booleans()),
        MOMENTS,
    ),
    st.builds(Transfer, COMMAND_IDS, st.lists(legs(), min_size=1, max_size=4), NAMES, MOMENTS),
    st.builds(
        Statement,
        COMMAND_IDS,
        IDS.map(AccountId),
        NAMES,
        st.dictionaries(NAMES, TEXTS, min_size=1, max_size=4),
        MOMENTS,
    ),
    _holds(),
    st.builds(
        PostHold,
        COMMAND_IDS,
        COMMAND_IDS,
        MOMENTS,
        st.none() | st.lists(st.integers(0, LARGEST), min_size=1, max_size=4).filter(any),
    ),
    st.builds(VoidHold, COMMAND_IDS, COMMAND_IDS, NAMES, MOMENTS),
    st.builds(ExpireHold, COMMAND_IDS, COMMAND_IDS, MOMENTS),
    st.builds(Reversal, COMMAND_IDS, COMMAND_IDS, NAMES, MOMENTS),
)
