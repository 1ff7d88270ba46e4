"""What the OpenAPI document says that no type says: headers, problems, proofs, other paths; internal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.wire.feed import Channel
from carbonkit.wire.scope import Scope

if TYPE_CHECKING:
    from carbonkit.wire.json_text import Json

__all__ = ["SCOPES", "TAGS", "headers", "other_paths", "problems", "problems_for", "proofs"]

SCOPES: Final = {
    Scope.READ: "See market data, and what concerns the key's own accounts.",
    Scope.TRADE: "Enter, change and cancel orders, blocks and bids for the key's own accounts.",
    Scope.REGISTRY: "Propose and approve registry transactions.",
    Scope.ADMIN: "Admit participants, open and close days, halt, make keys.",
}
"""What each scope is for."""

TAGS: Final = {
    "market data": "What is traded, and at which prices.",
    "accounts": "Where accounts stand, and what moved in them.",
    "orders": "Orders, from entry to cancellation.",
    "blocks": "Large trades between two sides.",
    "auctions": "One seller, many bids.",
    "registry": "Transfers, surrenders and other registry transactions, each approved by a second person.",
    "administration": "What the exchange's own staff does.",
    "stream": "What happens, as it happens.",
    "access": "Tokens.",
    "operation": "How the exchange itself is doing.",
}
"""The groups of operations."""

_PROBLEMS: Final = {
    400: ("BadRequest", "The request is malformed, or a header is missing."),
    401: ("Unauthorized", "The proof of who asks is missing, wrong, too old, or was used before."),
    403: ("Forbidden", "The key's scopes or accounts do not allow it."),
    404: ("NotFound", "There is no such thing, or the key may not know of it."),
    409: (
        "Conflict",
        "It does not go with what is: a duplicate, a state that has passed, a request under way.",
    ),
    408: ("RequestTimeout", "The body does not come in time."),
    413: ("ContentTooLarge", "The body is too large."),
    414: ("UriTooLong", "The path or the query string is too long."),
    415: ("UnsupportedMediaType", "The body is not application/json."),
    422: ("Unprocessable", "A field is not what it must be, or the rules refuse it; `code` says why."),
    429: ("TooManyRequests", "The key asks too often; `Retry-After` says when to ask again."),
    431: ("HeadersTooLarge", "The headers are too many or too long."),
    500: ("InternalError", "The exchange failed; whether it was done can be found out with the same key."),
    503: ("Unavailable", "The exchange cannot answer just now; ask again with the same key."),
}
_LATER: Final = frozenset({429, 503})
_UNPROVEN: Final = 401


def headers() -> dict[str, Json]:
    """Describe the headers of answers."""
    return {
        "X-Request-Id": _header("The exchange's name for the request, for its logs.", "^[!-~]{1,128}$"),
        "RateLimit": _header('What is left: `"name";r=left;t=seconds`.', None),
        "RateLimit-Policy": _header('What is allowed: `"name";q=requests;w=seconds`.', None),
        "Retry-After": {
            "description": "In how many seconds to ask again.",
            "schema": {"type": "integer", "minimum": 0},
        },
        "WWW-Authenticate": _header("How to prove who asks.", None),
    }


def _header(said: str, pattern: str | None) -> Json:
    schema: dict[str, Json] = {"type": "string"}
    if pattern is not None:
        schema["pattern"] = pattern
    return {"description": said, "schema": schema}


def header_refs(*names: str) -> dict[str, Json]:
    """Point at headers of answers."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def problems() -> dict[str, Json]:
    """Describe the refusals, each by its name."""
    return {name: _problem(status, said) for status, (name, said) in _PROBLEMS.items()}


def _problem(status: int, said: str) -> Json:
    names = ["X-Request-Id", "RateLimit", "RateLimit-Policy"]
    names += ["Retry-After"] if status in _LATER else []
    names += ["WWW-Authenticate"] if status == _UNPROVEN else []
    schema = {"$ref": "#/components/schemas/HttpProblem"}
    return {
        "description": said,
        "headers": header_refs(*names),
        "content": {"application/problem+json": {"schema": schema}},
    }


def problems_for(*statuses: int) -> dict[str, Json]:
    """Point at refusals by their statuses."""
    return {
        str(status): {"$ref": f"#/components/responses/{_PROBLEMS[status][0]}"} for status in sorted(statuses)
    }


def proofs() -> dict[str, Json]:
    """Describe the ways to prove who asks."""
    scopes = {scope.value: said for scope, said in SCOPES.items()}
    return {
        "hmac": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": (
                'A key with its secret: `CK1-HMAC-SHA256 key="id", at="RFC 3339", nonce="…", proof="…"`. '
                "The secret itself is never sent, and the exchange does not keep it."
            ),
        },
        "signature": {
            "type": "apiKey",
            "in": "header",
            "name": "Signature",
            "description": (
                "An HTTP message signature (RFC 9421) with Ed25519, and its `Signature-Input`; it covers "
                "@method, @target-uri, content-digest if there is a body, and idempotency-key on a POST."
            ),
        },
        "oauth2": {
            "type": "oauth2",
            "description": "A short-lived token for an API key and its secret.",
            "flows": {"clientCredentials": {"tokenUrl": "/oauth2/token", "scopes": scopes}},
        },
        "basic": {"type": "http", "scheme": "basic", "description": "The key's id and secret, for a token."},
    }


