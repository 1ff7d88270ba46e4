"""The markets that the exchange can run: rules, instruments and the accounts that the registry itself has."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import NotFoundError
from carbonkit.market.contract import Spot
from carbonkit.market.instrument import Instrument
from carbonkit.market.rulebook import Rulebook
from carbonkit.registry.rules import RegistryRules
from carbonkit.registry.unit import UnitType
from carbonkit.schemes import china_national, china_registry, shanghai, shanghai_registry
from carbonkit.values.identifier import AccountId

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ExchangeScheme", "Listed", "scheme_named", "scheme_names"]


@attrs.frozen(kw_only=True)
class Listed:
    """
    An instrument that the venue trades, and the registry's unit that it delivers.

    Example:
        >>> from carbonkit.values import as_date
        >>> scheme_named("china-national").listed(as_date("2026-01-06"))[-1].unit
        UnitType(code='CEA', vintage='2025')
    """

    instrument: Instrument
    unit: UnitType


@attrs.frozen(kw_only=True)
class ExchangeScheme:
    """
    One market as the exchange runs it.

    Args:
        name: What the command line calls it.
        rulebook: Gives the venue's rules of a day.
        registry_rules: Gives the registry's rules.
        listed: Gives what is traded on a day.
        currency: What everything is quoted and paid in.
        central: The registry's own accounts, each with its kind.
        surrender: The account that takes what is surrendered.

    Example:
        >>> scheme_named("china-national").currency
        'CNY'
    """

    name: str
    rulebook: Rulebook
    registry_rules: Callable[[], RegistryRules]
    listed: Callable[[datetime.date], tuple[Listed, ...]]
    currency: str
    central: tuple[tuple[AccountId, str], ...]
    surrender: AccountId


def _national(day: datetime.date) -> tuple[Listed, ...]:
    made = []
    for subject in china_national.subjects(day):
        instrument = china_national.instrument(subject, day)
        code, _, vintage = instrument.asset.text.partition("-")
        made.append(Listed(instrument=instrument, unit=UnitType(code, vintage)))
    return tuple(made)


def _shanghai(day: datetime.date) -> tuple[Listed, ...]:
    unit = UnitType("SHEA", str(day.year - 1))
    made = attrs.evolve(
        shanghai.instrument(day), asset=unit.asset_id, terms=Spot(scheme="Shanghai", vintage=unit.vintage)
    )
    return (Listed(instrument=made, unit=unit),)


def _central(*pairs: tuple[str, str]) -> tuple[tuple[AccountId, str], ...]:
    return tuple((AccountId(name), kind) for name, kind in pairs)


def _schemes() -> Mapping[str, ExchangeScheme]:
    return MappingProxyType(
        {
            "china-national": ExchangeScheme(
                name="china-national",
                rulebook=china_national.venue_rules,
                registry_rules=china_registry.registry_rules,
                listed=_national,
                currency="CNY",
                central=_central(
                    ("ISSUANCE", "issuance"),
                    ("AUTHORITY", "provincial_authority"),
                    ("SURRENDER", "surrender"),
                    ("CANCELLATION", "cancellation"),
                    ("CARRIED-OVER", "carried_over"),
                ),
                surrender=AccountId("SURRENDER"),
            ),
            "shanghai": ExchangeScheme(
                name="shanghai",
                rulebook=shanghai.venue_rules,
                registry_rules=shanghai_registry.registry_rules,
                listed=_shanghai,
                currency="CNY",
                central=_central(
                    ("ISSUANCE", "issuance"),
                    ("AUTHORITY", "authority"),
                    ("SURRENDER", "surrender"),
                    ("CANCELLATION", "cancellation"),
                ),
                surrender=AccountId("SURRENDER"),
            ),
        }
    )


ISSUANCE: Final = AccountId("ISSUANCE")
"""Where units come into being."""
AUTHORITY: Final = AccountId("AUTHORITY")
"""Who allocates them."""
BANK: Final = AccountId("BANK")
"""Where money comes from and goes to; the outside world stands behind it."""


def scheme_named(name: str) -> ExchangeScheme:
    """
    Find a market by its name.

    Args:
        name: Such as "china-national".

    Returns:
        The market.

    Raises:
        NotFoundError: If the exchange cannot run it.

    Example:
        >>> scheme_named("shanghai").surrender
        AccountId('SURRENDER')
    """
    found = _schemes().get(name)
    if found is None:
        raise NotFoundError(f"be one of {', '.join(_schemes())}", was=name, field="scheme")
    return found


def scheme_names() -> tuple[str, ...]:
    """
    Name the markets that the exchange can run.

    Returns:
        Their names.

    Example:
        >>> scheme_names()
        ('china-national', 'shanghai')
    """
    return tuple(_schemes())
