import { describe, expect, it } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import { connectors } from '../../connectors/index.ts'
import { connectorBlocks, rightsTable } from './connectors-doc.ts'
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

  it('name every place of every connector, with why it is left', () => {
    const blocks = connectorBlocks()
    for (const { connector } of connectors) {
      const text = blocks.find(({ name }) => name === connector.manifest.id)?.text ?? ''
      for (const { part, why = '' } of connector.manifest.depth) {
        expect(text).toMatch(new RegExp(`^\\| \`${part}\` \\|.*$`, 'm'))
        expect(text).toContain(why)
      }
    }
  })

  it('cannot lose a connector: a manifest without a chapter is refused', () => {
    const [first] = connectorBlocks()
    expect(() => fillBlocks('<!-- made: other -->\n<!-- end: other -->', first ? [first] : [])).toThrow()
  })
})
