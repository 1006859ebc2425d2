import { describe, expect, it } from '@jest/globals'
import type { Correction, LegSubject, Purpose, WritingRight } from '../../../src/connector/index.ts'
import {
  carryOut,
  carryOutAll,
  changesIn,
  contentOf,
  effectOf,
  findingOf,
  inPart,
  lookBack,
  ownIds,
  verbOf,
  verdictOf,
  withBench,
} from './bench.ts'
import type { Bench } from './bench.ts'

interface Wished {
  readonly right: WritingRight
  readonly leg: LegSubject
}

async function rectification(bench: Bench, corrections: readonly Correction[], at?: number): Promise<Wished> {
  const right = 'rectification'
  const leg = await bench.legOf({ right, wish: { corrections, purposes: [] } })
  return { right, leg: at === undefined ? leg : { ...leg, records: onContact(leg.records, ownIds(bench)[at] ?? '') } }
}

/** What was found on one of the two contacts. */
function onContact(records: LegSubject['records'], id: string): LegSubject['records'] {
  return records.filter(({ ref, parentRef }) => ref === id || parentRef === id)
}

async function objection(bench: Bench, purposes: readonly Purpose[]): Promise<Wished> {
  const right = 'objection'
  return { right, leg: await bench.legOf({ right, wish: { corrections: [], purposes } }) }
}

async function restriction(bench: Bench): Promise<Wished> {
  return { right: 'restriction', leg: await bench.legOf({ right: 'restriction' }) }
}

function planOf(bench: Bench, { right, leg }: Wished) {
  return verbOf(bench, right).plan(bench.context, leg)
}

async function carryOutWish(bench: Bench, wished: Wished): Promise<readonly string[]> {
  return carryOutAll(bench, wished.right, await planOf(bench, wished))
}

const NEW_EMAIL: Correction = { field: 'email', value: 'New.Address@example.net' }
const NAMES: readonly Correction[] = [
  { field: 'first_name', value: 'Annelies' },
  { field: 'last_name', value: 'Van den Berghe' },
]

const WISHES: readonly (readonly [WritingRight, (bench: Bench) => Promise<Wished>])[] = [
  ['rectification', (bench) => rectification(bench, NAMES)],
  ['objection', (bench) => objection(bench, ['direct_marketing'])],
  ['restriction', restriction],
]

describe.each(WISHES)('%s in Brevo', (right, wish) => {
  it('is in place after acting, beside untouched neighbours, and twice is once', () =>
    withBench({}, async (bench) => {
      const { lab } = bench
      const pictures = () => [lab.namesake, lab.stranger].map((one) => lab.sandbox.picture(one))
      const before = pictures()
      const wished = await wish(bench)
      expect((await bench.verify(wished.leg)).findings.map(({ verdict }) => verdict.kind)).toEqual(['present'])
      for (let time = 0; time < 2; time += 1) {
        const kinds = await carryOutWish(bench, wished)
        expect(kinds.length).toBeGreaterThan(0)
        expect(kinds.every((kind) => kind === 'done' || kind === 'already')).toBe(true)
        const report = await bench.verify(wished.leg)
        expect(report.findings.map(({ verdict }) => verdict.kind)).toEqual(['in_place'])
        expect(report.control.responseDigest).toMatch(/^[0-9a-f]{64}$/)
      }
      expect(pictures()).toEqual(before)
    }))

  it('plans the same each time, touches nobody by planning, and plans nothing for who is kept', () =>
    withBench({}, async (bench) => {
      const wished = await wish(bench)
      const before = bench.lab.sandbox.picture(bench.lab.subject)
      const plan = await planOf(bench, wished)
      expect(await planOf(bench, wished)).toEqual(plan)
      expect(bench.lab.sandbox.picture(bench.lab.subject)).toBe(before)
      const kept = { ...wished, leg: { ...wished.leg, records: [], kept: wished.leg.records } }
      expect(await planOf(bench, kept)).toEqual([])
    }))

  it('settles a lost answer by looking, before and after the effect', () =>
    withBench({}, async (bench) => {
      const [effect] = await planOf(bench, await wish(bench))
      for (const [kind, seen] of [
        ['reset_before', 'not_happened'],
        ['reset_after', 'happened'],
      ] as const) {
        bench.lab.sandbox.arm({ match: { changesOnly: true }, times: 1, what: { kind } })
        expect(await carryOut(bench, right, effect)).toMatch(/\?$/)
        expect(effect === undefined ? '' : await lookBack(bench, right, effect)).toBe(seen)
      }
    }))

  it('sees that nothing is in place when the vendor says yes and does nothing', () =>
    withBench({}, async (bench) => {
      const wished = await wish(bench)
      const plan = await planOf(bench, wished)
      bench.lab.sandbox.arm({ match: { changesOnly: true }, times: plan.length, what: { kind: 'lie' } })
      await carryOutWish(bench, wished)
      expect((await bench.verify(wished.leg)).findings.map(({ verdict }) => verdict.kind)).toEqual(['present'])
    }))

  it('says that the record is gone when it is', () =>
    withBench({}, async (bench) => {
      const wished = await wish(bench)
      for (const id of ownIds(bench)) await bench.send('DELETE', `/v3/contacts/${id}?identifierType=contact_id`)
      bench.lab.clock.push(1_001)
      const { findings } = await bench.verify(wished.leg)
      expect(findings.map(({ verdict }) => verdict.kind)).toEqual(['absent'])
    }))

  it('does not take a broken answer for “in place”', () =>
    withBench({}, async (bench) => {
      const { leg } = await wish(bench)
      for (const body of ['null', '', '[]', '<html>']) {
        bench.lab.sandbox.arm({ match: { path: /contact_id/ }, times: 1, what: { kind: 'garbage', body } })
        await expect(bench.verify(leg)).rejects.toMatchObject({ code: 'VENDOR_ANSWER_UNREADABLE' })
      }
    }))
})

