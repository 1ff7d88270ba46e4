"""
Activities from files as they are: CSV, Excel and Parquet, read in whole or not at all.

A file is never edited by hand. A `Layout` says how it is written and what its columns
mean; `read_activity_file` returns the activities with all that was seen on the way,
or raises one error with every problem by row and column. `activity_frame` gives the
same rows as a table, for files that are too large for objects.

Workbooks need the extra `excel`, Parquet and frames the extra `bulk`.
"""

from __future__ import annotations

from carbonkit.intake.column import Blank, Dated, Dates, Kind, LastDay, Measured, Placed, Total
from carbonkit.intake.finding import Finding, ProblemGroup, group_problems
from carbonkit.intake.form import Csv, Floats, Parquet, Workbook
from carbonkit.intake.frame import ActivityFrame, activity_frame
from carbonkit.intake.layout import Layout, Omission, Repeats
from carbonkit.intake.reading import Intake, read_activity_file

__all__ = [
    "ActivityFrame",
    "Blank",
    "Csv",
    "Dated",
    "Dates",
    "Finding",
    "Floats",
    "Intake",
    "Kind",
    "LastDay",
    "Layout",
    "Measured",
    "Omission",
    "Parquet",
    "Placed",
    "ProblemGroup",
    "Repeats",
    "Total",
    "Workbook",
    "activity_frame",
    "group_problems",
    "read_activity_file",
]
