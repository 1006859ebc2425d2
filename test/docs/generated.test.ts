import { describe, expect, it } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import { connectors } from '../../connectors/index.ts'
import { chapterOf, connectorBlocks, rightsTable } from './connectors-doc.ts'
import { fillBlocks } from './marked-blocks.ts'
import { architectureBlocks } from './states-doc.ts'

const pages = [
  ['README.md', [{ name: 'rights', text: rightsTable() }]],
  ['ARCHITECTURE.md', architectureBlocks()],
  ['docs/connectors.md', connectorBlocks()],
] as const

describe('pages that are made from the code', () => {
  // When this fails: sh bin/node test/docs/generate.ts
  it.each(pages)('%s says what the code says', async (page, blocks) => {
    const text = await readFile(new URL(`../../${page}`, import.meta.url), 'utf8')
    expect(fillBlocks(text, blocks)).toBe(text)
  })

  it.each(connectors.map(({ connector }) => [connector.manifest.id, connector.manifest] as const))(
    'name every place of %s, with why it is left',
    (_, manifest) => {
      const rows = chapterOf(manifest).split('\n')
      const missing = manifest.depth.filter(
        ({ part, why = '' }) => !rows.some((row) => row.startsWith(`| \`${part}\` |`) && row.includes(why)),
      )
      expect(missing).toEqual([])
    },
  )

  it('refuse marks that the code does not fill', () => {
    const [first] = connectorBlocks()
    expect(() => fillBlocks('<!-- made: other -->\n<!-- end: other -->', first ? [first] : [])).toThrow()
  })
})
