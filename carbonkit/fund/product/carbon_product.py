"""
Carbon finance products, classed as China's industry standard JR/T 0244-2022 classes them.

The classes and the list of products were read in reports of the standard; its text was not.
The flows are recalled, in our own words, and say so.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from carbonkit.errors import NotFoundError
from carbonkit.values.field import check_type
from carbonkit.values.rule import Rule, rule_in_force
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    import datetime

    from carbonkit.values.explanation import Explanation

__all__ = ["CarbonProduct", "ProductClass", "explain_product", "product_class", "product_flow"]


class ProductClass(enum.Enum):
    """
    The three classes of carbon finance products.

    Example:
        >>> ProductClass("financing").chinese
        '融资工具'
    """

    FINANCING = "financing"
    TRADING = "trading"
    SUPPORT = "support"

    @property
    def chinese(self) -> str:
        """The class in Chinese."""
        return {"financing": "融资工具", "trading": "交易工具", "support": "支持工具"}[self.value]


class CarbonProduct(enum.Enum):
    """
    The twelve products that the standard names.

    Example:
        >>> CarbonProduct("repo").name
        'REPO'
    """

    BOND = "bond"
    """碳债券."""
    PLEDGE = "pledge"
    """碳资产抵质押融资: a loan against allowances."""
    REPO = "repo"
    """碳资产回购: allowances sold and bought back."""
    CUSTODY = "custody"
    """碳资产托管: allowances given to a trader for a time."""
    FORWARD = "forward"
    """碳远期."""
    FUTURES = "futures"
    """碳期货."""
    OPTION = "option"
    """碳期权."""
    SWAP = "swap"
    """碳掉期."""
    LENDING = "lending"
    """碳借贷: allowances lent and given back."""
    INDEX = "index"
    """碳指数."""
    INSURANCE = "insurance"
    """碳保险."""
    FUND = "fund"
    """碳基金."""


_FINANCING: Final = (CarbonProduct.BOND, CarbonProduct.PLEDGE, CarbonProduct.REPO, CarbonProduct.CUSTODY)
_SUPPORT: Final = (CarbonProduct.INDEX, CarbonProduct.INSURANCE, CarbonProduct.FUND)
_VALID: Final = Period("2022-04-12", None)
_FLOWS: Final = {
    CarbonProduct.PLEDGE: (
        "application for the loan",
        "assessment and screening of the project",
        "due diligence",
        "approval of the loan",
        "contract",
        "registration of the pledge",
        "disbursement",
        "watch over the loan",
        "repayment and release, or disposal on default",
    ),
    CarbonProduct.REPO: (
        "repurchase agreement",
        "filing of the agreement",
        "first transfer and settlement",
        "repurchase and settlement at maturity",
    ),
    CarbonProduct.CUSTODY: (
        "application to act as custodian",
        "opening of the custody account",
        "custody agreement",
        "payment of a margin",
        "trading in custody",
        "unfreezing of the account",
        "division of the assets",
        "closing of the account",
    ),
    CarbonProduct.LENDING: (
        "lending contract",
        "filing of the contract",
        "opening of a separate sub-account",
        "payment of a margin and transfer of the allowances",
        "application at maturity",
        "return of the allowances and of the agreed return",
    ),
    CarbonProduct.FORWARD: (
        "opening of trading and settlement accounts",
        "agreement",
        "filing of the agreement and its data",
        "delivery at maturity",
        "application for later delivery or none",
    ),
    CarbonProduct.INSURANCE: (
        "application",
        "review, underwriting and valuation",
        "contract",
        "payment of the premium",
        "cover",
        "settlement of claims",
    ),
}


def _source(table: str, status: Status, note: str) -> Source:
    return Source(
        "中国人民银行, 中国证券监督管理委员会 (PBoC, CSRC)",
        "JR/T 0244-2022 碳金融产品 (carbon finance products)",
        2022,
        table=table,
        status=status,
        note=note,
    )


def product_class(product: CarbonProduct, on: str | datetime.date) -> Rule[ProductClass]:
    """
    Say which class a product belongs to on a day.

    Args:
        product: The product.
        on: The day.

    Returns:
        The class, with the document that says so.

    Raises:
        NotFoundError: If the standard did not apply yet.

    Example:
        >>> product_class(CarbonProduct.LENDING, "2024-01-02").value
        <ProductClass.TRADING: 'trading'>
    """
    check_type(product, CarbonProduct, field="product")
    value = ProductClass.TRADING
    if product in _FINANCING:
        value = ProductClass.FINANCING
    elif product in _SUPPORT:
        value = ProductClass.SUPPORT
    rule = Rule(
        what=f"class of product: {product.value}",
        value=value,
        says=value.chinese,
        valid=_VALID,
        source=_source("classes", Status.CONFIRMED, "read in reports of the standard, not in its text"),
    )
    return rule_in_force((rule,), as_date(on, field="on"))


def product_flow(product: CarbonProduct, on: str | datetime.date) -> Rule[tuple[str, ...]]:
    """
    Give the steps that the standard describes for a product.

    Args:
        product: The product.
        on: The day.

    Returns:
        The steps, in order; recalled, and in our own words.

    Raises:
        NotFoundError: If the standard describes none for it, or did not apply yet.

    Example:
        >>> product_flow(CarbonProduct.REPO, "2024-01-02").value[0]
        'repurchase agreement'
    """
    check_type(product, CarbonProduct, field="product")
    if product not in _FLOWS:
        described = ", ".join(each.value for each in _FLOWS)
        raise NotFoundError(
            "be a product with steps in JR/T 0244-2022",
            was=product.value,
            field="product",
            hint=f"there are steps for {described}",
        )
    steps = _FLOWS[product]
    rule = Rule(
        what=f"steps of product: {product.value}",
        value=steps,
        says="; ".join(steps),
        valid=_VALID,
        source=_source("flows", Status.RECALLED, "check against the text of the standard"),
    )
    return rule_in_force((rule,), as_date(on, field="on"))


def explain_product(product: CarbonProduct, on: datetime.date) -> tuple[Explanation, ...]:
    """
    Explain the class of a product, for the explanation of an agreement.

    Args:
        product: The product.
        on: The day of the agreement.

    Returns:
        One explanation; none before the standard.

    Example:
        >>> import datetime
        >>> explain_product(CarbonProduct.REPO, datetime.date(2024, 1, 2))[0].value
        'financing'
    """
    if on not in _VALID:
        return ()
    return (product_class(product, on).explain(),)
