"""Table A.2 of the steel guideline: its materials, and which of them a role takes; internal."""

from __future__ import annotations

from typing import Final

# The name here, the guideline's name, carbon as carbon dioxide in tCO2 a tonne.
_PRINTED: Final = """
limestone 石灰石 0.440
dolomite 白云石 0.476
electrode 电极 3.663
ferronickel 镍铁 0.037
ferromolybdenum 钼铁 0.018
ferrosilicon 硅铁 0.007
silicomanganese 锰硅合金 0.092
low-carbon-silicomanganese 低碳锰硅合金 0.011
blast-furnace-ferromanganese 高炉锰铁 0.275
high-carbon-ferromanganese 电炉高碳锰铁 0.275
low-carbon-ferromanganese 微碳锰铁 0.004
high-carbon-ferrochromium 高碳铬铁 0.348
pig-iron 生铁 0.172
direct-reduced-iron 直接还原铁 0.073
scrap 废钢 0.037
crude-steel 粗钢 0.037
tar 焦油 2.699
crude-benzol 粗苯 3.382
"""
MATERIALS: Final = {
    words[0].replace("-", " "): (words[1], words[2]) for words in map(str.split, _PRINTED.strip().split("\n"))
}

# The table prints no roles; which rows a role takes is our reading. Metal leaves one process and enters
# another, so it has both roles; carbonates and electrodes are used up, tar and benzol are made.
_FLUX: Final = ("limestone", "dolomite")
_ELECTRODE: Final = ("electrode",)
_BY_PRODUCTS: Final = ("tar", "crude benzol")
_METALS: Final = tuple(name for name in MATERIALS if name not in (*_FLUX, *_ELECTRODE, *_BY_PRODUCTS))
ROWS: Final = {
    "carbonate": _FLUX,
    "electrode": _ELECTRODE,
    "material": _METALS,
    "product": (*_METALS, *_BY_PRODUCTS),
    "fuel out": (
        "coke",
        "coal tar",
        "other coal products",
        "blast furnace gas",
        "converter gas",
        "coke oven gas",
        "other gas",
    ),
}


def canonical_material(name: str) -> str:
    """Return the one name under which a material is counted; another's own, in small letters."""
    given = " ".join(name.split()).casefold()
    return next((english for english, (original, _) in MATERIALS.items() if given == original), given)
