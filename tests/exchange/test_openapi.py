"""The OpenAPI document: it holds for what the codec writes, and not for what the codec refuses."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import BatchError
from carbonkit.exchange._openapi_parts import SCOPES
from carbonkit.exchange.openapi import IDEMPOTENCY_KEY, document
from carbonkit.wire import (
    OPERATIONS,
    Channel,
    Json,
    Operation,
    Page,
    Scope,
    decoded,
    encoded,
    page_written,
    read_query,
    write_json,
)
from carbonkit.wire.request import OrderRequest
from tests.wire.test_codec import QUOTATION, REQUEST, WRONG
from tests.wire_draws import KINDS, QUERIES, values


@cache
def made() -> dict[str, Any]:
    found: dict[str, Any] = document("0.0.0")
    return found


@cache
def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    """Make the validator of one of the document's schemas; formats count."""
    schemas = {"components": {"schemas": made()["components"]["schemas"]}}
    return jsonschema_rs.Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", **schemas}, validate_formats=True
    )


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, each) for path, item in made()["paths"].items() for method, each in item.items()]


def walk(tree: Json) -> list[dict[str, Any]]:
    """List every object in a tree."""
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return ([tree] if isinstance(tree, dict) else []) + [each for part in inner for each in walk(part)]


def test_it_is_what_json_can_say_and_always_the_same() -> None:
    assert write_json(made()) == write_json(document("0.0.0"))
    assert made()["info"]["version"] == "0.0.0"


def test_every_reference_leads_somewhere() -> None:
    found = [each["$ref"] for each in walk(made()) if "$ref" in each]
    assert len(found) > 300
    for ref in found:
        place: Any = made()
        for step in ref.removeprefix("#/").split("/"):
            place = place[step]


def test_every_component_is_referred_to() -> None:
    used = {each["$ref"].removeprefix("#/components/") for each in walk(made()) if "$ref" in each}
    kinds = ("schemas", "parameters", "headers", "responses")
    assert {f"{kind}/{name}" for kind in kinds for name in made()["components"][kind]} == used


def test_every_schema_is_valid_json_schema() -> None:
    for name, schema in made()["components"]["schemas"].items():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
        assert schema["description"], name
    for each in walk(made()):
        if isinstance(each.get("schema"), dict):
            jsonschema_rs.meta.validate(
                {"$schema": "https://json-schema.org/draft/2020-12/schema", **each["schema"]}
            )


def test_every_operation_of_the_table_is_there() -> None:
    found = {(method.upper(), path): each["operationId"] for path, method, each in operations()}
    assert {(each.method, each.path): each.name for each in OPERATIONS}.items() <= found.items()
    assert set(found) - {(each.method, each.path) for each in OPERATIONS} == {
        ("GET", "/v1/stream"),
        ("POST", "/oauth2/token"),
        ("GET", "/health/live"),
        ("GET", "/health/ready"),
        ("GET", "/metrics"),
        ("GET", "/openapi.json"),
    }
    assert len(set(found.values())) == len(found)


def test_every_operation_says_what_it_needs() -> None:
    tags = {each["name"] for each in made()["tags"]}
    for path, method, each in operations():
        assert each["summary"]
        assert set(each["tags"]) <= tags
        given = [part.get("name", part.get("$ref")) for part in each.get("parameters", [])]
        assert len(set(given)) == len(given)
        parts = {part["name"] for part in each.get("parameters", []) if part.get("in") == "path"}
        assert parts == set(re.findall(r"\{(\w+)\}", path))
        keyed = "#/components/parameters/IdempotencyKey" in given
        assert keyed == (method == "post" and path.startswith("/v1/"))
        assert any(status.startswith("2") for status in each["responses"])
    assert {tag for _, _, each in operations() for tag in each["tags"]} == tags


def test_every_operation_says_who_may_ask() -> None:
    schemes = made()["components"]["securitySchemes"]
    scopes = schemes["oauth2"]["flows"]["clientCredentials"]["scopes"]
    assert set(scopes) == {each.value for each in Scope} == {each.value for each in SCOPES}
    for each in OPERATIONS:
        security = made()["paths"][each.path][each.method.lower()]["security"]
        if each.scope is None:
            assert security == []
        else:
            assert security == [{"hmac": []}, {"signature": []}, {"oauth2": [each.scope.value]}]
    assert {name for _, _, each in operations() for way in each["security"] for name in way} == set(schemes)


def test_refusals_are_problems() -> None:
    for each in OPERATIONS:
        responses = made()["paths"][each.path][each.method.lower()]["responses"]
        expected = {400, 401, 414, 422, 429, 431, 500, 503} | (
            {403, 404} if each.scope is not None else set()
        )
        expected |= {408, 409, 413, 415} if each.method == "POST" else set()
        assert {int(status) for status in responses} == expected | {each.status}
    for name, response in made()["components"]["responses"].items():
        schema = response["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/HttpProblem"}, name
        assert "X-Request-Id" in response["headers"]
    assert "Retry-After" in made()["components"]["responses"]["TooManyRequests"]["headers"]


