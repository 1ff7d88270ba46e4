"""
Make what the wheel carries of China: grid factors, fuels by guideline and vintage, steel materials.

Reads the files of the research folder, adds the few figures that only the guidelines' texts give,
each with its status, and writes carbonkit's own format:

    python -m scripts.make_catalogue_china --shared ../shared

Of the file's grid factors only the rows of the three announcements are taken. What the national
market counted purchased power with (0.6101, 0.5810, 0.5703) and the default for heat are no figures
of an announcement: they come from the accounting guidelines, are typed below and are largely
recalled. The direct factors of fuels are computed here, heat × carbon × oxidation × 44/12, and
checked against the file's column.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import attrs

from carbonkit.accounting.calorific import Calorific
from carbonkit.accounting.coverage import Coverage
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.fuel import Estimate, Fuel, direct_factor
from carbonkit.accounting.origin import Origin
from carbonkit.accounting.rate import Rate
from carbonkit.accounting.scope import Scope2Method
from carbonkit.values.number import Rounding, divide, exact, multiply, round_to
from carbonkit.values.place import Place
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period
from scripts import catalogue_file, fuel_file

if TYPE_CHECKING:
    from decimal import Decimal

CHINA = Place("CN")
MINISTRY = "生态环境部 (Ministry of Ecology and Environment)"
MINISTRY_AND_NBS = (
    "生态环境部、国家统计局 (Ministry of Ecology and Environment, National Bureau of Statistics)"
)
GOVERNMENT = "government document, no copyright (PRC Copyright Law, article 5)"
FACTS = "figures, carried as facts"
REPUBLISHED = "re-publication: a table in a public file (repository not identified), spot-checked in others"

# ------------------------------------------------------------------------------- electricity and heat

ELECTRICITY = "electricity"
TRADED_OUT = "electricity, without market-traded non-fossil power"  # its id; its activity is electricity
FOSSIL_POWER = "electricity, fossil power"
ETS_POWER = "electricity, ETS power accounting"
HEAT = "heat, default"


class Announcement(NamedTuple):
    """One announcement of grid factors: of which year, its number, when, how the file names it."""

    number: str
    published_year: int
    published: str | None
    marker: str


ANNOUNCEMENTS = {
    2021: Announcement("公告2024年第12号", 2024, None, "公告2024年第12号"),
    2022: Announcement("公告2024年第33号", 2024, None, "公告2024年第33号"),
    2023: Announcement("公告2025年第47号", 2025, "2025-12-31", "公告2025年第47号"),
}
GRIDS = {
    "North": "North China",
    "Northeast": "Northeast China",
    "East": "East China",
    "Central": "Central China",
    "Northwest": "Northwest China",
    "South": "South China",
    "Southwest": "Southwest China",
}
NATIONAL = {
    "national": ELECTRICITY,
    "national excluding market-traded non-fossil": TRADED_OUT,
    "national fossil power": FOSSIL_POWER,
}
# What the announcements give for the nation and the file has not: name, data year, kg CO2 per kWh
RECALLED_NATIONAL = (
    (ELECTRICITY, 2021, "0.5568"),
    (TRADED_OUT, 2021, "0.5942"),
    (FOSSIL_POWER, 2021, "0.8426"),
    (TRADED_OUT, 2022, "0.5856"),
    (FOSSIL_POWER, 2022, "0.8325"),
)
TRADED_OUT_NOTE = (
    "the national average without non-fossil power that was traded in the market; the announcement names no"
    " method: market-based, as a residual mix, is carbonkit's reading"
)
OF_THE_GUIDELINES = (
    "of the ministry's accounting guidelines, not of an announcement of grid factors; the document was not"
    " read, its title and year are recalled"
)
# What the national market counted purchased power with: t CO2 per MWh, when, title, year, status, note.
# The guidelines of power generation give it, and the values that followed; no announcement does.
ETS_FACTORS = (
    (
        "0.6101",
        Period("2020-01-01", "2021-01-01"),
        "企业温室气体排放核算方法与报告指南 发电设施",
        2021,
        Status.CONFIRMED,
        "of the guideline: this or the newest value of the ministry; first data year inferred",
    ),
    (
        "0.5810",
        Period("2021-01-01", "2022-01-01"),
        "全国电网平均排放因子",
        2022,
        Status.RECALLED,
        f"data year 2021; {OF_THE_GUIDELINES}",
    ),
    (
        "0.5703",
        Period("2022-01-01", "2026-01-01"),
        "2022年度全国电网平均二氧化碳排放因子",
        2023,
        Status.RECALLED,
        f"data year 2022 on; outside of the obligation since 2023, no longer from 2026; {OF_THE_GUIDELINES}",
    ),
)
PROVINCES = 30  # of the mainland, without Tibet
IN_KWH = "kgCO2/kWh"


def _grid_source(year: int, status: Status, note: str) -> Source:
    told = ANNOUNCEMENTS[year]
    return Source(
        MINISTRY_AND_NBS,
        f"关于发布{year}年电力二氧化碳排放因子的公告",
        told.published_year,
        table=f"{told.number}, annex",
        licence=GOVERNMENT,
        status=status,
        note=note,
    )


def _grid(
    name: str, year: int, number: str, *, place: Place, source: Source, levels: tuple[str, ...]
) -> Factor:
    # What is left once traded non-fossil power is taken out is the residual mix of electricity.
    activity, method = name, Scope2Method.LOCATION
    if name == TRADED_OUT:
        activity, method = ELECTRICITY, Scope2Method.MARKET
        source = attrs.evolve(source, note=f"{source.note}; {TRADED_OUT_NOTE}")
        levels = (*levels, "without market-traded non-fossil power")
    told = ANNOUNCEMENTS[year]
    return Factor(
        f"{place} {name}",
        f"{told.number} ({year})",
        activity,
        place,
        Period.year(year),
        "kWh",
        (Rate("CO2", number, "kg"),),
        source,
        method=method,
        levels=levels,
        published=told.published,
        data_year=year,
        coverage=Coverage.DIRECT,
    )


def _grid_row(row: dict[str, str]) -> Factor | None:
    """Take a row of one of the three announcements; None for any other."""
    year = int(row["year"])
    told = ANNOUNCEMENTS.get(year)
    if told is None or told.marker not in row["announcement"]:
        return None
    if row["unit"] != IN_KWH:
        raise SystemExit(f"{row['name_en']} {year}: in {row['unit']}")
    level, name = row["level"], ELECTRICITY
    status, note = Status.CONFIRMED, "read in the text of the annex"
    if level == "province":
        place, levels = Place(row["code"].replace("-", "/")), ("Province", row["name_zh"])
    elif level == "regional grid":
        place, levels = Place(f"CN/Grid {GRIDS[row['name_en']]}"), ("Regional grid", row["name_zh"])
    else:
        place, levels, name = CHINA, ("Nation", row["name_zh"]), NATIONAL[level]
        if "official appendix" not in row["verified_by"]:
            status, note = Status.RECALLED, "four public files that cite the announcement agree"
    if "official appendix" not in row["verified_by"] and place != CHINA:
        note = REPUBLISHED
    source = _grid_source(year, status, note)
    return _grid(name, year, row["factor"], place=place, source=source, levels=levels)


def _electricity(folder: Path) -> list[Factor]:
    rows = _rows(folder / "china_grid_factors" / "china_grid_factors.csv")
    factors = [factor for row in rows if (factor := _grid_row(row)) is not None]
    for name, year, number in RECALLED_NATIONAL:
        source = _grid_source(year, Status.RECALLED, "not confirmed in a text")
        factors.append(_grid(name, year, number, place=CHINA, source=source, levels=("Nation", "全国")))
    wanted = len(ANNOUNCEMENTS) * (PROVINCES + len(GRIDS) + len(NATIONAL))
    if len(factors) != wanted:
        raise SystemExit(f"{len(factors)} grid factors, not {wanted}")
    print(f"grid: left out {len(rows) - len(factors) + len(RECALLED_NATIONAL)} rows of other documents")
    factors.sort(key=lambda factor: (factor.valid.start, factor.place.path, factor.id))
    return [*factors, *_ets_factors(), _heat()]


def _ets_factors() -> list[Factor]:
    return [
        Factor(
            f"CN {ETS_POWER}",
            f"{number} ({valid.start.year})",
            ETS_POWER,
            CHINA,
            valid,
            "MWh",
            (Rate("CO2", number, "t"),),
            Source(
                MINISTRY,
                title,
                year,
                table="factor of the national grid",
                licence=GOVERNMENT,
                status=status,
                note=note,
            ),
            method=Scope2Method.LOCATION,
            levels=("Nation", "全国电网"),
            coverage=Coverage.DIRECT,
        )
        for number, valid, title, year, status, note in ETS_FACTORS
    ]


def _heat() -> Factor:
    return Factor(
        f"CN {HEAT}",
        "default of the sector guidelines",
        HEAT,
        CHINA,
        Period("2021-01-01", None),
        "GJ",
        (Rate("CO2", "0.11", "t"),),
        Source(
            MINISTRY,
            "sector accounting guidelines, purchased heat",
            2021,
            table="default",
            licence=GOVERNMENT,
            note=f"{REPUBLISHED}; first day not stated, that of the oldest table it stands beside is taken",
        ),
        method=Scope2Method.LOCATION,
        levels=("Nation", "热力"),
        coverage=Coverage.DIRECT,
    )


# -------------------------------------------------------------------------------------------- fuels

FUEL_NAMES = {
    "无烟煤": "anthracite",
    "烟煤": "bituminous coal",
    "褐煤": "lignite",
    "洗精煤": "washed coking coal",
    "其他洗煤": "other washed coal",
    "煤矸石": "gangue",
    "煤泥": "slime",
    "型煤": "briquettes",
    "焦炭": "coke",
    "石油焦": "petroleum coke",
    "其他煤制品": "other coal products",
    "原油": "crude oil",
    "燃料油": "fuel oil",
    "汽油": "gasoline",
    "柴油": "diesel",
    "煤油": "kerosene",
    "一般煤油": "kerosene",
    "其他石油制品": "other oil products",
    "液化天然气": "liquefied natural gas",
    "液化石油气": "liquefied petroleum gas",
    "石脑油": "naphtha",
    "煤焦油": "coal tar",
    "焦油": "coal tar",
    "粗苯": "crude benzol",
    "炼厂干气": "refinery gas",
    "天然气": "natural gas",
    "高炉煤气": "blast furnace gas",
    "转炉煤气": "converter gas",
    "焦炉煤气": "coke oven gas",
    "其它煤气": "other gas",
    "其他煤气": "other gas",
    "燃煤": "coal without a valid test",
}
UNITS = {"t": "t", "1e4Nm3": "10kNm3", "10^4 Nm3": "10kNm3", "104 Nm3": "10kNm3"}
STANDARD = Source(
    "国家标准化管理委员会 (Standardization Administration of China)",
    "GB/T 32151 series",
    2025,
    table="table C.1 (常用化石燃料相关参数缺省值)",
    licence=FACTS,
)
ONCE = (
    "one public transcription (repository not identified), no second; the number of the standard and its"
    " first day are not stated, the vintage is 2023 to 2025"
)
TWICE = (
    "re-publication: two public transcriptions (repositories not identified) agree; the number of the"
    " standard and its first day are not stated, the vintage is 2023 to 2025"
)
GUIDE = Source(
    MINISTRY,
    "省级温室气体清单编制指南(2025)",
    2025,
    table="defaults of fossil fuels",
    licence=FACTS,
    note="re-publication: public transcriptions (repositories not identified); first day not stated",
)
STEEL = Source(
    MINISTRY,
    "企业温室气体排放核算与报告指南 钢铁行业 (CETS-AG-03.01-V01-2024)",
    2025,
    table="appendix A, table A.1",
    licence=GOVERNMENT,
    note="环办气候函〔2025〕27号; first data year 2024 inferred",
)
POWER = Source(
    MINISTRY,
    "企业温室气体排放核算方法与报告指南 发电设施",
    2021,
    table="appendix B, table B.1",
    licence=GOVERNMENT,
    note="annex 2 of 环办气候〔2021〕9号, a number that is inferred; first data year inferred",
)
FROM_2020 = Period("2020-01-01", "2023-01-01")  # the version of December 2022 is in force from 2023
# The power guideline of 2021, as its text has it: fuel, unit, GJ per unit, tC per GJ, oxidation in per cent
POWER_TABLE = """
原油 t 41.816 0.02008 98
燃料油 t 41.816 0.0211 98
汽油 t 43.070 0.0189 98
煤油 t 43.070 0.0196 98
柴油 t 42.652 0.0202 98
液化石油气 t 50.179 0.0172 98
炼厂干气 t 45.998 0.0182 98
天然气 1e4Nm3 389.31 0.01532 99
焦炉煤气 1e4Nm3 173.54 0.0121 99
高炉煤气 1e4Nm3 33.00 0.0708 99
转炉煤气 1e4Nm3 84.00 0.0496 99
其他煤气 1e4Nm3 52.27 0.0122 99
"""
POWER_COAL = ("燃煤", "t", "26.7", "0.03356", "99")  # for days and batches without a valid test

GRID_FROM = (
    "Source: 生态环境部、国家统计局，关于发布2021/2022/2023年电力二氧化碳排放因子的公告; for power in the"
    " national market (0.6101, 0.5810, 0.5703) and for heat 生态环境部, accounting guidelines, of which the"
    " power guideline (企业温室气体排放核算方法与报告指南 发电设施) gives 0.6101; 0.5810 and 0.5703 are"
    " recalled."
)
FUELS_FROM = (
    "Values: Table C.1 of the GB/T 32151 series; 省级温室气体清单编制指南(2025); 生态环境部,"
    " accounting guidelines of the steel industry (2024) and of power generation (2021)."
)

_PLACES = 8  # of a direct factor; the exact product is that of the fuel


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _share(per_cent: str) -> Decimal:
    return divide(per_cent, 100, 2, Rounding.HALF_EVEN)


def _fuel(
    printed: str,
    unit: str,
    figures: tuple[str, str | Decimal, str | Decimal],
    edition: tuple[str, Period],
    source: Source,
) -> Fuel:
    heat, carbon, oxidation = figures
    return Fuel(
        FUEL_NAMES[printed],
        edition[0],
        CHINA,
        edition[1],
        UNITS[unit],
        source,
        calorific=Calorific.NET,
        origin=Origin.FOSSIL,
        energy="GJ",
        carbon_unit="t",
        heat=Estimate(heat),
        carbon=Estimate(carbon),
        oxidation=Estimate(oxidation),
        printed=printed,
    )


def _standard(folder: Path) -> tuple[list[Fuel], list[Fuel]]:
    """Read table C.1 and the provincial guide, which confirms some of its rows."""
    guide = {row["fuel_zh"]: row for row in _rows(folder / "fuel_defaults_sql_2025.csv")}
    provincial = [
        _fuel(
            name,
            row["unit"],
            (
                row["ncv"],
                multiply(exact(row["carbon_content_kgC_per_GJ"]), exact("0.001")),
                row["oxidation_rate"],
            ),
            ("provincial 2025", Period("2025-01-01", None)),
            GUIDE,
        )
        for name, row in guide.items()
    ]
    known = {fuel.printed: fuel for fuel in provincial}
    standard = []
    for row in _rows(folder / "fuel_defaults_table_c1_2025.csv"):
        name = row["fuel_zh"]
        twice = name in known
        source = attrs.evolve(
            STANDARD, status=Status.CONFIRMED if twice else Status.RECALLED, note=TWICE if twice else ONCE
        )
        fuel = _fuel(
            name,
            row["unit"],
            (row["ncv"], row["carbon_content"], row["oxidation_rate"]),
            ("GB/T 32151 C.1", Period("2023-01-01", None)),
            source,
        )
        if twice and any(
            getattr(fuel, what).number != getattr(known[name], what).number
            for what in ("heat", "carbon", "oxidation")
        ):
            raise SystemExit(f"{name}: the two tables no longer agree")
        rate = direct_factor(fuel, fuel.name, per=fuel.per, places=_PLACES, rounding=Rounding.HALF_UP).rates[
            0
        ]
        if round_to(rate.number, 4, Rounding.HALF_UP) != exact(row["ef_tco2_per_unit"]):
            raise SystemExit(f"{name}: {rate} is not {row['ef_tco2_per_unit']}, which the file computes")
        standard.append(fuel)
    return standard, provincial


def _steel(folder: Path) -> list[Fuel]:
    return [
        _fuel(
            row["fuel"],
            row["unit"],
            (row["ncv_GJ_per_unit"], row["carbon_tC_per_GJ"], _share(row["oxidation_pct"])),
            ("CETS-AG-03.01-V01-2024", Period("2024-01-01", None)),
            STEEL,
        )
        for row in _rows(folder / "china_steel_guideline_A1_fuels.csv")
    ]


def _power() -> list[Fuel]:
    edition = ("power 2021", FROM_2020)
    fuels = []
    for row in (*POWER_TABLE.strip().split("\n"), " ".join(POWER_COAL)):
        printed, unit, heat, carbon, oxidation = row.split()
        source = POWER
        if printed == POWER_COAL[0]:
            source = attrs.evolve(POWER, table="6.2.2.3, 6.2.3.5; oxidation of coal")
        fuels.append(_fuel(printed, unit, (heat, carbon, _share(oxidation)), edition, source))
    return fuels


def _direct(fuel: Fuel, kind: str, oxidation: Decimal | None = None) -> Factor:
    activity = f"{fuel.name}, {kind}"
    factor = direct_factor(
        fuel, activity, per=fuel.per, oxidation=oxidation, places=_PLACES, rounding=Rounding.HALF_UP
    )
    return attrs.evolve(factor, levels=(kind.capitalize(), fuel.printed))


def _materials(folder: Path) -> list[Factor]:
    names = {
        "石灰石": "limestone",
        "白云石": "dolomite",
        "电极": "electrode",
        "镍铁": "ferronickel",
        "钼铁": "ferromolybdenum",
        "硅铁": "ferrosilicon",
        "锰硅合金": "silicomanganese",
        "低碳锰硅合金": "low-carbon silicomanganese",
        "高炉锰铁": "blast-furnace ferromanganese",
        "电炉高碳锰铁": "electric-furnace high-carbon ferromanganese",
        "微碳锰铁": "extra-low-carbon ferromanganese",
        "高碳铬铁": "high-carbon ferrochrome",
        "生铁": "pig iron",
        "直接还原铁": "direct reduced iron",
        "废钢": "steel scrap",
        "粗钢": "crude steel",
        "焦油": "coal tar",
        "粗苯": "crude benzol",
    }
    source = attrs.evolve(STEEL, table="appendix A, table A.2")
    return [
        Factor(
            f"{names[row['material']]} > steel guideline",
            "CETS-AG-03.01-V01-2024",
            f"{names[row['material']]}, steel guideline, carbon as CO2",
            CHINA,
            Period("2024-01-01", None),
            "t",
            (Rate("CO2", row["tCO2_per_t"], "t"),),
            attrs.evolve(source, table=f"appendix A, table A.2, row {row['material']}"),
            levels=("Steel", row["material"]),
            coverage=Coverage.DIRECT,
        )
        for row in _rows(folder / "china_steel_guideline_A2_materials.csv")
    ]


PROVENANCE = """# Grid factors, fuels and steel materials of China

