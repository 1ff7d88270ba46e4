"""
The flow of a call, without any input or output: a generator that says what to send and when to wait.

    signed anew for each try, with one idempotency key for all of them
    → sent → judged: taken, refused, or tried again after a pause, until the deadline

A driver sends what a `Send` says and gives back what came, and waits as a `Pause` says; there
is a sync and an async one, and nothing else in which the two clients differ.
"""

from __future__ import annotations

import datetime
from collections.abc import Generator
from typing import TYPE_CHECKING, Final, Generic, TypeAlias, TypeVar, cast

import attrs

from carbonkit.client.call import Reply, call_of
from carbonkit.client.door import AsyncOpened, Opened
from carbonkit.client.error import (
    ExchangeError,
    Facts,
    Outcome,
    RateLimitedError,
    TimedOutError,
    UnreadableAnswerError,
    check_header,
    kind_at,
    problem_of,
    refusal_error,
    request_id_of,
)
from carbonkit.client.failure import Failed
from carbonkit.client.hook import AnswerCame, RequestSent, RetryPlanned, tell
from carbonkit.client.message import Incoming, Outgoing
from carbonkit.client.retry import http_date, may_go_better, retry_after
from carbonkit.errors import BatchError, CarbonkitError
from carbonkit.wire.operations import TIME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carbonkit.client.call import Call, CallOptions
    from carbonkit.client.line import Line
    from carbonkit.client.telemetry import Span
    from carbonkit.wire.problem import HttpProblem

__all__ = ["Flow", "Got", "Pause", "Send", "ask"]

Value = TypeVar("Value")
_MICROSECOND: Final = 1000  # nanoseconds
_ONE_MICROSECOND: Final = datetime.timedelta(microseconds=1)
_HALF_A_SECOND: Final = datetime.timedelta(milliseconds=500)  # what a Date header leaves out on average
_AT_ONCE: Final = datetime.timedelta(0)
_GOOD: Final = range(200, 300)
_UNPROVED: Final = 401
_WRONG_CLOCK: Final = (
    "set this machine's clock: it is more than an hour from the exchange's, or that is not known"
)
_TOO_MANY: Final = 429
_SERVER_FAILED: Final = 500
_BEFORE_THE_KEY: Final = frozenset({401, 403, 425, 429})
"""Refusals that may be made before the exchange looks whether it knows the key."""


@attrs.frozen(kw_only=True)
class Send:
    """
    A request is to be sent.

    Args:
        outgoing: The request.
        timeout: How long it may take.
        stream: Whether the answer is handed over while it is still coming.

    Example:
        >>> Send.__name__
        'Send'
    """

    outgoing: Outgoing
    timeout: datetime.timedelta
    stream: bool = False


@attrs.frozen(kw_only=True)
class Pause:
    """
    Nothing is to be done for a while.

    Args:
        time: How long.

    Example:
        >>> Pause(time=datetime.timedelta(seconds=1)).time.total_seconds()
        1.0
    """

    time: datetime.timedelta


Got: TypeAlias = Incoming | Opened | AsyncOpened | Failed | None
"""What a driver gives back; None after a pause."""

Flow: TypeAlias = Generator[Send | Pause, Got, Value]
"""A flow that ends with a value."""


@attrs.frozen(kw_only=True)
class _Missed:
    """A try that brought nothing: why, and whether another may go better, and when at the earliest."""

    error: ExchangeError
    again: bool
    at_once: bool = False
    wait: datetime.timedelta | None = None


def ask(line: Line, call: Call[Value], options: CallOptions) -> Flow[Reply[Value]]:
    """
    Make a call.

    Args:
        line: What all calls of a client share.
        call: What is asked.
        options: What this call does otherwise.

    Yields:
        What to send, and when to wait.

    Returns:
        The reply.

    Raises:
        ExchangeError: If the call did not succeed.
    """
    span = line.tracer.begin(call.operation, call.method, call.template)
    try:
        reply = yield from _Course(line, call, options, span).run()
    except ExchangeError as error:
        span.failed(error)
        raise
    else:
        span.succeeded(reply.status, reply.attempts)
        return reply
    finally:
        span.end()


