"""Carbon finance products: four, five and three, with what is known of their steps."""

from __future__ import annotations

import datetime
from collections import Counter

import pytest

from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.fund.product.carbon_product import (
    CarbonProduct,
    ProductClass,
    explain_product,
    product_class,
    product_flow,
)
from carbonkit.values import Status

DAY = datetime.date(2024, 1, 2)


def test_there_are_four_five_and_three() -> None:
    counted = Counter(product_class(product, DAY).value for product in CarbonProduct)
    assert counted == {ProductClass.FINANCING: 4, ProductClass.TRADING: 5, ProductClass.SUPPORT: 3}
    assert {each.chinese for each in ProductClass} == {"融资工具", "交易工具", "支持工具"}
    assert product_class(CarbonProduct.REPO, DAY).source.status is Status.CONFIRMED


def test_six_have_steps_and_they_are_recalled() -> None:
    described = (
        CarbonProduct.PLEDGE,
        CarbonProduct.REPO,
        CarbonProduct.CUSTODY,
        CarbonProduct.LENDING,
        CarbonProduct.FORWARD,
        CarbonProduct.INSURANCE,
    )
    for product in described:
        rule = product_flow(product, DAY)
        assert rule.source.status is Status.RECALLED
        assert len(rule.value) >= 4
    for product in set(CarbonProduct) - set(described):
        with pytest.raises(NotFoundError, match="there are steps for pledge, repo"):
            product_flow(product, DAY)


def test_the_standard_has_a_first_day() -> None:
    assert explain_product(CarbonProduct.REPO, datetime.date(2022, 4, 11)) == ()
    assert explain_product(CarbonProduct.REPO, datetime.date(2022, 4, 12))[0].value == "financing"
    with pytest.raises(NotFoundError, match="class of product: repo: must be in force on the day"):
        product_class(CarbonProduct.REPO, "2022-04-11")
    with pytest.raises(NotFoundError, match="steps of product: repo: must be in force on the day"):
        product_flow(CarbonProduct.REPO, "2022-04-11")


def test_a_product_is_named() -> None:
    for ask in (product_class, product_flow):
        with pytest.raises(InvalidValueError, match="product: must be of type CarbonProduct"):
            ask("repo", DAY)  # type: ignore[arg-type]
