import { describe, expect, it } from '@jest/globals'
import { holdsTrace, joinedTraces, redact, redactedTexts, tracesIn, tracesOf } from '../../../src/connector/index.ts'

const traces = tracesOf({
  emails: ['an@example.org', 'an.desmedt@example.net'],
  phones: ['+32 470 12 34 56', '12 34'],
  names: ['An De Smedt', ' De Smedt ', 'An'],
})

describe('a person’s traces in somebody’s text', () => {
  it.each([
    ['An De Smedt called', '[erased] called'],
    ['DE SMEDT, an@example.org', '[erased], [erased]'],
    ['an.desmedt@example.net wrote', '[erased] wrote'],
    ['mailto:an@example.org.', 'mailto:[erased].'],
    ['-an@example.org', '-[erased]'],
    ['phone 0470/12.34.56 today', 'phone [erased] today'],
    ['+32 470 12 34 56', '[erased]'],
  ])('are blanked', (text, expected) => {
    expect(redact(text, traces)).toBe(expected)
    expect(redact(expected, traces)).toBe(expected)
    expect(holdsTrace(expected, traces)).toBe(false)
  })

  it.each([
    'An offer for the team',
    'Demsmedt is a village',
    'Invoice 2024 0012',
    'Jan De Smedtens',
    'jean-an@example.org, dr.an@example.org and an@example.org.uk are others',
    'order 0470123456789',
  ])('are not seen in other words, addresses and numbers', (text) => expect(redact(text, traces)).toBe(text))

  it('come back from an effect’s details, and of two people as one', () => {
    const other = tracesOf({ emails: ['noor@example.com'], phones: [], names: [] })
    const both = joinedTraces([tracesIn({ traces: { ...traces } }), other])
    expect(redact('an@example.org and noor@example.com', both)).toBe('[erased] and [erased]')
  })

  it('change those texts of a record that hold them, and no other', () => {
    const record = { title: 'Offer', note: 'for An De Smedt', count: 3 }
    expect(redactedTexts(record, ['title', 'note', 'count', 'missing'], traces)).toEqual({ note: 'for [erased]' })
  })
})
