"""How the page looks on a screen and on paper; the language is chosen without a script."""

from __future__ import annotations

from typing import Final

__all__ = ["STYLE"]

STYLE: Final = """
:root { --ink: #1c2421; --soft: #5d6b65; --rule: #dfe6e2; --paper: #fff; --wash: #f4f8f6;
  --green: #1e7a55; --amber: #b7791f; --red: #b3382c; --grey: #9aa8a1; --blue: #3b6ea5; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--paper);
  font: 16px/1.55 system-ui, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 24px 20px 80px; }
h1 { font-size: 30px; line-height: 1.2; margin: 24px 0 6px; }
h2 { font-size: 22px; margin: 56px 0 8px; padding-top: 16px; border-top: 3px solid var(--green); }
h3 { font-size: 17px; margin: 28px 0 8px; }
p { margin: 8px 0 12px; }
.lead, .note { color: var(--soft); }
.note { font-size: 14px; }
.warning { background: #fdf6e7; border-left: 4px solid var(--amber); padding: 8px 14px; margin: 14px 0; }
.tiles { display: grid; margin: 20px 0; gap: 12px;
  grid-template-columns: repeat(auto-fit, minmax(145px, 1fr)); }
.tile { background: var(--wash); border: 1px solid var(--rule); border-radius: 8px; padding: 12px 10px; }
.tile b { display: block; font-size: 15px; white-space: nowrap; }
.tile small { color: var(--soft); }
.good { color: var(--green); } .bad { color: var(--red); }
table { border-collapse: collapse; width: 100%; margin: 12px 0; font-size: 14px; }
th, td { padding: 5px 8px; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
.name { white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.chart { width: 100%; height: auto; margin: 8px 0; }
.chart text { font-size: 12px; fill: var(--ink); } .chart .figure { fill: var(--soft); }
.chart .inside { fill: #fff; font-size: 11px; }
.bar { fill: var(--green); } .volume { fill: var(--grey); } .grid { stroke: var(--rule); }
.line { fill: none; stroke: var(--green); stroke-width: 2; }
.part-0 { fill: var(--green); } .part-1 { fill: var(--red); } .part-2 { fill: var(--amber); }
.part-3 { fill: var(--blue); } .part-4 { fill: var(--grey); }
details { margin: 12px 0; } summary { cursor: pointer; color: var(--green); }
pre { background: var(--wash); padding: 12px; overflow-x: auto; font-size: 12px;
  line-height: 1.5; white-space: pre-wrap; }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 13px;
  word-break: break-all; }
.languages { position: sticky; top: 0; background: var(--paper); border-bottom: 1px solid var(--rule);
  padding: 8px 20px; text-align: right; }
.languages label { cursor: pointer; margin-left: 14px; color: var(--soft); }
input[name="language"] { position: absolute; opacity: 0; }
#english:checked ~ .languages label[for="english"], #chinese:checked ~ .languages label[for="chinese"] {
  color: var(--ink); font-weight: 600; }
#english:checked ~ main [lang="zh"], #chinese:checked ~ main [lang="en"] { display: none; }
input[name="language"]:focus-visible ~ .languages { outline: 2px solid var(--green); }
@media print { .languages { display: none; } main { max-width: none; padding: 0; } h2 { break-before: page; }
  table, .chart, .tiles { break-inside: avoid; } details > * { display: block; }
  details::details-content { content-visibility: visible; } }
"""
