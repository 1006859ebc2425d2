import { describe, expect, it } from '@jest/globals'
import type { Correction, JsonValue, LegSubject, Purpose, WritingRight } from '../../../src/connector/index.ts'
import { textAt } from '../../../src/connector/index.ts'
import { carryOutAll, findingOf, verbOf, verdictOf } from '../kit/bench.ts'
import { withBench } from './bench.ts'
import type { Bench } from './bench.ts'

const RESTRICTION = { restriction_property: 'dsr_processing_restricted' }

interface Wished {
  readonly right: WritingRight
  readonly corrections?: readonly Correction[]
  readonly purposes?: readonly Purpose[]
}

function wished(bench: Bench, { right, corrections = [], purposes = [] }: Wished): Promise<LegSubject> {
  return bench.legOf({ right, wish: { corrections, purposes } })
}

async function carryOut(bench: Bench, leg: LegSubject): Promise<readonly string[]> {
  const right = leg.right as WritingRight
  return carryOutAll(bench, right, await verbOf(bench, right).plan(bench.context, leg))
}

async function contactOf(bench: Bench): Promise<JsonValue> {
  const [id = ''] = bench.lab.subject.refs.contact ?? []
  const body = { inputs: [{ id }], properties: ['email', 'hs_additional_emails', 'city'], propertiesWithHistory: [] }
  const answer = await bench.send('POST', '/crm/v3/objects/contacts/batch/read', body)
  return (answer as { readonly results: readonly { readonly properties: JsonValue }[] }).results[0]?.properties ?? null
}

describe('what HubSpot can correct', () => {
  it.each(['dropped', 'kept_as_secondary'])('keeps a wrong address nowhere (a replaced one is %s)', (value) =>
    withBench({ switches: { replaced_address: value } }, async (bench) => {
      const { email, secondEmail } = bench.lab.subject.person
      const corrections = [{ field: 'email', value: 'right.one@example.net' }] as const
      const leg = await wished(bench, { right: 'rectification', corrections })
      expect(await carryOut(bench, leg)).toEqual(['done', value === 'dropped' ? 'already' : 'done'])
      const after = await contactOf(bench)
      expect(textAt(after, 'email')).toBe('right.one@example.net')
      // The secondary address was not complained about.
      expect(textAt(after, 'hs_additional_emails')).toBe(secondEmail)
      expect(JSON.stringify(after)).not.toContain(email)
      expect(verdictOf(await bench.verify(leg), 'contact')).toBe('in_place')
    }),
  )

  it('says present when the wrong address is back as a secondary one', () =>
    withBench({}, async (bench) => {
      const { email } = bench.lab.subject.person
      const leg = await wished(bench, {
        right: 'rectification',
        corrections: [{ field: 'email', value: 'right.one@example.net' }],
      })
      await carryOut(bench, leg)
      const [id = ''] = bench.lab.subject.refs.contact ?? []
      const inputs = [{ id, properties: { hs_additional_emails: email } }]
      await bench.send('POST', '/crm/v3/objects/contacts/batch/update', { inputs })
      expect(verdictOf(await bench.verify(leg), 'contact')).toBe('present')
    }))

  it('is refused an address that another contact has, and says so', () =>
    withBench({}, async (bench) => {
      const corrections = [{ field: 'email', value: bench.lab.stranger.person.email }] as const
      const leg = await wished(bench, { right: 'rectification', corrections })
      expect((await carryOut(bench, leg))[0]).toBe('VENDOR_REFUSED')
      expect(verdictOf(await bench.verify(leg), 'contact')).toBe('present')
    }))

  it('empties a value', () =>
    withBench({}, async (bench) => {
      const leg = await wished(bench, { right: 'rectification', corrections: [{ field: 'locality', value: '' }] })
      expect(await carryOut(bench, leg)).toEqual(['done'])
      expect(textAt(await contactOf(bench), 'city')).toBe('')
      expect(verdictOf(await bench.verify(leg), 'contact')).toBe('in_place')
    }))

  it('leaves a contact alone that lies in the recycle bin', () =>
    withBench({}, async (bench) => {
      const corrections = [{ field: 'last_name', value: 'Van Damme' }] as const
      const leg = await wished(bench, { right: 'rectification', corrections })
      const plan = await verbOf(bench, 'rectification').plan(bench.context, leg)
      expect(plan.map(({ target }) => target)).toEqual([bench.lab.subject.refs.contact?.[0]])
    }))
})

describe('what HubSpot can stop', () => {
  it('opts every address out in every brand, and sees one that was opted in again', () =>
    withBench({ options: { business_unit_ids: [7] } }, async (bench) => {
      const leg = await wished(bench, { right: 'objection', purposes: ['direct_marketing'] })
      const kinds = await carryOut(bench, leg)
      expect(kinds.length).toBeGreaterThanOrEqual(4)
      const units = bench.lab.sandbox.calls().filter(({ query, isChange }) => isChange && query.includes('UnitId=7'))
      expect(units).toHaveLength(kinds.length / 2)
      expect(verdictOf(await bench.verify(leg), 'subscription_status')).toBe('in_place')
    }))

  it.each<readonly [Purpose, readonly string[]]>([
    ['profiling', ['contact cannot_tell']],
    ['all', ['subscription_status in_place', 'contact cannot_tell']],
  ])('does not claim what it has no switch for: %s', (purpose, expected) =>
    withBench({}, async (bench) => {
      const leg = await wished(bench, { right: 'objection', purposes: [purpose] })
      await carryOut(bench, leg)
      const { findings } = await bench.verify(leg)
      expect(findings.map(({ part, verdict }) => `${part} ${verdict.kind}`)).toEqual(expected)
    }),
  )

  it('marks a restricted contact and opts it out', () =>
    withBench({ options: RESTRICTION }, async (bench) => {
      const leg = await wished(bench, { right: 'restriction' })
      await carryOut(bench, leg)
      const report = await bench.verify(leg)
      expect([verdictOf(report, 'contact'), verdictOf(report, 'subscription_status')]).toEqual(['in_place', 'in_place'])
    }))

  it('only marks it where the account says so', () =>
    withBench({ options: { ...RESTRICTION, restriction_unsubscribes: false } }, async (bench) => {
      const leg = await wished(bench, { right: 'restriction' })
      expect(await carryOut(bench, leg)).toEqual(['done'])
      expect(findingOf(await bench.verify(leg), 'subscription_status')).toBeUndefined()
    }))

  it('plans no restriction and says why without a property for it', () =>
    withBench({}, async (bench) => {
      const leg = await wished(bench, { right: 'restriction' })
      expect(await carryOut(bench, leg)).toEqual([])
      expect(verdictOf(await bench.verify(leg), 'contact')).toBe('cannot_tell')
    }))

  it('is refused, and says present, when nobody made the property', () =>
    withBench(
      { options: { restriction_property: 'nobody_made_this', restriction_unsubscribes: false } },
      async (bench) => {
        const leg = await wished(bench, { right: 'restriction' })
        expect(await carryOut(bench, leg)).toEqual(['VENDOR_REFUSED'])
        expect(verdictOf(await bench.verify(leg), 'contact')).toBe('present')
      },
    ))
})
