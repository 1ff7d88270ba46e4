"""
The value chain: the fifteen categories of scope 3, each by its methods.

A method takes quantities with factors, or what a supplier states, and makes an `Entry`:
an activity for `account` where a catalogue has the factor, a calculation where it took
several steps. Nothing is rounded on the way, and nothing is ever taken off: an entry is
emitted or reversed as a whole.

    purchase        1, 2   goods, services, capital goods    leased       8, 13  leased assets
    energy_chain    3      before and beside energy          product      10-12  sold products
    transport       4, 9   freight and storage               franchise    14     franchises
    waste           5, 12  waste and end of life             investment   15     investments
    travel          6, 7   business travel, commuting        spend        money of a year and currency
    guide           which methods there are                  item         what a figure is for
    entry           what a method found                      emission     gases, exact to the fraction
    share           what part is the reporter's              method       the methods' names
    data_kind       primary or secondary                     derived_quantity  quantities worked out
    applied         that a factor belongs where it is used
"""

from carbonkit.accounting.value_chain import (
    energy_chain,
    franchise,
    investment,
    leased,
    product,
    purchase,
    transport,
    travel,
    waste,
)
from carbonkit.accounting.value_chain.data_kind import DataKind
from carbonkit.accounting.value_chain.derived_quantity import DerivedQuantity
from carbonkit.accounting.value_chain.emission import Emission, EmissionPart
from carbonkit.accounting.value_chain.energy_chain import Loss, LossBasis, upstream_factor
from carbonkit.accounting.value_chain.entry import Entry, ValueChain
from carbonkit.accounting.value_chain.guide import METHODS, Recipe, methods_of
from carbonkit.accounting.value_chain.investment import Sector
from carbonkit.accounting.value_chain.item import Item
from carbonkit.accounting.value_chain.method import Method
from carbonkit.accounting.value_chain.share import Share, shares_of
from carbonkit.accounting.value_chain.spend import (
    ExchangeRate,
    Margin,
    PriceIndex,
    Prices,
    Spending,
    spent,
)
from carbonkit.accounting.value_chain.waste import Treatment

__all__ = [
    "METHODS",
    "DataKind",
    "DerivedQuantity",
    "Emission",
    "EmissionPart",
    "Entry",
    "ExchangeRate",
    "Item",
    "Loss",
    "LossBasis",
    "Margin",
    "Method",
    "PriceIndex",
    "Prices",
    "Recipe",
    "Sector",
    "Share",
    "Spending",
    "Treatment",
    "ValueChain",
    "energy_chain",
    "franchise",
    "investment",
    "leased",
    "methods_of",
    "product",
    "purchase",
    "shares_of",
    "spent",
    "transport",
    "travel",
    "upstream_factor",
    "waste",
]
