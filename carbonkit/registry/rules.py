"""Registry rules as data: which kinds of account there are, and what may move from which to which."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Protocol

import attrs

from carbonkit.errors import InvalidValueError, RegistryError
from carbonkit.ledger.account import Bucket
from carbonkit.registry.eligibility import Eligibility
from carbonkit.registry.refusal import Check
from carbonkit.values.source import Source
from carbonkit.values.time import Period

if TYPE_CHECKING:
    import datetime

__all__ = ["AccountKind", "BlockPolicy", "DelayClock", "RegistryRules", "Route", "TransactionType"]


class TransactionType(enum.Enum):
    """
    What can happen to units in a registry.

    Example:
        >>> TransactionType("surrender")
        <TransactionType.SURRENDER: 'surrender'>
    """

    ISSUE = "issue"
    """Units come into being."""
    CENTRAL_TRANSFER = "central_transfer"
    """The authority moves units between its own accounts."""
    ALLOCATE = "allocate"
    """The authority gives units to an account holder."""
    TRANSFER = "transfer"
    """An account holder passes units on."""
    RETURN = "return"
    """An account holder gives back what it was given too much."""
    SURRENDER = "surrender"
    """An account holder gives up units against its emissions."""
    CANCEL = "cancel"
    """An account holder gives up units for good, against nothing; some registries say retire."""
    DELETE = "delete"
    """Units are taken out of the scheme by decision of the authority or on the holder's request."""
    CLOSURE_TRANSFER = "closure_transfer"
    """What is left in an account that closes goes to the authority."""
    CARRY_OVER = "carry_over"
    """Units of an older vintage become units of a newer one."""
    CONVERT = "convert"
    """Units of one kind become units of another."""
    FREEZE = "freeze"
    """A court or the authority freezes units where they are."""
    UNFREEZE = "unfreeze"
    """Frozen units are free again."""
    DEDUCT = "deduct"
    """Frozen units go where a judgment says."""
    PLEDGE = "pledge"
    """A holder pledges units where they are."""
    RELEASE = "release"
    """Pledged units are free again."""
    REGISTER = "register"
    """A holder takes units out of trading, to dispose of them in the registry."""
    MAKE_TRADABLE = "make_tradable"
    """A holder puts registered units back into trading."""


@attrs.frozen
class AccountKind:
    """
    A kind of account.

    Args:
        name: Its lower-case name, as the ledger's accounts carry it.
        title: What the scheme's own rules call it.
        may_go_negative: Whether units come into being from it.

    Example:
        >>> AccountKind("operator_holding", "Operator Holding Account").may_go_negative
        False
    """

    name: str
    title: str
    may_go_negative: bool = False


class BlockPolicy(enum.Enum):
    """
    Which serial numbers leave an account when a transaction names only a quantity.

    Where a block has to be split, its lowest numbers go.

    Example:
        >>> BlockPolicy("best_fit")
        <BlockPolicy.BEST_FIT: 'best_fit'>
    """

    LOWEST = "lowest"
    """The lowest numbers, whatever blocks they lie in."""
    ARRIVAL = "arrival"
    """Those that came first; of those that came together, the lowest."""
    BEST_FIT = "best_fit"
    """The smallest block that is large enough, so that few are split; else the largest, and on."""


@attrs.frozen
class Route:
    """
    One permission: a transaction of a type may go from these kinds of account to those.

    Args:
        transaction: The type of transaction.
        sources: The kinds that units may leave.
        targets: The kinds that units may reach.
        code: The scheme's own code for the transaction type, if it has one.
        approval: Whether a second person must approve it, always.
        delay: Whether a target that the source does not trust needs a second person and waits.
        when_restricted: Whether it may leave an account that is partly restricted.
        whatever_status: Whether it is the authority's act, which no state of an account stops.
        within: Whether it stays in one account, from one bucket to another.
        source_bucket: The bucket that units leave.
        target_bucket: The bucket that they reach.
        reversible: Whether it may be reversed.
        reversible_days: Up to how many days later; None for ever.

    Example:
        >>> Route(TransactionType.SURRENDER, ("operator_holding",), ("surrender",), "10-2").code
        '10-2'
    """

    transaction: TransactionType
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    code: str = ""
    approval: bool = attrs.field(default=False, kw_only=True)
    delay: bool = attrs.field(default=False, kw_only=True)
    when_restricted: bool = attrs.field(default=False, kw_only=True)
    whatever_status: bool = attrs.field(default=False, kw_only=True)
    within: bool = attrs.field(default=False, kw_only=True)
    source_bucket: Bucket = attrs.field(default=Bucket.TRADABLE, kw_only=True)
    target_bucket: Bucket = attrs.field(default=Bucket.TRADABLE, kw_only=True)
    reversible: bool = attrs.field(default=False, kw_only=True)
    reversible_days: int | None = attrs.field(default=None, kw_only=True)