describe('rectification in Brevo', () => {
  it('does not resubscribe who is blocked when the address changes', () =>
    withBench({}, async (bench) => {
      const wished = await rectification(bench, [NEW_EMAIL], 1)
      const plan = await planOf(bench, wished)
      expect(plan.map(({ step, after }) => [step, after])).toEqual([
        ['correct_contact', []],
        ['restore_blocklist', ['correct_contact']],
      ])
      expect(await carryOut(bench, 'rectification', plan[0])).toBe('done')
      const between = await bench.verify(wished.leg)
      expect(verdictOf(between, 'contact')).toBe('in_place')
      expect(verdictOf(between, 'marketing_blocklist')).toBe('present')
      expect(await carryOut(bench, 'rectification', plan[1])).toBe('done')
      expect(verdictOf(await bench.verify(wished.leg), 'marketing_blocklist')).toBe('in_place')
      const contact = await bench.contactNow('new.address@example.net')
      expect(contact).toMatchObject({ id: Number(ownIds(bench)[1]), emailBlacklisted: true, smsBlacklisted: false })
    }))

  it('does not write an address a second time, which would lift the block again', () =>
    withBench({}, async (bench) => {
      const wished = await rectification(bench, [NEW_EMAIL], 1)
      await carryOutWish(bench, wished)
      const before = changesIn(bench).length
      expect(await carryOutWish(bench, wished)).toEqual(['already', 'done'])
      expect(changesIn(bench).slice(before)).toEqual(['POST /v3/contacts/batch'])
    }))

  it('plans no block for who was not blocked', () =>
    withBench({}, async (bench) => {
      const plan = await planOf(bench, await rectification(bench, [NEW_EMAIL], 0))
      expect(plan.map(({ step }) => step)).toEqual(['correct_contact'])
    }))

  it('leaves two contacts that claim one address to a person, and merges nobody', () =>
    withBench({}, async (bench) => {
      const { person } = bench.lab.stranger
      const wished = await rectification(bench, [{ field: 'email', value: person.email }], 0)
      const before = bench.lab.sandbox.picture(bench.lab.stranger)
      expect(await carryOutWish(bench, wished)).toEqual(['VENDOR_REFUSED'])
      expect(bench.lab.sandbox.picture(bench.lab.stranger)).toBe(before)
      expect(verdictOf(await bench.verify(wished.leg), 'contact')).toBe('present')
      const bodies = bench.lab.sandbox.calls().map(({ requestBody }) => requestBody)
      expect(bodies.some((body) => body.includes('"forceMerge":true'))).toBe(false)
    }))

  it('asks a person which of several contacts gets the one address', () =>
    withBench({}, async (bench) => {
      const wished = await rectification(bench, [NEW_EMAIL])
      expect(await planOf(bench, wished)).toEqual([])
      expect(verdictOf(await bench.verify(wished.leg), 'contact')).toBe('cannot_tell')
    }))

  it('says when the account has no attribute for a value, which Brevo would pass over in silence', async () => {
    const wishes: readonly Correction[] = [{ field: 'street_address', value: 'Kerkstraat 2' }]
    await withBench({}, async (bench) => {
      const wished = await rectification(bench, wishes)
      expect(await planOf(bench, wished)).toEqual([])
      expect(verdictOf(await bench.verify(wished.leg), 'contact')).toBe('cannot_tell')
    })
    await withBench({ options: { attributes: { street_address: 'CITY' } } }, async (bench) => {
      const wished = await rectification(bench, wishes)
      await carryOutWish(bench, wished)
      expect(verdictOf(await bench.verify(wished.leg), 'contact')).toBe('in_place')
    })
  })

  it('corrects a number, which Brevo writes without its plus, and clears a value', () =>
    withBench({}, async (bench) => {
      const corrections = [
        { field: 'phone', value: '+32470999888' },
        { field: 'first_name', value: '' },
      ] as const
      const wished = await rectification(bench, corrections, 0)
      expect(await carryOutWish(bench, wished)).toEqual(['done'])
      expect(verdictOf(await bench.verify(wished.leg), 'contact')).toBe('in_place')
      const contact = await bench.contactNow(bench.lab.subject.person.email)
      expect(contact?.attributes).toMatchObject({ SMS: '32470999888', FIRSTNAME: '' })
    }))
})

