import { describe, expect, it } from '@jest/globals'
import { holdsTrace, redact, tracesOf } from '../../../connectors/hubspot/traces.ts'

const contact = {
  part: 'contact',
  ref: '430001',
  content: {
    properties: { firstname: 'An', lastname: 'De Smedt', email: 'an@example.org', phone: '+32 470 12 34 56' },
  },
}
const traces = tracesOf([contact], [{ kind: 'email', value: 'an.desmedt@example.net' }])

describe('a person’s traces in somebody’s text', () => {
  it.each([
    ['An De Smedt called', '[erased] called'],
    ['DE SMEDT, an@example.org', '[erased], [erased]'],
    ['an.desmedt@example.net wrote', '[erased] wrote'],
    ['phone 0470/12.34.56 today', 'phone [erased] today'],
    ['+32 470 12 34 56', '[erased]'],
  ])('are blanked', (text, expected) => {
    expect(redact(text, traces)).toBe(expected)
    expect(redact(expected, traces)).toBe(expected)
    expect(holdsTrace(expected, traces)).toBe(false)
  })

  it.each(['An offer for the team', 'Demsmedt is a village', 'Invoice 2024 0012', 'Jan De Smedtens'])(
    'are not seen in other words and numbers',
    (text) => expect(redact(text, traces)).toBe(text),
  )
})
