namespace Nsbi.Infer

/// The page's style sheet: light, narrow measure, and whole figures on paper.
[<RequireQualifiedAccess>]
module internal ReportStyle =
    let css: string =
        """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #27313c; font: 15px/1.55 system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif; }
main { max-width: 940px; margin: 0 auto; padding: 44px 28px 72px; }
h1 { font-size: 29px; line-height: 1.2; font-weight: 650; letter-spacing: -0.01em; margin: 0 0 14px; }
h2 { font-size: 19px; font-weight: 650; margin: 46px 0 10px; padding-top: 14px; border-top: 1px solid #e3e7eb; }
h3 { font-size: 15px; font-weight: 650; margin: 26px 0 6px; }
p { margin: 0 0 10px; max-width: 46em; }
p.note, figcaption { color: #5c6773; font-size: 13px; }
.cards { display: flex; flex-wrap: wrap; gap: 14px; margin: 24px 0 22px; }
.card { border: 1px solid #e3e7eb; border-radius: 8px; padding: 12px 18px 13px; min-width: 150px; }
.card.main { border-color: #9cc3dd; background: #f4f9fc; }
.card .what { color: #5c6773; font-size: 12.5px; }
.card .number { font-size: 25px; font-weight: 600; line-height: 1.3; white-space: nowrap; font-variant-numeric: tabular-nums; }
.card .number .pm { display: inline-flex; flex-direction: column; vertical-align: middle; font-size: 13px; line-height: 1.15; font-weight: 500; margin-left: 5px; }
.card .also { font-size: 13px; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; margin: 10px 0 16px; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: #5c6773; font-size: 12.5px; border-bottom: 1px solid #b9c0c8; padding: 5px 12px 5px 0; vertical-align: bottom; }
td { border-bottom: 1px solid #eceff2; padding: 5px 12px 5px 0; vertical-align: top; }
th.r { text-align: right; }
td.r { text-align: right; white-space: nowrap; }
td.name { white-space: nowrap; }
td.meaning { color: #5c6773; font-size: 12.5px; }
td.check { min-width: 12.5em; }
td.hash { font: 11.5px/1.5 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; color: #5c6773; }
tr.failed td { background: #fdf4ee; }
.verdict { display: inline-block; font-size: 12px; font-weight: 600; white-space: nowrap; }
.verdict.pass { color: #00755a; }
.verdict.fail { color: #b24c00; }
.banner { border-left: 4px solid #009e73; background: #f1f9f6; padding: 9px 14px; margin: 0 0 14px; max-width: none; }
.banner.fail { border-color: #d55e00; background: #fdf4ee; }
figure { margin: 14px 0 18px; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { margin-top: 5px; max-width: 58em; }
.grid { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 6px 26px; }
.grid figure { margin: 8px 0 10px; }
@media (max-width: 640px) { .grid { grid-template-columns: minmax(0, 1fr); } main { padding: 24px 14px; } table { display: block; overflow-x: auto; } }
@page { size: A4; margin: 16mm 15mm; }
@media print {
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h1 { font-size: 20pt; } h2 { font-size: 13.5pt; margin-top: 22pt; } h3 { font-size: 10.5pt; }
  h2, h3 { break-after: avoid; }
  figure, .card, .cards, tr, .banner { break-inside: avoid; }
  th, .verdict, figcaption, p.note { font-size: 8.5pt; } .card { padding: 6pt 10pt 7pt; } .card .number { font-size: 15pt; }
  .card .what, .card .also { font-size: 8.5pt; }
  table { font-size: 8.5pt; } td.meaning { font-size: 8pt; } td.hash { font-size: 7pt; } thead { display: table-header-group; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
"""
