import { describe, expect, it } from '@jest/globals'
import type { JsonValue, LegSubject, PlannedEffect, Wish, WritingRight } from '../../../src/connector/index.ts'
import { carryOut, carryOutAll, changesIn, findingOf, lookBack, verbOf, verdictOf } from '../kit/bench.ts'
import type { Bench } from '../kit/bench.ts'
import { fieldOf, refOf, withJira } from './piece.ts'

const OPTIONS = {
  correction_fields: { phone: 'customfield_10050' },
  restriction_level: '10100',
  revoke_portal: true,
}

const PHONE = '+32470999888'

const CASES: readonly {
  readonly right: WritingRight
  readonly wish: Wish
  readonly step: string
  readonly part: string
}[] = [
  {
    right: 'rectification',
    wish: { corrections: [{ field: 'phone', value: PHONE }], purposes: [] },
    step: 'correct_request',
    part: 'requests',
  },
  { right: 'objection', wish: { corrections: [], purposes: ['direct_marketing'] }, step: 'unwatch', part: 'watches' },
  { right: 'objection', wish: { corrections: [], purposes: ['all'] }, step: 'leave_request', part: 'issues_of_others' },
  { right: 'restriction', wish: { corrections: [], purposes: [] }, step: 'restrict_request', part: 'requests' },
]

interface Case {
  readonly leg: LegSubject
  readonly plan: readonly PlannedEffect[]
  readonly own: readonly PlannedEffect[]
}

async function open(bench: Bench, { right, wish, step }: (typeof CASES)[number]): Promise<Case> {
  const leg = await bench.legOf({ right, wish })
  const plan = await verbOf(bench, right).plan(bench.context, leg)
  return { leg, plan, own: plan.filter((effect) => effect.step === step) }
}

describe.each(CASES)('$right by $step', (one) => {
  it('is in place afterwards, beside untouched neighbours', () =>
    withJira({ options: OPTIONS }, async (bench) => {
      const others = [bench.lab.namesake, bench.lab.stranger]
      const before = others.map((person) => bench.lab.sandbox.picture(person))
      const { leg, plan } = await open(bench, one)
      expect(verdictOf(await bench.verify(leg), one.part)).toBe('present')
      await carryOutAll(bench, one.right, plan)
      expect(verdictOf(await bench.verify(leg), one.part)).toBe('in_place')
      expect(others.map((person) => bench.lab.sandbox.picture(person))).toEqual(before)
    }))

  it('twice is once', () =>
    withJira({ options: OPTIONS }, async (bench) => {
      const { own } = await open(bench, one)
      expect(await carryOutAll(bench, one.right, own)).toContain('done')
      const changes = changesIn(bench).length
      expect(new Set(await carryOutAll(bench, one.right, own))).toEqual(new Set(['already']))
      // A watch is taken away by a call that answers 404 the second time.
      expect(changesIn(bench).length - changes).toBe(one.step === 'unwatch' ? own.length : 0)
    }))

  it('whose answer was lost is looked at', () =>
    withJira({ options: OPTIONS }, async (bench) => {
      const { own } = await open(bench, one)
      const kinds = []
      const looks = []
      for (const effect of own) {
        if ((await lookBack(bench, one.right, effect)) === 'happened') continue
        bench.lab.sandbox.arm({ match: { changesOnly: true }, times: 1, what: { kind: 'reset_after' } })
        kinds.push(await carryOut(bench, one.right, effect))
        looks.push(await lookBack(bench, one.right, effect))
      }
      expect(new Set(kinds)).toEqual(new Set(['VENDOR_UNAVAILABLE?']))
      expect(new Set(looks)).toEqual(new Set(['happened']))
    }))

  it('that the vendor only says to have done is seen', () =>
    withJira({ options: OPTIONS }, async (bench) => {
      const { leg, own } = await open(bench, one)
      bench.lab.sandbox.arm({ match: { changesOnly: true }, times: 99, what: { kind: 'lie' } })
      await carryOutAll(bench, one.right, own)
      expect(verdictOf(await bench.verify(leg), one.part)).toBe('present')
    }))

  it('tells nobody by mail', () =>
    withJira({ options: OPTIONS }, async (bench) => {
      const { plan } = await open(bench, one)
      await carryOutAll(bench, one.right, plan)
      const edits = bench.lab.sandbox.calls().filter(({ method, path }) => method === 'PUT' && path.includes('/issue/'))
      expect(edits.filter(({ query }) => !query.includes('notifyUsers=false'))).toEqual([])
    }))
})

