"""
Options: European, American and on spreads, with their Greeks.

    option_value, american_value an option's worth
    black76, bachelier, kirk European, on spreads
    barone_adesi_whaley, finite_difference American
    implied_volatility     what a price implies
    normal                 the normal distribution, its tails too
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.fund.option.american_value import AmericanValue
    from carbonkit.fund.option.bachelier import bachelier
    from carbonkit.fund.option.barone_adesi_whaley import barone_adesi_whaley
    from carbonkit.fund.option.black76 import black76
    from carbonkit.fund.option.finite_difference import Grid, finite_difference
    from carbonkit.fund.option.implied_volatility import ImpliedVolatility, implied_volatility
    from carbonkit.fund.option.kirk import SpreadOptionValue, kirk
    from carbonkit.fund.option.option_value import OptionModel, OptionValue, Sensitivities

__all__ = [
    "AmericanValue",
    "Grid",
    "ImpliedVolatility",
    "OptionModel",
    "OptionValue",
    "Sensitivities",
    "SpreadOptionValue",
    "bachelier",
    "barone_adesi_whaley",
    "black76",
    "finite_difference",
    "implied_volatility",
    "kirk",
]

_HOMES: Final = {
    "american_value": "AmericanValue",
    "bachelier": "bachelier",
    "barone_adesi_whaley": "barone_adesi_whaley",
    "black76": "black76",
    "finite_difference": "Grid finite_difference",
    "implied_volatility": "ImpliedVolatility implied_volatility",
    "kirk": "SpreadOptionValue kirk",
    "option_value": "OptionModel OptionValue Sensitivities",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)
