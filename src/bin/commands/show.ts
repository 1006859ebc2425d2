import { readFile } from 'node:fs/promises'
import { parseStrictJson } from '../../crypto/canonical.ts'
import { strictBase64 } from '../../crypto/signature.ts'
import type { JsonValue } from '../../domain/json.ts'
import { describeRecord, type RecordPage } from '../../ledger/record-page.ts'
import { checkStatement } from '../../ledger/statement-check.ts'
import type { Statement } from '../../ledger/statement.ts'
import { tableText, tableWidth, wrapped } from '../print-table.ts'

/**
 * Prints a record file as a page that a person can read. It does not check the signature: `habeas verify` does.
 *
 * @returns the exit code: 2 when the file cannot be read or is no record.
 */
export async function showCommand(file: string, print: (line: string) => void, columns?: number): Promise<number> {
  const statement = await readStatement(file)
  if (!statement) {
    print(`${file} cannot be read, or is no completion record (FIELD_INVALID)`)
    return 2
  }
  print(pageText(describeRecord(statement), tableWidth(columns)))
  print(`\nThis page shows what the file says. Check it: habeas verify ${file} --key record-key.pub.pem`)
  return 0
}

async function readStatement(file: string): Promise<Statement | undefined> {
  try {
    return checkStatement(statementOf(await readFile(file)), '$')
  } catch {
    // Whatever is wrong with it, it is nothing that this page could show.
    return undefined
  }
}

function statementOf(bytes: Buffer): JsonValue {
  const envelope = parseStrictJson(bytes)
  const payload =
    typeof envelope === 'object' && envelope !== null && 'payload' in envelope ? envelope.payload : undefined
  return parseStrictJson((typeof payload === 'string' ? strictBase64(payload) : undefined) ?? Buffer.alloc(0))
}

/** The page as text: headings, facts, tables, no line wider than `width`. */
export function pageText(page: RecordPage, width: number): string {
  const blocks = page.sections.map(
    (section) => `${section.heading}\n${'-'.repeat(section.heading.length)}\n${sectionText(section, width)}`,
  )
  return [page.title, '='.repeat(page.title.length), '', blocks.join('\n\n')].join('\n')
}

const LABEL = 24

function sectionText(section: RecordPage['sections'][number], width: number): string {
  switch (section.kind) {
    case 'facts':
      return section.facts.map(({ label, value }) => hanging(`${label.padEnd(LABEL)} `, value, width)).join('\n')
    case 'list':
      return section.lines.map((line) => hanging('- ', line, width)).join('\n')
    case 'table':
      return tableText(section.columns, section.rows, width)
  }
}

/** The text behind its label; further lines stand under the first. */
function hanging(label: string, text: string, width: number): string {
  const indent = ' '.repeat(label.length)
  return `${label}${wrapped(text, Math.max(width - label.length, LABEL)).replaceAll('\n', `\n${indent}`)}`
}