# ----------------------------------------------------- paths outside the table


def other_paths(security: Json) -> dict[str, Json]:
    """
    Describe what is no operation of the table.

    Args:
        security: The ways to prove who reads.

    Returns:
        Each path with its methods.
    """
    return {
        "/v1/stream": {"get": _stream(security)},
        "/oauth2/token": {"post": _token()},
        "/health/live": {"get": _health("live", "Whether the process runs.", can_fail=False)},
        "/health/ready": {"get": _health("ready", "Whether requests can be served.", can_fail=True)},
        "/metrics": {
            "get": {
                "operationId": "metrics",
                "summary": "Figures for Prometheus.",
                "tags": ["operation"],
                "security": [],
                "responses": {"200": _answer("The figures.", "text/plain", {"type": "string"})},
            }
        },
        "/openapi.json": {
            "get": {
                "operationId": "openapi",
                "summary": "This document.",
                "tags": ["operation"],
                "security": [],
                "responses": {"200": _answer("The document.", "application/json", {"type": "object"})},
            }
        },
    }


def _answer(said: str, media: str, schema: Json) -> Json:
    return {
        "description": said,
        "headers": header_refs("X-Request-Id"),
        "content": {media: {"schema": schema}},
    }


def _stream(security: Json) -> Json:
    channels = {"type": "string", "enum": [each.value for each in Channel]}
    names = {
        "depth": "Depth",
        "book": "BookChange",
        "trade": "PublicTrade",
        "order": "Order",
        "bulletin": "Bulletin",
    }
    events = {name: {"$ref": f"#/components/schemas/{title}"} for name, title in names.items()}
    event = {
        "type": "object",
        "description": "The fields of one event.",
        "properties": {
            "id": {"type": "string"},
            "event": {"type": "string", "enum": [*names, "reset"]},
            "data": {"type": "string", "contentMediaType": "application/json"},
        },
        "required": ["id", "event", "data"],
    }
    return {
        "operationId": "stream",
        "summary": "What happens, as server-sent events.",
        "description": (
            "Each event has an `id`; a reader that was cut off sends the last one as `Last-Event-ID`, and "
            "hears what it missed, or a `reset`, after which it asks for the state. `x-events` names the "
            "schema of each event's data."
        ),
        "tags": ["stream"],
        "security": security,
        "parameters": [
            {
                "name": "channels",
                "in": "query",
                "required": True,
                "style": "form",
                "explode": False,
                "description": "What to hear, separated by commas.",
                "schema": {"type": "array", "items": channels, "minItems": 1, "uniqueItems": True},
            },
            {
                "name": "instrument",
                "in": "query",
                "required": False,
                "description": "Of which instrument; all if it is left out, but for the channel book.",
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}$"},
            },
            {
                "name": "Last-Event-ID",
                "in": "header",
                "required": False,
                "description": "The id of the last event that was heard; one that is unknown gets a reset.",
                "schema": {"type": "string", "pattern": "^[\\t -~]{0,8192}$"},
            },
        ],
        "responses": {
            "200": {
                **_answer("The events, for as long as both sides like.", "text/event-stream", event),
                "x-events": {**events, "reset": {"$ref": "#/components/schemas/Reset"}},
            },
            **problems_for(400, 401, 403, 404, 414, 422, 429, 431, 500, 503),
        },
    }


def _token() -> Json:
    text = {"type": "string", "maxLength": 1000}
    asked = {
        "type": "object",
        "properties": {
            "grant_type": {"type": "string", "enum": ["client_credentials"]},
            "client_id": {**text, "description": "The key's id; left out with HTTP Basic."},
            "client_secret": {**text, "description": "Its secret; left out with HTTP Basic."},
            "scope": {**text, "description": "Scopes, separated by spaces; all of the key's if left out."},
        },
        "required": ["grant_type"],
    }
    given = {
        "type": "object",
        "properties": {
            "access_token": text,
            "token_type": {"type": "string", "enum": ["Bearer"]},
            "expires_in": {"type": "integer", "minimum": 1, "description": "For how many seconds it holds."},
            "scope": text,
        },
        "required": ["access_token", "token_type", "expires_in"],
    }
    refused = {
        "type": "object",
        "properties": {"error": text, "error_description": text},
        "required": ["error"],
    }
    return {
        "operationId": "token",
        "summary": "Get a token for a key and its secret (RFC 6749, section 4.4).",
        "tags": ["access"],
        "security": [{"basic": []}, {}],
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": asked}},
        },
        "responses": {
            "200": _answer("The token.", "application/json", given),
            "400": _answer("The request is not what it must be.", "application/json", refused),
            "401": _answer("There is no such key, or the secret is wrong.", "application/json", refused),
            **problems_for(408, 413, 414, 415, 429, 431, 500, 503),
        },
    }


def _health(name: str, said: str, *, can_fail: bool) -> Json:
    schema = {"type": "object", "properties": {"status": {"type": "string"}}, "required": ["status"]}
    responses = {"200": _answer("Yes.", "application/json", schema)}
    if can_fail:
        responses["503"] = _answer("Not now; `status` says why.", "application/json", schema)
    return {
        "operationId": f"health_{name}",
        "summary": said,
        "tags": ["operation"],
        "security": [],
        "responses": responses,
    }
