"""
Shanghai's rules of carbon lending (借碳) of 2015: how much one borrower may borrow, and the lines of cover.

They were read in reports of the rules. The rate of the initial margin and the formula of
the cover were not; `carbonkit.fund` takes cash and allowances over what is borrowed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from carbonkit.fund.product.lending_rules import LendingRules
from carbonkit.schemes._document import Document
from carbonkit.values.rule import Rule, rule_in_force
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    import datetime

__all__ = ["lending_rules"]

_RULES: Final = Document(
    publisher="上海环境能源交易所 (Shanghai Environment and Energy Exchange)",
    title="借碳交易业务细则 (rules of carbon lending, for trial)",
    year=2015,
    valid=Period("2015-01-01", None),
    note="read in reports of the rules, not in their text; the day on which they began is not known",
)


def lending_rules(day: str | datetime.date) -> LendingRules:
    """
    Give the rules of carbon lending as they stand on a day.

    Args:
        day: The day of the contract.

    Returns:
        The lines of 150, 130 and 110 per cent, and the cap of 2,000,000 tonnes.

    Raises:
        NotFoundError: If there were no such rules yet.

    Example:
        >>> rules = lending_rules("2024-01-02")
        >>> rules.excess.value, rules.warning.value, rules.top_up.value, rules.most.value
        (Decimal('1.5'), Decimal('1.3'), Decimal('1.1'), 2000000)
    """
    on = as_date(day, field="day")
    most = _RULES.rule("tonnes of one borrower", 2_000_000, "at most 2,000,000 tonnes", table="cap")
    rule_in_force((most,), on)
    return LendingRules(
        excess=_line("cover above which the rest may be withdrawn", "1.5", "150 %"),
        warning=_line("cover below which the parties' agreement says what follows", "1.3", "130 %"),
        top_up=_line("cover below which more margin must come", "1.1", "110 %"),
        most=most,
    )


def _line(what: str, number: str, says: str) -> Rule[Decimal]:
    return _RULES.rule(what, Decimal(number), says, table="cover")
