"""
Emission accounting: activity → factor → masses of gases → CO2e under a named set.

    scope        scopes 1, 2, 3, the two methods of scope 2, the categories of scope 3
    activity     what was done                    factor       what a unit of it emits
    rate         how much of a gas for one unit   origin       fossil or biogenic
    calorific    gross or net heat                coverage     which stages a factor counts
    quality      how good a figure is             gwp          gases weighed in carbon dioxide
    catalogue    factors, found exactly or not    fallback     what else a look-up may try
    bundle       published factors within         fuel         heat, carbon, oxidation
    line         an activity with its factor      assignment   choosing one for each
    calculation  what a method found              inventory    all of them, gas by gas
    statement    the inventory in CO2e
    breakdown    a total and its parts            published    what someone else says
    comparison   a statement beside it

    combustion    fuels by heat and carbon        market_based   scope 2 by both methods
    refrigerant   what leaks                      value_chain    scope 3, by its methods
    process       what plants emit                removal        what is taken back, beside it

    organisation  entities and who owns them      boundary       what counts as one's own
    treatment     Table 1                         lease          Appendix F
    consolidation what is counted, exactly        subgroup       from subsidiaries' own
    base_year     what a target starts from       recalculation  restating it, by policy

    snapshot      an inventory, frozen            change         two of them, row by row
    disclosure    figures, rounded once           taxonomy       names of machine-readable reports
    uncertainty   how far off, by propagation     monte_carlo    by drawing again and again
    trend         how far off a change is         data_quality   scores, weighted by emissions
    chart         pictures in two languages       frame          the same over a table
"""

from carbonkit.accounting.activity import Activity, read_activities
from carbonkit.accounting.assignment import account
from carbonkit.accounting.base_year import (
    RECALCULATION_RULES,
    BaseYear,
    BaseYearEvent,
    EventKind,
    UnitFigure,
    figures_of,
)
from carbonkit.accounting.blend import Blend, CountedGases, refrigerant_named, refrigerant_names
from carbonkit.accounting.boundary import Apportionment, Boundary, ConsolidatedShare, ReportingGroup
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
from carbonkit.accounting.consolidated_statement import ConsolidatedStatement
from carbonkit.accounting.consolidation import Consolidated, consolidate
from carbonkit.accounting.coverage import Coverage
from carbonkit.accounting.data_quality import (
    Accuracy,
    DataQuality,
    QualityScore,
    Unscored,
    accuracy,
    data_quality,
)
from carbonkit.accounting.decision import Decision, Outcome, SignificanceTest
from carbonkit.accounting.disclosure import Disclosure, Figure, disclose
from carbonkit.accounting.exact_breakdown import ExactBreakdown
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
from carbonkit.accounting.inventory import Inventory
from carbonkit.accounting.lease import APPENDIX_F, Lease, LeaseKind, LeaseParty, LeaseTreatment, assign_leases
from carbonkit.accounting.line import Conversion, Line
from carbonkit.accounting.lines import Lines
from carbonkit.accounting.market_based import dual_scope_2
from carbonkit.accounting.monte_carlo import QuantileRule, Simulation, simulate
from carbonkit.accounting.organisation import Organisation
from carbonkit.accounting.origin import Origin
from carbonkit.accounting.ownership import Facility, Ownership, Relationship, read_facilities, read_ownerships
from carbonkit.accounting.published import Published, read_published
from carbonkit.accounting.purchased_energy import Notice, PurchasedEnergy, Supply, WithoutResidualMix, joined
from carbonkit.accounting.quality import Quality
from carbonkit.accounting.rate import Amount, Rate
from carbonkit.accounting.recalculation import Recalculation, recalculate
from carbonkit.accounting.recalculation_policy import (
    STANDARD_TRIGGERS,
    Cumulation,
    MidYear,
    RecalculationPolicy,
)
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
from carbonkit.accounting.subgroup import (
    Delivery,
    InternalDelivery,
    consolidate_subgroups,
    internal_deliveries,
)
from carbonkit.accounting.taxonomy import ESRS_E1_6, Fact, Taxonomy, reported_facts
from carbonkit.accounting.treatment import TABLE_1, ConsolidationApproach, Treatment
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
    "APPENDIX_F",
    "ESRS_E1_6",
    "RECALCULATION_RULES",
    "STANDARD_TRIGGERS",
    "TABLE_1",
    "Accuracy",
    "Activity",
    "Agreement",
    "Amount",
    "Apportionment",
    "Assumption",
    "BaseYear",
    "BaseYearEvent",
    "Blend",
    "Boundary",
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
    "Consolidated",
    "ConsolidatedShare",
    "ConsolidatedStatement",
    "ConsolidationApproach",
    "ContractualInstrument",
    "Conversion",
    "CountedGases",
    "Coverage",
    "Credit",
    "CreditKind",
    "Cumulation",
    "DataQuality",
    "Dataset",
    "Decision",
    "Delivery",
    "Disclosure",
    "Estimate",
    "EventKind",
    "ExactBreakdown",
    "Facility",
    "Fact",
    "Factor",
    "Fallback",
    "Figure",
    "First",
    "Fuel",
    "FuelTable",
    "GwpSet",
    "InstrumentKind",
    "InternalDelivery",
    "Inventory",
    "LeakRates",
    "Lease",
    "LeaseKind",
    "LeaseParty",
    "LeaseTreatment",
    "Line",
    "Lines",
    "MarketBoundary",
    "Match",
    "MemoItem",
    "MidYear",
    "Notice",
    "Organisation",
    "Origin",
    "Outcome",
    "Ownership",
    "Potential",
    "Published",
    "PurchasedEnergy",
    "Quality",
    "QualityScore",
    "QuantileRule",
    "Rate",
    "Reason",
    "Recalculation",
    "RecalculationPolicy",
    "RefrigerantLife",
    "RefrigerantStock",
    "Relationship",
    "Removal",
    "RemovalKind",
    "RemovalsAndCredits",
    "ReportingGroup",
    "RowChange",
    "Scope",
    "Scope2Method",
    "SignificanceTest",
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
    "Treatment",
    "Trend",
    "TrendColumns",
    "TrendRow",
    "Uncertainty",
    "UnitFigure",
    "Unscored",
    "VintageWindow",
    "WithoutResidualMix",
    "account",
    "accuracy",
    "as_published",
    "assign_leases",
    "bundled",
    "bundled_catalogues",
    "bundled_factors",
    "bundled_fuels",
    "burn",
    "category_chart",
    "change_chart",
    "compare",
    "compare_snapshots",
    "consolidate",
    "consolidate_subgroups",
    "data_quality",
    "direct_factor",
    "disclose",
    "dual_scope_2",
    "engine_version",
    "figures_of",
    "fuel_tables",
    "gwp_set",
    "internal_deliveries",
    "joined",
    "product_uncertainty",
    "propagate_uncertainty",
    "publish",
    "read_activities",
    "read_facilities",
    "read_factors",
    "read_fuels",
    "read_ownerships",
    "read_published",
    "read_snapshot",
    "recalculate",
    "refrigerant_named",
    "refrigerant_names",
    "reported_facts",
    "scope_chart",
    "simulate",
    "sum_uncertainty",
    "trend_uncertainty",
]
