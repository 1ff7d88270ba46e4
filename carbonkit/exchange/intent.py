"""
Intents: what a request is about to do to the ledger, written down before it is done.

The exchange's journal and the ledger are two stores, and the power can fail between them. So
a request that touches the ledger is first written as an intent, together with what the venue gave
up for it; then it is posted, under ids that the ledger knows again; then the venue hears what came
of it, in the same write that ends the intent. What a restart finds begun is carried through alike.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any, Final, Self

import attrs

from carbonkit.errors import BatchError, CarbonkitError, IntegrityError, RegistryError, StorageError
from carbonkit.exchange.desk import Desk
from carbonkit.exchange.engine import Stamp
from carbonkit.ledger.account import Bucket
from carbonkit.ledger.receipt import Receipt
from carbonkit.market.administration import Deposit, Withdraw
from carbonkit.values.identifier import AccountId, AssetId
from carbonkit.values.money import Money
from carbonkit.wire.codec import decoded, encoded
from carbonkit.wire.json_text import read_json, write_json
from carbonkit.wire.operations import OPERATIONS
from carbonkit.wire.scalar import read_instant, write_instant

if TYPE_CHECKING:
    from carbonkit.exchange.handler import Asked
    from carbonkit.wire.operation import Operation

__all__ = ["Deed", "Intent", "Taken", "begin", "carry_through", "deposit", "done"]

_LONGEST: Final = 10_000_000


@attrs.frozen
class Taken:
    """
    What the venue gave up before the ledger was asked.

    Args:
        account: Whose it was.
        asset: Which units; money by its currency's code.
        steps: How much, in the ledger's smallest step.

    Example:
        >>> Taken(AccountId("KEE-001"), AssetId("CEA-2025"), 100).steps
        100
    """

    account: AccountId
    asset: AssetId
    steps: int


@attrs.frozen(kw_only=True)
class Intent:
    """
    A request that is about to touch the ledger.

    Args:
        operation: The operation's name.
        token: What is the same whenever the request comes again.
        by: The person who asks.
        at: When it takes effect.
        subject: What the path names, such as a transaction; "" for nothing.
        request: The body; None if there is none.
        taken: What the venue gave up for it; None for nothing.
        stamp: Under which key it came; None for none.

    Example:
        >>> from carbonkit.values import as_instant
        >>> intent = Intent(operation="approve_transaction", token="a1", by="bob", subject="TX-1",
        ...                 at=as_instant("2026-01-06T01:00:00Z"))
        >>> intent.name, Intent.read(intent.text()) == intent
        ('approve_transaction/a1', True)
    """

    operation: str
    token: str
    by: str
    at: datetime.datetime
    subject: str = ""
    request: Any = None
    taken: Taken | None = None
    stamp: Stamp | None = None

    @property
    def name(self) -> str:
        """The name under which it is begun."""
        return f"{self.operation}/{self.token}"

    @property
    def asked(self) -> Operation[Any]:
        """The operation."""
        found = next((each for each in OPERATIONS if each.name == self.operation), None)
        if found is None:
            raise IntegrityError("be an operation", was=self.operation, field="intent")
        return found

    def text(self) -> str:
        """
        Write the intent down.

        Returns:
            JSON.
        """
        taken, stamp = self.taken, self.stamp
        facts = {
            "operation": self.operation,
            "token": self.token,
            "by": self.by,
            "at": write_instant(self.at),
            "subject": self.subject,
            "request": None if self.request is None else encoded(self.request),
            "taken": None if taken is None else [taken.account.text, taken.asset.text, str(taken.steps)],
            "stamp": None if stamp is None else list(attrs.astuple(stamp)),
        }
        return write_json(facts).decode()

    @classmethod
    def read(cls, text: str) -> Self:
        """
        Read an intent that was written down.

        Args:
            text: What `text` gave.

        Returns:
            The intent.

        Raises:
            IntegrityError: If it is anything else.
        """
        try:
            facts = read_json(text.encode(), most=_LONGEST)
            made = cls(**{**facts, "at": read_instant(facts["at"]), "request": None, "taken": None})
            taken, stamp, kind = facts["taken"], facts["stamp"], made.asked.body
            return attrs.evolve(
                made,
                request=None if kind is None else decoded(kind, facts["request"])[0],
                taken=None if taken is None else Taken(AccountId(taken[0]), AssetId(taken[1]), int(taken[2])),
                stamp=None if stamp is None else Stamp(*stamp),
            )
        except (CarbonkitError, TypeError, ValueError, LookupError) as error:
            raise IntegrityError("be an intent that was written down", was=text, field="intent") from error


@attrs.frozen
class Deed:
    """
    How an intent is carried through.

    Args:
        post: Posts to the ledger what is intended, under ids that come from the token, so that posting it
            again changes nothing; returns the receipts of what enters or leaves accounts from outside. What
            it raises is a refusal, after which the ledger is as it was.
        finish: Makes the documents of what was done, and returns the answer; what it raises is a defect.

    Example:
        >>> Deed(lambda desk, intent: (), lambda desk, intent, receipts: None).finish(None, None, ())
    """

    post: Callable[[Desk, Intent], Sequence[Receipt]]
    finish: Callable[[Desk, Intent, Sequence[Receipt]], object]


def begin(desk: Desk, asked: Asked, *, subject: str = "", taken: Taken | None = None) -> Intent:
    """
    Have the venue give up what the request takes, and write the request down, to be written durably.

    Args:
        desk: The desk.
        asked: The request.
        subject: What the path names.
        taken: What the venue has to give up; None for nothing.

    Returns:
        The intent.

    Raises:
        MarketError: If the venue has it not free; then nothing is begun.

    Example:
        >>> begin.__name__
        'begin'
    """
    intent = Intent(
        operation=asked.operation.name,
        token=asked.token,
        by=asked.caller.person,
        at=desk.now(),
        subject=subject,
        request=asked.body,
        taken=taken,
        stamp=asked.stamp,
    )
    if taken is not None:
        amount, asset = _as_told(desk, taken)
        desk.tell(Withdraw(account=taken.account, amount=amount, asset=asset, at=intent.at))
    desk.writes.begun[intent.name] = intent.text()
    return intent


def done(desk: Desk, intent: Intent, deed: Deed) -> Generator[None, None, object]:
    """
    Have what is begun written, and carry it through.

    Args:
        desk: The desk.
        intent: What is begun.
        deed: How.

    Yields:
        Once, where the intent must be written.

    Returns:
        The answer.

    Example:
        >>> done.__name__
        'done'
    """
    yield
    return carry_through(desk, intent, deed)


def carry_through(desk: Desk, intent: Intent, deed: Deed) -> object:
    """
    Do what was intended, now that the intent is durable; done again, it changes nothing more.

    Args:
        desk: The desk.
        intent: What is intended.
        deed: How.

    Returns:
        The answer.

    Raises:
        CarbonkitError: If it is refused; the venue has then back what it gave up, and the intent is ended.
        StorageError: If the ledger cannot be written; the intent stays, for the next start.
        IntegrityError: If venue and ledger do not agree any more; the same.

    Example:
        >>> carry_through.__name__
        'carry_through'
    """
    try:
        receipts = deed.post(desk, intent)
    except (StorageError, IntegrityError):
        raise
    except CarbonkitError as error:
        _level(desk, intent, ())
        desk.writes.finished.add(intent.name)
        refusal = _single(error)
        raise refusal from error
    _level(desk, intent, receipts)
    try:
        answer = deed.finish(desk, intent, receipts)
    except CarbonkitError as error:
        apart = _apart(intent, str(error))
        raise apart from error
    desk.writes.finished.add(intent.name)
    return answer


def _single(error: CarbonkitError) -> CarbonkitError:
    """Give the one problem of a batch as the refusal, so that its code is the answer's."""
    if not isinstance(error, BatchError) or len(error.problems) != 1:
        return error
    only = error.problems[0]
    return RegistryError(only.must, was=only.was, field=only.field, hint=only.hint, code=only.code)


