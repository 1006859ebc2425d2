import { act } from '../acting.ts'
import { gather, legOf, planOf, verifyOnce } from '../driver.ts'
import {
  erasableParts,
  erase,
  eraseWell,
  expectGone,
  expectHonest,
  expectWell,
  findingOf,
  picturesOf,
  remainingOf,
} from '../facts.ts'
import { inLab, openLab } from '../lab.ts'
import type { Candidate, Lab } from '../lab.ts'
import { endingOf, holds } from '../violation.ts'
import type { Check } from './check.ts'

export const erasingChecks: readonly Check[] = [
  {
    name: 'erases, looks again, and sees that everything erasable is gone, beside untouched neighbours',
    run: (candidate) =>
      inLab(candidate, {}, async (lab) => {
        const expectUntouched = picturesOf(lab, [lab.namesake, lab.stranger])
        const { leg } = await eraseWell(lab, lab.subject)
        await expectGone(lab, lab.subject, leg)
        expectUntouched()
        expectNoRefusedCalls(lab)
      }),
  },
  {
    name: 'sees before acting that everything is still there',
    run: (candidate) =>
      inLab(candidate, {}, async (lab) => {
        const leg = legOf(await gather(lab, lab.subject))
        const report = await verifyOnce(lab, leg)
        expectHonest(lab, lab.subject, report)
        for (const { part, isRead } of erasableParts(lab)) {
          const kind = findingOf(report, part)?.verdict.kind
          holds(!isRead || kind === 'present', 'says present while a record is there', part)
        }
      }),
  },
  {
    name: 'plans the same effects each time, out of known steps, and changes nothing by planning',
    run: (candidate) => inLab(candidate, {}, expectStablePlan),
  },
  {
    name: 'keeps the records that are not to be erased',
    run: (candidate) => inLab(candidate, {}, expectKept),
  },
  {
    name: 'ends where one erasure ends when it is carried out and planned a second time',
    run: (candidate) => inLab(candidate, {}, expectTwiceIsOnce),
  },
  {
    name: 'erases two people in shared calls',
    run: (candidate) =>
      inLab(candidate, {}, async (lab) => {
        const expectUntouched = picturesOf(lab, [lab.namesake])
        const legs = [legOf(await gather(lab, lab.subject)), legOf(await gather(lab, lab.stranger))] as const
        expectWell(await act(lab, [await planOf(lab, legs[0]), await planOf(lab, legs[1])]))
        await expectGone(lab, lab.subject, legs[0])
        await expectGone(lab, lab.stranger, legs[1])
        expectUntouched()
      }),
  },
  {
    name: 'never says gone between an accepted job and its end',
    run: (candidate) => inLab(candidate, {}, expectNothingEarly),
  },
  {
    name: 'keeps two tenants apart that run side by side',
    run: expectTenantsApart,
  },
  {
    name: 'ends gone or says so under every value of every switch',
    run: async (candidate) => {
      const lab = await openLab(candidate)
      const { switches } = lab.sandbox
      await lab.close()
      for (const [name, values] of Object.entries(switches)) {
        for (const value of values) await expectHonestUnder(candidate, name, value)
      }
    },
  },
]

/** A well-behaved connector is never refused by the vendor's own limits. */
function expectNoRefusedCalls(lab: Lab): void {
  const refused = lab.sandbox.calls().some(({ status, fault }) => status === 429 && fault === undefined)
  holds(!refused, 'stays inside the published limits')
}

async function expectStablePlan(lab: Lab): Promise<void> {
  const expectUntouched = picturesOf(lab, [lab.subject, lab.namesake, lab.stranger])
  const leg = legOf(await gather(lab, lab.subject))
  const plan = await planOf(lab, leg)
  const again = await planOf(lab, leg)
  holds(JSON.stringify(plan) === JSON.stringify(again), 'plans the same effects each time')
  expectUntouched()
  holds(plan.length > 0, 'plans something for a subject who is there')
  const targets = new Set(plan.map(({ step, target }) => `${step} ${target}`))
  holds(targets.size === plan.length, 'plans each step once for a target')
  const parts = new Set(lab.connector.manifest.depth.map(({ part }) => part))
  for (const { step, part, after } of plan) {
    const names = [step, ...after]
    holds(
      names.every((name) => name in lab.connector.manifest.steps),
      'plans only steps of the manifest',
      step,
    )
    holds(!after.includes(step), 'a step does not wait for itself', step)
    holds(parts.has(part), 'plans only for parts of the manifest', part)
  }
  const empty = await planOf(lab, { right: 'erasure', records: [], kept: leg.records, identifiers: [] })
  holds(empty.length === 0, 'plans nothing for nobody')
}

