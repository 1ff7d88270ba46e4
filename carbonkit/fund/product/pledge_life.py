"""
The life of a pledge: registered, paid out, topped up, repaid and released, or in default and disposed of.

Each step takes a pledge in one state and gives the pledge after it with what moves; the
pledge before stays as it was. The allowances never leave their owner's account until they
are disposed of: they lie there in the bucket of what is pledged. Where a registry keeps the
pledges, its own request moves the allowances and only the money is posted from here.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import check_currency, count, paid
from carbonkit.fund.product._agreement import check_parties, check_state
from carbonkit.fund.product.agreement_step import AgreementStep, Payment, Tonnes
from carbonkit.fund.product.pledge import Pledge, PledgeState
from carbonkit.fund.refusal import Refusal
from carbonkit.ledger.account import Bucket
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AccountId, CommandId
from carbonkit.values.money import Money
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    import datetime

    from carbonkit.values.price import Price

__all__ = [
    "add_to_pledge",
    "default_on_pledge",
    "disburse_loan",
    "dispose_of_pledge",
    "register_pledge",
    "release_pledge",
    "repay_loan",
    "repay_part",
]


def register_pledge(pledge: Pledge, price: Price) -> tuple[Pledge, AgreementStep]:
    """
    Pledge the allowances, if they are worth enough; agreed → registered.

    Args:
        pledge: An agreed pledge.
        price: The price of a tonne that they are valued at.

    Returns:
        The pledge after it, and the allowances that are pledged.

    Raises:
        FundError: `above_loan_value` if the principal is more than the terms lend at the price,
            `wrong_state` if the pledge is not agreed.
        InvalidValueError: If the price is not of a tonne in the currency, or not above zero.

    Example:
        >>> from carbonkit.fund import DayCount
        >>> from carbonkit.fund.product import PledgeTerms
        >>> from carbonkit.values import AssetId, Price, Rounding
        >>> terms = PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90")
        >>> agreed = Pledge(reference="P-1", borrower=AccountId("A"), lender=AccountId("B"),
        ...                 asset=AssetId("CEA"), quantity=10, principal=Money("701.00", "CNY"), terms=terms,
        ...                 rate="0.045", agreed_on="2024-01-02", day_count=DayCount.ACT_360,
        ...                 rounding=Rounding.HALF_UP)
        >>> register_pledge(agreed, Price("100", "CNY", "tCO2e"))
        Traceback (most recent call last):
        ...
        carbonkit.errors.FundError: principal: must be at most 700.00 CNY, what the terms lend, was 701.00 CNY
    """
    _check(pledge, PledgeState.AGREED, "registered")
    pledge.loan_to_value(price)  # refuses a price that does not fit
    most = pledge.terms.loan(price, pledge.quantity)
    if pledge.principal > most:
        raise FundError(
            f"be at most {most}, what the terms lend",
            was=str(pledge.principal),
            field="principal",
            code=Refusal.ABOVE_LOAN_VALUE,
        )
    return _after(
        pledge, PledgeState.REGISTERED, "pledge_registered", tonnes=_pledging(pledge, pledge.quantity)
    )


def disburse_loan(pledge: Pledge, on: str | datetime.date) -> tuple[Pledge, AgreementStep]:
    """
    Pay the loan out; registered → disbursed. Interest runs from that day.

    Args:
        pledge: A registered pledge.
        on: The day.

    Returns:
        The pledge after it, and the payment.

    Raises:
        FundError: `wrong_state` if the pledge is not registered.
        InvalidValueError: If the day lies before that of the contract.

    Example:
        >>> from carbonkit.fund import DayCount
        >>> from carbonkit.fund.product import PledgeTerms
        >>> from carbonkit.values import AssetId, Rounding
        >>> terms = PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90")
        >>> registered = Pledge(reference="P-1", borrower=AccountId("A"), lender=AccountId("B"),
        ...                     asset=AssetId("CEA"), quantity=10, principal=Money("700.00", "CNY"),
        ...                     terms=terms, rate="0.045", agreed_on="2024-01-02", day_count=DayCount.ACT_360,
        ...                     rounding=Rounding.HALF_UP, state=PledgeState.REGISTERED)
        >>> running, payment = disburse_loan(registered, "2024-01-02")
        >>> running.state.value, payment.payments[0].amount
        ('disbursed', Money('700.00', 'CNY'))
    """
    _check(pledge, PledgeState.REGISTERED, "disbursed")
    day = as_date(on, field="on")
    if day < pledge.agreed_on:
        raise InvalidValueError(f"be on or after {pledge.agreed_on}", was=str(day), field="on")
    payment = Payment(pledge.principal, pledge.lender, pledge.borrower)
    after, step = _after(pledge, PledgeState.DISBURSED, "pledge_loan_paid", payments=(payment,))
    return attrs.evolve(after, accrued_on=day), step


def add_to_pledge(pledge: Pledge, quantity: int) -> tuple[Pledge, AgreementStep]:
    """
    Pledge more tonnes, as on a margin call; the loan runs on.

    Args:
        pledge: A pledge whose loan runs.
        quantity: How many tonnes more. [tCO2e]

    Returns:
        The pledge after it, and the allowances that are pledged.

    Raises:
        FundError: `wrong_state` if the loan does not run.
        InvalidValueError: If the quantity is not whole or not above zero.

    Example:
        >>> from carbonkit.fund import DayCount
        >>> from carbonkit.fund.product import PledgeTerms
        >>> from carbonkit.values import AssetId, Rounding
        >>> terms = PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90")
        >>> running = Pledge(reference="P-1", borrower=AccountId("A"), lender=AccountId("B"),
        ...                  asset=AssetId("CEA"), quantity=10, principal=Money("700.00", "CNY"),
        ...                  terms=terms, rate="0.045", agreed_on="2024-01-02", day_count=DayCount.ACT_360,
        ...                  rounding=Rounding.HALF_UP, state=PledgeState.DISBURSED)
        >>> add_to_pledge(running, 2)[0].quantity
        12
    """
    _check(pledge, PledgeState.DISBURSED, "topped up")
    more = count(quantity, field="quantity")
    after, step = _after(pledge, PledgeState.DISBURSED, "pledge_registered", tonnes=_pledging(pledge, more))
    return attrs.evolve(after, quantity=pledge.quantity + more), step


def repay_part(pledge: Pledge, amount: Money, on: str | datetime.date) -> tuple[Pledge, AgreementStep]:
    """
    Pay part of the principal back, as on a margin call; the loan runs on, the interest so far stays owed.

    Args:
        pledge: A pledge whose loan runs.
        amount: How much; above zero and below the principal.
        on: The day; not before that of the last payment.

    Returns:
        The pledge after it, and the payment.

    Raises:
        FundError: `above_owed` if it is all of the principal or more, `wrong_state` if the loan does
            not run.
        CurrencyMismatchError: If the amount is in another currency.
        InvalidValueError: If the amount is not above zero or has a fraction of a minor unit, or the day
            lies before that of the last payment.

    Example:
        >>> import datetime
        >>> from carbonkit.fund import DayCount
        >>> from carbonkit.fund.product import PledgeTerms
        >>> from carbonkit.values import AssetId, Rounding
        >>> terms = PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90")
        >>> running = Pledge(reference="P-1", borrower=AccountId("A"), lender=AccountId("B"),
        ...                  asset=AssetId("CEA"), quantity=10, principal=Money("700.00", "CNY"),
        ...                  terms=terms, rate="0.045", agreed_on="2024-01-02", day_count=DayCount.ACT_360,
        ...                  rounding=Rounding.HALF_UP, state=PledgeState.DISBURSED,
        ...                  accrued_on=datetime.date(2024, 1, 2))
        >>> repay_part(running, Money("100.00", "CNY"), "2024-02-01")[0].principal
        Money('600.00', 'CNY')
    """
    _check(pledge, PledgeState.DISBURSED, "repaid in part")
    day = as_date(on, field="on")
    check_currency(amount, pledge.principal.currency, field="amount")
    count(paid(amount, field="amount").to_minor(), field="amount")
    if amount >= pledge.principal:
        raise FundError(
            f"be below the {pledge.principal} that are owed",
            was=str(amount),
            field="amount",
            code=Refusal.ABOVE_OWED,
            hint="repay_loan pays all of it back, with the interest",
        )
    payment = Payment(amount, pledge.borrower, pledge.lender)
    after, step = _after(pledge, PledgeState.DISBURSED, "pledge_loan_repaid", payments=(payment,))
    accrued, left = pledge.accrued_to(day), pledge.principal - amount
    return attrs.evolve(after, principal=left, accrued=accrued, accrued_on=day), step


def repay_loan(pledge: Pledge, on: str | datetime.date) -> tuple[Pledge, AgreementStep]:
    """
    Pay all of the loan back with the interest up to a day; disbursed → repaid.

    Args:
        pledge: A pledge whose loan runs.
        on: The day; not before that of the last payment.

    Returns:
        The pledge after it, and the payment.

    Raises:
        FundError: `wrong_state` if the loan does not run.
        InvalidValueError: If the day lies before that of the last payment.

    Example:
        >>> import datetime
        >>> from carbonkit.fund import DayCount
        >>> from carbonkit.fund.product import PledgeTerms
        >>> from carbonkit.values import AssetId, Rounding
        >>> terms = PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90")
        >>> running = Pledge(reference="P-1", borrower=AccountId("A"), lender=AccountId("B"),
        ...                  asset=AssetId("CEA"), quantity=10, principal=Money("720.00", "CNY"),
        ...                  terms=terms, rate="0.05", agreed_on="2024-01-02", day_count=DayCount.ACT_360,
        ...                  rounding=Rounding.HALF_UP, state=PledgeState.DISBURSED,
        ...                  accrued_on=datetime.date(2024, 1, 2))
        >>> repay_loan(running, "2024-03-02")[1].payments[0].amount
        Money('726.00', 'CNY')
    """
    _check(pledge, PledgeState.DISBURSED, "repaid")
    owed = pledge.principal + pledge.interest(on)
    payment = Payment(owed, pledge.borrower, pledge.lender)
    after, step = _after(pledge, PledgeState.REPAID, "pledge_loan_repaid", payments=(payment,))
    nothing = Money.from_minor(0, pledge.principal.currency)
    day = as_date(on, field="on")
    return attrs.evolve(after, principal=nothing, accrued=Fraction(0), accrued_on=day), step


def release_pledge(pledge: Pledge) -> tuple[Pledge, AgreementStep]:
    """
    Free the allowances; repaid → released.

    Args:
        pledge: A repaid pledge.

    Returns:
        The pledge after it, and the allowances that are free again.

    Raises:
        FundError: `wrong_state` if the loan is not repaid.

    Example:
        >>> from carbonkit.fund import DayCount
        >>> from carbonkit.fund.product import PledgeTerms
        >>> from carbonkit.values import AssetId, Rounding
        >>> terms = PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90")
        >>> agreed = Pledge(reference="P-1", borrower=AccountId("A"), lender=AccountId("B"),
        ...                 asset=AssetId("CEA"), quantity=10, principal=Money("700.00", "CNY"), terms=terms,
        ...                 rate="0.045", agreed_on="2024-01-02", day_count=DayCount.ACT_360,
        ...                 rounding=Rounding.HALF_UP)
        >>> release_pledge(agreed)
        Traceback (most recent call last):
        ...
        carbonkit.errors.FundError: state: must be repaid to be released, was agreed
    """
    _check(pledge, PledgeState.REPAID, "released")
    freed = Tonnes(
        pledge.asset, pledge.quantity, pledge.borrower, pledge.borrower, Bucket.PLEDGED, Bucket.TRADABLE
    )
    return _after(pledge, PledgeState.RELEASED, "pledge_released", tonnes=(freed,))


def default_on_pledge(pledge: Pledge) -> Pledge:
    """
    Say that the borrower has not paid; disbursed → defaulted. Nothing moves.

    Args:
        pledge: A pledge whose loan runs.

    Returns:
        The pledge after it.

    Raises:
        FundError: `wrong_state` if the loan does not run.

    Example:
        >>> from carbonkit.fund import DayCount
        >>> from carbonkit.fund.product import PledgeTerms
        >>> from carbonkit.values import AssetId, Rounding
        >>> terms = PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90")
        >>> running = Pledge(reference="P-1", borrower=AccountId("A"), lender=AccountId("B"),
        ...                  asset=AssetId("CEA"), quantity=10, principal=Money("700.00", "CNY"),
        ...                  terms=terms, rate="0.045", agreed_on="2024-01-02", day_count=DayCount.ACT_360,
        ...                  rounding=Rounding.HALF_UP, state=PledgeState.DISBURSED)
        >>> default_on_pledge(running).state.value
        'defaulted'
    """
    _check(pledge, PledgeState.DISBURSED, "in default")
    return attrs.evolve(pledge, state=PledgeState.DEFAULTED)


def dispose_of_pledge(
    pledge: Pledge, buyer: AccountId, proceeds: Money, on: str | datetime.date
) -> tuple[Pledge, AgreementStep]:
    """
    Sell the allowances: interest and principal to the lender, the rest to the borrower; → disposed.

    Args:
        pledge: A pledge in default.
        buyer: Who buys the allowances; the lender, if it takes them for what it is owed.
        proceeds: What they bring, costs of the sale taken off.
        on: The day; not before that of the last payment.

    Returns:
        The pledge after it, which still owes what the sale did not cover, and what moves.

    Raises:
        FundError: `wrong_state` if the pledge is not in default.
        CurrencyMismatchError: If the proceeds are in another currency.
        InvalidValueError: If the proceeds are negative or have a fraction of a minor unit, or the day
            lies before that of the last payment.

    Example:
        >>> import datetime
        >>> from carbonkit.fund import DayCount
        >>> from carbonkit.fund.product import PledgeTerms
        >>> from carbonkit.values import AssetId, Rounding
        >>> terms = PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90")
        >>> failed = Pledge(reference="P-1", borrower=AccountId("A"), lender=AccountId("B"),
        ...                 asset=AssetId("CEA"), quantity=10, principal=Money("720.00", "CNY"),
        ...                 terms=terms, rate="0.05", agreed_on="2024-01-02", day_count=DayCount.ACT_360,
        ...                 rounding=Rounding.HALF_UP, state=PledgeState.DEFAULTED,
        ...                 accrued_on=datetime.date(2024, 1, 2))
        >>> sold, moved = dispose_of_pledge(failed, AccountId("C"), Money("760.00", "CNY"), "2024-03-02")
        >>> [(str(each.target), str(each.amount)) for each in moved.payments], sold.principal
        ([('B', '726.00 CNY'), ('A', '34.00 CNY')], Money('0.00', 'CNY'))
    """
    _check(pledge, PledgeState.DEFAULTED, "disposed of")
    check_type(buyer, AccountId, field="buyer")
    check_parties(pledge.borrower, buyer, field="buyer")
    check_currency(paid(proceeds, field="proceeds"), pledge.principal.currency, field="proceeds")
    interest = pledge.interest(on)
    for_interest = min(proceeds, interest)
    for_principal = min(proceeds - for_interest, pledge.principal)
    covered = for_interest + for_principal
    after, step = _after(
        pledge,
        PledgeState.DISPOSED,
        "pledge_disposed",
        tonnes=(Tonnes(pledge.asset, pledge.quantity, pledge.borrower, buyer, Bucket.PLEDGED),),
        payments=(
            *(() if buyer == pledge.lender else (Payment(covered, buyer, pledge.lender),)),
            Payment(proceeds - covered, buyer, pledge.borrower),
        ),
    )
    left = pledge.principal - for_principal
    accrued, day = Fraction((interest - for_interest).amount), as_date(on, field="on")
    return attrs.evolve(after, principal=left, accrued=accrued, accrued_on=day), step


def _check(pledge: Pledge, needed: PledgeState, step: str) -> None:
    check_type(pledge, Pledge, field="pledge")
    check_state(pledge.state, needed, step=step)


def _pledging(pledge: Pledge, quantity: int) -> tuple[Tonnes, ...]:
    owner = pledge.borrower
    return (Tonnes(pledge.asset, quantity, owner, owner, Bucket.TRADABLE, Bucket.PLEDGED),)


def _after(
    pledge: Pledge,
    state: PledgeState,
    reason: str,
    *,
    tonnes: tuple[Tonnes, ...] = (),
    payments: tuple[Payment, ...] = (),
) -> tuple[Pledge, AgreementStep]:
    number = pledge.steps + 1
    step = AgreementStep(
        id=CommandId(f"pledge/{pledge.reference}/{number}"), reason=reason, tonnes=tonnes, payments=payments
    )
    return attrs.evolve(pledge, state=state, steps=number), step
