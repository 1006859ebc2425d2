import { styleText } from 'node:util'
import { tableText, tableWidth, wrapped, type Cell } from '../print-table.ts'

const INDENT = 5

/** How the demo speaks: chapters, short lines, tables; and what it expected but did not see. */
export interface Teller {
  chapter(title: string): void
  say(text: string): void
  /** A line as it is: paths and commands are copied from it. */
  line(text: string): void
  table(head: readonly string[], rows: readonly (readonly Cell[])[]): void
  /** Tells what was checked. What is not so makes the demo fail. */
  check(what: string, isSo: boolean): void
  /** What was not as expected, in the order in which it was seen. */
  readonly failures: readonly string[]
}

export function createTeller(print: (line: string) => void, isTerminal: boolean, columns?: number): Teller {
  const failures: string[] = []
  const width = tableWidth(columns)
  let chapters = 0
  const style = (format: 'bold' | 'green' | 'red', text: string) => (isTerminal ? styleText(format, text) : text)
  return {
    failures,
    chapter: (title) => {
      chapters += 1
      const heading = `${chapters}. ${title}`
      print(`\n${style('bold', heading)}\n${'-'.repeat(heading.length)}`)
    },
    say: (text) => print(wrapped(text, width)),
    line: print,
    table: (head, rows) => print(tableText(head, rows, width)),
    check: (what, isSo) => {
      if (!isSo) failures.push(what)
      const mark = isSo ? `${style('green', 'yes')}  ` : `${style('red', 'NO')}   `
      print(`${mark}${wrapped(what, width - INDENT).replaceAll('\n', `\n${' '.repeat(INDENT)}`)}`)
    },
  }
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
