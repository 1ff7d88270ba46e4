"""
The OpenAPI 3.1 document of an exchange, made from the table of operations and the types that they carry.

What is no operation of the table, such as the stream and the health checks, is described by hand.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from carbonkit.exchange._openapi_parts import (
    TAGS,
    header_refs,
    headers,
    other_paths,
    problems,
    problems_for,
    proofs,
)
from carbonkit.values.money import currency_codes
from carbonkit.values.unit import UNITS
from carbonkit.wire.codec import codec_of
from carbonkit.wire.feed import BookChange, Reset
from carbonkit.wire.operations import OPERATIONS
from carbonkit.wire.page import page_of
from carbonkit.wire.problem import HttpProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carbonkit.wire.json_text import Json
    from carbonkit.wire.operation import Operation

__all__ = ["IDEMPOTENCY_KEY", "document"]

IDEMPOTENCY_KEY: Final = re.compile(r"[A-Za-z0-9._:+-]{1,128}")
"""What an `Idempotency-Key` may look like."""

_PART: Final = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}$"}
_GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accounts": "accounts",
        "trades": "accounts",
        "orders": "orders",
        "blocks": "blocks",
        "auctions": "auctions",
        "transactions": "registry",
        "surrenders": "registry",
        "admin": "administration",
    }
)
# What the fields of these names must be besides their type; the classes themselves see to it.
_NARROWER: Final[Mapping[str, Mapping[str, Json]]] = MappingProxyType(
    {
        "limit": {"minimum": 1, "maximum": 500},
        "levels": {"minimum": 1, "maximum": 500},
        "minutes": {"minimum": 1, "maximum": 1440},
        "cursor": {"pattern": "^[1-9][0-9]{0,17}$", "maxLength": 18},
        "client_order_id": {"pattern": "^[A-Za-z0-9][A-Za-z0-9._:+-]{0,63}$", "maxLength": 64},
        "currency": {"pattern": "^[A-Z]{3}$", "maxLength": 3, "enum": [*currency_codes()]},
        "per": {"anyOf": [{"enum": sorted(UNITS)}, {"pattern": "^[A-Z]{3}@[12][0-9]{3}$"}]},
    }
)
_NARROWER_IN_BODIES: Final = frozenset({"client_order_id", "currency", "per"})


def document(version: str) -> Json:
    """
    Describe an exchange's HTTP interface.

    Args:
        version: The version of carbonkit that serves it.

    Returns:
        An OpenAPI 3.1 document, as JSON can say it.

    Example:
        >>> made = document("1.0")
        >>> made["openapi"], made["paths"]["/v1/orders"]["post"]["operationId"]
        ('3.1.0', 'place_order')
    """
    schemas: dict[str, Json] = {}
    paths: dict[str, dict[str, Json]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
    for kind in (HttpProblem, BookChange, Reset):
        codec_of(kind).describe(schemas)
    paths.update(other_paths(_security("read")))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "carbonkit exchange",
            "version": version,
            "description": (
                "A reference exchange for carbon units. Decimals are strings without an exponent, instants "
                "are RFC 3339 in UTC with a Z, ids are strings, and counts are JSON integers."
            ),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": said} for name, said in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": {name: _narrowed(schemas[name]) for name in sorted(schemas)},
            "parameters": {"IdempotencyKey": _idempotency_key()},
            "headers": headers(),
            "responses": problems(),
            "securitySchemes": proofs(),
        },
    }


def _operation(operation: Operation[Any], schemas: dict[str, Json]) -> Json:
    kind: Any = page_of(operation.answer) if operation.paged else operation.answer
    made = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [_GROUPS.get(operation.path.split("/")[2], "market data")],
        "security": [] if operation.scope is None else _security(operation.scope.value),
        "parameters": _parameters(operation),
        "responses": {
            str(operation.status): {
                "description": operation.summary,
                "headers": header_refs("X-Request-Id", "RateLimit", "RateLimit-Policy"),
                "content": {"application/json": {"schema": codec_of(kind).describe(schemas)}},
            },
            **problems_for(*_refusals(operation)),
        },
    }
    if operation.body is not None:
        schema = codec_of(operation.body).describe(schemas)
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return made


def _refusals(operation: Operation[Any]) -> set[int]:
    """Say with which statuses an operation may be refused."""
    refusals = {400, 401, 414, 422, 429, 431, 500, 503}
    if operation.scope is not None:
        refusals |= {403, 404}
    if operation.method == "POST":
        refusals |= {408, 409, 413, 415}
    return refusals


def _security(scope: str) -> Json:
    return [{"hmac": []}, {"signature": []}, {"oauth2": [scope]}]


def _parameters(operation: Operation[Any]) -> list[Json]:
    made: list[Json] = [
        {"name": name, "in": "path", "required": True, "description": f"The {name}'s id.", "schema": _PART}
        for name in operation.parts
    ]
    if operation.query is not None:
        made.extend(_query(operation.query))
    if operation.method == "POST":
        made.append({"$ref": "#/components/parameters/IdempotencyKey"})
    return made


def _query(kind: type) -> list[Json]:
    """Describe the parts of a query string; what may be None may be left out."""
    described: dict[str, Json] = {}
    codec_of(kind).describe(described)
    schema = described[kind.__name__]
    made = []
    for name, each in schema["properties"].items():
        said = each.pop("description", "")
        given = {**each.get("anyOf", [each])[0], **_NARROWER.get(name, {})}
        required = name in schema["required"]
        made.append({"name": name, "in": "query", "required": required, "description": said, "schema": given})
    return made


def _idempotency_key() -> Json:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "The same for the same request: however often it comes, it is done once.",
        "schema": {"type": "string", "pattern": f"^{IDEMPOTENCY_KEY.pattern}$"},
    }


def _narrowed(schema: Json) -> Json:
    """Say of a class's fields what their types do not say."""
    properties = {name: _narrower(name, each) for name, each in schema["properties"].items()}
    return {**schema, "properties": properties}


def _narrower(name: str, schema: Json) -> Json:
    more = _NARROWER.get(name)
    if more is None or name not in _NARROWER_IN_BODIES:
        return schema
    if "anyOf" in schema:
        return {**schema, "anyOf": [{**schema["anyOf"][0], **more}, *schema["anyOf"][1:]]}
    return {**schema, **more}
