"""
Accounting over a frame: the same inventory, with the rows left where they are.

    columns       what a frame calls its columns      factor_table  a catalogue laid out in columns
    plan          accounting a frame                  result        the inventory and its view in CO2e
    line          every row with its gases            reason        why a row is in no figure
    sql           the plan as a warehouse's statement
"""

from carbonkit.accounting.frame.columns import Columns
from carbonkit.accounting.frame.factor_table import FactorTable, Label
from carbonkit.accounting.frame.line import LineColumn
from carbonkit.accounting.frame.plan import account_frame
from carbonkit.accounting.frame.reason import Reason
from carbonkit.accounting.frame.result import FrameInventory, FrameStatement
from carbonkit.accounting.frame.sql import WarehousePlan, to_sql

__all__ = [
    "Columns",
    "FactorTable",
    "FrameInventory",
    "FrameStatement",
    "Label",
    "LineColumn",
    "Reason",
    "WarehousePlan",
    "account_frame",
    "to_sql",
]
