"""
Every error that carbonkit raises, and the problem that each one carries.

    CarbonkitError
    ├── InvalidValueError (ValueError)        one argument is not what it must be
    │   ├── WrongTypeError (TypeError)           a value of another type than it must have
    │   ├── InexactNumberError (TypeError)       a float, bool, NaN or infinity
    │   ├── UnknownUnitError                     a unit name that the unit table does not hold
    │   ├── IncompatibleUnitsError (TypeError)   two quantities that do not go together
    │   ├── InexactConversionError               no finite decimal result, and no rounding named
    │   ├── CurrencyMismatchError                amounts of two currencies in one sum
    │   ├── FixedBasisError                      a CO2e figure under a GWP set it was not published on
    │   └── OverlapError                         two validity periods that cover the same day
    ├── NotFoundError (LookupError)              a key that names nothing
    │   ├── UnknownFactorError                   no emission factor for this activity, place and date
    │   ├── UnknownGasError                      a gas that a GWP set does not hold
    │   ├── UnknownAccountError                  no such account in the ledger
    │   └── UnknownAssetError                    no such asset in the ledger
    ├── BatchError (ValueError)                  a batch with problems; none of it was written
    ├── LedgerError                              the ledger refuses, and stays as it was
    │   ├── OverdraftError                       more would leave a holding than it contains
    │   ├── SerialRangeError                     serial numbers that are broken, overlapping or not held
    │   └── IdentifierReusedError                the same id again with other content
    ├── IntegrityError                           a stored record is not what was written
    ├── StorageError                             a store that cannot be read or written just now
    │   └── BusyError                            others are writing; nothing was written for this one
    ├── MissingExtraError (ImportError)           an optional part of carbonkit that is not installed
    ├── RegistryError                            a registry transaction that the rules refuse
    ├── MarketError                              an order or a trade that the rules refuse
    └── FundError                                a fund operation that its terms refuse

An error says what the value must be, what it was, and, where there is a fix,
what to do. The same facts stand in `problem`, so a program can show them in a
table. A batch collects `Problem` values and raises one `BatchError` at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "BatchError",
    "BusyError",
    "CarbonkitError",
    "CurrencyMismatchError",
    "FixedBasisError",
    "FundError",
    "IdentifierReusedError",
    "IncompatibleUnitsError",
    "InexactConversionError",
    "InexactNumberError",
    "IntegrityError",
    "InvalidValueError",
    "LedgerError",
    "MarketError",
    "MissingExtraError",
    "NotFoundError",
    "OverdraftError",
    "OverlapError",
    "Problem",
    "RegistryError",
    "SerialRangeError",
    "StorageError",
    "UnknownAccountError",
    "UnknownAssetError",
    "UnknownFactorError",
    "UnknownGasError",
    "UnknownUnitError",
    "WrongTypeError",
]

_SHOWN = 80  # characters of a hostile value that a message repeats
_LISTED = 20  # problems that a BatchError's message spells out; all stand in `problems`


def _shown(value: object) -> str:
    try:
        text = str(value)
    except Exception:  # noqa: BLE001  a value that cannot even be shown must not hide why it was refused
        text = f"a value of type {type(value).__name__} that cannot be shown"
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[: _SHOWN + 1])
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


@attrs.frozen
class Problem:
    """
    One thing that is wrong: where, what it must be, what it was, what to do.

    Args:
        code: A stable name for the kind of problem, for programs.
        must: What the value must be, in words that follow "must".
        was: What it was, shortened and safe to print; empty if it was absent.
        field: The column, argument or attribute.
        file: The file or feed that the value came from.
        row: The row in that file, counted as a text editor counts lines.
        hint: What to do about it.

    Example:
        >>> print(Problem(code="invalid_value", must="be a whole number of tonnes", was="1.5",
        ...               field="quantity", file="orders.csv", row=3))
        orders.csv, row 3, quantity: must be a whole number of tonnes, was 1.5
    """

    code: str
    must: str
    was: str = attrs.field(default="", converter=_shown)
    field: str = ""
    file: str = ""
    row: int | None = None
    hint: str = ""

    def __str__(self) -> str:
        """Say where, what it must be, what it was, what to do, on one line."""
        where = ", ".join(
            part
            for part in (self.file, f"row {self.row}" if self.row is not None else "", self.field)
            if part
        )
        said = f"must {self.must}" + (f", was {self.was}" if self.was else "")
        return (f"{where}: " if where else "") + said + (f"; {self.hint}" if self.hint else "")


class CarbonkitError(Exception):
    """
    The root of every error that carbonkit raises.

    Args:
        must: What the value must be, in words that follow "must".
        was: What it was; shortened and made printable.
        field: The argument, column or attribute.
        file: The file or feed that the value came from.
        row: The row in that file.
        hint: What to do about it.
        code: A narrower name for the problem than that of the kind of error.

    Example:
        >>> try:
        ...     raise InvalidValueError("be a multiple of 0.01 CNY", was="48.005", field="price")
        ... except CarbonkitError as error:
        ...     print(error, error.code)
        price: must be a multiple of 0.01 CNY, was 48.005 invalid_value
    """

    code: str = "carbonkit_error"

    def __init__(
        self,
        must: str,
        *,
        was: object = "",
        field: str = "",
        file: str = "",
        row: int | None = None,
        hint: str = "",
        code: str = "",
    ) -> None:
        self.problem = Problem(
            code=code or self.code, must=must, was=was, field=field, file=file, row=row, hint=hint
        )
        if code:
            self.code = code
        super().__init__(str(self.problem))

    def at(self, *, field: str = "", file: str = "", row: int | None = None) -> Self:
        """Return the same error with the place it was found at filled in; what it already knew stays."""
        again = type(self).__new__(type(self))
        again.__dict__.update(self.__dict__)
        again.problem = _placed(self.problem, field, file, row)
        again.args = (str(again.problem),)
        again.__cause__ = self
        return again

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the problem, so that errors cross process boundaries whole."""
        return (_rebuilt, (type(self), self.args, self.__dict__))