/** Business records that a person keeps stay, although everything round them goes. */
async function expectKept(lab: Lab): Promise<void> {
  const leg = legOf(await gather(lab, lab.subject))
  const keepable = erasableParts(lab)
    .filter(({ isRead, isBusinessRecord }) => isRead && isBusinessRecord === true)
    .map(({ part }) => part)
  const before = keepable.map((part) => remainingOf(lab, lab.subject, part))
  const isKept = ({ part }: { readonly part: string }): boolean => keepable.includes(part)
  const [kept, records] = [leg.records.filter(isKept), leg.records.filter((record) => !isKept(record))]
  const plan = await planOf(lab, { ...leg, records, kept })
  holds(!plan.some(isKept), 'plans nothing for kept records')
  await act(lab, [plan])
  keepable.forEach((part, at) =>
    holds(remainingOf(lab, lab.subject, part) === before[at], 'keeps what a person keeps', part),
  )
}

/** Looks after every call: neither verify nor an asynchronous step's own answer runs ahead of the vendor. */
async function expectNothingEarly(lab: Lab): Promise<void> {
  const before = new Map<string, number>()
  const legs = legOf(await gather(lab, lab.subject))
  const { leg } = await eraseWell(lab, lab.subject, {
    beforePerform: () => {
      for (const { part } of lab.connector.manifest.depth) before.set(part, remainingOf(lab, lab.subject, part))
    },
    afterPerform: async ({ step }, members) => {
      const isAsynchronous = lab.connector.manifest.steps[step]?.isAsynchronous === true
      for (const { effect, how } of isAsynchronous ? members : []) {
        const isShrunk = remainingOf(lab, lab.subject, effect.part) < (before.get(effect.part) ?? 0)
        holds(how !== 'done' || isShrunk, 'calls done only what is done', step)
      }
      expectHonest(lab, lab.subject, await verifyOnce(lab, legs))
    },
  })
  await expectGone(lab, lab.subject, leg)
}

async function expectTwiceIsOnce(lab: Lab): Promise<void> {
  const expectUntouched = picturesOf(lab, [lab.namesake, lab.stranger])
  const { leg, plan } = await eraseWell(lab, lab.subject)
  await expectGone(lab, lab.subject, leg)
  // The same calls again, as a job does that ran twice.
  const again = await act(lab, [plan])
  expectWell(again)
  await expectGone(lab, lab.subject, leg)
  // The same request again, planned anew.
  const second = await erase(lab, lab.subject)
  for (const { how, effect } of second.running) {
    const row = lab.connector.manifest.depth.find(({ part }) => part === effect.part)
    const isFine = how === 'already' || (row?.onErasure === 'suppressed' && how === 'done')
    holds(isFine, 'a second erasure finds it already so', `${effect.step}: ${how}`)
  }
  await expectGone(lab, lab.subject, leg)
  expectUntouched()
}

async function expectTenantsApart(candidate: Candidate): Promise<void> {
  const first = await openLab(candidate, { seed: 3 })
  const second = await openLab(candidate, { seed: 4 })
  try {
    const expectFirstUntouched = picturesOf(first, [first.namesake, first.stranger])
    const expectSecondUntouched = picturesOf(second, [second.subject, second.namesake])
    const [one, other] = await Promise.all([eraseWell(first, first.subject), eraseWell(second, second.stranger)])
    await Promise.all([expectGone(first, first.subject, one.leg), expectGone(second, second.stranger, other.leg)])
    expectFirstUntouched()
    expectSecondUntouched()
    first.leaks.expectNone()
    second.leaks.expectNone()
  } finally {
    // The console taps are nested, so the last opened closes first.
    await second.close()
    await first.close()
  }
}

/** Not every switch leaves a way to erase; none may make the connector say what is not so. */
async function expectHonestUnder(candidate: Candidate, name: string, value: string): Promise<void> {
  await inLab(candidate, { switches: { [name]: value } }, async (lab) => {
    const where = `${name}=${value}`
    const expectUntouched = picturesOf(lab, [lab.namesake, lab.stranger])
    const ending = await endingOf(erase(lab, lab.subject), lab.leaks.met)
    expectUntouched()
    if (ending.kind === 'failed') {
      holds(REFUSALS.has(ending.code), 'ends gone or says so under every switch', `${where}: ${ending.code}`)
      return
    }
    const { leg, running } = ending.result
    const report = await verifyOnce(lab, leg)
    expectHonest(lab, lab.subject, report)
    if (running.every(({ state }) => state === 'done')) await expectGoneOrSaid(lab, where, leg)
  })
}

const REFUSALS = new Set(['VENDOR_SCOPE_MISSING', 'VENDOR_REFUSED', 'VENDOR_QUOTA_EXHAUSTED', 'LIMIT_REACHED'])

async function expectGoneOrSaid(lab: Lab, where: string, leg: Parameters<typeof verifyOnce>[1]): Promise<void> {
  let report = await verifyOnce(lab, leg)
  for (const waitMs of lab.connector.manifest.verifyAfterMs) {
    lab.clock.push(waitMs)
    report = await verifyOnce(lab, leg)
  }
  expectHonest(lab, lab.subject, report)
  for (const { part, isRead } of erasableParts(lab)) {
    const kind = findingOf(report, part)?.verdict.kind
    const isLeft = remainingOf(lab, lab.subject, part) > 0
    holds(
      !isLeft || !isRead || kind === 'present' || kind === 'cannot_tell',
      'says what is left under every switch',
      `${where}: ${part}`,
    )
  }
}
