import { describe, expect, it } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import { parseConfiguration } from '../../src/config.ts'
import { settingsShape } from '../../src/config/shape.ts'

const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8')

describe('docs/operations.md', () => {
  it.each([...Object.keys(settingsShape.shape), 'HABEAS_MASTER_KEY'])('explains the variable %s', (name) => {
    expect(page).toMatch(new RegExp(`^\\|[^|]*\`${name}\``, 'm'))
  })

  it('shows a configuration that is taken', () => {
    const example = /```yaml\n([^]*?)```/.exec(page)?.[1] ?? ''
    const connectors = ['hubspot', 'sendgrid'].map((id) => ({ id, depth: [] }))
    const { controllers } = parseConfiguration(example, connectors, { HUBSPOT_TOKEN: 'a', SENDGRID_TOKEN: 'b' })
    expect(controllers[0]?.accounts.map((account) => account.wave)).toEqual([0, 1])
  })
})
