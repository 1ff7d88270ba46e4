"""
Emission accounting: activity → factor → masses of gases → CO2e under a named set.

    scope      scopes 1, 2, 3 and the two methods of scope 2
    activity   what was done                  factor      what a unit of it emits
    catalogue  factors, found exactly or not  gwp         gases weighed in carbon dioxide
    line       an activity with its factor    inventory   all of them, gas by gas
    statement  the inventory in CO2e          breakdown   a total and its parts, rounded once
    published  what someone else says        comparison  a statement beside it
"""

from carbonkit.accounting.activity import Activity, read_activities
from carbonkit.accounting.breakdown import Breakdown
from carbonkit.accounting.catalogue import Catalogue
from carbonkit.accounting.comparison import (
    Agreement,
    Comparison,
    Match,
    Tally,
    Tolerance,
    compare,
)
from carbonkit.accounting.factor import Factor, Rate, read_factors
from carbonkit.accounting.gwp import GwpSet, Potential, as_published, gwp_set
from carbonkit.accounting.inventory import Inventory, account
from carbonkit.accounting.line import Conversion, Line
from carbonkit.accounting.published import Published, read_published
from carbonkit.accounting.scope import Scope, Scope2Method
from carbonkit.accounting.statement import Statement, StatementLine

__all__ = [
    "Activity",
    "Agreement",
    "Breakdown",
    "Catalogue",
    "Comparison",
    "Conversion",
    "Factor",
    "GwpSet",
    "Inventory",
    "Line",
    "Match",
    "Potential",
    "Published",
    "Rate",
    "Scope",
    "Scope2Method",
    "Statement",
    "StatementLine",
    "Tally",
    "Tolerance",
    "account",
    "as_published",
    "compare",
    "gwp_set",
    "read_activities",
    "read_factors",
    "read_published",
]
