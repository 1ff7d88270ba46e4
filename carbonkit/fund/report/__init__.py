"""
Reports to partners, after ILPA's templates.

    fund_transaction       what a fund reports of its flows
    ilpa_line              the lines of an ILPA report
    ilpa_report            its figures, as JSON and a workbook
    ilpa_performance       gross and net, with and without a facility
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.fund.report.fund_transaction import (
        Facility,
        FundTransaction,
        Measure,
        PerformanceMethod,
        TransactionType,
    )
    from carbonkit.fund.report.ilpa_line import (
        ReportBlock,
        ReportColumn,
        ReportLine,
        expense_line,
        report_line,
    )
    from carbonkit.fund.report.ilpa_performance import EndingValue, PerformanceTemplate, performance_template
    from carbonkit.fund.report.ilpa_report import IlpaReport, ReportRow, ilpa_report

__all__ = [
    "EndingValue",
    "Facility",
    "FundTransaction",
    "IlpaReport",
    "Measure",
    "PerformanceMethod",
    "PerformanceTemplate",
    "ReportBlock",
    "ReportColumn",
    "ReportLine",
    "ReportRow",
    "TransactionType",
    "expense_line",
    "ilpa_report",
    "performance_template",
    "report_line",
]

_HOMES: Final = {
    "fund_transaction": "Facility FundTransaction Measure PerformanceMethod TransactionType",
    "ilpa_line": "ReportBlock ReportColumn ReportLine expense_line report_line",
    "ilpa_performance": "EndingValue PerformanceTemplate performance_template",
    "ilpa_report": "IlpaReport ReportRow ilpa_report",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)
