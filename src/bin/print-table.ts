import Table from 'cli-table3'

/** A text, or one that spans several rows: the rows below leave it out. */
export type Cell = string | { readonly content: string; readonly rowSpan: number }

/** What a table may be wide where nobody says how wide the paper is: what an ordinary terminal shows. */
export const USUAL_WIDTH = 80
const WIDEST = 110
/** Narrower than this a column of words is no help any more. */
const NARROWEST_COLUMN = 6
const FRAME = 1
const PADDING = 2

/** How wide a table may be on this output, never wider than people read. */
export function tableWidth(columns: number | undefined): number {
  return Math.min(columns ?? USUAL_WIDTH, WIDEST)
}

/** A table that is no wider than `width` whatever its cells hold: lines break between words, and within words where they must. */
export function tableText(head: readonly string[], rows: readonly (readonly Cell[])[], width: number): string {
  const widths = columnWidths(head, rows, width)
  const fitted = (text: string, column: number) => wrapped(text, (widths[column] ?? NARROWEST_COLUMN) - PADDING)
  const table = new Table({
    head: head.map(fitted),
    style: { head: [], border: [] },
    colWidths: widths,
  })
  for (const row of rows) {
    const shift = head.length - row.length
    table.push(
      row.map((cell, at) =>
        typeof cell === 'string'
          ? fitted(cell, at + shift)
          : { content: fitted(cell.content, at + shift), rowSpan: cell.rowSpan },
      ),
    )
  }
  return table.toString()
}

function columnWidths(head: readonly string[], rows: readonly (readonly Cell[])[], width: number): number[] {
  const wanted = wantedWidths(head, rows)
  const room = width - FRAME - head.length * FRAME
  const widths = wanted.map((one) => one + PADDING)
  for (;;) {
    const sum = widths.reduce((total, one) => total + one, 0)
    const widest = Math.max(...widths)
    if (sum <= room || widest <= NARROWEST_COLUMN) return widths
    const at = widths.indexOf(widest)
    // Down to the next widest at once, but never below what is needed.
    const second = Math.max(NARROWEST_COLUMN, ...widths.filter((one) => one < widest))
    widths[at] = Math.max(widest - (sum - room), Math.min(second, widest - 1))
  }
}

/** The longest line of each column; a row under a spanning cell lacks its first column. */
function wantedWidths(head: readonly string[], rows: readonly (readonly Cell[])[]): number[] {
  const wanted = head.map((title) => title.length)
  for (const row of rows) {
    const shift = head.length - row.length
    for (const [at, cell] of row.entries()) {
      const lines = textOf(cell).split('\n')
      wanted[at + shift] = Math.max(wanted[at + shift] ?? 0, ...lines.map((line) => line.length))
    }
  }
  return wanted
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.content
}

/** The text in lines of at most `width` characters. */
export function wrapped(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => linesOf(line, width))
    .join('\n')
}

function linesOf(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((one) => piecesOf(one, width))) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

function piecesOf(word: string, width: number): readonly string[] {
  if (word.length <= width) return [word]
  return Array.from({ length: Math.ceil(word.length / width) }, (_, at) => word.slice(at * width, (at + 1) * width))
}
