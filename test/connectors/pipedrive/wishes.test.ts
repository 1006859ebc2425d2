import { describe, expect, it } from '@jest/globals'
import { pipedrive } from '../../../connectors/pipedrive/index.ts'
import type { EffectAnswer, EffectCall, JsonObject, LegSubject, PlannedEffect } from '../../../src/connector/index.ts'
import type { WritingRight } from '../../../src/domain/right.ts'
import type { Wish } from '../../../src/domain/wish.ts'
import { approved, gather } from '../conformance/driver.ts'
import { picturesOf } from '../conformance/facts.ts'
import { personOf, verbOf, verdictIn, withBench } from './bench.ts'
import type { Bench } from './bench.ts'

const FIELD = 'c3d4e5f60718293a4b5c6d7e8f9012345678a1b2'

type Wanted = { readonly right: WritingRight } & Partial<Wish>

async function legFor({ lab, context }: Bench, { right, ...wish }: Wanted): Promise<LegSubject> {
  const { records, identifiers } = await gather(lab, lab.subject, context)
  return { right, records: approved(records), kept: [], identifiers, wish: { corrections: [], purposes: [], ...wish } }
}

function callOf(right: WritingRight, { step, target, details }: PlannedEffect): EffectCall {
  return { right, step, members: [{ key: 'one', target, ...(details === undefined ? {} : { details }) }] }
}

async function carryOut(bench: Bench, leg: LegSubject): Promise<readonly EffectAnswer['kind'][]> {
  const right = leg.right as WritingRight
  const kinds: EffectAnswer['kind'][] = []
  for (const effect of await verbOf(bench, right).plan(bench.context, leg)) {
    const [answered] = await verbOf(bench, right).perform(bench.context, callOf(right, effect))
    if (answered !== undefined) kinds.push(answered.answer.kind)
  }
  return kinds
}

async function look({ context }: Bench, { right, records, identifiers, wish }: LegSubject) {
  const subject = { right, records, identifiers, ...(wish === undefined ? {} : { wish }) }
  return (await pipedrive.verify(context, subject)).findings
}

function own({ lab }: Bench): string {
  return lab.subject.refs.person?.[0] ?? ''
}

