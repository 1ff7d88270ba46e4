"""Option values: what a European option on a forward or future is worth, and how that value moves."""

from __future__ import annotations

import enum
from decimal import Decimal
from fractions import Fraction
from typing import Final

import attrs

from carbonkit.errors import FundError
from carbonkit.fund.option._option_terms import OptionTerms, reported, shown
from carbonkit.fund.refusal import Refusal
from carbonkit.market.contract import Right
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.source import Source, Status

__all__ = ["OptionModel", "OptionValue", "Sensitivities"]

_BLACK: Final = Source(
    "Journal of Financial Economics",
    "F. Black, The pricing of commodity contracts",
    1976,
    table="3 (1-2), pages 167-179",
    status=Status.RECALLED,
    note="the formulas; values and sensitivities agree with QuantLib 1.44",
)
_BACHELIER: Final = Source(
    "Annales scientifiques de l'École normale supérieure",
    "L. Bachelier, Théorie de la spéculation",
    1900,
    table="17, pages 21-86",
    status=Status.RECALLED,
    note="the model; values agree with QuantLib 1.44",
)


class OptionModel(enum.Enum):
    """
    How the forward price is taken to move.

    Example:
        >>> OptionModel("Black 1976").source.year
        1976
    """

    BLACK_76 = "Black 1976"
    """Its logarithm is normally distributed; the volatility is relative."""
    BACHELIER = "Bachelier"
    """It is normally distributed itself; the volatility is in units of price."""

    @property
    def source(self) -> Source:
        """Where the model is from."""
        return _BLACK if self is OptionModel.BLACK_76 else _BACHELIER


@attrs.frozen(kw_only=True)
class Sensitivities:
    """
    How an option's value moves: its Greeks, for one unit of whatever moves it.

    Args:
        delta: By the forward.
        gamma: Of delta, by the forward.
        vega: By the volatility; a hundredth of it is for one percentage point.
        theta: By the calendar, a year, while the forward stands still.
        rho: By the interest rate, while the forward stands still.
        vanna: Of delta, by the volatility.
        volga: Of vega, by the volatility.
        d1: The model's d1; the one d of Bachelier's.
        d2: The model's d2; the same as d1 in Bachelier's.
        probability: That it ends in the money, as the model weighs outcomes.

    Example:
        >>> from carbonkit.fund.option.black76 import black76
        >>> worth = black76(Right.CALL, forward=80, strike=80, volatility="0.45", years="0.5", rate="0.03")
        >>> round(worth.sensitivities.vega, 10)
        Decimal('21.9520002117')
    """

    delta: Decimal = attrs.field(converter=reported)
    gamma: Decimal = attrs.field(converter=reported)
    vega: Decimal = attrs.field(converter=reported)
    theta: Decimal = attrs.field(converter=reported)
    rho: Decimal = attrs.field(converter=reported)
    vanna: Decimal = attrs.field(converter=reported)
    volga: Decimal = attrs.field(converter=reported)
    d1: Decimal = attrs.field(converter=reported)
    d2: Decimal = attrs.field(converter=reported)
    probability: Decimal = attrs.field(converter=reported)