def _level(desk: Desk, intent: Intent, receipts: Sequence[Receipt]) -> None:
    """Deposit at the venue what the ledger has now and the venue has not."""
    admitted = frozenset(desk.venue.accounts())
    owed: dict[tuple[AccountId, AssetId], int] = {}
    taken = intent.taken
    if taken is not None:
        owed[taken.account, taken.asset] = taken.steps
    for receipt in receipts:
        for entry in receipt.record.entries:
            held = entry.holding
            if held.bucket == Bucket.TRADABLE.value and held.account in admitted:
                key = held.account, held.asset
                owed[key] = owed.get(key, 0) + entry.quantity
    try:
        for (account, asset), steps in owed.items():
            if steps < 0:
                raise _apart(intent, f"{-steps} of {asset} that left {account} and was not withdrawn")
            if steps:
                deposit(desk, Taken(account, asset, steps))
    except IntegrityError:
        raise
    except CarbonkitError as error:
        raise _apart(intent, str(error)) from error


def deposit(desk: Desk, what: Taken) -> None:
    """
    Tell the venue of units or money that the ledger has.

    Args:
        desk: The desk.
        what: How much of what, and whose.

    Raises:
        MarketError: If the account is not admitted.

    Example:
        >>> deposit.__name__
        'deposit'
    """
    amount, asset = _as_told(desk, what)
    desk.tell(Deposit(account=what.account, amount=amount, asset=asset, at=desk.now()))


def _as_told(desk: Desk, what: Taken) -> tuple[int | Money, AssetId | None]:
    """Write an amount as the venue is told it: money as money, units as a number and their name."""
    currency = desk.scheme.currency
    if what.asset.text == currency:
        return Money(desk.ledger.asset(what.asset).amount(what.steps), currency), None
    return what.steps, what.asset


def _apart(intent: Intent, was: str) -> IntegrityError:
    return IntegrityError("agree with the ledger", was=was, field=f"venue, after {intent.name}")
