import { styleText } from 'node:util'
import Table from 'cli-table3'

const WIDTH = 100

/** A text, or one that spans several rows: the rows below leave it out. */
export type Cell = string | { readonly content: string; readonly rowSpan: number }

/** How the demo speaks: chapters, short lines, tables; and what it expected but did not see. */
export interface Teller {
  chapter(title: string): void
  say(text: string): void
  /** A line as it is: paths and commands are copied from it. */
  line(text: string): void
  table(head: readonly string[], rows: readonly (readonly Cell[])[], widths?: readonly number[]): void
  /** Tells what was checked. What is not so makes the demo fail. */
  check(what: string, isSo: boolean): void
  /** What was not as expected, in the order in which it was seen. */
  readonly failures: readonly string[]
}

export function createTeller(print: (line: string) => void, isTerminal: boolean): Teller {
  const failures: string[] = []
  let chapters = 0
  const style = (format: 'bold' | 'green' | 'red', text: string) => (isTerminal ? styleText(format, text) : text)
  return {
    failures,
    chapter: (title) => {
      chapters += 1
      const heading = `${chapters}. ${title}`
      print(`\n${style('bold', heading)}\n${'-'.repeat(heading.length)}`)
    },
    say: (text) => print(wrap(text)),
    line: print,
    table: (head, rows, widths) => print(tableText(head, rows, widths)),
    check: (what, isSo) => {
      if (!isSo) failures.push(what)
      print(wrap(isSo ? `${style('green', 'yes')}  ${what}` : `${style('red', 'NO')}   ${what}`, '     '))
    },
  }
}

function wrap(text: string, indent = ''): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length >= WIDTH) {
      lines.push(line)
      line = indent + word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join('\n')
}

function tableText(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  widths: readonly number[] | undefined,
): string {
  const table = new Table({
    head: [...head],
    style: { head: [], border: [] },
    wordWrap: true,
    ...(widths && { colWidths: [...widths] }),
  })
  for (const row of rows) table.push([...row])
  return table.toString()
}

export function dayOf(atMs: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'Europe/Brussels' }).format(new Date(atMs))
}

/** A place and how many records are in it: `notes (3)`, `orders`. */
export function counted(part: string, count: number): string {
  const place = part.replaceAll('_', ' ')
  return count === 1 ? place : `${place} (${count})`
}

export function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`
}
