"""
Open-ended funds: units, dealing days, prices, fees over a high-water mark.

    unit                   a class of units
    unit_price             NAV per unit; the dealing price
    unit_register          who holds units, in lots
    unit_order             orders and their dealing day
    unit_fee               front-end and back-end fees
    fee_schedule           front-end fees by amount
    gate                   how much may be redeemed on a day
    dealing                all orders of a day at one price
    dealing_terms, contract_note its rules, its notes
    swing                  swung prices and dilution levies
    performance_fee        fees over a high-water mark
    equalisation           the fee on everyone's own gain
    unit_series            the same by series of units
    unit_distribution      paid out or reinvested
    unit_chart             the accounts of a class in the ledger
    unit_posting           units and cash in it
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.fund.units.contract_note import RedemptionNote, SubscriptionNote
    from carbonkit.fund.units.dealing import Dealing, deal
    from carbonkit.fund.units.dealing_terms import BelowMinimum, DealingSide, DealingTerms, OwnFee
    from carbonkit.fund.units.equalisation import Crystallisation, EqualisedLot, Equaliser, crystallise
    from carbonkit.fund.units.fee_schedule import SubscriptionFeeSchedule
    from carbonkit.fund.units.gate import GateBasis, GateRest, RedemptionGate
    from carbonkit.fund.units.performance_fee import (
        FeeHurdle,
        FeeHurdleKind,
        MarkRule,
        PerformanceFeeAccrual,
        PerformanceFeePeriod,
        PerformanceFeeTerms,
    )
    from carbonkit.fund.units.swing import DilutionLevy, SwingKind, SwingPolicy, levied_price, swung_price
    from carbonkit.fund.units.unit import UnitClass
    from carbonkit.fund.units.unit_chart import UnitChart
    from carbonkit.fund.units.unit_distribution import UnitDistribution
    from carbonkit.fund.units.unit_fee import RedemptionFee, SubscriptionFee, SubscriptionFeeBasis
    from carbonkit.fund.units.unit_order import DealingDay, RedemptionOrder, SubscriptionOrder, net_flow
    from carbonkit.fund.units.unit_posting import (
        crystallisation_transfers,
        dealing_transfers,
        distribution_transfers,
        holding_transfer,
        roll_up_transfers,
        tie_out_units,
    )
    from carbonkit.fund.units.unit_price import DealingPrice, UnitPrice, first_price
    from carbonkit.fund.units.unit_register import UnitLot, UnitRegister
    from carbonkit.fund.units.unit_series import RollUp, UnitSeries, roll_up

__all__ = [
    "BelowMinimum",
    "Crystallisation",
    "Dealing",
    "DealingDay",
    "DealingPrice",
    "DealingSide",
    "DealingTerms",
    "DilutionLevy",
    "EqualisedLot",
    "Equaliser",
    "FeeHurdle",
    "FeeHurdleKind",
    "GateBasis",
    "GateRest",
    "MarkRule",
    "OwnFee",
    "PerformanceFeeAccrual",
    "PerformanceFeePeriod",
    "PerformanceFeeTerms",
    "RedemptionFee",
    "RedemptionGate",
    "RedemptionNote",
    "RedemptionOrder",
    "RollUp",
    "SubscriptionFee",
    "SubscriptionFeeBasis",
    "SubscriptionFeeSchedule",
    "SubscriptionNote",
    "SubscriptionOrder",
    "SwingKind",
    "SwingPolicy",
    "UnitChart",
    "UnitClass",
    "UnitDistribution",
    "UnitLot",
    "UnitPrice",
    "UnitRegister",
    "UnitSeries",
    "crystallisation_transfers",
    "crystallise",
    "deal",
    "dealing_transfers",
    "distribution_transfers",
    "first_price",
    "holding_transfer",
    "levied_price",
    "net_flow",
    "roll_up",
    "roll_up_transfers",
    "swung_price",
    "tie_out_units",
]

_HOMES: Final = {
    "contract_note": "RedemptionNote SubscriptionNote",
    "dealing": "Dealing deal",
    "dealing_terms": "BelowMinimum DealingSide DealingTerms OwnFee",
    "equalisation": "Crystallisation EqualisedLot Equaliser crystallise",
    "fee_schedule": "SubscriptionFeeSchedule",
    "gate": "GateBasis GateRest RedemptionGate",
    "performance_fee": (
        "FeeHurdle FeeHurdleKind MarkRule PerformanceFeeAccrual PerformanceFeePeriod PerformanceFeeTerms"
    ),
    "swing": "DilutionLevy SwingKind SwingPolicy levied_price swung_price",
    "unit": "UnitClass",
    "unit_chart": "UnitChart",
    "unit_distribution": "UnitDistribution",
    "unit_fee": "RedemptionFee SubscriptionFee SubscriptionFeeBasis",
    "unit_order": "DealingDay RedemptionOrder SubscriptionOrder net_flow",
    "unit_posting": (
        "crystallisation_transfers dealing_transfers distribution_transfers "
        "holding_transfer roll_up_transfers tie_out_units"
    ),
    "unit_price": "DealingPrice UnitPrice first_price",
    "unit_register": "UnitLot UnitRegister",
    "unit_series": "RollUp UnitSeries roll_up",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)