def test_the_stream_names_the_schema_of_each_event() -> None:
    events = made()["paths"]["/v1/stream"]["get"]["responses"]["200"]["x-events"]
    assert set(events) == {*(each.value for each in Channel), "depth", "reset"}


# --------------------------------------------------------------- what the codec says


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
@settings(max_examples=10)
@given(data=st.data())
def test_what_the_codec_writes_holds(kind: type, data: st.DataObject) -> None:
    fact = encoded(data.draw(values(kind)))
    validator(kind.__name__).validate(fact)
    damaged = {**fact, "unknown": 1}
    assert not validator(kind.__name__).is_valid(damaged)
    for name in made()["components"]["schemas"][kind.__name__]["required"]:
        assert not validator(kind.__name__).is_valid({each: fact[each] for each in fact if each != name})


@pytest.mark.parametrize("each", [each for each in OPERATIONS if each.paged], ids=lambda each: str(each.name))
@settings(max_examples=3)
@given(data=st.data())
def test_pages_hold(each: Operation[Any], data: st.DataObject) -> None:
    kind: type = each.answer
    page = Page(data=(data.draw(values(kind)),), next_cursor=data.draw(st.none() | st.just("c7")))
    responses = made()["paths"][each.path]["get"]["responses"]
    name = responses["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert name == f"{each.answer.__name__}Page"
    validator(name).validate(page_written(page))
    assert not validator(name).is_valid({"data": []})


def unsaid(wrong: object) -> bool:
    """Say whether no schema tells it from what is right, or no JSON text can bring it."""
    no_json = isinstance(wrong, Decimal) or (isinstance(wrong, str) and "\ud800" in wrong)
    return no_json or wrong in ["0000-01-01", "2026-02-30"]


@pytest.mark.parametrize(("name", "wrong"), WRONG, ids=lambda each: repr(each)[:20])
def test_what_the_codec_refuses_does_not_hold(name: str, wrong: object) -> None:
    fact = {**REQUEST, name: wrong}
    with pytest.raises(BatchError):
        decoded(OrderRequest, fact)
    if not unsaid(wrong):
        assert not validator("OrderRequest").is_valid(fact)


def test_a_tagged_class_holds_with_its_tag_only() -> None:
    spot = {"type": "Spot", "scheme": "China national", "vintage": "2025"}
    fact = {**QUOTATION, "instrument": {**QUOTATION["instrument"], "terms": spot}}
    validator("Quotation").validate(fact)
    for wrong in ({**spot, "type": "Credit"}, {**spot, "type": "Moon"}, {"scheme": "x", "vintage": "y"}):
        bad = {**QUOTATION, "instrument": {**QUOTATION["instrument"], "terms": wrong}}
        assert not validator("Quotation").is_valid(bad)


@pytest.mark.parametrize("each", [each for each in OPERATIONS if each.query], ids=lambda each: str(each.name))
def test_the_parts_of_a_query_are_as_they_are_read(each: Operation[Any]) -> None:
    parameters = {
        part["name"]: part
        for part in made()["paths"][each.path]["get"]["parameters"]
        if part["in"] == "query"
    }
    assert each.query is not None
    needed = {"minutes": "5", "since": "2026-11-30T01:30:00Z", "until": "2026-11-30T01:30:00Z"}
    base = {name: needed[name] for name, part in parameters.items() if part["required"]}
    read_query(each.query, base.items())
    for name, part in parameters.items():
        schema = part["schema"]
        assert part["description"]
        assert "anyOf" not in schema
        if "minimum" not in schema:
            continue
        assert schema.get("default", 5) == getattr(read_query(each.query, base.items()), name)
        for right in (schema["minimum"], schema["maximum"]):
            read_query(each.query, {**base, name: str(right)}.items())
        for wrong in (schema["minimum"] - 1, schema["maximum"] + 1):
            with pytest.raises(BatchError):
                read_query(each.query, {**base, name: str(wrong)}.items())


def test_every_query_is_described() -> None:
    assert {each.query for each in OPERATIONS if each.query} == set(QUERIES)
    state = next(
        part for part in made()["paths"]["/v1/orders"]["get"]["parameters"] if part.get("name") == "state"
    )
    assert state["schema"]["enum"] == ["new", "partially filled", "filled", "cancelled", "expired"]


@pytest.mark.parametrize("wrong", ["", "a b", "a\n", "é", "a" * 129, '"a"', "a/b"])
def test_an_idempotency_key_is_plain(wrong: str) -> None:
    assert IDEMPOTENCY_KEY.fullmatch(wrong) is None
    assert IDEMPOTENCY_KEY.fullmatch("0191f6c4-7d0a-7c3e-9c4e-1d9f0d0a1b2c")