describe('rectification', () => {
  it('sets the new value in the field that the options name', () =>
    withJira({ options: OPTIONS }, async (bench) => {
      const { plan } = await open(bench, CASES[0] ?? CASES[1]!)
      await carryOutAll(bench, 'rectification', plan)
      expect(await fieldOf(bench, refOf(bench, 'requests'), 'customfield_10050')).toBe(PHONE)
    }))

  it.each([
    ['first_name', 'Wilhelmina', 'cannot_tell'],
    ['street_address', 'Kerkstraat 1', 'cannot_tell'],
  ] as const)('of %s has no call: somebody does it by hand, and it is said', (field, value, verdict) =>
    withJira({}, async (bench) => {
      const leg = await bench.legOf({ right: 'rectification', wish: { corrections: [{ field, value }], purposes: [] } })
      expect(await verbOf(bench, 'rectification').plan(bench.context, leg)).toEqual([])
      const report = await bench.verify(leg)
      expect(['account', 'atlassian_account'].map((part) => verdictOf(report, part))).toEqual([verdict, verdict])
    }),
  )

  it('that was made by hand is seen', () =>
    withJira({}, async (bench) => {
      const { firstName, email } = bench.lab.subject.person
      const corrections = [
        { field: 'first_name' as const, value: firstName },
        { field: 'email' as const, value: email },
      ]
      const leg = await bench.legOf({ right: 'rectification', wish: { corrections, purposes: [] } })
      expect(verdictOf(await bench.verify(leg), 'account')).toBe('in_place')
    }))
})

describe('objection', () => {
  it('to profiling has no place in Jira: nothing is planned, and no part claims to be in place', () =>
    withJira({}, async (bench) => {
      const leg = await bench.legOf({ right: 'objection', wish: { corrections: [], purposes: ['profiling'] } })
      expect(await verbOf(bench, 'objection').plan(bench.context, leg)).toEqual([])
      expect((await bench.verify(leg)).findings).toEqual([])
    }))

  it('leaves the person’s own requests as they are', () =>
    withJira({}, async (bench) => {
      const leg = await bench.legOf({ right: 'objection', wish: { corrections: [], purposes: ['all'] } })
      const plan = await verbOf(bench, 'objection').plan(bench.context, leg)
      expect(new Set(plan.map(({ part }) => part))).toEqual(new Set(['watches', 'issues_of_others']))
    }))
})

describe('restriction', () => {
  it('without a security level is not done, and the reason is told', () =>
    withJira({}, async (bench) => {
      const leg = await bench.legOf({ right: 'restriction' })
      expect(await verbOf(bench, 'restriction').plan(bench.context, leg)).toEqual([])
      expect(verdictOf(await bench.verify(leg), 'requests')).toBe('cannot_tell')
    }))

  it('takes the portal away only on demand, and does not claim to have seen it', () =>
    withJira({ options: OPTIONS }, async (bench) => {
      const leg = await bench.legOf({ right: 'restriction' })
      const plan = await verbOf(bench, 'restriction').plan(bench.context, leg)
      const [revoke] = plan.filter(({ step }) => step === 'revoke_portal')
      expect(await carryOut(bench, 'restriction', revoke)).toBe('done')
      expect(revoke && (await lookBack(bench, 'restriction', revoke))).toBe('cannot_tell')
      expect(verdictOf(await bench.verify(leg), 'account')).toBe('cannot_tell')
      expect(changesIn(bench)).toEqual([
        `PUT /rest/servicedeskapi/customer/user/${encodeURIComponent(refOf(bench, 'account'))}/revoke-portal-only-access`,
      ])
    }))

  it('hides each request behind the level', () =>
    withJira({ options: OPTIONS }, async (bench) => {
      const leg = await bench.legOf({ right: 'restriction' })
      await carryOutAll(bench, 'restriction', await verbOf(bench, 'restriction').plan(bench.context, leg))
      const level: JsonValue = await fieldOf(bench, refOf(bench, 'requests'), 'security')
      expect(level).toEqual({ id: '10100' })
      expect(findingOf(await bench.verify(leg), 'requests')).toMatchObject({ looked: 2, remaining: 0 })
    }))
})
