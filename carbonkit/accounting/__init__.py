"""
Emission accounting: activity → factor → masses of gases → CO2e under a named set.

    scope        scopes 1, 2, 3, the two methods of scope 2, the categories of scope 3
    activity     what was done                    factor       what a unit of it emits
    rate         how much of a gas for one unit   origin       fossil or biogenic
    calorific    gross or net heat                coverage     which stages a factor counts
    quality      how good a figure is             gwp          gases weighed in carbon dioxide
    catalogue    factors, found exactly or not    fallback     what else a look-up may try
    line         an activity with its factor      calculation  what a method found
    inventory    all of them, gas by gas          statement    the inventory in CO2e
    breakdown    a total and its parts            published    what someone else says
    comparison   a statement beside it
"""

from carbonkit.accounting.activity import Activity, read_activities
from carbonkit.accounting.breakdown import Breakdown
from carbonkit.accounting.calculation import Calculation
from carbonkit.accounting.calorific import Calorific
from carbonkit.accounting.catalogue import Catalogue, Choice
from carbonkit.accounting.comparison import (
    Agreement,
    Comparison,
    Match,
    Tally,
    Tolerance,
    compare,
)
from carbonkit.accounting.coverage import Coverage
from carbonkit.accounting.factor import Factor, read_factors
from carbonkit.accounting.fallback import Fallback, First, Step
from carbonkit.accounting.gwp import GwpSet, Potential, as_published, gwp_set
from carbonkit.accounting.inventory import Inventory, account
from carbonkit.accounting.line import Conversion, Line
from carbonkit.accounting.origin import Origin
from carbonkit.accounting.published import Published, read_published
from carbonkit.accounting.quality import Quality
from carbonkit.accounting.rate import Amount, Rate
from carbonkit.accounting.scope import Category, Scope, Scope2Method
from carbonkit.accounting.statement import Statement, StatementLine

__all__ = [
    "Activity",
    "Agreement",
    "Amount",
    "Breakdown",
    "Calculation",
    "Calorific",
    "Catalogue",
    "Category",
    "Choice",
    "Comparison",
    "Conversion",
    "Coverage",
    "Factor",
    "Fallback",
    "First",
    "GwpSet",
    "Inventory",
    "Line",
    "Match",
    "Origin",
    "Potential",
    "Published",
    "Quality",
    "Rate",
    "Scope",
    "Scope2Method",
    "Statement",
    "StatementLine",
    "Step",
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
