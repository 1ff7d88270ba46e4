"""
Capital accounts: each partner's capital, rolled forward, tied out and posted to a ledger.

    capital_account        each partner's capital, rolled
    capital_statement      over quarter, year, life
    allocation             gains and costs among partners
    accrued_carry          by hypothetical liquidation
    carry_roll             carry allocated, due, paid
    tie_out                capital against the balance sheet
    document               what one happening does
    fund_chart             the fund's accounts in a ledger
    posting                documents as transfers, read back
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.fund.account.accrued_carry import CarryAccrual, CarryRule, CarryWeight, accrue_carry
    from carbonkit.fund.account.allocation import Allocation, AllocationBasis, allocate
    from carbonkit.fund.account.capital_account import CapitalAccount, CapitalAccounts, capital_accounts
    from carbonkit.fund.account.capital_statement import CapitalStatement, Span, capital_statement, check_roll
    from carbonkit.fund.account.carry_roll import CarryBalance, CarryRoll, carry_roll
    from carbonkit.fund.account.document import (
        CashMovement,
        CashParty,
        FundDocument,
        commitment_document,
        happening_documents,
        partner_cash,
    )
    from carbonkit.fund.account.fund_chart import FundChart
    from carbonkit.fund.account.posting import (
        account_statement,
        post_documents,
        posted_entries,
        tie_out_ledger,
        transfers_of,
    )
    from carbonkit.fund.account.tie_out import BalanceSheet, TieOut, balance_sheet, tie_out

__all__ = [
    "Allocation",
    "AllocationBasis",
    "BalanceSheet",
    "CapitalAccount",
    "CapitalAccounts",
    "CapitalStatement",
    "CarryAccrual",
    "CarryBalance",
    "CarryRoll",
    "CarryRule",
    "CarryWeight",
    "CashMovement",
    "CashParty",
    "FundChart",
    "FundDocument",
    "Span",
    "TieOut",
    "account_statement",
    "accrue_carry",
    "allocate",
    "balance_sheet",
    "capital_accounts",
    "capital_statement",
    "carry_roll",
    "check_roll",
    "commitment_document",
    "happening_documents",
    "partner_cash",
    "post_documents",
    "posted_entries",
    "tie_out",
    "tie_out_ledger",
    "transfers_of",
]

_HOMES: Final = {
    "accrued_carry": "CarryAccrual CarryRule CarryWeight accrue_carry",
    "allocation": "Allocation AllocationBasis allocate",
    "capital_account": "CapitalAccount CapitalAccounts capital_accounts",
    "capital_statement": "CapitalStatement Span capital_statement check_roll",
    "carry_roll": "CarryBalance CarryRoll carry_roll",
    "document": "CashMovement CashParty FundDocument commitment_document happening_documents partner_cash",
    "fund_chart": "FundChart",
    "posting": "account_statement post_documents posted_entries tie_out_ledger transfers_of",
    "tie_out": "BalanceSheet TieOut balance_sheet tie_out",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)
