import { describe, expect, it } from '@jest/globals'
import { buildStatement, type RecordFacts } from '../../src/ledger/record.ts'
import { describeRecord, type PageSection } from '../../src/ledger/record-page.ts'
import { access, erasure, erasureWithException, hubspot, PERSON } from './record-facts.ts'

function sectionOf(facts: RecordFacts, heading: string): PageSection | undefined {
  return describeRecord(buildStatement(facts)).sections.find((section) => section.heading === heading)
}

function wordsOf(facts: RecordFacts): string {
  return JSON.stringify(describeRecord(buildStatement(facts)), (key, value: unknown) =>
    key === 'kind' ? undefined : value,
  )
}

describe('the page of a record', () => {
  it('shows each system with what was found, done, and seen when somebody looked again', () => {
    expect(sectionOf(erasure, 'Systems')).toMatchObject({
      columns: ['System', 'Place', 'Found', 'Done', 'Looked again', 'Outcome'],
      rows: [
        ['HubSpot', 'contact', '2', '2', '2026-11-03 15:30 UTC: none there', 'erased'],
        [
          'HubSpot',
          'invoices',
          '3',
          '0',
          '2026-11-03 15:30 UTC: 3 there',
          'kept until 2033-01-01 because the law demands it (BE CIR92 Art. 315)',
        ],
        ['Intercom', 'contact', '0', '0', 'no', 'not found under these identifiers, in this place, at this time'],
      ],
    })
  })

  it('says that a system needs a decision, and where the exception is explained', () => {
    expect(sectionOf(erasureWithException, 'Systems')).toMatchObject({
      rows: expect.arrayContaining([
        ['Intercom', 'contact', '1', '0', 'no', 'needs a decision; failed (VENDOR_REFUSED)'],
      ]),
    })
    expect(sectionOf(erasureWithException, 'Exceptions')).toMatchObject({
      rows: [['Intercom', 'contact', 'failed (VENDOR_REFUSED)', 'j-1042']],
    })
  })

  it('says that the vendor confirmed and when it finishes', () => {
    const outcome = { kind: 'accepted', finishesByMs: Date.UTC(2026, 11, 5) } as const
    const parts = [{ part: 'events', outcome, counts: { found: 4, done: 4, kept: 0, remaining: 4 } }]
    expect(sectionOf({ ...erasure, legs: [{ ...hubspot, parts }] }, 'Systems')).toMatchObject({
      rows: [['HubSpot', 'events', '4', '4', expect.anything(), 'the vendor confirmed, finishes by 2026-12-05']],
    })
  })

  it('tells two accounts of one vendor apart', () => {
    const legs = [hubspot, { ...hubspot, accountId: 'hubspot-shop' }]
    const systems = sectionOf({ ...erasure, legs }, 'Systems')
    expect(systems).toMatchObject({
      rows: expect.arrayContaining([expect.arrayContaining(['HubSpot (hubspot-shop)'])]),
    })
  })

  it('lists what is not reached, what happens later, and what is not proven', () => {
    expect(sectionOf(erasure, 'Not reached')).toMatchObject({
      lines: [
        'HubSpot, site visits: not read (the API offers no access to raw visits)',
        'HubSpot, site visits: stays after an erasure (the API offers no access to raw visits)',
      ],
    })
    expect(sectionOf(erasure, 'What happens later')).toMatchObject({
      facts: [
        { value: '2026-12-09' },
        { value: '2033-01-02' },
        { label: 'What that needs is destroyed', value: '2033-01-03' },
        { value: '2027-11-02' },
      ],
    })
    expect(sectionOf(erasure, 'What this record does not prove')).toBeDefined()
  })

  it('leaves out what there is nothing to say about', () => {
    expect(sectionOf(erasure, 'Exceptions')).toBeUndefined()
  })

  it('speaks the users’ words and names no person', () => {
    const inner = /\b(legs?|parked|sealed|capacity|predicate|payload|task|capsule|parts?|journal_entry|effects?)\b/i
    for (const facts of [erasure, erasureWithException, access]) {
      const words = wordsOf(facts).replaceAll('personal part', '')
      expect(words).not.toMatch(inner)
      for (const canary of Object.values(PERSON)) expect(words).not.toContain(canary)
    }
  })
})
