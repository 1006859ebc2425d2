import type { JsonObject, JsonValue } from '../../domain/json.ts'
import type { Words } from './words.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text for HTML content and quoted attributes. Control characters, which no HTML may hold, become their visible signs. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign)
    .replace(/\r\n?/g, '\n')
    .replace(/\p{Cc}/gu, visibleSign)
}

function visibleSign(control: string): string {
  if (control === '\n' || control === '\t') return control
  const code = control.charCodeAt(0)
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\u{fffd}'
}

const MAX_COLUMNS = 6
const MAX_CELL = 80

/** Records as one table where they are small and alike, as a table each where they are not. Every key and every value is shown. */
export function renderRecords(records: readonly JsonValue[], words: Words): string {
  const columns = commonColumns(records)
  if (columns === undefined)
    return records.map((record) => `<div class="card">${renderValue(record, words)}</div>`).join('\n')
  const head = columns.map((column) => `<th scope="col">${escapeHtml(column)}</th>`).join('')
  const rows = records.map(
    (record) => `<tr>${columns.map((column) => renderCell(record, column, words)).join('')}</tr>`,
  )
  return `<div class="wide"><table class="grid"><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table></div>`
}

function commonColumns(records: readonly JsonValue[]): string[] | undefined {
  if (records.length < 2) return undefined
  const columns = new Set<string>()
  for (const record of records) {
    if (!isObject(record)) return undefined
    for (const [name, value] of Object.entries(record)) {
      if (typeof value === 'object' && value !== null) return undefined
      if (String(value).length > MAX_CELL || columns.add(name).size > MAX_COLUMNS) return undefined
    }
  }
  return columns.size === 0 ? undefined : [...columns]
}

function renderCell(record: JsonValue, column: string, words: Words): string {
  const value = isObject(record) && Object.hasOwn(record, column) ? record[column] : undefined
  return `<td>${value === undefined ? '' : renderValue(value, words)}</td>`
}

/** Deeper than any vendor nests; what is deeper is shown as its JSON text, so that no record can break the page off. */
const MAX_DEPTH = 24

function renderValue(value: JsonValue, words: Words, depth = 0): string {
  if (value === null || value === '') return `<span class="empty">${words.empty}</span>`
  if (typeof value === 'boolean') return value ? words.yes : words.no
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return `<bdi>${escapeHtml(value)}</bdi>`
  if (depth > MAX_DEPTH) return `<bdi>${escapeHtml(JSON.stringify(value))}</bdi>`
  if (isList(value)) return renderList(value, words, depth)
  return renderObject(value, words, depth)
}

function renderList(values: readonly JsonValue[], words: Words, depth: number): string {
  if (values.length === 0) return `<span class="empty">${words.empty}</span>`
  const kind = values.some((value) => typeof value === 'object' && value !== null) ? 'nested' : 'flat'
  return `<ul class="${kind}">${values.map((value) => `<li>${renderValue(value, words, depth + 1)}</li>`).join('')}</ul>`
}

function renderObject(value: JsonObject, words: Words, depth: number): string {
  const rows = Object.entries(value).map(
    ([name, inner]) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td>${renderValue(inner, words, depth + 1)}</td></tr>`,
  )
  return rows.length === 0
    ? `<span class="empty">${words.empty}</span>`
    : `<table class="record"><tbody>${rows.join('')}</tbody></table>`
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value)
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
