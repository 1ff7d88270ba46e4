"""
China's MRV guideline for aluminium smelting: a line of cells' year from its months.

Gases stay masses; CO2e under the guideline's own potentials is a view.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from carbonkit.accounting.process.aluminium import anode_consumed, anode_effect, net_anode
from carbonkit.accounting.process.balance import Ratio, Term, as_ratio, quotient
from carbonkit.accounting.rate import Amount
from carbonkit.errors import InvalidValueError
from carbonkit.schemes._china_mrv_month import cell, check_year, month, records, refuse
from carbonkit.schemes.china_mrv_aluminium import (
    EffectRates,
    anode_shares,
    anode_use,
    effect_rates,
    guideline_gwp,
)
from carbonkit.schemes.china_mrv_rounding import Reported, Sector, Step, decimals, reported
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.number import Exact, add, exact, plain, total, whole
from carbonkit.values.quantity import Mass
from carbonkit.values.rule import Rule
from carbonkit.values.table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from carbonkit.accounting.calculation import Calculation
    from carbonkit.values.place import Place
    from carbonkit.values.time import Period

__all__ = ["CellMonth", "CellYear", "cell_year", "read_cell_months"]

Take: TypeAlias = "Callable[[Step, Ratio], Ratio]"


def _produced(value: Exact) -> Decimal:
    return exact(value, field="produced")


def _maybe(value: Exact | None, field: str) -> Decimal | None:
    return None if value is None else exact(value, field=field)


def _net(value: Exact | None) -> Decimal | None:
    return _maybe(value, "net_anode")


def _gross(value: Exact | None) -> Decimal | None:
    return _maybe(value, "gross_anode")


@attrs.frozen
class CellMonth:
    """
    What a line of cells made in one month, and the anode that it used.

    Args:
        month: The month, 1 to 12.
        produced: Liquid aluminium; 0 if none, negative to take back what was recorded. [t]
        net_anode: The anode that was consumed, net of butts, if that was measured. [t]
        gross_anode: The anode that was set in, if that was; butts are taken off by the guideline's share. [t]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If there is no such month, or net and gross are both given.

    Example:
        >>> CellMonth(1, 10_000).produced
        Decimal('10000')
    """

    month: int = attrs.field(converter=month)
    produced: Decimal = attrs.field(converter=_produced)
    net_anode: Decimal | None = attrs.field(default=None, kw_only=True, converter=_net)
    gross_anode: Decimal | None = attrs.field(default=None, kw_only=True, converter=_gross)

    def __attrs_post_init__(self) -> None:
        """Check that the anode is given one way."""
        if self.net_anode is not None and self.gross_anode is not None:
            raise InvalidValueError("be given net or gross", was="both", field="anode")


def read_cell_months(lines: Iterable[str], *, file: str) -> tuple[CellMonth, ...]:
    """
    Read a line's months from a CSV text with the columns month, produced, net_anode, gross_anode.

    Args:
        lines: The text's lines, the header first; an empty cell of the last two was not measured.
        file: The name that problems give the input.

    Returns:
        The months.

    Raises:
        BatchError: If anything is wrong; every problem names file, row and field.
        InvalidValueError: If `lines` is one text.

    Example:
        >>> rows = ["month,produced,net_anode,gross_anode", "1,10000,4110,"]
        >>> read_cell_months(rows, file="cells.csv")[0].net_anode
        Decimal('4110')
    """

    def build(row: dict[str, Any]) -> CellMonth:
        return CellMonth(**row)

    columns: dict[str, Callable[[str], object]] = {
        "month": lambda text: month(whole(text, field="month")),
        "produced": exact,
        "net_anode": cell(exact),
        "gross_anode": cell(exact),
    }
    return read_table(lines, file=file, columns=columns, build=build)


@attrs.frozen
class CellYear:
    """
    A line of cells' year: gases as masses, and what the guideline has reported.

    Args:
        anode: The carbon dioxide of anodes, exactly and as reported.
        gases: The mass of CF4 and of C2F6, exactly, of the reported aluminium.
        produced: The aluminium, as reported. [t]
        rates: The rates of the anode effect that were used.

    Example:
        >>> found = cell_year(2024, [CellMonth(month, 10_000) for month in range(1, 13)])
        >>> found.anode.emissions, found.effect_co2e, found.total, found.intensity
        (Decimal('176499.84'), Decimal('17377.20'), Decimal('193877'), Decimal('1.6156'))
    """

    anode: Reported
    gases: tuple[Amount, ...]
    produced: Decimal
    rates: Rule[EffectRates]

    @property
    def effect_co2e(self) -> Decimal:
        """The anode effect under the guideline's own potentials, as reported, in tCO2e."""
        gwp = guideline_gwp()
        weighed = (gwp.weigh(gas.gas, Mass(gas.number, gas.unit)).number for gas in self.gases)
        return self.anode.rule.value.report(Step.EMISSIONS, total(weighed))

    @property
    def total(self) -> Decimal:
        """The whole tonnes that the line reports, in tCO2e."""
        return self.anode.rule.value.report(Step.TOTAL, add(self.anode.emissions, self.effect_co2e))

    @property
    def intensity(self) -> Decimal:
        """What a tonne of aluminium emitted, as reported, in tCO2e/t; an error if none was made."""
        emitted = Fraction(add(self.anode.emissions, self.effect_co2e))
        ratio = quotient(emitted, Fraction(self.produced), field="produced")
        return self.anode.rule.value.report(Step.INTENSITY, ratio)

    def explain(self) -> Explanation:
        """
        Say what the line reports, gas by gas, down to the months and the rules.

        Returns:
            The total with anodes, anode effect, rates and potentials.
        """
        gwp = guideline_gwp()
        effect = Explanation(
            "anode effect, as reported",
            f"{plain(self.effect_co2e)} tCO2e",
            " and ".join(map(str, self.gases)) + f", weighed under {gwp.id}",
            parts=(self.rates.explain(), *(gwp.potential(gas.gas).explain() for gas in self.gases)),
        )
        return Explanation(
            "line of cells",
            f"{plain(self.total)} tCO2e",
            "anodes + anode effect, in whole tonnes",
            parts=(self.anode.explain(), effect),
        )

    def calculation(
        self,
        *,
        id: str,  # noqa: A002  the name that a calculation gives it
        facility: str,
        place: Place,
        period: Period,
    ) -> Calculation:
        """
        Make the calculation that stands in an inventory, in scope 1.

        Args:
            id: Names it.
            facility: The site that it counts to.
            place: Where.
            period: When.

        Returns:
            The masses of carbon dioxide, CF4 and C2F6, with the working.

        Raises:
            InvalidValueError: If a name is blank, or a value has another type.

        Example:
            >>> from carbonkit.values import Period, Place
            >>> found = cell_year(2024, [CellMonth(month, 10_000) for month in range(1, 13)])
            >>> line = found.calculation(id="l", facility="line 1", place=Place("CN/YN"),
            ...                          period=Period.year(2024))
            >>> [amount.gas for amount in line.amounts]
            ['CO2', 'CF4', 'C2F6']
        """
        found = self.anode.calculation(
            id=id, facility=facility, place=place, period=period, others=self.gases
        )
        return attrs.evolve(found, activity="aluminium smelting", working=self.explain())


