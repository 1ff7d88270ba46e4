"""
Carbon border certificates: what an importer owes for the emissions embedded in goods.

The emissions are first reduced by the free allocation that producers at home
still get, then by the certificates that a carbon price paid at the origin buys.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import CurrencyMismatchError, InvalidValueError
from carbonkit.registry.yearly import rule_of_year
from carbonkit.values.explanation import Explanation
from carbonkit.values.money import Money
from carbonkit.values.number import Exact, Rounding, divide, exact, multiply, plain, round_to, subtract, whole
from carbonkit.values.price import Price
from carbonkit.values.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["BorderCertificates", "BorderEmissions", "border_certificates", "border_emissions"]

_UNIT = "tCO2e"


def _positive(value: Exact, field: str) -> Decimal:
    number = exact(value, field=field)
    if number < 0:
        raise InvalidValueError("not be negative", was=plain(number), field=field)
    return number


@attrs.frozen
class BorderEmissions:
    """
    The embedded emissions of goods for which certificates are owed, before any carbon price paid.

    Args:
        year: The year of the import.
        mass_t: The goods' mass. [t]
        embedded: Their specific embedded emissions. [tCO2e/t]
        benchmark: The benchmark of the goods. [tCO2e/t]
        correction: The cross-sectoral correction factor of the year.
        share: The share of free allocation that the year still gives.

    Example:
        >>> from carbonkit.schemes.eu_border import embedded_emissions
        >>> goods = embedded_emissions(2026, mass_t="1000", embedded="1.2", benchmark="1", correction="1")
        >>> goods.specific, goods.total
        (Decimal('0.225'), Decimal('225.000'))
    """

    year: int
    mass_t: Decimal
    embedded: Decimal
    benchmark: Decimal
    correction: Decimal
    share: Rule[Decimal]

    @property
    def free(self) -> Decimal:
        """The free allocation that is taken off. [tCO2e/t]."""
        return multiply(multiply(self.share.value, self.correction), self.benchmark)

    @property
    def specific(self) -> Decimal:
        """What certificates are owed for, not below 0; never rounded. [tCO2e/t]."""
        return max(Decimal(0), subtract(self.embedded, self.free))

    @property
    def total(self) -> Decimal:
        """What certificates are owed for, of all the goods; never rounded. [tCO2e]."""
        return multiply(self.mass_t, self.specific)

    def explain(self) -> Explanation:
        """Show what certificates are owed for, from the goods to the rule's source."""
        share = Explanation(
            "share of free allocation", plain(self.share.value), how=self.share.says, source=self.share.source
        )
        free = Explanation(
            "free allocation taken off",
            f"{plain(self.free)} tCO2e/t",
            how="share × correction factor × benchmark",
            parts=(
                share,
                Explanation("cross-sectoral correction factor", plain(self.correction)),
                Explanation("benchmark", f"{plain(self.benchmark)} tCO2e/t"),
            ),
        )
        specific = Explanation(
            "specific emissions owed for",
            f"{plain(self.specific)} tCO2e/t",
            how="embedded - free allocation, not below 0",
            parts=(Explanation("specific embedded emissions", f"{plain(self.embedded)} tCO2e/t"), free),
        )
        mass = Explanation("mass", f"{plain(self.mass_t)} t")
        return Explanation(
            f"emissions owed for {self.year}",
            f"{plain(self.total)} tCO2e",
            how="mass × specific emissions owed for",
            parts=(mass, specific),
        )


