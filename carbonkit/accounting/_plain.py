"""
Factors, potentials, lines and calculations in plain facts, as a snapshot holds them; internal.

Plain facts are dicts, lists, texts, whole numbers and None. A decimal is a text with all its
digits, an enumeration its value, a date its ISO form. Each `…_from` undoes the function before it.
"""

from __future__ import annotations

import hashlib
import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from carbonkit.accounting.activity import Activity
from carbonkit.accounting.calculation import Calculation
from carbonkit.accounting.calorific import Calorific
from carbonkit.accounting.coverage import Coverage
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.fallback import Step
from carbonkit.accounting.gwp import Potential
from carbonkit.accounting.line import Conversion, Line
from carbonkit.accounting.origin import Origin
from carbonkit.accounting.quality import Quality
from carbonkit.accounting.rate import Amount, Rate
from carbonkit.accounting.scope import Category, Scope, Scope2Method
from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.number import Rounding, plain, whole
from carbonkit.values.place import Place
from carbonkit.values.quantity import quantity
from carbonkit.values.source import Source, Status
from carbonkit.values.text import matches
from carbonkit.values.time import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "Facts",
    "calculation_from",
    "canonical",
    "digest",
    "factor_from",
    "line_from",
    "plain_calculation",
    "plain_factor",
    "plain_line",
    "plain_potential",
    "potential_from",
    "shortest",
]

Facts: TypeAlias = "dict[str, Any]"

_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_LONGEST: Final = 2000  # characters of a number; what arithmetic makes of two of the longest stays below
_ENTERS: Final = 60  # digits that a quantity or a rate may have, see `carbonkit.values.number`
_OF_A_SOURCE: Final = ("publisher", "title", "year", "table", "url", "doi", "licence", "note")


def canonical(facts: object) -> str:
    """Write plain facts in their one form: sorted keys, no spaces, ASCII."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(facts: object) -> str:
    """Give the SHA-256 of plain facts in their one form."""
    return hashlib.sha256(canonical(facts).encode()).hexdigest()


def shortest(number: Decimal) -> str:
    """Write a number that arithmetic made without the zeros that say nothing, so that equals look alike."""
    text = plain(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def number_from(text: object, *, field: str = "number") -> Decimal:
    """Read a number that `plain` or `shortest` wrote."""
    if not matches(_NUMBER, text) or not isinstance(text, str) or len(text) > _LONGEST:
        raise InvalidValueError('be a text such as "1234.5"', was=text, field=field)
    number = Decimal(text)
    zeros = len(text) - len(text.rstrip("0"))
    if len(text) > _ENTERS and "." not in text and number:
        return Decimal(f"{text[:-zeros]}E{zeros}") if zeros else number
    return number


def _written(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)


def _maybe(read: Callable[[Any], Any], value: object) -> Any:  # noqa: ANN401  whatever `read` makes
    return None if value is None else read(value)


def _value(member: Any) -> Any:  # noqa: ANN401  of any enumeration
    return None if member is None else member.value


def _period(period: Period) -> list[str | None]:
    return [period.start.isoformat(), None if period.end is None else period.end.isoformat()]


def plain_source(source: Source) -> Facts:
    """Lay a source out."""
    return {name: getattr(source, name) for name in _OF_A_SOURCE} | {"status": source.status.value}


def source_from(facts: Mapping[str, Any]) -> Source:
    """Read a source back."""
    return Source(**{name: facts[name] for name in _OF_A_SOURCE}, status=Status(facts["status"]))


def plain_potential(potential: Potential) -> Facts:
    """Lay a global warming potential out."""
    return {
        "gas": potential.gas,
        "origin": _value(potential.origin),
        "value": plain(potential.value),
        "source": plain_source(potential.source),
    }


def potential_from(facts: Mapping[str, Any]) -> Potential:
    """Read a global warming potential back."""
    return Potential(
        facts["gas"],
        number_from(facts["value"]),
        source_from(facts["source"]),
        origin=_maybe(Origin, facts["origin"]),
    )


def _plain_rate(rate: Rate) -> Facts:
    return {
        "gas": rate.gas,
        "number": plain(rate.number),
        "unit": rate.unit,
        "basis": rate.basis,
        "origin": _value(rate.origin),
        "lower": _written(rate.lower),
        "upper": _written(rate.upper),
    }


def _rate_from(facts: Mapping[str, Any]) -> Rate:
    return Rate(
        facts["gas"],
        number_from(facts["number"]),
        facts["unit"],
        basis=facts["basis"],
        origin=_maybe(Origin, facts["origin"]),
        lower=_maybe(number_from, facts["lower"]),
        upper=_maybe(number_from, facts["upper"]),
    )


def plain_factor(factor: Factor) -> Facts:
    """Lay a factor out, all but the file that it was read from."""
    return {
        "id": factor.id,
        "edition": factor.edition,
        "activity": factor.activity,
        "place": factor.place.path,
        "valid": _period(factor.valid),
        "per": factor.per,
        "rates": [_plain_rate(rate) for rate in factor.rates],
        "source": plain_source(factor.source),
        "method": _value(factor.method),
        "calorific": _value(factor.calorific),
        "levels": list(factor.levels),
        "published": None if factor.published is None else factor.published.isoformat(),
        "data_year": factor.data_year,
        "coverage": _value(factor.coverage),
        "quality": _maybe(str, factor.quality),
    }


def factor_from(facts: Mapping[str, Any]) -> Factor:
    """Read a factor back."""
    return Factor(
        facts["id"],
        facts["edition"],
        facts["activity"],
        Place(facts["place"]),
        Period(*facts["valid"]),
        facts["per"],
        tuple(_rate_from(each) for each in facts["rates"]),
        source_from(facts["source"]),
        method=_maybe(Scope2Method, facts["method"]),
        calorific=_maybe(Calorific, facts["calorific"]),
        levels=facts["levels"],
        published=facts["published"],
        data_year=facts["data_year"],
        coverage=_maybe(Coverage, facts["coverage"]),
        quality=_maybe(Quality.parse, facts["quality"]),
    )


def _amounts(amounts: tuple[Amount, ...], write: Callable[[Decimal], str]) -> list[list[str | None]]:
    return [[each.gas, _value(each.origin), write(each.number), each.unit, each.basis] for each in amounts]


def _shared(row: Activity | Calculation) -> Facts:
    """Lay out what an activity and a calculation have in common."""
    return {
        "id": row.id,
        "facility": row.facility,
        "activity": row.activity,
        "place": row.place.path,
        "period": _period(row.period),
        "scope": row.scope.value,
        "category": _value(row.category),
        "uncertainty": _written(row.uncertainty),
        "file": row.file,
        "row": row.row,
    }


def _trail(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Say where a row was read; nothing else checks these two."""
    check_type(facts["file"], str, field="file")
    if facts["row"] is not None:
        check_type(facts["row"], int, field="row")
    return {"file": facts["file"], "row": facts["row"]}