Made by `scripts/make_catalogue_china.py`, with the fuels `../fuel/cn-*.csv`; do not edit by hand.

- `cn-grid`: 公告2024年第12号 (2021), 公告2024年第33号 (2022) and 公告2025年第47号 (2023) of the Ministry of
  Ecology and Environment and the National Bureau of Statistics: nation, 7 regional grids, 30 provinces;
  CO2 only. A factor holds in its data year; a later year needs a fallback. 2023 was read in
  the annex; provinces and regions of 2021 and 2022 in a re-publication; national 2021 and 2022 are
  recalled.
- In `cn-grid`, "electricity" of the nation has two factors of a year: the average is location-based; what
  is left when market-traded non-fossil power is taken out is market-based, as a residual mix. The
  announcements name no method, so that is carbonkit's reading, and each such factor says so. Regions and
  provinces have the average only.
- Beside them, from the accounting guidelines and not from the announcements: what the national market
  counted purchased power with (0.6101 of the power guideline of 2021, confirmed; 0.5810 for 2021 and 0.5703
  from 2022, recalled: neither document was read), and the default for heat (0.11 t CO2 per GJ, a
  re-publication of the sector guidelines).
- `cn-fuels`: direct factors, heat × carbon × oxidation × 44/12 rounded half up to 8 places, of the tables
  of fuels. The steel guideline's enterprise formula has no oxidation; that of co-fired units has.
