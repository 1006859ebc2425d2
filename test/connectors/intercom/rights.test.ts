import { describe, expect, it } from '@jest/globals'
import type { Correction, JsonValue, LegSubject, Purpose, WritingRight } from '../../../src/connector/index.ts'
import { carryOut, carryOutAll, findingOf, lookBack, verbOf, verdictOf, withBench } from './bench.ts'
import type { Bench } from './bench.ts'

type Wished = { readonly right: WritingRight; readonly leg: LegSubject }

async function rectification(bench: Bench, corrections: readonly Correction[]): Promise<Wished> {
  const right = 'rectification'
  return { right, leg: await bench.legOf({ right, wish: { corrections, purposes: [] } }) }
}

async function objection(bench: Bench, purposes: readonly Purpose[]): Promise<Wished> {
  const right = 'objection'
  return { right, leg: await bench.legOf({ right, wish: { corrections: [], purposes } }) }
}

async function restriction(bench: Bench): Promise<Wished> {
  return { right: 'restriction', leg: await bench.legOf({ right: 'restriction' }) }
}

async function carryOutWish(bench: Bench, { right, leg }: Wished): Promise<readonly string[]> {
  const plan = await verbOf(bench, right).plan(bench.context, leg)
  return carryOutAll(bench, right, plan)
}

const MOVED: readonly Correction[] = [
  { field: 'last_name', value: 'Van den Berghe' },
  { field: 'email', value: 'new.address@example.net' },
  { field: 'phone', value: '+32470999888' },
]

const WISHES: readonly (readonly [WritingRight, (bench: Bench) => Promise<Wished>])[] = [
  ['rectification', (bench) => rectification(bench, MOVED)],
  ['objection', (bench) => objection(bench, ['direct_marketing'])],
  ['restriction', restriction],
]