def plain_line(line: Line) -> Facts:
    """Lay a line out: the activity, the factor's name, and what they made together."""
    activity, conversion, step = line.activity, line.conversion, line.step
    return _shared(activity) | {
        "kind": "line",
        "given": [plain(activity.quantity.number), activity.quantity.unit],
        "calorific": _value(activity.calorific),
        "quality": _maybe(str, activity.quality),
        "factor": [line.factor.id, line.factor.edition],
        "method": _value(line.method),
        "quantity": [plain(line.quantity.number), line.quantity.unit],
        "conversion": None if conversion is None else [conversion.places, conversion.rounding.name],
        "step": None if step is None else [step.wanted.path, step.place.path, step.years],
        "amounts": _amounts(line.amounts, shortest),
    }


def line_from(facts: Mapping[str, Any], factors: Mapping[tuple[str, str], Factor]) -> Line:
    """Read a line back; its amounts and method are not read but follow from the rest."""
    factor = factors.get(tuple(facts["factor"]))
    if factor is None:
        raise InvalidValueError(
            "be a factor of the snapshot", was=" ".join(map(str, facts["factor"])), field="factor"
        )
    given, made = (
        quantity(number_from(number), unit) for number, unit in (facts["given"], facts["quantity"])
    )
    activity = Activity(
        facts["id"],
        facts["facility"],
        facts["activity"],
        given,
        Place(facts["place"]),
        Period(*facts["period"]),
        Scope(facts["scope"]),
        category=_maybe(Category, facts["category"]),
        calorific=_maybe(Calorific, facts["calorific"]),
        uncertainty=_maybe(number_from, facts["uncertainty"]),
        quality=_maybe(Quality.parse, facts["quality"]),
        **_trail(facts),
    )
    conversion = _maybe(lambda it: Conversion(it[0], Rounding[it[1]]), facts["conversion"])
    expected = given if conversion is None else given.to(made.unit, **_as_named(conversion))
    if expected != made:
        raise InvalidValueError(f"be {expected} in {made.unit}", was=str(made), field="quantity")
    step = _maybe(lambda it: Step(Place(it[0]), Place(it[1]), whole(it[2])), facts["step"])
    return Line(activity, factor, made, conversion, step)


def _as_named(conversion: Conversion) -> dict[str, Any]:
    return {"places": conversion.places, "rounding": conversion.rounding}


def plain_calculation(calculation: Calculation) -> Facts:
    """Lay a calculation out, its working included."""
    return _shared(calculation) | {
        "kind": "calculation",
        "method": _value(calculation.method),
        "amounts": _amounts(calculation.amounts, plain),
        "working": _plain_explanation(calculation.working),
    }


def calculation_from(facts: Mapping[str, Any]) -> Calculation:
    """Read a calculation back."""
    return Calculation(
        facts["id"],
        facts["facility"],
        facts["activity"],
        Place(facts["place"]),
        Period(*facts["period"]),
        Scope(facts["scope"]),
        tuple(
            Amount(gas, number_from(number), unit, basis=basis, origin=_maybe(Origin, origin))
            for gas, origin, number, unit, basis in facts["amounts"]
        ),
        _explanation_from(facts["working"]),
        method=_maybe(Scope2Method, facts["method"]),
        category=_maybe(Category, facts["category"]),
        uncertainty=_maybe(number_from, facts["uncertainty"]),
        **_trail(facts),
    )


def _plain_explanation(explanation: Explanation) -> Facts:
    return {
        "what": explanation.what,
        "value": explanation.value,
        "how": explanation.how,
        "source": _maybe(plain_source, explanation.source),
        "parts": [_plain_explanation(part) for part in explanation.parts],
    }


def _explanation_from(facts: Mapping[str, Any]) -> Explanation:
    for name in ("what", "value", "how"):
        check_type(facts[name], str, field=name)
    return Explanation(
        facts["what"],
        facts["value"],
        facts["how"],
        _maybe(source_from, facts["source"]),
        tuple(_explanation_from(part) for part in facts["parts"]),
    )