- `cn-steel-materials`: table A.2 of the steel guideline.
- Of table C.1, rows that a second transcription confirms are confirmed, the others recalled. The power
  guideline's table of 2021 holds to 2022; the later text was not read.
- Left out: grid factors before 2021, which are single rows.
"""


def main() -> None:
    """Read the files and write the factors and the fuels."""
    parser = argparse.ArgumentParser(description="Make the Chinese factors and fuels.")
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="the folder of research data")
    parser.add_argument("--catalogue", type=Path, default=catalogue_file.FOLDER, help="where factors go")
    parser.add_argument("--fuel", type=Path, default=fuel_file.FOLDER, help="where fuels go")
    asked = parser.parse_args()
    folder = asked.shared / "data" / "factors"
    standard, provincial = _standard(folder / "china_fuel_defaults")
    steel, power = _steel(folder / "china_steel_guideline"), _power()
    for name, fuels in {
        "cn-gbt-32151": standard,
        "cn-provincial-2025": provincial,
        "cn-steel-2024": steel,
        "cn-power-2021": power,
    }.items():
        fuel_file.write(name, fuels, folder=asked.fuel)
    all_of_it = exact("1")
    direct = [
        *(_direct(fuel, "GB/T 32151 table C.1") for fuel in standard),
        *(_direct(fuel, "provincial guide") for fuel in provincial),
        *(_direct(fuel, "steel guideline, enterprise", all_of_it) for fuel in steel),
        *(_direct(fuel, "steel guideline, co-fired unit") for fuel in steel),
        *(_direct(fuel, "power guideline") for fuel in power),
    ]
    for name, factors, attribution, licence in (
        (
            "cn-grid",
            _electricity(folder),
            GRID_FROM,
            GOVERNMENT,
        ),
        (
            "cn-fuels",
            direct,
            FUELS_FROM,
            f"{FACTS}; {GOVERNMENT}",
        ),
        (
            "cn-steel-materials",
            _materials(folder / "china_steel_guideline"),
            "Source: 生态环境部，企业温室气体排放核算与报告指南 钢铁行业 (CETS—AG—03.01—V01—2024).",
            GOVERNMENT,
        ),
    ):
        catalogue_file.write(name, factors, attribution=attribution, licence=licence, folder=asked.catalogue)
    (asked.catalogue / "PROVENANCE-china.md").write_text(PROVENANCE, encoding="utf-8")


if __name__ == "__main__":
    main()