describe('correcting a person in Pipedrive', () => {
  const corrections = [
    { field: 'last_name', value: 'Van Right' },
    { field: 'email', value: 'Right@Example.org' },
    { field: 'phone', value: '+32 470 99 88 77' },
    { field: 'locality', value: 'Mons' },
  ] as const

  it('sends whole lists, keeps the other address, and leaves the neighbours alone', () =>
    withBench({}, async (bench) => {
      const expectUntouched = picturesOf(bench.lab, [bench.lab.namesake, bench.lab.stranger])
      const leg = await legFor(bench, { right: 'rectification', corrections })
      expect(verdictIn(await look(bench, leg), 'person')).toEqual({ kind: 'present' })

      expect(await carryOut(bench, leg)).toEqual(['done'])

      const { firstName, secondEmail } = bench.lab.subject.person
      const person = await personOf(bench, own(bench))
      expect(person.name).toBe(`${firstName} Van Right`)
      expect(person.emails).toEqual([
        { value: 'right@example.org', primary: true, label: 'work' },
        { value: secondEmail, primary: false, label: 'home' },
      ])
      expect(person.phones).toMatchObject([{ value: '+32470998877', label: 'mobile' }])
      expect(person.postal_address).toMatchObject({ locality: 'Mons', postal_code: '9000' })
      expect(verdictIn(await look(bench, leg), 'person')).toEqual({ kind: 'in_place' })
      expectUntouched()
    }))

  it('finds it already so the second time', () =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench, { right: 'rectification', corrections })
      await carryOut(bench, leg)
      const before = bench.lab.sandbox.picture(bench.lab.subject)

      expect(await carryOut(bench, leg)).toEqual(['already'])
      expect(bench.lab.sandbox.picture(bench.lab.subject)).toBe(before)
    }))

  it('keeps an address that another program added meanwhile', () =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench, { right: 'rectification', corrections })
      const emails = [
        ...((await personOf(bench, own(bench))).emails as JsonObject[]),
        { value: 'new@example.org', primary: false },
      ]
      await bench.send('PATCH', `/api/v2/persons/${own(bench)}`, { emails })

      await carryOut(bench, leg)

      const values = ((await personOf(bench, own(bench))).emails as JsonObject[]).map(({ value }) => value)
      expect(values).toContain('new@example.org')
    }))

  it.each([
    ['reset_after', 'happened'],
    ['reset_before', 'not_happened'],
  ] as const)('reads back after a lost answer (%s)', (kind, expected) =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench, { right: 'rectification', corrections })
      const [effect] = await verbOf(bench, 'rectification').plan(bench.context, leg)
      if (effect === undefined) throw new Error('something is planned')
      const call = callOf('rectification', effect)
      bench.lab.sandbox.arm({ match: { changesOnly: true }, times: 1, what: { kind } })

      await expect(verbOf(bench, 'rectification').perform(bench.context, call)).rejects.toMatchObject({
        mayHaveArrived: true,
      })
      expect(await verbOf(bench, 'rectification').readBack(bench.context, call)).toEqual([
        { key: 'one', answer: { kind: expected } },
      ])
    }),
  )

  it('sees that nothing was corrected when Pipedrive says so and does nothing', () =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench, { right: 'rectification', corrections })
      bench.lab.sandbox.arm({ match: { changesOnly: true }, times: 1, what: { kind: 'lie' } })
      await carryOut(bench, leg)

      expect(verdictIn(await look(bench, leg), 'person')).toEqual({ kind: 'present' })
    }))

  it('is refused where a field exists with contact sync only', () =>
    withBench({ switches: { contact_sync: 'off' } }, async (bench) => {
      const wish = [{ field: 'job_title', value: 'Architect' }] as const
      const leg = await legFor(bench, { right: 'rectification', corrections: wish })

      expect(await carryOut(bench, leg)).toEqual(['rejected'])
      expect(verdictIn(await look(bench, leg), 'person')).toEqual({ kind: 'present' })
    }))

  it('leaves the organisation to a person, and says so', () =>
    withBench({}, async (bench) => {
      const wish = [{ field: 'organisation', value: 'Right Builders' }] as const
      const leg = await legFor(bench, { right: 'rectification', corrections: wish })

      expect(await carryOut(bench, leg)).toEqual([])
      expect((await look(bench, leg)).map(({ part, verdict }) => [part, verdict.kind])).toEqual([
        ['organisation', 'cannot_tell'],
      ])
    }))

  it('clears a field by an empty value', () =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench, { right: 'rectification', corrections: [{ field: 'phone', value: '' }] })

      expect(await carryOut(bench, leg)).toEqual(['done'])
      expect((await personOf(bench, own(bench))).phones).toEqual([])
    }))
})

