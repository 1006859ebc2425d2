import { createHash } from 'node:crypto'
import { escapeHtml } from './html.ts'
import type { ArchiveSpec } from './spec.ts'

const STYLE = `:root{color-scheme:light dark;--ink:#1b2430;--soft:#5b6675;--line:#dde2e8;--paper:#fff;--ground:#f4f6f8;--mark:#0b5cad;--good:#1a6b3c;--warn:#8a4b00}
@media (prefers-color-scheme:dark){:root{--ink:#e8ecf1;--soft:#a3adba;--line:#36404d;--paper:#1c232c;--ground:#12171d;--mark:#7db8f5;--good:#7fd3a2;--warn:#f0b45f}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
main{max-width:64rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .5rem}
h2{font-size:1.35rem;margin:0 0 .25rem}
h3{font-size:1.05rem;margin:1.75rem 0 .25rem}
p{margin:.4rem 0}
a{color:var(--mark)}
section,header,nav{background:var(--paper);border:1px solid var(--line);border-radius:.6rem;padding:1.5rem;margin:0 0 1.25rem}
.soft{color:var(--soft);font-size:.92rem}
.facts{display:flex;flex-wrap:wrap;gap:.25rem 2rem;margin:1rem 0 0;font-size:.92rem}
.facts div{display:flex;gap:.5rem}
.facts dt{color:var(--soft)}
.facts dd{margin:0}
table{border-collapse:collapse;width:100%;font-size:.94rem}
th,td{text-align:left;vertical-align:top;padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
td bdi{white-space:pre-wrap}
thead th{color:var(--soft);font-weight:600;white-space:nowrap}
tbody tr:last-child>*{border-bottom:0}
table.record>tbody>tr>th{width:14rem;font-weight:600;color:var(--soft)}
table.record table.record>tbody>tr>th{width:10rem}
td>ul,.card>ul{margin:0;padding-left:1.1rem}
ul.nested{list-style:none;padding-left:0}
ul.nested>li{border-left:3px solid var(--line);padding-left:.75rem;margin:.25rem 0 .5rem}
.card{border:1px solid var(--line);border-radius:.4rem;padding:.35rem 1rem;margin:.6rem 0}
.wide{overflow-x:auto}
.empty{color:var(--soft);font-style:italic}
.state.found{color:var(--good);font-weight:600}
.state.failed{color:var(--warn);font-weight:600}
.size{white-space:nowrap;text-align:right}
@media (max-width:40rem){table.record>tbody>tr>*,table.record table.record>tbody>tr>*{display:block;width:auto}table.record>tbody>tr>th{border:0;padding-bottom:0}section,header,nav{padding:1rem}table.stack thead{position:absolute;left:-9999px}table.stack tr{display:block;border-bottom:1px solid var(--line);padding:.4rem 0}table.stack td{display:block;border:0;padding:.1rem 0}table.stack tr:last-child{border:0}.facts div{display:block}}
@media print{body{background:#fff;font-size:11pt}main{max-width:none;padding:0}section,header,nav{border:0;padding:0;break-inside:auto}.card{break-inside:avoid}}`

/** The page may show itself and nothing else: no script, no other host, no form. The one style is allowed by its digest. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`

export function pageStart(language: string, title: string): string {
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
`
}

export const PAGE_END = '</main>\n</body>\n</html>\n'

/** The instant in the person's language and the controller's time zone, with its name. */
export function formatInstant(spec: ArchiveSpec, atMs: number): string {
  const style = { dateStyle: 'long', timeStyle: 'short', timeZone: spec.timeZone ?? 'UTC' } as const
  const instant = new Date(atMs)
  const text = new Intl.DateTimeFormat(spec.language === 'en' ? 'en-GB' : `${spec.language}-BE`, style).format(instant)
  return `<time datetime="${instant.toISOString()}">${escapeHtml(`${text} (${style.timeZone})`)}</time>`
}

export function formatBytes(spec: ArchiveSpec, bytes: number): string {
  const [unit, amount] =
    bytes < 1000
      ? ['B', bytes]
      : bytes < 1e6
        ? ['kB', bytes / 1e3]
        : bytes < 1e9
          ? ['MB', bytes / 1e6]
          : ['GB', bytes / 1e9]
  return `${new Intl.NumberFormat(spec.language, { maximumFractionDigits: 1 }).format(amount)} ${unit}`
}
