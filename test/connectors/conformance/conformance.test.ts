import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { connectors } from '../../../connectors/index.ts'

describe('the conformance suite', () => {
  // One file a connector, so that they run side by side.
  it.each(connectors.map(({ connector }) => connector.manifest.id))('is run by %s', (id) => {
    expect(existsSync(path.join(import.meta.dirname, '..', id, 'conformance.test.ts'))).toBe(true)
  })
})
