"""
Finance products on allowances, and a company's accounts of them.

    repo                   sold and bought back
    carbon_loan, lending_rules lent against a margin
    pledge, pledge_terms, pledge_life loans on allowances
    agreement_step         what a step moves in the ledger
    carbon_product         the classes of JR/T 0244-2022
    journal_entry          debits and credits of a company
    emission_rights        entries after 财会〔2019〕22号
    emission_liability     by IFRS and US GAAP methods
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.fund.product.agreement_step import AgreementStep, Payment, Tonnes
    from carbonkit.fund.product.carbon_loan import (
        CarbonLoan,
        LoanState,
        give_back_allowances,
        lend_allowances,
    )
    from carbonkit.fund.product.carbon_product import CarbonProduct, ProductClass, product_class, product_flow
    from carbonkit.fund.product.emission_liability import (
        EmissionLiability,
        LiabilityMethod,
        LiabilityPart,
        book_grant,
        emission_liability,
    )
    from carbonkit.fund.product.emission_rights import (
        MovementNote,
        RightsChange,
        RightsEvent,
        RightsOrigin,
        book_rights,
        movement_note,
    )
    from carbonkit.fund.product.journal_entry import BookAccount, BookLine, BookSide, JournalEntry
    from carbonkit.fund.product.lending_rules import LendingCover, LendingRules
    from carbonkit.fund.product.pledge import Pledge, PledgeState
    from carbonkit.fund.product.pledge_life import (
        add_to_pledge,
        default_on_pledge,
        disburse_loan,
        dispose_of_pledge,
        register_pledge,
        release_pledge,
        repay_loan,
        repay_part,
    )
    from carbonkit.fund.product.pledge_terms import Cover, MarginCall, PledgeTerms
    from carbonkit.fund.product.repo import Repo, purchase_price

__all__ = [
    "AgreementStep",
    "BookAccount",
    "BookLine",
    "BookSide",
    "CarbonLoan",
    "CarbonProduct",
    "Cover",
    "EmissionLiability",
    "JournalEntry",
    "LendingCover",
    "LendingRules",
    "LiabilityMethod",
    "LiabilityPart",
    "LoanState",
    "MarginCall",
    "MovementNote",
    "Payment",
    "Pledge",
    "PledgeState",
    "PledgeTerms",
    "ProductClass",
    "Repo",
    "RightsChange",
    "RightsEvent",
    "RightsOrigin",
    "Tonnes",
    "add_to_pledge",
    "book_grant",
    "book_rights",
    "default_on_pledge",
    "disburse_loan",
    "dispose_of_pledge",
    "emission_liability",
    "give_back_allowances",
    "lend_allowances",
    "movement_note",
    "product_class",
    "product_flow",
    "purchase_price",
    "register_pledge",
    "release_pledge",
    "repay_loan",
    "repay_part",
]

_HOMES: Final = {
    "agreement_step": "AgreementStep Payment Tonnes",
    "carbon_loan": "CarbonLoan LoanState give_back_allowances lend_allowances",
    "carbon_product": "CarbonProduct ProductClass product_class product_flow",
    "emission_liability": "EmissionLiability LiabilityMethod LiabilityPart book_grant emission_liability",
    "emission_rights": "MovementNote RightsChange RightsEvent RightsOrigin book_rights movement_note",
    "journal_entry": "BookAccount BookLine BookSide JournalEntry",
    "lending_rules": "LendingCover LendingRules",
    "pledge": "Pledge PledgeState",
    "pledge_life": (
        "add_to_pledge default_on_pledge disburse_loan dispose_of_pledge register_pledge "
        "release_pledge repay_loan repay_part"
    ),
    "pledge_terms": "Cover MarginCall PledgeTerms",
    "repo": "Repo purchase_price",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)