def _cell_term(year: int, each: CellMonth, use: Rule[Decimal], take: Take) -> Term:
    shares = anode_shares(year)
    rules: list[Rule[Any]] = [shares]
    if each.net_anode is not None:
        net = as_ratio(take(Step.FUEL, each.net_anode), field="net_anode")
    elif each.gross_anode is not None:
        gross = take(Step.FUEL, each.gross_anode)
        net = as_ratio(take(Step.FUEL, net_anode(gross, residue=shares.value.residue)), field="net_anode")
    else:
        rules.append(use)
        produced = as_ratio(take(Step.FUEL, each.produced), field="produced")
        net = as_ratio(take(Step.FUEL, produced * Fraction(use.value)), field="net_anode")
    return anode_consumed(
        f"anode, month {each.month}",
        net,
        sulphur=shares.value.sulphur,
        ash=shares.value.ash,
        parts=[rule.explain() for rule in rules],
    )


def cell_year(
    year: int,
    months: Iterable[CellMonth],
    *,
    use: Rule[Decimal] | None = None,
    rates: Rule[EffectRates] | None = None,
) -> CellYear:
    """
    Work out the year of a line of cells.

    Args:
        year: The data year.
        months: Every month; 0 where nothing was made.
        use: Another edition's net use of anode, where the year's own is not to be taken.
        rates: Another edition's rates of the anode effect, likewise.

    Returns:
        The year, exactly and as reported; terms are rounded by month.

    Raises:
        BatchError: If a month is missing or there twice; all problems at once.
        NotFoundError: If no guideline is known for the year.
        WrongTypeError: If an argument has another type.

    Example:
        >>> months = [CellMonth(month, 0) for month in range(2, 13)]
        >>> cell_year(2024, [CellMonth(1, 1), *months], use=anode_use(2023)).anode.emissions
        Decimal('1.50')
    """
    table = decimals(Sector.ALUMINIUM, year)
    cells = records(months, CellMonth, field="months")
    used = anode_use(year) if use is None else use
    check_type(used, Rule, field="use")
    check_type(used.value, Decimal, field="use")
    effect = effect_rates(year) if rates is None else rates
    check_type(effect, Rule, field="rates")
    check_type(effect.value, EffectRates, field="rates")
    refuse(check_year((each.month, "aluminium") for each in cells))

    def term(each: CellMonth) -> Callable[[Take], Term]:
        return lambda take: _cell_term(year, each, used, take)

    anode = reported(f"anodes {year}", [term(each) for each in cells], table)
    produced = total(table.value.report(Step.FUEL, each.produced) for each in cells)
    return CellYear(anode, anode_effect(produced, effect.value.rates), produced, effect)
