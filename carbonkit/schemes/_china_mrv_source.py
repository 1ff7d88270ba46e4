"""Documents of China's MRV guidelines that several rulebooks cite, and what was read of each; internal."""

from __future__ import annotations

from typing import Final

import attrs

from carbonkit.values.source import Source, Status

_MINISTRY: Final = "生态环境部 (Ministry of Ecology and Environment)"
_DEVELOPER: Final = (
    "read in a developer's calculation forms that do not name the guideline; its text was not read"
)

POWER_2021: Final = Source(
    _MINISTRY,
    "企业温室气体排放核算方法与报告指南 发电设施",
    2021,
    note="annex 2 of 环办气候〔2021〕9号, a number that is inferred; first data year inferred",
)
POWER_NOTICE_2022: Final = Source(
    _MINISTRY, "notice on reporting of 2021 and 2022", 2022, note="read in an English digest"
)
POWER_2022: Final = Source(
    _MINISTRY,
    "企业温室气体排放核算与报告指南 发电设施 (CETS-AG-01.01-V02)",
    2022,
    status=Status.RECALLED,
    note="环办气候函〔2022〕485号; the text was not read",
)
POWER_2026: Final = Source(
    _MINISTRY, "核算指南 发电设施 技术要求更新内容 (CETS-AG-01.01-V04-2026)", 2026, table="附件1 (annex 1)"
)
_GRID_NOTICE: Final = "recalled; the notice was not read, and its year is inferred"
GRID_2021: Final = Source(
    _MINISTRY,
    "notice on reporting of data year 2021, with the grid's factor for accounting",
    2022,
    status=Status.RECALLED,
    note=_GRID_NOTICE,
)
GRID_2022: Final = Source(
    _MINISTRY,
    "notice on reporting of data years from 2022, with the grid's factor for accounting",
    2023,
    status=Status.RECALLED,
    note=_GRID_NOTICE,
)
STEEL_2024: Final = Source(
    _MINISTRY, "企业温室气体排放核算与报告指南 钢铁行业 (CETS-AG-03.01-V01-2024)", 2025
)
CEMENT_2024: Final = Source(
    _MINISTRY,
    "企业温室气体排放核算与报告指南 水泥行业 (CETS-AG-02.01-V01-2024)",
    2024,
    note=_DEVELOPER,
)
ALUMINIUM_2024: Final = Source(
    _MINISTRY,
    "企业温室气体排放核算与报告指南 铝冶炼行业 (CETS-AG-04.01-V01-2024)",
    2024,
    note=_DEVELOPER,
)


def at(source: Source, table: str, *, status: Status | None = None, note: str | None = None) -> Source:
    """Cite one place of a document, or say another thing about how sure it is."""
    return attrs.evolve(
        source,
        table=table or source.table,
        status=source.status if status is None else status,
        note=source.note if note is None else note,
    )