def _placed(problem: Problem, field: str, file: str, row: int | None) -> Problem:
    return attrs.evolve(
        problem,
        field=problem.field or field,
        file=problem.file or file,
        row=problem.row if problem.row is not None else row,
    )


def _rebuilt(kind: type[CarbonkitError], args: tuple[str, ...], facts: dict[str, object]) -> CarbonkitError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(facts)
    return error


class InvalidValueError(CarbonkitError, ValueError):
    """One argument is not what it must be."""

    code = "invalid_value"


class WrongTypeError(InvalidValueError, TypeError):
    """A value of another type than it must have."""

    code = "wrong_type"


class InexactNumberError(InvalidValueError, TypeError):
    """A float, a bool, a NaN or an infinity stands where an exact number belongs."""

    code = "inexact_number"


class UnknownUnitError(InvalidValueError):
    """A unit name that the unit table does not hold."""

    code = "unknown_unit"


class IncompatibleUnitsError(InvalidValueError, TypeError):
    """Two quantities that may not be added, compared or converted."""

    code = "incompatible_units"


class InexactConversionError(InvalidValueError):
    """A conversion whose result has no finite decimal form, with no rounding named."""

    code = "inexact_conversion"


class CurrencyMismatchError(InvalidValueError):
    """Amounts of two currencies in one sum."""

    code = "currency_mismatch"


class FixedBasisError(InvalidValueError):
    """A figure published only as CO2e is asked for under a GWP set that it was not published on."""

    code = "fixed_basis"


class OverlapError(InvalidValueError):
    """Two validity periods of the same thing cover the same day."""

    code = "overlap"


class NotFoundError(CarbonkitError, LookupError):
    """A key that names nothing."""

    code = "not_found"


class UnknownFactorError(NotFoundError):
    """No emission factor fits this activity, place and date."""

    code = "unknown_factor"


class UnknownGasError(NotFoundError):
    """A gas that a GWP set does not hold."""

    code = "unknown_gas"


class UnknownAccountError(NotFoundError):
    """No such account in the ledger."""

    code = "unknown_account"


class UnknownAssetError(NotFoundError):
    """No such asset in the ledger."""

    code = "unknown_asset"


class LedgerError(CarbonkitError):
    """The ledger refuses a command, and stays as it was."""

    code = "ledger_refused"


class OverdraftError(LedgerError):
    """More would leave a holding than it contains."""

    code = "overdraft"


class SerialRangeError(LedgerError):
    """Serial numbers that are broken, overlapping, or not in the holding they should leave."""

    code = "serial_range"


class IdentifierReusedError(LedgerError):
    """The same id came again with other content."""

    code = "identifier_reused"


class IntegrityError(CarbonkitError):
    """A stored record is not what was written."""

    code = "integrity"


class StorageError(CarbonkitError):
    """A store cannot be read or written just now: no space, no connection, a failing disk."""

    code = "storage"


class BusyError(StorageError):
    """Others are writing to the store; nothing was written for this one, which may be tried again."""

    code = "busy"


class MissingExtraError(CarbonkitError, ImportError):
    """What is asked for needs an optional part of carbonkit that is not installed; the hint names it."""

    code = "missing_extra"


class RegistryError(CarbonkitError):
    """A registry transaction that the scheme's rules refuse."""

    code = "registry_refused"


class MarketError(CarbonkitError):
    """An order, a trade or a settlement that the venue's rules refuse."""

    code = "market_refused"


class FundError(CarbonkitError):
    """A fund operation that the fund's terms refuse."""

    code = "fund_refused"


class BatchError(CarbonkitError, ValueError):
    """
    A batch has problems, and none of it was written.

    Args:
        problems: Every problem found, in the order of the input.

    Example:
        >>> error = BatchError([Problem(code="invalid_value", must="not be empty", field="unit", row=2)])
        >>> print(error)
        1 problem; nothing was written
          row 2, unit: must not be empty
    """

    code = "batch"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [f"  {problem}" for problem in self.problems[:_LISTED]]
        if len(self.problems) > _LISTED:
            lines.append(f"  … and {len(self.problems) - _LISTED} more")
        count = len(self.problems)
        super().__init__(must="have no problems", was=f"{count} problems")
        self.args = ("\n".join([f"{count} problem{'' if count == 1 else 's'}; nothing was written", *lines]),)

    def at(self, *, field: str = "", file: str = "", row: int | None = None) -> Self:
        """Return the same batch with the place filled in for every problem that does not know its own."""
        again = type(self)(_placed(problem, field, file, row) for problem in self.problems)
        again.__cause__ = self
        return again