def border_emissions(
    shares: Sequence[Rule[Decimal]],
    year: int,
    *,
    mass_t: Exact,
    embedded: Exact,
    benchmark: Exact,
    correction: Exact,
) -> BorderEmissions:
    """
    Work out for which emissions certificates are owed, before any carbon price paid.

    Args:
        shares: The share of free allocation that is still given, by year.
        year: The year of the import.
        mass_t: The goods' mass. [t]
        embedded: Their specific embedded emissions. [tCO2e/t]
        benchmark: The benchmark of the goods. [tCO2e/t]
        correction: The cross-sectoral correction factor; 1 where nothing is cut.

    Returns:
        The emissions, which explain themselves.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a number is negative.
        NotFoundError: If the year has no known share.

    Example:
        >>> from carbonkit.registry.yearly import years
        >>> from carbonkit.values import Source
        >>> half = Rule(what="share", value=Decimal("0.5"), says="half", valid=years(2030, 2030),
        ...             source=Source("Scheme", "Regulation", 2023))
        >>> border_emissions([half], 2030, mass_t=10, embedded=2, benchmark=1, correction=1).total
        Decimal('15.0')
    """
    return BorderEmissions(
        whole(year, field="year"),
        _positive(mass_t, "mass"),
        _positive(embedded, "embedded emissions"),
        _positive(benchmark, "benchmark"),
        _positive(correction, "correction factor"),
        rule_of_year(shares, year),
    )


@attrs.frozen
class BorderCertificates:
    """
    The certificates to surrender.

    Args:
        emissions: What they are owed for.
        paid: The carbon price that was effectively paid at the origin, for all the goods.
        price: The price of a certificate.
        rounding: Which way the number is rounded to whole certificates.

    Example:
        >>> from carbonkit.schemes.eu_border import embedded_emissions
        >>> goods = embedded_emissions(2026, mass_t="1000", embedded="1.2", benchmark="1", correction="1")
        >>> price = Price("75.36", "EUR", "tCO2e")
        >>> border_certificates(goods, paid=Money("753.60", "EUR"), price=price,
        ...                     rounding=Rounding.CEILING).due
        215
    """

    emissions: BorderEmissions
    paid: Money
    price: Price
    rounding: Rounding

    @property
    def due(self) -> int:
        """How many whole certificates are due, not below 0; rounded once, here."""
        owed = subtract(multiply(self.emissions.total, self.price.amount), self.paid.amount)
        if owed <= 0:
            return 0
        return int(divide(owed, self.price.amount, 0, self.rounding))

    def explain(self) -> Explanation:
        """Show the certificates, from the goods and the price paid to the rule's source."""
        return Explanation(
            f"certificates due {self.emissions.year}",
            str(self.due),
            how=f"emissions owed for - price paid ÷ certificate price, rounded {self.rounding.name.lower()}",
            parts=(
                self.emissions.explain(),
                Explanation("carbon price paid at the origin", str(self.paid)),
                Explanation("certificate price", str(self.price)),
            ),
        )


def border_certificates(
    emissions: BorderEmissions, *, paid: Money, price: Price, rounding: Rounding
) -> BorderCertificates:
    """
    Work out how many certificates are due.

    Args:
        emissions: What they are owed for.
        paid: The carbon price that was effectively paid at the origin for all the goods, after any
            rebate; an amount of 0 if none was.
        price: The price of a certificate, for one tCO2e.
        rounding: Which way the number is rounded to whole certificates; the caller's choice.

    Returns:
        The certificates, which explain themselves.

    Raises:
        CurrencyMismatchError: If the price paid is in another currency.
        InvalidValueError: If the price paid is negative, or the certificate's price is not above 0 or not
            for one tCO2e.

    Example:
        >>> from carbonkit.schemes.eu_border import embedded_emissions
        >>> goods = embedded_emissions(2034, mass_t="10", embedded="2", benchmark="1", correction="1")
        >>> border_certificates(goods, paid=Money("0", "EUR"), price=Price("80", "EUR", "tCO2e"),
        ...                     rounding=Rounding.CEILING).due
        20
    """
    if paid.currency != price.currency:
        raise CurrencyMismatchError(
            f"be {price.currency}", was=paid.currency, field="paid", hint="convert at a named rate first"
        )
    if paid.amount < 0:
        raise InvalidValueError("not be negative", was=paid, field="paid")
    if price.per != _UNIT or price.amount <= 0:
        raise InvalidValueError(f"be above 0, for one {_UNIT}", was=price, field="price")
    round_to(0, 0, rounding)  # refuses what is no Rounding
    return BorderCertificates(emissions, paid, price, rounding)
