"""The administration's part of the exchange: who is admitted, money in and out, days, halts."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from carbonkit.errors import CarbonkitError, IntegrityError, InvalidValueError, StorageError
from carbonkit.exchange.account_handler import account_summary, participant_mark
from carbonkit.exchange.handler import Changes
from carbonkit.exchange.intent import Deed, Taken, begin, deposit, done
from carbonkit.exchange.key import check_person
from carbonkit.exchange.scheme import BANK
from carbonkit.ledger.account import Bucket
from carbonkit.ledger.command import Transfer
from carbonkit.ledger.leg import Leg
from carbonkit.ledger.serial import Selection
from carbonkit.market.administration import Admit, CloseDay, Halt, OpenDay, Resume
from carbonkit.market.refusal import Refusal, refused
from carbonkit.registry.request import Appointment, Opening
from carbonkit.values.identifier import AssetId, CommandId
from carbonkit.wire.answer import AccountSummary, Done
from carbonkit.wire.operations import (
    ACCOUNT,
    ADMIT,
    CLOSE_DAY,
    HALT,
    OPEN_DAY,
    PAY_IN,
    PAY_OUT,
    RESUME,
)

if TYPE_CHECKING:
    import datetime
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.handler import Asked, Handler
    from carbonkit.exchange.intent import Intent
    from carbonkit.ledger.receipt import Receipt
    from carbonkit.registry.request import Request
    from carbonkit.values.identifier import AccountId
    from carbonkit.wire.request import (
        AdmissionRequest,
        CashRequest,
        DayRequest,
        HaltRequest,
        ResumeRequest,
    )

__all__ = ["DEEDS", "HANDLERS"]

_LONGEST: Final = 64  # characters of an account's id: the ledger's ids are made with it, and paths
_PERSONS: Final = 100
_GROUP: Final = 500  # releases that are written together

# -------------------------------------------------------------------- participants


def _admit(desk: Desk, asked: Asked) -> Generator[None, None, object]:
    body: AdmissionRequest = asked.body
    _check_admissible(desk, body)
    at = desk.now()
    tuple(_opening(desk, body, asked.token, at))
    _admission(body, at)  # made once before anything is written, to hear now what is wrong with it
    intent = begin(desk, asked)
    return (yield from done(desk, intent, DEEDS[ADMIT.name]))


def _check_admissible(desk: Desk, body: AdmissionRequest) -> None:
    account = body.account
    ACCOUNT.at(account=account)
    if len(account.text) > _LONGEST:
        raise InvalidValueError(f"be at most {_LONGEST} characters", was=account, field="account")
    if len(body.persons) > _PERSONS:
        raise InvalidValueError(f"be at most {_PERSONS}", was=len(body.persons), field="persons")
    for each in body.persons:
        check_person(each.name)
    if account == BANK or account in dict(desk.scheme.central):
        raise InvalidValueError("be none of the registry's own", was=account, field="account")
    if account in desk.venue.accounts():
        raise refused(Refusal.DUPLICATE_ACCOUNT, "not be admitted yet", account.text, "account")
    desk.registry.rules.kind(body.account_kind)
    known = desk.ledger.store.account(account)
    if known is not None and known.kind != body.account_kind:
        raise InvalidValueError(
            f"be {known.kind}, as it was opened", was=body.account_kind, field="account_kind"
        )


def _opening(desk: Desk, body: AdmissionRequest, token: str, at: datetime.datetime) -> Iterator[Request]:
    """Ask the registry to open the account, unless it was open before, and to appoint its persons."""
    opening = CommandId(f"{ADMIT.name}/{token}")
    if desk.ledger.store.account(body.account) is None or desk.ledger.record(opening) is not None:
        yield Opening(opening, body.account, body.account_kind, at)
    for place, each in enumerate(body.persons, 1):
        yield Appointment(CommandId(f"{opening}/{place}"), body.account, each.name, each.right, at)


def _admission(body: AdmissionRequest, at: datetime.datetime) -> Admit:
    return Admit(account=body.account, kind=body.kind, allocation=body.allocation, at=at)


def _post_admission(desk: Desk, intent: Intent) -> Sequence[Receipt]:
    desk.registry.submit(_opening(desk, intent.request, intent.token, intent.at))
    return ()


def _finish_admission(desk: Desk, intent: Intent, _: Sequence[Receipt]) -> AccountSummary:
    body: AdmissionRequest = intent.request
    desk.tell(_admission(body, desk.now()))
    desk.writes.marks[participant_mark(body.account)] = body.kind.value
    for each in desk.ledger.balances(body.account):
        if each.holding.bucket == Bucket.TRADABLE.value and each.quantity > 0:
            deposit(desk, Taken(body.account, each.holding.asset, each.quantity))
    return account_summary(desk, body.account)


# --------------------------------------------------------------------------- money


def _pay_in(desk: Desk, asked: Asked) -> Generator[None, None, object]:
    body: CashRequest = asked.body
    steps = _checked_steps(desk, body)
    Leg(_cash(desk), steps, BANK, body.account)
    intent = begin(desk, asked)
    return (yield from done(desk, intent, DEEDS[PAY_IN.name]))


def _pay_out(desk: Desk, asked: Asked) -> Generator[None, None, object]:
    body: CashRequest = asked.body
    steps = _checked_steps(desk, body)
    Leg(_cash(desk), steps, body.account, BANK)
    intent = begin(desk, asked, taken=Taken(body.account, _cash(desk), steps))
    return (yield from done(desk, intent, DEEDS[PAY_OUT.name]))


def _cash(desk: Desk) -> AssetId:
    return AssetId(desk.scheme.currency)


def _checked_steps(desk: Desk, body: CashRequest) -> int:
    currency = desk.scheme.currency
    if body.amount.currency != currency:
        raise InvalidValueError(f"be in {currency}", was=body.amount, field="amount")
    if body.account not in desk.venue.accounts():
        raise refused(Refusal.UNKNOWN_ACCOUNT, "be admitted", body.account.text, "account")
    return desk.ledger.asset(_cash(desk)).steps(body.amount.amount)


def _post_payment_in(desk: Desk, intent: Intent) -> Sequence[Receipt]:
    return _paid(desk, intent, BANK, intent.request.account)


def _post_payment_out(desk: Desk, intent: Intent) -> Sequence[Receipt]:
    return _paid(desk, intent, intent.request.account, BANK)


def _paid(desk: Desk, intent: Intent, source: AccountId, target: AccountId) -> Sequence[Receipt]:
    leg = Leg(_cash(desk), _checked_steps(desk, intent.request), source, target)
    return (desk.ledger.post(Transfer(CommandId(intent.name), [leg], intent.operation, intent.at)),)


def _finish_payment(desk: Desk, intent: Intent, _: Sequence[Receipt]) -> AccountSummary:
    return account_summary(desk, intent.request.account)


# ---------------------------------------------------------------------------- days


def _open_day(desk: Desk, asked: Asked) -> Generator[None, None, object]:
    body: DayRequest = asked.body
    desk.tell(OpenDay(day=body.day, at=desk.now()))
    intent = begin(desk, asked)
    return (yield from done(desk, intent, DEEDS[OPEN_DAY.name]))


def _post_releases(desk: Desk, intent: Intent) -> Sequence[Receipt]:
    """Make tradable in the ledger what the venue made sellable: all that was bought before the day opened."""
    try:
        releases = tuple(_releases(desk, intent))
        for first in range(0, len(releases), _GROUP):
            desk.ledger.post_all(releases[first : first + _GROUP])
    except (StorageError, IntegrityError):
        raise
    except CarbonkitError as error:  # the day is open already, and stays so
        raise IntegrityError("release what was bought", was=str(error), field="ledger") from error
    return ()  # nothing came from outside: the venue has it already


def _releases(desk: Desk, intent: Intent) -> Iterator[Transfer]:
    day, ledger = intent.request.day, desk.ledger
    for name in sorted({each.asset for each in desk.venue.instruments()}):
        asset = ledger.store.asset(name)
        if asset is None:
            continue
        serials = Selection.FROM_LEFT if asset.serialised else None
        for balance in ledger.balances(asset=name):
            held = balance.holding
            if held.bucket == Bucket.BOUGHT_TODAY.value and balance.quantity > 0:
                leg = Leg(
                    name,
                    balance.quantity,
                    held.account,
                    held.account,
                    Bucket.BOUGHT_TODAY,
                    Bucket.TRADABLE,
                    serials,
                )
                command = CommandId(f"release/{name}/{day}/{held.account}")
                yield Transfer(command, [leg], "release", intent.at)


def _finish_opening(desk: Desk, _: Intent, __: Sequence[Receipt]) -> Done:
    return _said(desk)


def _close_day(desk: Desk, _: Asked) -> Generator[None, None, Done]:
    desk.tell(CloseDay(at=desk.now()))
    desk.snapshot()
    yield from ()
    return _said(desk)


def _halt(desk: Desk, asked: Asked) -> Generator[None, None, Done]:
    body: HaltRequest = asked.body
    desk.tell(Halt(reason=body.reason, instrument=body.instrument, at=desk.now()))
    yield from ()
    return _said(desk)


def _resume(desk: Desk, asked: Asked) -> Generator[None, None, Done]:
    body: ResumeRequest = asked.body
    desk.tell(Resume(instrument=body.instrument, at=desk.now()))
    yield from ()
    return _said(desk)


def _said(desk: Desk) -> Done:
    return Done(sequence=desk.venue.sequence)


DEEDS: Final[Mapping[str, Deed]] = MappingProxyType(
    {
        ADMIT.name: Deed(_post_admission, _finish_admission),
        PAY_IN.name: Deed(_post_payment_in, _finish_payment),
        PAY_OUT.name: Deed(_post_payment_out, _finish_payment),
        OPEN_DAY.name: Deed(_post_releases, _finish_opening),
    }
)
"""How the intents of each operation are carried through, by its name."""

HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        ADMIT.name: Changes(_admit),
        PAY_IN.name: Changes(_pay_in),
        PAY_OUT.name: Changes(_pay_out),
        OPEN_DAY.name: Changes(_open_day),
        CLOSE_DAY.name: Changes(_close_day),
        HALT.name: Changes(_halt),
        RESUME.name: Changes(_resume),
    }
)
"""What the exchange does for each operation of the administration, by its name."""
