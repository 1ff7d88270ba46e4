"""The whole demonstration: four acts on one ledger, which is then verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from carbonkit.cli.demo import account, invest, register, trade
from carbonkit.cli.demo.account import Accounted
from carbonkit.cli.demo.example import progress_of
from carbonkit.cli.demo.invest import Invested
from carbonkit.cli.demo.register import Registered
from carbonkit.cli.demo.trade import Traded
from carbonkit.ledger import Ledger, Verification

if TYPE_CHECKING:
    from carbonkit.cli.demo.example import Examples
    from carbonkit.cli.screen import Screen
    from carbonkit.ledger.store import Store
    from carbonkit.values.time import Clock

__all__ = ["Results", "run"]


@attrs.frozen
class Results:
    """
    What the demonstration came to; an act whose input is not at hand is None.

    Args:
        accounted: Act 1.
        registered: Act 2.
        traded: Act 3.
        invested: Act 4.
        verification: What the ledger's verification found.

    Example:
        >>> Results.__name__
        'Results'
    """

    accounted: Accounted | None
    registered: Registered | None
    traded: Traded
    invested: Invested
    verification: Verification

    @property
    def good(self) -> bool:
        """Whether everything came out as published and the ledger is sound."""
        acts = (self.accounted, self.registered, self.traded, self.invested)
        return self.verification.ok and all(act.good for act in acts if act is not None)


def run(store: Store, clock: Clock, examples: Examples, screen: Screen) -> Results:
    """
    Run the acts on an empty store and verify it.

    Args:
        store: Where the ledger is kept.
        clock: What knows when something is recorded.
        examples: Where the input lies.
        screen: What a person sees.

    Returns:
        What came of it.

    Raises:
        BatchError: If some input is not as it must be.
        NotFoundError: If the input of act 3 or 4 is not at hand.
    """
    ledger = Ledger(store, clock)
    screen.heading("Act 1 · Account: energy use becomes emissions")
    accounted = account.run(examples, screen) if _at_hand(examples, account.EXAMPLE, screen) else None
    screen.heading("Act 2 · Register: four years of a national registry")
    registered = (
        register.run(ledger, examples, screen) if _at_hand(examples, register.EXAMPLE, screen) else None
    )
    screen.heading("Act 3 · Trade: the opening day of China's national market, 16 July 2021")
    trade.open_market(ledger, examples, screen)
    raised = invest.raise_capital(ledger, examples, screen)
    traded = trade.run(ledger, examples, screen)
    screen.heading("Act 4 · Invest: a carbon-peak fund of ten billion CNY")
    invested = invest.run(ledger, raised, traded, screen)
    screen.heading("The ledger")
    records = ledger.store.head().sequence
    verification = ledger.verify(progress_of(screen, "records recomputed", records))
    _tell(verification, screen)
    return Results(accounted, registered, traded, invested, verification)


def _at_hand(examples: Examples, name: str, screen: Screen) -> bool:
    if examples.has(name):
        return True
    screen.line(f"The input of this act, examples/{name}, is public data that is not part of the installed")
    screen.line("package. It lies in carbonkit's source repository; `make demo` there runs all four acts.")
    return False


def _tell(verification: Verification, screen: Screen) -> None:
    if not verification.ok:
        for difference in verification.differences:
            screen.line(f"✗ {difference}")
        return
    screen.line(
        f"✓ chain intact: {verification.records:,} records, {verification.entries:,} entries,"
        f" {verification.accounts:,} accounts recomputed; root {verification.root[:16]}…"
    )
    for asset, quantity in verification.supply:
        screen.line(
            f"✓ every step of {asset} accounted for: {quantity:,} in accounts, all entries sum to zero"
        )
