"""Methods of scope 3, by the names that the guidance of the GHG Protocol gives them."""

from __future__ import annotations

import enum

__all__ = ["Method"]


class Method(enum.Enum):
    """
    How a figure of scope 3 is found.

    Example:
        >>> str(Method("spend-based"))
        'spend-based method'
    """

    SUPPLIER_SPECIFIC = "supplier-specific"
    """The supplier's own figure, from the cradle to its gate."""
    HYBRID = "hybrid"
    """The supplier's scopes 1 and 2, and averages for what stands before it."""
    AVERAGE = "average-data"
    """A physical quantity times an average."""
    SPEND_BASED = "spend-based"
    """What was spent times an average of its sector."""
    FUEL_BASED = "fuel-based"
    """The fuel, electricity and refrigerant that vehicles used."""
    DISTANCE_BASED = "distance-based"
    """What was carried over a distance, or travelled."""
    SITE_SPECIFIC = "site-specific"
    """The fuel, electricity and refrigerant that a site used."""
    WASTE_TYPE_SPECIFIC = "waste-type-specific"
    """Each type of waste by how it is treated."""
    ASSET_SPECIFIC = "asset-specific"
    """The energy and refrigerant of the leased asset itself."""
    LESSOR_SPECIFIC = "lessor-specific"
    """A share of what the lessor reports."""
    LESSEE_SPECIFIC = "lessee-specific"
    """A share of what the lessee reports."""
    FRANCHISE_SPECIFIC = "franchise-specific"
    """What the franchisees report."""
    DIRECT_USE = "direct use phase"
    """What a product emits, or the energy that it needs, while it is used."""
    INDIRECT_USE = "indirect use phase"
    """What using a product makes other things emit, such as the washing of clothes."""
    INVESTMENT_SPECIFIC = "investment-specific"
    """A share of what the investee reports."""
    PROJECT_SPECIFIC = "project-specific"
    """A share of what a financed project reports."""

    def __str__(self) -> str:
        """Write it out."""
        return self.value if self.value.endswith("phase") else f"{self.value} method"