class DelayClock(Protocol):
    """
    When a transaction that has to wait may be carried out.

    Example:
        >>> class AtOnce:
        ...     def due(self, approved_at):
        ...         return approved_at
        >>> clock: DelayClock = AtOnce()
    """

    def due(self, approved_at: datetime.datetime) -> datetime.datetime:
        """Return the moment from which a transaction that was approved may be carried out."""
        ...


@attrs.frozen
class RegistryRules:
    """
    The rules of one registry over a period.

    Args:
        scheme: The scheme's name.
        zone: The IANA time zone of its deadlines.
        kinds: Its kinds of account.
        routes: What may move from where to where.
        valid: The days on which the rules hold.
        source: Where they were read.
        compliance: Where the rule of the compliance status was read.
        policy: Which serial numbers go when a transaction does not name them.
        advice: For a type of transaction that is refused, what to do instead.
        eligibility: Which units may be surrendered for which year; if empty, that is not checked, and
            a surrender need not say its year.
        clock: When an approved transaction to an account that is not trusted may be carried out;
            None if such transactions do not wait.

    Raises:
        InvalidValueError: If a route names a kind that is not listed, or a kind is listed twice.

    Example:
        >>> from carbonkit.values import Period, Source
        >>> kinds = (AccountKind("issuance", "", may_go_negative=True), AccountKind("holder", ""))
        >>> routes = (Route(TransactionType.ISSUE, ("issuance",), ("holder",)),)
        >>> source = Source("carbonkit", "example", 2026)
        >>> valid = Period("2021-01-01", None)
        >>> rules = RegistryRules("X", "UTC", kinds, routes, valid, source, source, BlockPolicy.LOWEST)
        >>> rules.check_route(TransactionType.ISSUE, "issuance", "holder").transaction.value
        'issue'
        >>> rules.check_route(TransactionType.CANCEL, "holder", "issuance")
        Traceback (most recent call last):
        ...
        carbonkit.errors.RegistryError: route: must be one that X allows, was cancel from holder...
    """

    scheme: str
    zone: str
    kinds: tuple[AccountKind, ...]
    routes: tuple[Route, ...]
    valid: Period
    source: Source
    compliance: Source
    policy: BlockPolicy
    advice: tuple[tuple[TransactionType, str], ...] = ()
    clock: DelayClock | None = None
    eligibility: tuple[Eligibility, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Check that the routes speak of kinds that exist."""
        names = [kind.name for kind in self.kinds]
        named = {name for route in self.routes for name in (*route.sources, *route.targets)}
        for name in sorted(named - set(names)):
            raise InvalidValueError("be a kind of account that is listed", was=name, field="route")
        for name in names:
            if names.count(name) > 1:
                raise InvalidValueError("be listed once", was=name, field="account kind")

    def final_kinds(self) -> frozenset[str]:
        """
        Find the kinds of account that units reach and, but for a reversal, never leave.

        Returns:
            Their names.

        Example:
            >>> from carbonkit.schemes import uk
            >>> sorted(uk.registry_rules().final_kinds())
            ['deletion', 'surrender']
        """
        left = {kind for route in self.routes for kind in route.sources}
        reached = {kind for route in self.routes for kind in route.targets}
        return frozenset(reached - left)

    def kind(self, name: str) -> AccountKind:
        """
        Find a kind of account.

        Args:
            name: Its lower-case name.

        Returns:
            The kind.

        Raises:
            RegistryError: If the scheme has no such kind.
        """
        for kind in self.kinds:
            if kind.name == name:
                return kind
        known = ", ".join(kind.name for kind in self.kinds)
        raise RegistryError(
            f"be a kind of account of {self.scheme}", was=name, field="account kind", hint=f"it has {known}"
        )

    def check_route(self, transaction: TransactionType, source: str, target: str) -> Route:
        """
        Find the route that allows a movement.

        Args:
            transaction: The type of transaction.
            source: The kind of account that units leave.
            target: The kind of account that they reach.

        Returns:
            The route.

        Raises:
            RegistryError: If no route allows it.
        """
        for route in self.routes:
            if route.transaction is transaction and source in route.sources and target in route.targets:
                return route
        refused = Check.ROUTE_NOT_ALLOWED.error(
            f"be one that {self.scheme} allows",
            was=f"{transaction.value} from {source} to {target}",
            field="route",
            hint=dict(self.advice).get(transaction, ""),
        )
        raise refused

    def check_valid(self, on: datetime.date) -> None:
        """
        Check that the rules hold on a day.

        Args:
            on: The local date.

        Raises:
            RegistryError: If they do not.
        """
        if on not in self.valid:
            raise RegistryError(
                f"lie within {self.valid}, the period of these rules of {self.scheme}",
                was=on,
                field="date",
                code="no_rule_on_date",
            )
