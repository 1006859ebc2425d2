import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

export const project = path.resolve(import.meta.dirname, '../..')

export interface DocPage {
  /** Path from the project's directory. */
  readonly file: string
  readonly text: string
}

const SKIPPED = new Set(['node_modules', '.runtime', '.data', '.git', 'coverage'])

/** Every Markdown page of the project. */
export async function allPages(folder = ''): Promise<readonly DocPage[]> {
  const entries = await readdir(path.join(project, folder), { withFileTypes: true })
  const found = await Promise.all(
    entries.map(async (entry) => {
      const file = path.posix.join(folder, entry.name)
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : allPages(file)
      return file.endsWith('.md') ? [{ file, text: await readFile(path.join(project, file), 'utf8') }] : []
    }),
  )
  return found.flat()
}

/** What stands in code: inline, and the lines of blocks. */
export function codeOf({ text }: DocPage): readonly string[] {
  const blocks = [...text.matchAll(/^```\w*\n([^]*?)^```/gm)].flatMap((match) => (match[1] ?? '').split('\n'))
  const inline = [...text.replace(/^```[^]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '')
  return [...blocks, ...inline]
}

/** The anchor that GitHub gives a heading. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.replace(/^```[^]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? '')
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

/** Links to other pages and files: where they stand, and where they lead. */
export function linksOf({ file, text }: DocPage): readonly { readonly to: string; readonly anchor: string }[] {
  const targets = [...text.replace(/^```[^]*?^```/gm, '').matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '')
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [page = '', anchor = ''] = target.split('#')
      return { to: page === '' ? file : path.posix.join(path.posix.dirname(file), page), anchor }
    })
}
