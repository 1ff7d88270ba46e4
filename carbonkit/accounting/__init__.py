"""
Emission accounting: activity → factor → masses of gases → CO2e under a named set.

    scope        scopes 1, 2, 3, the two methods of scope 2, the categories of scope 3
    activity     what was done                    factor       what a unit of it emits
    rate         how much of a gas for one unit   origin       fossil or biogenic
    calorific    gross or net heat                coverage     which stages a factor counts
    quality      how good a figure is             gwp          gases weighed in carbon dioxide
    catalogue    factors, found exactly or not    fallback     what else a look-up may try
    bundle       published factors within         fuel         heat, carbon, oxidation
    line         an activity with its factor      calculation  what a method found
    inventory    all of them, gas by gas          statement    the inventory in CO2e
    breakdown    a total and its parts            published    what someone else says
    comparison   a statement beside it

    combustion    fuels by heat and carbon        market_based   scope 2 by both methods
    refrigerant   what leaks                      value_chain    scope 3, by its methods
    process       what plants emit                removal        what is taken back, beside it

    snapshot      an inventory, frozen            change         two of them, row by row
    disclosure    figures, rounded once           taxonomy       names of machine-readable reports
    uncertainty   how far off, by propagation     monte_carlo    by drawing again and again
    trend         how far off a change is         data_quality   scores, weighted by emissions
    chart         pictures in two languages       frame          the same over a table
"""

from carbonkit.accounting.activity import Activity, read_activities
from carbonkit.accounting.blend import Blend, CountedGases, refrigerant_named, refrigerant_names
from carbonkit.accounting.breakdown import Breakdown
from carbonkit.accounting.bundle import Dataset, bundled, bundled_catalogues, bundled_factors
from carbonkit.accounting.calculation import Calculation
from carbonkit.accounting.calorific import Calorific
from carbonkit.accounting.catalogue import Catalogue, Choice
from carbonkit.accounting.change import Change, Reason, RowChange, compare_snapshots
from carbonkit.accounting.chart import category_chart, change_chart, scope_chart
from carbonkit.accounting.combustion import CarbonContent, CarbonShare, burn
from carbonkit.accounting.comparison import (
    Agreement,
    Comparison,
    Match,
    Tally,
    Tolerance,
    compare,
)
from carbonkit.accounting.coverage import Coverage
from carbonkit.accounting.data_quality import (
    Accuracy,
    DataQuality,
    QualityScore,
    Unscored,
    accuracy,
    data_quality,
)
from carbonkit.accounting.disclosure import Disclosure, Figure, disclose
from carbonkit.accounting.factor import Factor, read_factors
from carbonkit.accounting.fallback import Fallback, First, Step
from carbonkit.accounting.fuel import Estimate, Fuel, direct_factor
from carbonkit.accounting.fuel_table import FuelTable, bundled_fuels, fuel_tables, read_fuels
from carbonkit.accounting.gwp import GwpSet, Potential, as_published, gwp_set
from carbonkit.accounting.instrument import (
    ContractualInstrument,
    InstrumentKind,
    MarketBoundary,
    VintageWindow,
)
from carbonkit.accounting.inventory import Inventory, account
from carbonkit.accounting.line import Conversion, Line
from carbonkit.accounting.lines import Lines
from carbonkit.accounting.market_based import dual_scope_2
from carbonkit.accounting.monte_carlo import QuantileRule, Simulation, simulate
from carbonkit.accounting.origin import Origin
from carbonkit.accounting.published import Published, read_published
from carbonkit.accounting.purchased_energy import Notice, PurchasedEnergy, Supply, WithoutResidualMix
from carbonkit.accounting.quality import Quality
from carbonkit.accounting.rate import Amount, Rate
from carbonkit.accounting.refrigerant import LeakRates, RefrigerantLife, RefrigerantStock
from carbonkit.accounting.removal import (
    Credit,
    CreditKind,
    MemoItem,
    Removal,
    RemovalKind,
    RemovalsAndCredits,
)
from carbonkit.accounting.scope import Category, Scope, Scope2Method
from carbonkit.accounting.snapshot import Snapshot, engine_version, publish, read_snapshot
from carbonkit.accounting.statement import Statement, StatementLine
from carbonkit.accounting.taxonomy import ESRS_E1_6, Fact, Taxonomy, reported_facts
from carbonkit.accounting.trend import Trend, TrendColumns, TrendRow, trend_uncertainty
from carbonkit.accounting.uncertainty import (
    Assumption,
    Term,
    Uncertainty,
    product_uncertainty,
    propagate_uncertainty,
    sum_uncertainty,
)

__all__ = [
    "ESRS_E1_6",
    "Accuracy",
    "Activity",
    "Agreement",
    "Amount",
    "Assumption",
    "Blend",
    "Breakdown",
    "Calculation",
    "Calorific",
    "CarbonContent",
    "CarbonShare",
    "Catalogue",
    "Category",
    "Change",
    "Choice",
    "Comparison",
    "ContractualInstrument",
    "Conversion",
    "CountedGases",
    "Coverage",
    "Credit",
    "CreditKind",
    "DataQuality",
    "Dataset",
    "Disclosure",
    "Estimate",
    "Fact",
    "Factor",
    "Fallback",
    "Figure",
    "First",
    "Fuel",
    "FuelTable",
    "GwpSet",
    "InstrumentKind",
    "Inventory",
    "LeakRates",
    "Line",
    "Lines",
    "MarketBoundary",
    "Match",
    "MemoItem",
    "Notice",
    "Origin",
    "Potential",
    "Published",
    "PurchasedEnergy",
    "Quality",
    "QualityScore",
    "QuantileRule",
    "Rate",
    "Reason",
    "RefrigerantLife",
    "RefrigerantStock",
    "Removal",
    "RemovalKind",
    "RemovalsAndCredits",
    "RowChange",
    "Scope",
    "Scope2Method",
    "Simulation",
    "Snapshot",
    "Statement",
    "StatementLine",
    "Step",
    "Supply",
    "Tally",
    "Taxonomy",
    "Term",
    "Tolerance",
    "Trend",
    "TrendColumns",
    "TrendRow",
    "Uncertainty",
    "Unscored",
    "VintageWindow",
    "WithoutResidualMix",
    "account",
    "accuracy",
    "as_published",
    "bundled",
    "bundled_catalogues",
    "bundled_factors",
    "bundled_fuels",
    "burn",
    "category_chart",
    "change_chart",
    "compare",
    "compare_snapshots",
    "data_quality",
    "direct_factor",
    "disclose",
    "dual_scope_2",
    "engine_version",
    "fuel_tables",
    "gwp_set",
    "product_uncertainty",
    "propagate_uncertainty",
    "publish",
    "read_activities",
    "read_factors",
    "read_fuels",
    "read_published",
    "read_snapshot",
    "refrigerant_named",
    "refrigerant_names",
    "reported_facts",
    "scope_chart",
    "simulate",
    "sum_uncertainty",
    "trend_uncertainty",
]
