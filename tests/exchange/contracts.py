"""
Runs schemathesis against a served exchange, as its own command line does, and gathers what it finds.

Each request is signed over the very bytes that are sent, by a key of the tests. Idempotency keys that fit
are made new for each request, since schemathesis sends the same few again and again; and of the requests
that the document allows, every second one is made to speak of what the exchange knows, since an account
called "0" never gets far.
"""

from __future__ import annotations

import contextlib
import datetime
import itertools
import re
from typing import TYPE_CHECKING, Any, Final

import attrs
import schemathesis
from schemathesis import GenerationMode, config, engine, hooks
from schemathesis.engine import events

from carbonkit.client.key_signer import KeySigner
from carbonkit.client.message import Outgoing
from carbonkit.errors import InvalidValueError
from carbonkit.exchange.openapi import IDEMPOTENCY_KEY
from carbonkit.wire.json_text import read_json
from carbonkit.wire.operations import OPERATIONS
from carbonkit.wire.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from schemathesis.schemas import BaseSchema

    from tests.exchange.servers import Served

CHECKS: Final = frozenset(
    {
        "allow_header_conformance",
        "content_type_conformance",
        "ensure_resource_availability",
        "ignored_auth",
        "missing_required_header",
        "negative_data_rejection",
        "not_a_server_error",
        "object_level_authorization",
        "positive_data_acceptance",
        "response_headers_conformance",
        "response_schema_conformance",
        "status_code_conformance",
        "unsupported_method",
        "use_after_free",
    }
)
_SEED: Final = 7
_REJECTED: Final = ("400", "401", "403", "404", "405", "409", "413", "414", "415", "422", "429")
# What the document allows may still be more than a body may hold, or refused by the rules of the market:
# 422 with a reason of theirs. That it is never for its form, `_misunderstood` sees to.
_ACCEPTED: Final = ("2xx", "401", "403", "404", "409", "413", "422", "429")
_OF_FORM: Final = frozenset({"invalid_request", "malformed"})
# What no schema can say: that 7.0 is no whole number, and what a parameter needs because of another.
_UNSAID: Final = re.compile(
    r"must be a whole number, unquoted, was -?[0-9.e+]+|must be given for the channel book"
)
_PATHS: Final = tuple(
    (each.method, re.compile(re.sub(r"\{[a-z]+\}", "[^/?]*", each.path)), each.scope) for each in OPERATIONS
)


@attrs.define
class Report:
    """What a run did and what it found."""

    requests: int = 0
    statuses: set[int] = attrs.field(factory=set)
    checks: set[str] = attrs.field(factory=set)
    operations: set[str] = attrs.field(factory=set)
    findings: list[str] = attrs.field(factory=list)

    def take(self, event: object) -> None:
        """Take what the engine of schemathesis tells."""
        if isinstance(event, events.ScenarioFinished):
            self._take_scenario(event)
        elif isinstance(event, events.NonFatalError):
            self.findings.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.FatalError):
            self.findings.append(repr(event.exception))
        elif isinstance(event, events.SchemaAnalysisWarnings):
            self.findings.extend(repr(each) for each in event.warnings)

    def _take_scenario(self, event: events.ScenarioFinished) -> None:
        recorder = event.recorder
        for name, checks in recorder.checks.items():
            self.checks |= {each.name for each in checks}
            for check in checks:
                if check.failure_info is not None:
                    failure, code = check.failure_info.failure, check.failure_info.code_sample
                    said = recorder.interactions.get(name)
                    body = said.response.text[:500] if said is not None and said.response is not None else ""
                    self.findings.append(f"{check.name}: {failure.title}: {failure.message}\n{code}\n{body}")
        for name, interaction in recorder.interactions.items():
            self.requests += 1
            case = recorder.cases[name].value if name in recorder.cases else None
            if interaction.response is None or case is None:
                continue
            self.operations.add(case.operation.label)
            self.statuses.add(interaction.response.status_code)
            meta = case.meta
            if meta is not None and meta.generation.mode is GenerationMode.POSITIVE:
                self.findings.extend(_misunderstood(case.operation.label, interaction.response))


def _misunderstood(label: str, response: Any) -> Iterator[str]:  # noqa: ANN401  of schemathesis
    """Find a refusal for the form of what the document allows."""
    if response.status_code not in {400, 422} or label == "POST /oauth2/token":  # its errors are RFC 6749's
        return
    said = read_json(response.content, most=100_000)
    unsaid = [_UNSAID.fullmatch(each["detail"]) is not None for each in said["errors"]]
    if said["code"] in _OF_FORM and not (unsaid and all(unsaid)):
        yield f"{label}: the document allows what is refused: {said}"


