"""
Swing pricing: the dealing price moved so that those who deal bear the cost of dealing, not those who stay.

When money flows in, the fund must buy, and the price swings up; when it flows out,
the fund must sell, and the price swings down. The NAV of record stays as it is. A
dilution levy is the other way to the same end: the price stays, and each order of
the side that costs pays a share that the fund keeps.
"""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import check_currency
from carbonkit.fund.figure import fraction
from carbonkit.fund.units._share import share, shown
from carbonkit.fund.units.unit_price import DealingPrice, UnitPrice
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a

if TYPE_CHECKING:
    from carbonkit.fund.figure import Number
    from carbonkit.values.money import Money

__all__ = ["DilutionLevy", "SwingKind", "SwingPolicy", "levied_price", "swung_price"]

_BASIS_POINTS: Final = 10_000


class SwingKind(enum.Enum):
    """
    When a price swings.

    Example:
        >>> SwingKind("partial").name
        'PARTIAL'
    """

    FULL = "full"
    """On every dealing day with a net flow."""
    PARTIAL = "partial"
    """Only if the net flow is above the threshold."""


def _threshold(value: Number) -> Fraction:
    return share(value, field="threshold")


def _basis_points(value: Number, field: str) -> Fraction:
    taken = fraction(value, field=field)
    if not 0 <= taken < _BASIS_POINTS:
        raise InvalidValueError(f"be from 0 to below {_BASIS_POINTS}", was=str(value), field=field)
    return taken


def _inflow_bps(value: Number) -> Fraction:
    return _basis_points(value, "inflow_bps")


def _outflow_bps(value: Number) -> Fraction:
    return _basis_points(value, "outflow_bps")


def _cap_bps(value: Number) -> Fraction:
    return _basis_points(value, "cap_bps")


@attrs.frozen(kw_only=True)
class SwingPolicy:
    """
    By how much a price swings, and when.

    Args:
        kind: On every flow, or above the threshold only.
        threshold: The net flow as a share of the net asset value that must be passed; "0.03" is 3 %.
            Zero for a full swing.
        inflow_bps: The factor on a net inflow. [basis points]
        outflow_bps: The factor on a net outflow. [basis points]
        cap_bps: The most that the fund's documents allow; a larger factor is cut to it. [basis points]

    Raises:
        InvalidValueError: If a number is out of range, the kind is not named, or a full swing has a
            threshold.

    Example:
        >>> policy = SwingPolicy(kind=SwingKind.PARTIAL, threshold="0.03", inflow_bps=40, outflow_bps=55,
        ...                      cap_bps=50)
        >>> policy.factor(Fraction(4, 100)), policy.factor(Fraction(-4, 100)), policy.factor(Fraction(3, 100))
        (Fraction(1, 250), Fraction(-1, 200), Fraction(0, 1))
    """

    kind: SwingKind = attrs.field(validator=is_a(SwingKind))
    threshold: Fraction = attrs.field(converter=_threshold)
    inflow_bps: Fraction = attrs.field(converter=_inflow_bps)
    outflow_bps: Fraction = attrs.field(converter=_outflow_bps)
    cap_bps: Fraction = attrs.field(converter=_cap_bps)

    def __attrs_post_init__(self) -> None:
        """Check that a full swing asks for no threshold."""
        if self.kind is SwingKind.FULL and self.threshold:
            raise InvalidValueError("be zero for a full swing", was=shown(self.threshold), field="threshold")

    def factor(self, flow: Number) -> Fraction:
        """
        Say by which share of itself the price moves.

        Args:
            flow: The net flow as a share of the net asset value; negative for an outflow.

        Returns:
            The share, with the sign of the move; zero if the price does not swing.

        Example:
            >>> SwingPolicy(kind=SwingKind.FULL, threshold=0, inflow_bps=40, outflow_bps=55,
            ...             cap_bps=100).factor(Fraction(-1, 1000))
            Fraction(-11, 2000)
        """
        flow = fraction(flow, field="flow")
        if abs(flow) <= self.threshold:
            return Fraction(0)
        points = min(self.inflow_bps if flow > 0 else self.outflow_bps, self.cap_bps)
        return (points if flow > 0 else -points) / _BASIS_POINTS

    def explain(self) -> Explanation:
        """Say what the policy is."""
        how = "every net flow" if self.kind is SwingKind.FULL else f"above {shown(self.threshold)} of the NAV"
        return Explanation(
            "swing policy",
            self.kind.value,
            how=how,
            parts=(
                Explanation("on a net inflow", f"{shown(self.inflow_bps)} bps"),
                Explanation("on a net outflow", f"{shown(self.outflow_bps)} bps"),
                Explanation("at most", f"{shown(self.cap_bps)} bps"),
            ),
        )


def _share_of_nav(record: UnitPrice, net_flow: Money) -> Fraction:
    check_type(record, UnitPrice, field="record")
    check_currency(net_flow, record.unit.currency, field="net_flow")
    value = record.net_asset_value.amount
    if not value:
        raise InvalidValueError("be above zero", was=str(record.net_asset_value), field="net asset value")
    return fraction(net_flow.amount) / fraction(value)