describe('objection in Brevo', () => {
  it('blocks campaigns and leaves service mail, lists and the transactional blocklist as they are', () =>
    withBench({}, async (bench) => {
      const wished = await objection(bench, ['direct_marketing'])
      expect(await carryOutWish(bench, wished)).toEqual(['done', 'done'])
      expect(new Set(changesIn(bench))).toEqual(new Set(['POST /v3/contacts/batch']))
      const contact = await bench.contactNow(bench.lab.subject.person.email)
      expect(contact).toMatchObject({ emailBlacklisted: true, smsBlacklisted: true, listIds: [12, 14] })
    }))

  it('has no switch against other uses, and says so', () =>
    withBench({}, async (bench) => {
      const profiling = await objection(bench, ['profiling'])
      expect(await planOf(bench, profiling)).toEqual([])
      expect(verdictOf(await bench.verify(profiling.leg), 'marketing_blocklist')).toBe('cannot_tell')
      const all = await objection(bench, ['all'])
      expect(verdictOf(await bench.verify(all.leg), 'marketing_blocklist')).toBe('present')
      await carryOutWish(bench, all)
      expect(verdictOf(await bench.verify(all.leg), 'marketing_blocklist')).toBe('cannot_tell')
    }))

  it('cannot block WhatsApp campaigns, and says so', () =>
    withBench({}, async (bench) => {
      const { person } = bench.lab.subject
      const attributes = { WHATSAPP: '32470123123' }
      await bench.addContact({ email: person.email, attributes, updateEnabled: true })
      const wished = await objection(bench, ['direct_marketing'])
      await carryOutWish(bench, wished)
      const finding = findingOf(await bench.verify(wished.leg), 'marketing_blocklist')
      expect(finding).toMatchObject({ remaining: 0, verdict: { kind: 'cannot_tell' } })
    }))
})

describe('restriction in Brevo', () => {
  it('takes the contact off its lists, and remembers them', () =>
    withBench({}, async (bench) => {
      const wished = await restriction(bench)
      const plan = await planOf(bench, wished)
      expect(effectOf(plan, 'restrict_contact').details).toEqual({ lists: [12, 14] })
      await carryOutWish(bench, wished)
      const [contact] = inPart(wished.leg.records, 'contact')
      expect(contact === undefined ? [] : contentOf(contact).listIds).toEqual([12, 14])
      const now = await bench.contactNow(bench.lab.subject.person.email)
      expect(now).toMatchObject({ listIds: [], emailBlacklisted: true, smsBlacklisted: true })
      expect(now?.attributes).toMatchObject({ FIRSTNAME: bench.lab.subject.person.firstName })
    }))
})