class _Course(Generic[Value]):
    """One call on its way."""

    def __init__(self, line: Line, call: Call[Value], options: CallOptions, span: Span) -> None:
        self.line, self.call, self.span = line, call, span
        self.timeout = line.timeouts.attempt if options.timeout is None else options.timeout
        self.most = line.retries.most if options.retries is None else options.retries
        deadline = line.timeouts.deadline if options.deadline is None else options.deadline
        self.ends = line.monotonic() + _nanoseconds(deadline)
        self.changes = call.method != "GET"
        given = options.idempotency_key
        self.key = "" if not self.changes else line.new_id() if given is None else given
        self.headers = self._headers(options.headers)
        self.attempts = 0
        self.failures = 0
        self.in_doubt = False  # whether an earlier try may have been carried out, and its answer is not known
        self.clock_set = False
        self.renewed = False

    def _headers(self, extra: Mapping[str, str]) -> dict[str, str]:
        headers = {**extra, **self.line.headers, **self.span.headers()}
        if self.call.stream:
            headers["accept"] = "text/event-stream, application/problem+json"
        if self.call.body:
            headers["content-type"] = "application/json"
        if self.changes:
            check_header("idempotency-key", self.key)
            headers["idempotency-key"] = self.key
        return headers

    # ------------------------------------------------------------- the tries

    def run(self) -> Flow[Reply[Value]]:
        """Try until there is an answer, or no other try."""
        while True:
            missed = yield from self._try()
            if isinstance(missed, Reply):
                return missed
            pause = self._pause(missed)
            if pause is None:
                raise missed.error
            self.span.retried(self.attempts, missed.error.code)
            if (hook := self.line.hooks.on_retry) is not None:
                told = RetryPlanned(
                    operation=self.call.operation,
                    attempt=self.attempts,
                    code=missed.error.code,
                    pause=pause,
                )
                tell(hook, told)
            if pause:
                yield Pause(time=pause)

    def _pause(self, missed: _Missed) -> datetime.timedelta | None:
        """Say how long to wait before another try; None if there is none."""
        if not missed.again:
            return None
        if missed.at_once:
            return _AT_ONCE if self._left() > _AT_ONCE else None
        self.failures += 1
        if self.failures > self.most:
            return None
        retries = self.line.retries
        pause = retries.pause(self.failures, self.line.chance())
        if missed.wait is not None:
            if missed.wait > retries.patience:
                return None
            pause = max(pause, missed.wait)
        return pause if pause < self._left() else None

    def _try(self) -> Flow[Reply[Value] | _Missed]:
        yield from self._turn()
        if (missed := (yield from self._credentials())) is not None:
            return missed
        try:
            outgoing = self._signed()
        except ExchangeError as error:  # another caller's refusal has just taken the token away
            return self._missed(error, again=True)
        timeout = self._timeout()
        self.attempts += 1
        started = self._sending()
        answer = yield Send(outgoing=outgoing, timeout=timeout, stream=self.call.stream)
        self._sent(answer, started)
        return (yield from self._judged(answer, outgoing))

    def _judged(self, answer: Got, outgoing: Outgoing) -> Flow[Reply[Value] | _Missed]:
        if isinstance(answer, (Opened, AsyncOpened)):
            return self._opened(answer)
        if isinstance(answer, Incoming):
            self.line.limiter.learn(answer.headers, self.line.monotonic())
            if answer.status in _GOOD:
                return self._read(answer)
            if answer.status == _UNPROVED:
                return (yield from self._unproved(answer, outgoing))
            return self._refused(answer)
        return self._failed(cast(Failed, answer))

    def _turn(self) -> Flow[None]:
        """Wait until the client's own rate limit lets the request through."""
        wait = datetime.timedelta(
            microseconds=-(-self.line.limiter.reserve(self.line.monotonic()) // _MICROSECOND)
        )
        if not wait:
            return
        if wait >= self._left():
            self.line.limiter.give_back()
            facts = attrs.evolve(self._facts(), retry_after=wait)
            raise RateLimitedError(
                "be within the exchange's rate limit before the deadline",
                was=f"a wait of {wait.total_seconds()} s",
                facts=facts,
            )
        try:
            yield Pause(time=wait)
        except BaseException:  # the caller was cancelled while it waited
            self.line.limiter.give_back()
            raise

    def _credentials(self) -> Flow[_Missed | None]:
        """Get what the signer needs first."""
        signer = self.line.signer
        if signer is None or (needed := signer.need(self.line.now())) is None:
            return None
        answer = yield Send(outgoing=needed, timeout=self._timeout())
        if not isinstance(answer, Incoming):
            failed = cast(Failed, answer)
            return self._missed(failed.error(self._facts()), again=failed.trouble.passing)
        try:
            signer.take(answer, self.line.now())
        except ExchangeError as error:
            facts = self._facts(answer)
            error.facts = attrs.evolve(
                facts, details=error.details, retry_after=retry_after(answer, self.line.now())
            )
            error.problem = attrs.evolve(error.problem, field=self.call.operation)
            error.args = (str(error.problem),)
            again = may_go_better(answer.status, error.details)
            return self._missed(error, again=again, wait=retry_after(answer, self.line.now()))
        return None

    def _signed(self) -> Outgoing:
        """Make the request of a try, with a proof of its own."""
        line, call = self.line, self.call
        url = line.url + call.target
        plain = Outgoing(method=call.method, url=url, headers=self.headers, body=call.body)
        if line.signer is None:
            return plain
        proof = line.signer.headers(plain, line.now())
        return Outgoing(method=call.method, url=url, headers={**self.headers, **proof}, body=call.body)

    # ---------------------------------------------------- what came of a try

    def _read(self, answer: Incoming) -> Reply[Value] | _Missed:
        try:
            value, extra = self.call.answer(answer.body, self.line.most)
        except CarbonkitError as error:
            self.in_doubt = self.changes
            problem = error.problems[0] if isinstance(error, BatchError) else error.problem
            wrong = UnreadableAnswerError(
                f"be a readable answer: {problem.field or 'it'} must {problem.must}",
                was=kind_at(answer.body, problem.field, self.line.most),
                facts=self._facts(answer),
            )
            # cut off on the way, it may come whole; whole and of another form, it will not change
            return _Missed(error=wrong, again=not isinstance(error, BatchError))
        return self._reply(value, answer, extra)

    def _opened(self, answer: Opened | AsyncOpened) -> Reply[Value]:
        return self._reply(cast(Value, answer), answer.head, {})

    def _reply(self, value: Value, head: Incoming, extra: Mapping[str, object]) -> Reply[Value]:
        return Reply(
            value=value,
            status=head.status,
            headers=head.headers,
            request_id=request_id_of(head, None),
            attempts=self.attempts,
            idempotency_key=self.key,
            extra=extra,
        )

    def _failed(self, failed: Failed) -> _Missed:
        if failed.reached:
            self.in_doubt = self.changes
        return self._missed(failed.error(self._facts()), again=failed.trouble.passing)

    def _refused(self, answer: Incoming) -> _Missed:
        details = problem_of(answer)
        code = "" if details is None else details.code
        # A proof that was there before: the network brought the request twice, and the other answer is lost.
        replayed = answer.status == _UNPROVED and code == "replayed"
        again = replayed or may_go_better(answer.status, details)
        duplicate = code == "duplicate_order"
        if answer.status >= _SERVER_FAILED or answer.status < 400 or (again and answer.status != _TOO_MANY):  # noqa: PLR2004
            self.in_doubt = self.changes
        elif answer.status not in _BEFORE_THE_KEY and not duplicate and _is_its_own(answer, details):
            self.in_doubt = False
        line = self.line
        wait = retry_after(answer, line.now())
        if answer.status == _TOO_MANY and wait is not None:
            line.limiter.close(line.monotonic() + _nanoseconds(min(wait, line.retries.patience)))
        facts = attrs.evolve(self._facts(answer), details=details, retry_after=wait)
        return self._missed(refusal_error(answer, facts), again=again, wait=wait)

    def _unproved(self, answer: Incoming, outgoing: Outgoing) -> Flow[_Missed]:
        """Hear that the proof was refused: set the clock, or get new credentials, once each."""
        missed = self._refused(answer)
        skewed = missed.error.code == "clock_skew"
        if skewed and not self.clock_set:
            self.clock_set = True
            known = yield from self._set_clock(answer)
            if not known:
                missed.error.problem = attrs.evolve(missed.error.problem, hint=_WRONG_CLOCK)
                missed.error.args = (str(missed.error.problem),)
            return attrs.evolve(missed, again=known, at_once=True)
        signer = self.line.signer
        if not skewed and signer is not None and not self.renewed and signer.refused(outgoing):
            self.renewed = True
            return attrs.evolve(missed, again=True, at_once=True)
        return missed

    def _set_clock(self, answer: Incoming) -> Flow[bool]:
        """Learn what time it is at the exchange; from its answer, or else by asking."""
        line = self.line
        if (said := http_date(answer.headers.get("date", ""))) is not None:
            return line.set_clock(said + _HALF_A_SECOND)
        call = call_of(TIME)
        outgoing = Outgoing(method="GET", url=line.url + call.target, headers=line.headers, body=b"")
        came = yield Send(outgoing=outgoing, timeout=self._timeout())
        if not isinstance(came, Incoming) or came.status not in _GOOD:
            return False
        try:
            time, _ = call.answer(came.body, line.most)
        except CarbonkitError:
            return False
        return line.set_clock(time.now)

    def _missed(
        self, error: ExchangeError, *, again: bool, wait: datetime.timedelta | None = None
    ) -> _Missed:
        return _Missed(error=error, again=again, wait=wait)

    # ------------------------------------------------------ what is known of it

    def _facts(self, answer: Incoming | None = None) -> Facts:
        return Facts(
            operation=self.call.operation,
            outcome=Outcome.UNKNOWN if self.in_doubt else Outcome.KNOWN,
            status=None if answer is None else answer.status,
            request_id="" if answer is None else request_id_of(answer, None),
            attempts=self.attempts,
            idempotency_key=self.key,
            client_order_id=self.call.client_order_id,
        )

    def _left(self) -> datetime.timedelta:
        return datetime.timedelta(microseconds=(self.ends - self.line.monotonic()) // _MICROSECOND)

    def _timeout(self) -> datetime.timedelta:
        left = self._left()
        if left <= _AT_ONCE:
            raise TimedOutError("be answered before the deadline", facts=self._facts())
        return self.timeout if self.call.stream else min(self.timeout, left)

    def _sending(self) -> int:
        if (hook := self.line.hooks.on_request) is not None:
            call = self.call
            told = RequestSent(
                operation=call.operation, method=call.method, path=call.template, attempt=self.attempts
            )
            tell(hook, told)
        return self.line.monotonic()

    def _sent(self, answer: Got, started: int) -> None:
        if (hook := self.line.hooks.on_response) is None:
            return
        took = datetime.timedelta(microseconds=(self.line.monotonic() - started) // _MICROSECOND)
        head = answer.head if isinstance(answer, (Opened, AsyncOpened)) else answer
        told = AnswerCame(
            operation=self.call.operation,
            attempt=self.attempts,
            status=head.status if isinstance(head, Incoming) else None,
            trouble=head.trouble.value if isinstance(head, Failed) else "",
            request_id=request_id_of(head, None) if isinstance(head, Incoming) else "",
            took=took,
        )
        tell(hook, told)


def _is_its_own(answer: Incoming, details: HttpProblem | None) -> bool:
    """Tell whether the exchange itself refused, and not something between that does not know what it did."""
    return details is not None and details.status == answer.status


def _nanoseconds(time: datetime.timedelta) -> int:
    return (time // _ONE_MICROSECOND) * _MICROSECOND
