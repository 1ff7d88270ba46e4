"""Operations of the back office: accounts, registry, administration."""

from __future__ import annotations

from typing import Final

from carbonkit.market.trade import Trade
from carbonkit.wire.answer import AccountSummary, Done, KeySummary, NewKey, StatementLine, TransactionSummary
from carbonkit.wire.operation import Operation
from carbonkit.wire.query import AccountQuery, ListQuery
from carbonkit.wire.request import (
    AdmissionRequest,
    CashRequest,
    DayRequest,
    HaltRequest,
    KeyRequest,
    ResumeRequest,
    SurrenderRequest,
    TransactionRequest,
)
from carbonkit.wire.scope import Scope

__all__ = [
    "ACCOUNT",
    "ADMIT",
    "APPROVE_TRANSACTION",
    "CANCEL_TRANSACTION",
    "CLOSE_DAY",
    "COMPLETE_TRANSACTION",
    "HALT",
    "KEYS",
    "MAKE_KEY",
    "OPEN_DAY",
    "OWN_TRADES",
    "PAY_IN",
    "PAY_OUT",
    "PROPOSE_SURRENDER",
    "PROPOSE_TRANSACTION",
    "REJECT_TRANSACTION",
    "RESUME",
    "REVOKE_KEY",
    "STATEMENT",
    "TRANSACTION",
    "TRANSACTIONS",
]

_READ, _TRADE, _REGISTRY, _ADMIN = Scope.READ, Scope.TRADE, Scope.REGISTRY, Scope.ADMIN

# -------------------------------------------------------------------- accounts

ACCOUNT: Final = Operation(
    name="account",
    method="GET",
    path="/v1/accounts/{account}",
    summary="Where an account stands at the venue and in the ledger.",
    answer=AccountSummary,
    scope=_READ,
)
STATEMENT: Final = Operation(
    name="statement",
    method="GET",
    path="/v1/accounts/{account}/statement",
    summary="What moved in an account, newest first.",
    answer=StatementLine,
    scope=_READ,
    query=ListQuery,
    paged=True,
)
OWN_TRADES: Final = Operation(
    name="own_trades",
    method="GET",
    path="/v1/trades",
    summary="Own trades, newest first.",
    answer=Trade,
    scope=_READ,
    query=AccountQuery,
    paged=True,
)

# -------------------------------------------------------------------- registry

PROPOSE_TRANSACTION: Final = Operation(
    name="propose_transaction",
    method="POST",
    path="/v1/transactions",
    summary="Propose a registry transaction, such as a transfer; another person approves it.",
    answer=TransactionSummary,
    scope=_REGISTRY,
    body=TransactionRequest,
    status=201,
)
PROPOSE_SURRENDER: Final = Operation(
    name="propose_surrender",
    method="POST",
    path="/v1/surrenders",
    summary="Propose to give up units against a year's emissions; another person approves it.",
    answer=TransactionSummary,
    scope=_REGISTRY,
    body=SurrenderRequest,
    status=201,
)
APPROVE_TRANSACTION: Final = Operation(
    name="approve_transaction",
    method="POST",
    path="/v1/transactions/{transaction}/approve",
    summary="Approve what another person proposed.",
    answer=TransactionSummary,
    scope=_REGISTRY,
)
REJECT_TRANSACTION: Final = Operation(
    name="reject_transaction",
    method="POST",
    path="/v1/transactions/{transaction}/reject",
    summary="Reject what another person proposed.",
    answer=TransactionSummary,
    scope=_REGISTRY,
)
CANCEL_TRANSACTION: Final = Operation(
    name="cancel_transaction",
    method="POST",
    path="/v1/transactions/{transaction}/cancel",
    summary="Cancel what was proposed and is not carried out yet.",
    answer=TransactionSummary,
    scope=_REGISTRY,
)
COMPLETE_TRANSACTION: Final = Operation(
    name="complete_transaction",
    method="POST",
    path="/v1/transactions/{transaction}/complete",
    summary="Carry out what was approved, when its delay is over.",
    answer=TransactionSummary,
    scope=_REGISTRY,
)
TRANSACTION: Final = Operation(
    name="transaction",
    method="GET",
    path="/v1/transactions/{transaction}",
    summary="A registry transaction as it stands.",
    answer=TransactionSummary,
    scope=_READ,
)
TRANSACTIONS: Final = Operation(
    name="transactions",
    method="GET",
    path="/v1/transactions",
    summary="Registry transactions of the key's accounts, newest first.",
    answer=TransactionSummary,
    scope=_READ,
    query=AccountQuery,
    paged=True,
)

# -------------------------------------------------------------- administration

ADMIT: Final = Operation(
    name="admit",
    method="POST",
    path="/v1/admin/participants",
    summary="Open an account in the registry and admit it to trading.",
    answer=AccountSummary,
    scope=_ADMIN,
    body=AdmissionRequest,
    status=201,
)
PAY_IN: Final = Operation(
    name="pay_in",
    method="POST",
    path="/v1/admin/deposits",
    summary="Record money that a participant paid in.",
    answer=AccountSummary,
    scope=_ADMIN,
    body=CashRequest,
)
PAY_OUT: Final = Operation(
    name="pay_out",
    method="POST",
    path="/v1/admin/withdrawals",
    summary="Record money that a participant takes out.",
    answer=AccountSummary,
    scope=_ADMIN,
    body=CashRequest,
)
OPEN_DAY: Final = Operation(
    name="open_day",
    method="POST",
    path="/v1/admin/day/open",
    summary="Open a trading day.",
    answer=Done,
    scope=_ADMIN,
    body=DayRequest,
)
CLOSE_DAY: Final = Operation(
    name="close_day",
    method="POST",
    path="/v1/admin/day/close",
    summary="Close the trading day, and publish its figures.",
    answer=Done,
    scope=_ADMIN,
)
HALT: Final = Operation(
    name="halt",
    method="POST",
    path="/v1/admin/halt",
    summary="Suspend trading.",
    answer=Done,
    scope=_ADMIN,
    body=HaltRequest,
)
RESUME: Final = Operation(
    name="resume",
    method="POST",
    path="/v1/admin/resume",
    summary="Go on with trading.",
    answer=Done,
    scope=_ADMIN,
    body=ResumeRequest,
)
MAKE_KEY: Final = Operation(
    name="make_key",
    method="POST",
    path="/v1/admin/keys",
    summary="Make an API key; its secret is shown this once.",
    answer=NewKey,
    scope=_ADMIN,
    body=KeyRequest,
    status=201,
)
REVOKE_KEY: Final = Operation(
    name="revoke_key",
    method="POST",
    path="/v1/admin/keys/{key}/revoke",
    summary="Take an API key out of use.",
    answer=KeySummary,
    scope=_ADMIN,
)
KEYS: Final = Operation(
    name="keys",
    method="GET",
    path="/v1/admin/keys",
    summary="The API keys, without their secrets, newest first.",
    answer=KeySummary,
    scope=_ADMIN,
    query=ListQuery,
    paged=True,
)
