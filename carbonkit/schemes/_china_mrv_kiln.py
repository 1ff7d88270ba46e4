"""Figures of a cement kiln, read in a developer's calculation forms, in tCO2 a tonne; internal."""

from __future__ import annotations

from typing import Final

CLINKERS: Final = {
    "Portland": "0.535",
    "white Portland": "0.550",
    "sulfoaluminate": "0.413",
    "aluminate": "0.292",
}
_BY_VALUE: Final = (
    ("0.600", ("slaked lime", "calcium hydroxide desulfurisation powder")),
    ("0.480", ("carbide slag", "magnesium slag")),
    ("0.375", ("paper white mud", "calcium fluoride sludge", "phosphorus slag")),
    ("0.305", ("vanadium titanium slag", "nitrogen slag", "fly ash", "ferroalloy slag")),
    (
        "0.245",
        (
            "desulfurisation gypsum",
            "phosphogypsum",
            "titanogypsum",
            "fluorogypsum",
            "borogypsum",
            "mould gypsum",
            "citric acid residue",
        ),
    ),
    ("0.215", ("steel slag", "nickel slag")),
    ("0.135", ("manganese slag", "zinc slag", "tin slag")),
    (
        "0.055",
        (
            "municipal sludge",
            "aluminium slag",
            "pyrite cinder",
            "copper slag",
            "lead zinc slag",
            "coal ash",
            "red mud",
        ),
    ),
)
DEDUCTIONS: Final = {material: value for value, materials in _BY_VALUE for material in materials}