describe.each(WISHES)('%s in Intercom', (right, wish) => {
  it('is in place after acting, beside untouched neighbours, and twice is once', () =>
    withBench({}, async (bench) => {
      const { lab } = bench
      const pictures = () => [lab.namesake, lab.stranger].map((one) => lab.sandbox.picture(one))
      const before = pictures()
      const wished = await wish(bench)
      const open = await bench.verify(wished.leg)
      expect(open.findings.map(({ verdict }) => verdict.kind)).toContain('present')
      for (let time = 0; time < 2; time += 1) {
        const kinds = await carryOutWish(bench, wished)
        expect(kinds.length).toBeGreaterThan(0)
        expect(kinds.every((kind) => kind === 'done' || kind === 'already')).toBe(true)
        const report = await bench.verify(wished.leg)
        expect(new Set(report.findings.map(({ verdict }) => verdict.kind))).toEqual(new Set(['in_place']))
        expect(report.control.responseDigest).toMatch(/^[0-9a-f]{64}$/)
      }
      expect(pictures()).toEqual(before)
    }))

  it('plans the same each time and touches nobody by planning', () =>
    withBench({}, async (bench) => {
      const { leg } = await wish(bench)
      const before = bench.lab.sandbox.picture(bench.lab.subject)
      const plan = await verbOf(bench, right).plan(bench.context, leg)
      expect(await verbOf(bench, right).plan(bench.context, leg)).toEqual(plan)
      expect(bench.lab.sandbox.picture(bench.lab.subject)).toBe(before)
      expect(await verbOf(bench, right).plan(bench.context, { ...leg, records: [], kept: leg.records })).toEqual([])
    }))

  it('settles a lost answer by looking, before and after the effect', () =>
    withBench({}, async (bench) => {
      const plan = await verbOf(bench, right).plan(bench.context, (await wish(bench)).leg)
      const steps = [...new Map(plan.map((effect) => [effect.step, effect])).values()]
      for (const effect of steps) {
        for (const [kind, happened] of [
          ['reset_before', 'not_happened'],
          ['reset_after', 'happened'],
        ] as const) {
          // The newsletter was left before, so that the lost call is the one of another type.
          bench.lab.sandbox.arm({ match: { changesOnly: true }, times: 1, what: { kind } })
          expect(await carryOut(bench, right, effect)).toMatch(/\?$/)
          expect(await lookBack(bench, right, effect)).toBe(happened)
        }
      }
    }))

  it('sees that nothing is in place when the vendor says yes and does nothing', () =>
    withBench({}, async (bench) => {
      const wished = await wish(bench)
      const plan = await verbOf(bench, right).plan(bench.context, wished.leg)
      bench.lab.sandbox.arm({ match: { changesOnly: true }, times: plan.length, what: { kind: 'lie' } })
      await carryOutWish(bench, wished)
      const report = await bench.verify(wished.leg)
      for (const { verdict } of report.findings) expect(verdict.kind).toBe('present')
    }))

  it('is not content with a success that does not show the change', () =>
    withBench({}, async (bench) => {
      const plan = await verbOf(bench, right).plan(bench.context, (await wish(bench)).leg)
      bench.lab.sandbox.arm({
        match: { changesOnly: true },
        times: plan.length,
        what: { kind: 'garbage', body: '{"id":"0"}' },
      })
      expect(new Set(await carryOutAll(bench, right, plan))).toEqual(new Set(['unknown']))
    }))

  it('says that the record is gone when it is', () =>
    withBench({}, async (bench) => {
      const wished = await wish(bench)
      for (const id of bench.lab.subject.refs.contact ?? []) await bench.send('DELETE', `/contacts/${id}`)
      expect(verdictOf(await bench.verify(wished.leg), 'contact')).toBe('absent')
      const plan = await verbOf(bench, right).plan(bench.context, wished.leg)
      const onContact = plan.find(({ part }) => part === 'contact')
      expect(onContact === undefined ? 'none' : await carryOut(bench, right, onContact)).toBe('VENDOR_REFUSED')
    }))

  it('does not take a broken answer for “in place”', () =>
    withBench({}, async (bench) => {
      const { leg } = await wish(bench)
      for (const body of ['null', '', '[]', '<html>']) {
        bench.lab.sandbox.arm({ match: { path: /^\/contacts\// }, times: 1, what: { kind: 'garbage', body } })
        await expect(bench.verify(leg)).rejects.toMatchObject({ code: 'VENDOR_ANSWER_UNREADABLE' })
      }
    }))
})

describe('what Intercom can correct', () => {
  const nameAfter = (corrections: readonly Correction[]) => async (bench: Bench) => {
    await carryOutWish(bench, await rectification(bench, corrections))
    const [user = ''] = bench.lab.subject.refs.contact ?? []
    return bench.send('GET', `/contacts/${user}`)
  }

  it('keeps the half of the name that is not corrected', () =>
    withBench({}, async (bench) => {
      const { firstName, lastName } = bench.lab.subject.person
      expect(await nameAfter([{ field: 'first_name', value: 'Alix' }])(bench)).toMatchObject({
        name: `Alix ${lastName}`,
      })
      const after = await nameAfter([{ field: 'last_name', value: 'De Smet' }])(bench)
      expect(after).toMatchObject({ name: 'Alix De Smet' })
      expect(firstName).not.toBe('Alix')
    }))

  it('empties a phone number', () =>
    withBench({}, async (bench) => {
      expect(await nameAfter([{ field: 'phone', value: '' }])(bench)).toMatchObject({ phone: null })
      const { leg } = await rectification(bench, [{ field: 'phone', value: '' }])
      expect(verdictOf(await bench.verify(leg), 'contact')).toBe('in_place')
    }))

  it.each<Correction>([
    { field: 'email', value: '' },
    { field: 'job_title', value: 'Architect' },
  ])('cannot tell about what has no place: %j', (correction) =>
    withBench({}, async (bench) => {
      const wished = await rectification(bench, [correction])
      expect(await carryOutWish(bench, wished)).toEqual([])
      expect(verdictOf(await bench.verify(wished.leg), 'contact')).toBe('cannot_tell')
    }),
  )

  it('writes the custom attribute that the configuration names', () =>
    withBench({ options: { custom_fields: { job_title: 'plan' } } }, async (bench) => {
      const corrections: readonly Correction[] = [{ field: 'job_title', value: 'Architect' }]
      expect(await nameAfter(corrections)(bench)).toMatchObject({ custom_attributes: { plan: 'Architect' } })
      const { leg } = await rectification(bench, corrections)
      expect(verdictOf(await bench.verify(leg), 'contact')).toBe('in_place')
    }))

  it('is refused, and says present, when the attribute does not exist', () =>
    withBench({ options: { custom_fields: { locality: 'town' } } }, async (bench) => {
      const wished = await rectification(bench, [{ field: 'locality', value: 'Gent' }])
      expect(new Set(await carryOutWish(bench, wished))).toEqual(new Set(['VENDOR_REFUSED']))
      expect(findingOf(await bench.verify(wished.leg), 'contact')).toMatchObject({ remaining: 3 })
    }))

  it.each<JsonValue>([{ first_name: 'x' }, ['job_title'], { job_title: 3 }])(
    'refuses a mapping like %j',
    (custom_fields) =>
      withBench({ options: { custom_fields } }, async (bench) => {
        await expect(bench.legOf({ right: 'rectification' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
      }),
  )
})

describe('what Intercom can stop', () => {
  it('unsubscribes every contact, opts out of every live type and withdraws consents', () =>
    withBench({}, async (bench) => {
      const wished = await objection(bench, ['direct_marketing'])
      await carryOutWish(bench, wished)
      const [user = ''] = bench.lab.subject.refs.contact ?? []
      const choices = await bench.send('GET', `/contacts/${user}/subscriptions`)
      const ids = (choices.data as readonly { readonly id: string }[]).map(({ id }) => id)
      expect(ids.toSorted()).toEqual(['106', '107'])
      const report = await bench.verify(wished.leg)
      expect(findingOf(report, 'subscriptions')).toMatchObject({ looked: 6, remaining: 0 })
    }))

  it('sees a consent that is there again', () =>
    withBench({}, async (bench) => {
      const wished = await objection(bench, ['direct_marketing'])
      await carryOutWish(bench, wished)
      const [user = ''] = bench.lab.subject.refs.contact ?? []
      await bench.send('POST', `/contacts/${user}/subscriptions`, { id: '108', consent_type: 'opt_in' })
      expect(verdictOf(await bench.verify(wished.leg), 'subscriptions')).toBe('present')
    }))

  it('plans nothing against profiling and says so', () =>
    withBench({}, async (bench) => {
      const wished = await objection(bench, ['profiling'])
      expect(await carryOutWish(bench, wished)).toEqual([])
      const { findings } = await bench.verify(wished.leg)
      expect(findings.map(({ part, verdict }) => [part, verdict.kind])).toEqual([['contact', 'cannot_tell']])
    }))

  it('stops marketing for an objection to everything, and does not claim the rest', () =>
    withBench({}, async (bench) => {
      const wished = await objection(bench, ['all'])
      await carryOutWish(bench, wished)
      const report = await bench.verify(wished.leg)
      expect([verdictOf(report, 'contact'), verdictOf(report, 'subscriptions')]).toEqual(['cannot_tell', 'in_place'])
    }))

  it('plans no restriction and says why when the workspace has no attribute for it', () =>
    withBench({ switches: { restriction_attribute: 'absent' } }, async (bench) => {
      const wished = await restriction(bench)
      expect(await carryOutWish(bench, wished)).toEqual([])
      expect(verdictOf(await bench.verify(wished.leg), 'contact')).toBe('cannot_tell')
    }))
})
