import { readFile, writeFile } from 'node:fs/promises'
import { connectorBlocks, rightsTable } from './connectors-doc.ts'
import { fillBlocks, type Block } from './marked-blocks.ts'
import { architectureBlocks } from './states-doc.ts'

// Writes what pages say from the code: sh bin/node test/docs/generate.ts
const pages: Readonly<Record<string, readonly Block[]>> = {
  'README.md': [{ name: 'rights', text: rightsTable() }],
  'ARCHITECTURE.md': architectureBlocks(),
  'docs/connectors.md': connectorBlocks(),
}

for (const [page, blocks] of Object.entries(pages)) {
  const file = new URL(`../../${page}`, import.meta.url)
  await writeFile(file, fillBlocks(await readFile(file, 'utf8'), blocks))
}