def swung_price(record: UnitPrice, *, net_flow: Money, policy: SwingPolicy) -> DealingPrice:
    """
    Make the dealing price of a day, swung if the policy says so.

    Args:
        record: The NAV of record; it stays as it is.
        net_flow: What the day's orders bring in, or, negative, take out; see `net_flow`.
        policy: The policy.

    Returns:
        The dealing price: the exact NAV per unit times 1 + factor, rounded once by the class's rule.

    Raises:
        CurrencyMismatchError: If the flow is in another currency.
        InvalidValueError: If there is no value to compare the flow with.

    Example:
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.values import AssetId, Money, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=4, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> record = UnitPrice(unit=unit, day="2026-06-30", assets=Money("1050000", "CNY"),
        ...                    liabilities=Money("0", "CNY"), units=1000000)
        >>> policy = SwingPolicy(kind=SwingKind.PARTIAL, threshold="0.03", inflow_bps=40, outflow_bps=50,
        ...                      cap_bps=100)
        >>> price = swung_price(record, net_flow=Money("-42000", "CNY"), policy=policy)
        >>> price.per_unit
        Money('1.0448', 'CNY')
        >>> print(price.how)
        NAV per unit × 0.995: net outflow of 0.04 of the NAV is above the threshold of 0.03
    """
    check_type(policy, SwingPolicy, field="policy")
    flow = _share_of_nav(record, net_flow)
    factor = policy.factor(flow)
    side = "inflow" if flow > 0 else "outflow"
    limit = f"the threshold of {shown(policy.threshold)}"
    if not flow:
        how = "NAV per unit, not swung: no net flow"
    elif abs(flow) <= policy.threshold:
        how = f"NAV per unit, not swung: net {side} of {shown(abs(flow))} of the NAV is within {limit}"
    else:
        why = f"net {side} of {shown(abs(flow))} of the NAV"
        why += f" is above {limit}" if policy.kind is SwingKind.PARTIAL else ", every net flow swings"
        wanted = policy.inflow_bps if flow > 0 else policy.outflow_bps
        capped = f", cut to the cap of {shown(policy.cap_bps)} bps" if wanted > policy.cap_bps else ""
        how = f"NAV per unit × {shown(1 + factor)}: {why}{capped}"
    return DealingPrice(
        unit=record.unit,
        day=record.day,
        per_unit=record.unit.priced(record.exact * (1 + factor)),
        record=record,
        levy_in=0,
        levy_out=0,
        how=how,
    )


def _on_subscriptions(value: Number) -> Fraction:
    return share(value, field="on_subscriptions")


def _on_redemptions(value: Number) -> Fraction:
    return share(value, field="on_redemptions")


@attrs.frozen(kw_only=True)
class DilutionLevy:
    """
    What an order pays to the fund when the day's net flow on its side is large.

    Args:
        threshold: The net flow as a share of the net asset value that must be passed.
        on_subscriptions: The levy on a day with a net inflow, a share of what goes into the fund.
        on_redemptions: The levy on a day with a net outflow, a share of what the units bring.

    Raises:
        InvalidValueError: If a share is not from 0 to below 1.

    Example:
        >>> DilutionLevy(threshold="0.03", on_subscriptions="0.004", on_redemptions="0.005").on_redemptions
        Fraction(1, 200)
    """

    threshold: Fraction = attrs.field(converter=_threshold)
    on_subscriptions: Fraction = attrs.field(converter=_on_subscriptions)
    on_redemptions: Fraction = attrs.field(converter=_on_redemptions)


def levied_price(record: UnitPrice, *, net_flow: Money, levy: DilutionLevy) -> DealingPrice:
    """
    Make the dealing price of a day at the NAV, with a dilution levy if the flow asks for one.

    Args:
        record: The NAV of record.
        net_flow: What the day's orders bring in, or, negative, take out.
        levy: The levy.

    Returns:
        The dealing price; only the orders of the side that costs are levied.

    Raises:
        CurrencyMismatchError: If the flow is in another currency.
        InvalidValueError: If there is no value to compare the flow with.

    Example:
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.values import AssetId, Money, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=4, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> record = UnitPrice(unit=unit, day="2026-06-30", assets=Money("1050000", "CNY"),
        ...                    liabilities=Money("0", "CNY"), units=1000000)
        >>> levy = DilutionLevy(threshold="0.03", on_subscriptions="0.004", on_redemptions="0.005")
        >>> price = levied_price(record, net_flow=Money("-42000", "CNY"), levy=levy)
        >>> price.per_unit, price.levy_in, price.levy_out
        (Money('1.0500', 'CNY'), Fraction(0, 1), Fraction(1, 200))
    """
    check_type(levy, DilutionLevy, field="levy")
    flow = _share_of_nav(record, net_flow)
    over = abs(flow) > levy.threshold
    side = "inflow" if flow > 0 else "outflow"
    how = f"NAV per unit; net {side} of {shown(abs(flow))} of the NAV is "
    how += f"{'above' if over else 'within'} the threshold of {shown(levy.threshold)} for a dilution levy"
    return attrs.evolve(
        record.dealing,
        levy_in=levy.on_subscriptions if over and flow > 0 else 0,
        levy_out=levy.on_redemptions if over and flow < 0 else 0,
        how=how,
    )