describe('objecting in Pipedrive', () => {
  const objection = { right: 'objection', purposes: ['direct_marketing'] } as const

  it('unsubscribes, and believes only what reads back', () =>
    withBench({ switches: { patch_answer: 'with_marketing' } }, async (bench) => {
      const expectUntouched = picturesOf(bench.lab, [bench.lab.namesake, bench.lab.stranger])
      const leg = await legFor(bench, objection)
      expect(verdictIn(await look(bench, leg), 'marketing_status')).toEqual({ kind: 'present' })

      expect(await carryOut(bench, leg)).toEqual(['done'])
      expect(await carryOut(bench, leg)).toEqual(['already'])

      expect((await personOf(bench, own(bench))).marketing_status).toBe('unsubscribed')
      expect((await look(bench, leg)).map(({ part, verdict }) => [part, verdict.kind])).toEqual([
        ['marketing_status', 'in_place'],
      ])
      expectUntouched()
    }))

  it('looks where the answer does not show the status', () =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench, objection)

      expect(await carryOut(bench, leg)).toEqual(['done'])
    }))

  it('leaves it to the read back when the look fails after the change', () =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench, objection)
      const [effect] = await verbOf(bench, 'objection').plan(bench.context, leg)
      if (effect === undefined) throw new Error('something is planned')
      const call = callOf('objection', effect)
      expect(await verbOf(bench, 'objection').readBack(bench.context, call)).toMatchObject([
        { answer: { kind: 'not_happened' } },
      ])
      // The first read is that before the change.
      let reads = 0
      bench.lab.beforeEachCall(({ method }) => {
        reads += method === 'GET' ? 1 : 0
        if (method === 'GET' && reads === 2) bench.lab.sandbox.arm({ times: 1, what: { kind: 'status', status: 503 } })
      })

      expect(await verbOf(bench, 'objection').perform(bench.context, call)).toMatchObject([
        { answer: { kind: 'unknown' } },
      ])
      expect(await verbOf(bench, 'objection').readBack(bench.context, call)).toMatchObject([
        { answer: { kind: 'happened' } },
      ])
    }))

  it.each(['with_marketing', 'without_marketing'])(
    'sees a change that Pipedrive leaves undone without a word (%s)',
    (patch_answer) =>
      withBench({ switches: { patch_answer } }, async (bench) => {
        const id = own(bench)
        // The one change that Pipedrive allows is used up.
        await bench.send('PATCH', `/api/v2/persons/${id}`, { marketing_status: 'no_consent' })
        const leg = await legFor(bench, objection)
        const kinds = await carryOut(bench, leg)

        expect(kinds).toEqual(['rejected'])
        expect((await personOf(bench, id)).marketing_status).toBe('no_consent')
        expect(verdictIn(await look(bench, leg), 'marketing_status')).toEqual({ kind: 'present' })
      }),
  )

  it('says that mail is sent elsewhere where the company has no Campaigns', () =>
    withBench({ switches: { campaigns: '403' } }, async (bench) => {
      const leg = await legFor(bench, objection)

      expect(await carryOut(bench, leg)).toEqual([])
      expect(verdictIn(await look(bench, leg), 'marketing_status')?.kind).toBe('cannot_tell')
    }))

  it('records it in the custom field that the account names, where the company has no Campaigns', () =>
    withBench({ switches: { campaigns: '400' }, options: { objection_field: FIELD } }, async (bench) => {
      const leg = await legFor(bench, objection)
      expect(verdictIn(await look(bench, leg), 'marketing_status')).toEqual({ kind: 'present' })

      expect(await carryOut(bench, leg)).toEqual(['done'])

      expect(verdictIn(await look(bench, leg), 'marketing_status')).toEqual({ kind: 'in_place' })
      expect(await carryOut(bench, leg)).toEqual(['already'])
    }))

  it('does nothing about profiling, which Pipedrive does not do, and says so', () =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench, { right: 'objection', purposes: ['profiling'] })

      expect(await carryOut(bench, leg)).toEqual([])
      expect(verdictIn(await look(bench, leg), 'marketing_status')?.kind).toBe('cannot_tell')
    }))
})

describe('restricting in Pipedrive', () => {
  it('has nothing of its own, and says so', () =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench, { right: 'restriction' })

      expect(await carryOut(bench, leg)).toEqual([])
      expect((await look(bench, leg)).map(({ part, verdict }) => [part, verdict.kind])).toEqual([
        ['person', 'cannot_tell'],
      ])
    }))

  it('sets the custom field that the account names, and unsubscribes nobody', () =>
    withBench({ options: { restriction_field: FIELD, restriction_value: 17 } }, async (bench) => {
      const expectUntouched = picturesOf(bench.lab, [bench.lab.namesake, bench.lab.stranger])
      const leg = await legFor(bench, { right: 'restriction' })
      expect(verdictIn(await look(bench, leg), 'person')).toEqual({ kind: 'present' })

      expect(await carryOut(bench, leg)).toEqual(['done'])
      expect(await carryOut(bench, leg)).toEqual(['already'])

      const person = await personOf(bench, own(bench))
      expect((person.custom_fields as JsonObject)[FIELD]).toBe(17)
      expect(person.marketing_status).toBe('subscribed')
      expect(verdictIn(await look(bench, leg), 'person')).toEqual({ kind: 'in_place' })
      expectUntouched()
    }))

  it('sees that the mark was not set when Pipedrive says so and does nothing', () =>
    withBench({ options: { restriction_field: FIELD } }, async (bench) => {
      const leg = await legFor(bench, { right: 'restriction' })
      bench.lab.sandbox.arm({ match: { changesOnly: true }, times: 1, what: { kind: 'lie' } })
      await carryOut(bench, leg)

      expect(verdictIn(await look(bench, leg), 'person')).toEqual({ kind: 'present' })
    }))
})
