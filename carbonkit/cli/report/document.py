"""The results as plain values, for programs: every figure a string, so that no reader rounds it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from carbonkit.cli.report.investment import plain_investment
from carbonkit.values.number import Rounding, plain

if TYPE_CHECKING:
    from carbonkit.cli.demo.account import Accounted
    from carbonkit.cli.demo.register import Registered
    from carbonkit.cli.demo.run import Results
    from carbonkit.cli.demo.trade import Traded
    from carbonkit.ledger import Verification

__all__ = ["written"]


def written(results: Results, version: str) -> str:
    """
    Write the results as JSON.

    Args:
        results: What the demonstration came to.
        version: The version of carbonkit that ran it.

    Returns:
        The text; keys in a fixed order, quantities as strings.
    """
    facts: dict[str, object] = {
        "carbonkit": version,
        "good": results.good,
        "account": None if results.accounted is None else _accounted(results.accounted),
        "register": None if results.registered is None else _registered(results.registered),
        "trade": _traded(results.traded),
        "invest": plain_investment(results.invested),
        "ledger": _verification(results.verification),
    }
    return json.dumps(facts, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _accounted(act: Accounted) -> dict[str, object]:
    compliant, every = act.compliant.tally(), act.comparison.tally()
    statement = act.comparison.statement
    return {
        "rows": str(act.activities),
        "total": str(statement.total),
        "by_activity": {label: str(amount) for label, amount in statement.by_activity().parts},
        "compliant": {
            "compared": str(compliant.compared),
            "within_half_a_percent": str(compliant.within),
            "equal_once_rounded": str(compliant.rounded),
            "outside": str(compliant.outside),
        },
        "all": {"compared": str(every.compared), "agreeing": str(every.agreeing)},
        "worst": [
            {
                "building": match.facility,
                "published": str(match.published.amount),
                "computed": str(match.computed),
                "percent": str(match.percent(6, Rounding.HALF_UP)),
            }
            for match in act.worst
        ],
        "findings": str(act.findings),
        "explanation": statement.explain().as_dict(),
    }


def _registered(act: Registered) -> dict[str, object]:
    return {
        "accounts": str(act.accounts),
        "cumulative_emissions": {"total": str(act.emitted), "equal": str(act.emissions_equal)},
        "cumulative_surrenders": {"total": str(act.surrendered), "equal": str(act.surrenders_equal)},
        "statuses": [
            {
                "year": str(year),
                "published": str(count),
                "equal": str(equal),
                "equal_had_all_been_on_time": str(late),
            }
            for (year, count, equal), (_, _, late) in zip(act.statuses, act.on_time, strict=True)
        ],
        "differences": [
            {
                "account": each.account.text,
                "year": str(each.year),
                "published": each.published,
                "computed": each.computed,
                "cause": each.cause,
            }
            for each in act.differences
        ],
    }


def _traded(act: Traded) -> dict[str, object]:
    return {
        "day": str(act.bulletin.day),
        "reconstruction": True,
        "figures": [
            {
                "figure": each.name,
                "unit": each.unit,
                "published": each.published,
                "computed": each.computed,
                "equal": each.equal,
                "source": each.source,
            }
            for each in act.figures
        ],
        "trades": [
            {
                "reference": each.reference,
                "at": each.at.isoformat(),
                "price": plain(each.price.amount),
                "quantity": str(each.quantity),
                "seller": each.seller.text,
                "buyer": each.buyer.text,
            }
            for each in act.trades
        ],
        "settled": str(act.settled),
        "expired": str(len(act.expired)),
        "reconciled": str(act.reconciled),
        "explanation": act.bulletin.explain().as_dict(),
    }


def _verification(found: Verification) -> dict[str, object]:
    return {
        "ok": found.ok,
        "records": str(found.records),
        "entries": str(found.entries),
        "accounts": str(found.accounts),
        "supply": {asset.text: str(quantity) for asset, quantity in found.supply},
        "root": found.root,
        "differences": list(found.differences),
    }