@attrs.frozen(kw_only=True)
class OptionValue:
    """
    What an option is worth, with what it was worked out from.

    Numbers are decimals of 60 significant digits, and nothing in them is rounded to
    places: round once, where a figure is reported. With no time or no volatility left
    they are what the formulas tend to, and d1 and d2 are infinite; if the forward then
    stands at the strike, the value has a kink there and no sensitivities.

    Args:
        model: How the forward is taken to move.
        right: Call or put.
        forward: The price of the forward or future.
        strike: The price at which the option is exercised.
        volatility: A year; in the model's unit.
        years: Years to expiry.
        rate: The interest rate, continuously compounded.
        value: What it is worth now, for one unit, in the unit of the forward price.
        sensitivities: How the value moves; None at the kink.

    Example:
        >>> from carbonkit.fund.option.black76 import black76
        >>> worth = black76(Right.CALL, forward=80, strike=80, volatility="0.45", years="0.5", rate="0.03")
        >>> round(worth.value, 10), round(worth.delta, 10)
        (Decimal('9.9621725805'), Decimal('0.5548195484'))
    """

    model: OptionModel = attrs.field(validator=is_a(OptionModel))
    right: Right = attrs.field(validator=is_a(Right))
    forward: Fraction
    strike: Fraction
    volatility: Fraction
    years: Fraction
    rate: Fraction
    value: Decimal = attrs.field(converter=reported)
    sensitivities: Sensitivities | None

    def _known(self) -> Sensitivities:
        if self.sensitivities is None:
            raise FundError(
                "have time and volatility left, or a forward off the strike",
                was=f"{shown(self.years)} years, volatility {shown(self.volatility)}, forward at the strike",
                field="option",
                code=Refusal.NO_SENSITIVITY,
                hint="the value has a kink there; .value is known, and .sensitivities is None",
            )
        return self.sensitivities

    @property
    def delta(self) -> Decimal:
        """
        By the forward.

        Raises:
            FundError: If the value has a kink here; the same of all that follow.
        """
        return self._known().delta

    @property
    def gamma(self) -> Decimal:
        """Of delta, by the forward."""
        return self._known().gamma

    @property
    def vega(self) -> Decimal:
        """By the volatility."""
        return self._known().vega

    @property
    def theta(self) -> Decimal:
        """By the calendar, a year."""
        return self._known().theta

    @property
    def rho(self) -> Decimal:
        """By the interest rate."""
        return self._known().rho

    @property
    def vanna(self) -> Decimal:
        """Of delta, by the volatility."""
        return self._known().vanna

    @property
    def volga(self) -> Decimal:
        """Of vega, by the volatility."""
        return self._known().volga

    @property
    def d1(self) -> Decimal:
        """The model's d1."""
        return self._known().d1

    @property
    def d2(self) -> Decimal:
        """The model's d2."""
        return self._known().d2

    @property
    def probability(self) -> Decimal:
        """That it ends in the money."""
        return self._known().probability

    def explain(self) -> Explanation:
        """
        Say how the value came about, with its terms and its sensitivities.

        Returns:
            The explanation; numbers are shown with 15 significant digits.

        Example:
            >>> from carbonkit.fund.option.black76 import black76
            >>> worth = black76(Right.CALL, forward=80, strike=80, volatility="0.45", years="0.5",
            ...                 rate="0.03")
            >>> worth.explain().value
            '9.96217258052343'
        """
        terms = OptionTerms(
            right=self.right,
            forward=self.forward,
            strike=self.strike,
            volatility=self.volatility,
            years=self.years,
            rate=self.rate,
        )
        if terms.is_certain:
            how = f"e^(−rate × years) × {shown(terms.intrinsic)}, as no time or no volatility is left"
        else:
            how = _FORMULAS[self.model, self.right]
        moves = () if self.sensitivities is None else attrs.asdict(self.sensitivities).items()
        return Explanation(
            f"value of a European {self.right.value} on a forward, {self.model.value}",
            shown(self.value),
            how=how,
            source=self.model.source,
            parts=(*terms.explain(), *(Explanation(name, shown(number)) for name, number in moves)),
        )


_FORMULAS: Final = {
    (OptionModel.BLACK_76, Right.CALL): "e^(−rate × years) × (forward × N(d1) − strike × N(d2))",
    (OptionModel.BLACK_76, Right.PUT): "e^(−rate × years) × (strike × N(−d2) − forward × N(−d1))",
    (
        OptionModel.BACHELIER,
        Right.CALL,
    ): "e^(−rate × years) × ((forward − strike) × N(d1) + volatility × √years × n(d1))",
    (
        OptionModel.BACHELIER,
        Right.PUT,
    ): "e^(−rate × years) × ((strike − forward) × N(−d1) + volatility × √years × n(d1))",
}
