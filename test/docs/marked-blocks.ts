/** A place in a page that is made from the code: between its two marks, and never edited by hand. */
export interface Block {
  readonly name: string
  readonly text: string
}

/**
 * Puts each text between its marks, `<!-- made: NAME -->` and `<!-- end: NAME -->`.
 *
 * @throws Error when the page has not exactly one pair of marks for a block, or has marks that no block fills.
 */
export function fillBlocks(page: string, blocks: readonly Block[]): string {
  const marked = [...page.matchAll(/^<!-- made: (\S+) -->$/gm)].map((match) => match[1] ?? '')
  const named = blocks.map(({ name }) => name)
  if (marked.toSorted().join() !== named.toSorted().join())
    throw new Error(`the page marks ${marked.join(', ')}; the code makes ${named.join(', ')}`)
  return blocks.reduce((filled, block) => fill(filled, block), page)
}

function fill(page: string, { name, text }: Block): string {
  const [open, close] = [`<!-- made: ${name} -->`, `<!-- end: ${name} -->`]
  const [before = '', rest = ''] = page.split(open)
  const after = rest.split(close)[1]
  if (after === undefined) throw new Error(`the block ${name} does not end`)
  return `${before}${open}\n\n${text}\n\n${close}${after}`
}

/** A Markdown table; a bar inside a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