def conform(
    venue: Served,
    *,
    key_of: Callable[[Scope | None], str],
    most: int,
    phases: frozenset[str],
    known: Mapping[str, object],
    change: Callable[[BaseSchema], BaseSchema] = lambda schema: schema,
) -> Report:
    """
    Run schemathesis with all its checks.

    Args:
        venue: The exchange.
        key_of: The key to ask with, by the scope that an operation needs.
        most: How many requests each operation gets, of those that are made by chance.
        phases: Some of "coverage", "fuzzing" and "stateful".
        known: Names of what the exchange knows, by the names of fields and of parts of paths.
        change: Narrows the document down, or spoils it.

    Returns:
        What it found.
    """
    settings = _configuration(most, phases)
    schema = change(schemathesis.openapi.from_url(f"{venue.url}/openapi.json", config=settings))
    schema.auth.set_from_requests(_Signing(venue, key_of))  # type: ignore[arg-type]  # any callable will do
    report = Report()
    with _speaking_of(known):
        for event in engine.from_schema(schema).execute():
            report.take(event)
    return report


def _configuration(most: int, phases: frozenset[str]) -> config.SchemathesisConfig:
    project = config.ProjectConfig(
        generation=config.GenerationConfig(
            max_examples=most, deterministic=True, no_shrink=True, database="none"
        ),
        checks=config.ChecksConfig(
            negative_data_rejection=config._checks.NegativeDataRejectionConfig(expected_statuses=_REJECTED),
            positive_data_acceptance=config.PositiveDataAcceptanceConfig(expected_statuses=_ACCEPTED),
        ),
        phases=config.PhasesConfig(
            examples=config.ExamplesPhaseConfig(enabled=False),  # the document has none
            coverage=config.CoveragePhaseConfig(enabled="coverage" in phases),
            fuzzing=config.FuzzingPhaseConfig(enabled="fuzzing" in phases),
            stateful=config.StatefulPhaseConfig(enabled="stateful" in phases),
        ),
        continue_on_failure=True,
        request_timeout=20,
    )
    return config.SchemathesisConfig(seed=_SEED, projects=config.ProjectsConfig(default=project))


class _Signing:
    """Signs what `requests` is about to send."""

    def __init__(self, venue: Served, key_of: Callable[[Scope | None], str]) -> None:
        self._venue = venue
        self._key_of = key_of
        self._numbers = itertools.count(1)

    def __call__(self, request: Any) -> Any:  # noqa: ANN401  of requests
        target = request.url.removeprefix(self._venue.url).partition("?")[0]
        if target == "/oauth2/token":
            return request
        key = self._key_of(_scope_of(request.method, target))
        named = request.headers.get("Idempotency-Key", "")
        named = named.decode("latin-1") if isinstance(named, bytes) else named
        if IDEMPOTENCY_KEY.fullmatch(named):
            request.headers["Idempotency-Key"] = f"{next(self._numbers):08d}{named[8:]}"
        body = request.body or b""
        headers = {name: value for name, value in request.headers.items() if isinstance(value, str)}
        outgoing = Outgoing(
            method=request.method,
            url=request.url,
            headers=headers,
            body=body.encode() if isinstance(body, str) else body,
        )
        with contextlib.suppress(InvalidValueError):  # such as a header that no client sends
            signer = KeySigner(key, self._venue.secret(key))
            request.headers.update(signer.headers(outgoing, datetime.datetime.now(datetime.UTC)))  # noqa: TID251  real
        return request


def _scope_of(method: str, target: str) -> Scope | None:
    """Say what the operation needs that a request is meant for."""
    found = [scope for asked, path, scope in _PATHS if asked == method and path.fullmatch(target)]
    return found[0] if found else Scope.READ


@contextlib.contextmanager
def _speaking_of(known: Mapping[str, object]) -> Iterator[None]:
    """Let every second request that the document allows speak of what the exchange knows."""
    numbers = itertools.count()

    def before_call(context: Any, case: Any, kwargs: Any) -> None:  # noqa: ANN401, ARG001  of schemathesis
        meta = case.meta
        if meta is None or meta.generation.mode is not GenerationMode.POSITIVE or next(numbers) % 2:
            return
        for name in case.path_parameters or {}:
            case.path_parameters[name] = known[name]
        if isinstance(case.body, dict):
            _replace(case.body, known)

    schemathesis.hook(before_call)
    try:
        yield
    finally:
        hooks.unregister(before_call)


def _replace(fact: dict[str, Any], known: Mapping[str, object]) -> None:
    for name, value in fact.items():
        if isinstance(value, dict):
            _replace(value, known)
        elif name in known and not isinstance(value, list):
            fact[name] = known[name]
