import type { LegSubject, PlannedEffect, VerifyReport, Wish, WritingRight } from '../../../../src/connector/index.ts'
import type { Fault } from '../../../../src/connector/testing.ts'
import { act } from '../acting.ts'
import type { ActOptions, Running } from '../acting.ts'
import { approved, gatherFor, lookAgain, planOf, verifyOnce } from '../driver.ts'
import { expectControl, expectWell, picturesOf } from '../facts.ts'
import { inLab, openLab } from '../lab.ts'
import type { Candidate, Lab } from '../lab.ts'
import { endingOf, holds } from '../violation.ts'
import type { Check } from './check.ts'

type WishedRight = Exclude<WritingRight, 'erasure'>

interface Wished {
  readonly right: WishedRight
  readonly wish: Wish
}

const correcting = (...corrections: Wish['corrections']): Wished => ({
  right: 'rectification',
  wish: { corrections, purposes: [] },
})

// Values that no planted person has.
const LAST_NAME = { field: 'last_name', value: 'Van den Abeele' } as const
const OBJECTION: Wished = { right: 'objection', wish: { corrections: [], purposes: ['direct_marketing'] } }
const RESTRICTION: Wished = { right: 'restriction', wish: { corrections: [], purposes: [] } }

/** One wish of each kind. Not every vendor can change what it identifies a person by. */
const WISHES: readonly Wished[] = [
  correcting(LAST_NAME),
  correcting({ field: 'email', value: 'corrected.address@example.net' }),
  correcting({ field: 'phone', value: '+32479876543' }),
  OBJECTION,
  RESTRICTION,
]

const LOST: readonly Fault['what'][] = [{ kind: 'reset_before' }, { kind: 'reset_after' }]

const forEachWish =
  (run: (candidate: Candidate, wished: Wished) => Promise<void>, wishes = WISHES) =>
  async (candidate: Candidate): Promise<void> => {
    const claimed: readonly string[] = candidate.connector.manifest.rights
    for (const wished of wishes.filter(({ right }) => claimed.includes(right))) await run(candidate, wished)
  }

/** Rectification, objection and restriction, as far as the manifest claims them. */
export const wishChecks: readonly Check[] = [
  {
    name: 'puts every wish in place and sees it, beside untouched neighbours, and twice is once',
    run: forEachWish((candidate, wished) => inLab(candidate, {}, (lab) => expectInPlace(lab, wished))),
  },
  {
    name: 'plans each wish out of known steps, the same each time, and for nobody but the subject',
    run: forEachWish((candidate, wished) => inLab(candidate, {}, (lab) => expectStable(lab, wished))),
  },
  {
    name: 'settles each lost answer of a wish, before and after the effect, and ends the same',
    run: forEachWish(async (candidate, wished) => {
      for (const step of await stepsOf(candidate, wished))
        for (const what of LOST) await inLab(candidate, {}, (lab) => expectSettled(lab, wished, { step, what }))
    }),
  },
  {
    name: 'says that a wish is not in place when the vendor said yes and did nothing',
    run: forEachWish((candidate, wished) => inLab(candidate, {}, (lab) => expectLieSeen(lab, wished))),
  },
  {
    name: 'never says that a wish is in place with a revoked credential',
    run: forEachWish((candidate, wished) =>
      inLab(candidate, {}, async (lab) => {
        const leg = await wishedLeg(lab, wished)
        lab.sandbox.revoke(true)
        const ending = await endingOf(verifyOnce(lab, leg), lab.leaks.met)
        const code = ending.kind === 'failed' ? ending.code : 'a report'
        holds(
          code === 'VENDOR_CREDENTIALS_REJECTED',
          'fails with VENDOR_CREDENTIALS_REJECTED when revoked',
          wished.right,
        )
      }),
    ),
  },
  {
    name: 'puts every wish in place, or says so, under every value of every switch',
    run: forEachWish(
      async (candidate, wished) => {
        const lab = await openLab(candidate)
        const { switches } = lab.sandbox
        await lab.close()
        for (const [name, [, ...others]] of Object.entries(switches))
          for (const value of others)
            await inLab(candidate, { switches: { [name]: value } }, (one) =>
              expectHonest(one, wished, `${name}=${value}`),
            )
      },
      [correcting(LAST_NAME), OBJECTION, RESTRICTION],
    ),
  },
]

async function wishedLeg(lab: Lab, { right, wish }: Wished): Promise<LegSubject> {
  const { records, identifiers } = await gatherFor(lab, { right, person: lab.subject, context: lab.context })
  return { right, records: approved(records), kept: [], identifiers, wish }
}

function perform(lab: Lab, { right, plan }: Wanted, options: ActOptions = {}) {
  return act(lab, [plan], { ...options, right })
}

async function expectInPlace(lab: Lab, wished: Wished): Promise<void> {
  const { right } = wished
  const expectUntouched = picturesOf(lab, [lab.namesake, lab.stranger])
  const leg = await wishedLeg(lab, wished)
  const before = lab.sandbox.picture(lab.subject)
  const plan = await planOf(lab, leg)
  expectOpen(await verifyOnce(lab, leg), plan, right)
  for (let time = 0; time < 2; time += 1) {
    expectWell(await perform(lab, { right, plan }))
    expectSeen(lab, await lookAgain(lab, leg), { ...wished, plan })
    expectUntouched()
  }
  holds(plan.length === 0 || lab.sandbox.picture(lab.subject) !== before, 'a wish in place is to be seen', right)
}

/** Before anything was done, nothing that is to be done is in place. */
function expectOpen(report: VerifyReport, plan: readonly PlannedEffect[], right: WishedRight): void {
  holds(report.findings.length > 0, 'says something about every wish', right)
  const acted = new Set(plan.map(({ part }) => part))
  const early = report.findings.find(({ part, verdict }) => acted.has(part) && verdict.kind === 'in_place')
  holds(early === undefined, 'says in place only what is in place', `${right}: ${early?.part ?? ''}`)
}

interface Wanted {
  readonly right: WishedRight
  readonly wish?: Wish
  readonly plan: readonly PlannedEffect[]
}

function expectSeen(lab: Lab, report: VerifyReport, { right, wish, plan }: Wanted): void {
  expectControl(report)
  holds(report.findings.length > 0, 'says something about every wish', right)
  const acted = new Set(plan.map(({ part }) => part))
  for (const { part, verdict, remaining } of report.findings) {
    if (verdict.kind === 'cannot_tell' && !acted.has(part)) continue
    holds(
      verdict.kind === 'in_place' && remaining === 0,
      'sees that a wish is in place',
      `${right}: ${part} ${verdict.kind}`,
    )
  }
  const isSeen = (part: string): boolean => report.findings.some((finding) => finding.part === part)
  for (const part of acted) holds(isSeen(part), 'says something about every wish', `${right}: ${part}`)
  if (plan.length > 0) expectCorrected(lab, wish)
}

/** The vendor's own store, and not the connector, says whether the right value is there. */
function expectCorrected(lab: Lab, wish: Wish | undefined): void {
  const picture = lab.sandbox.picture(lab.subject)
  const missing = wish?.corrections.find(({ value }) => !picture.includes(value) && !picture.includes(value.slice(1)))
  holds(missing === undefined, 'says in place only what is in place', missing?.field)
}

async function expectStable(lab: Lab, wished: Wished): Promise<void> {
  const { right } = wished
  const expectUntouched = picturesOf(lab, [lab.subject, lab.namesake, lab.stranger])
  const leg = await wishedLeg(lab, wished)
  const plan = await planOf(lab, leg)
  const again = await planOf(lab, leg)
  holds(JSON.stringify(plan) === JSON.stringify(again), 'plans the same effects each time', right)
  expectUntouched()
  const steps = new Set(Object.keys(lab.connector.manifest.steps))
  const parts = new Set(lab.connector.manifest.depth.map(({ part }) => part))
  for (const { step, after, part } of plan) {
    holds(
      [step, ...after].every((name) => steps.has(name)),
      'plans only steps of the manifest',
      step,
    )
    holds(parts.has(part), 'plans only for parts of the manifest', part)
  }
  holds(
    new Set(plan.map(({ step, target }) => `${step} ${target}`)).size === plan.length,
    'plans each step once',
    right,
  )
  const nobody = await planOf(lab, { ...leg, records: [], kept: leg.records, identifiers: [] })
  holds(nobody.length === 0, 'plans nothing for nobody', right)
}

async function stepsOf(candidate: Candidate, wished: Wished): Promise<readonly string[]> {
  return inLab(candidate, {}, async (lab) => {
    const plan = await planOf(lab, await wishedLeg(lab, wished))
    return [...new Set(plan.map(({ step }) => step))]
  })
}

interface Lost {
  readonly step: string
  readonly what: Fault['what']
}

async function expectSettled(lab: Lab, wished: Wished, { step, what }: Lost): Promise<void> {
  const { right } = wished
  const leg = await wishedLeg(lab, wished)
  const plan = await planOf(lab, leg)
  let isArmed = false
  const running = await perform(
    lab,
    { right, plan },
    {
      beforePerform: (call) => {
        if (isArmed || call.step !== step) return
        isArmed = true
        lab.sandbox.arm({ match: { changesOnly: true }, times: 1, what })
      },
    },
  )
  const bad = running.find(({ state }) => state !== 'done')
  holds(bad === undefined, 'settles a lost answer by looking', `${right}: ${step} ${what.kind}: ${bad?.how ?? ''}`)
  expectSeen(lab, await lookAgain(lab, leg), { ...wished, plan })
}

async function expectLieSeen(lab: Lab, wished: Wished): Promise<void> {
  const { right } = wished
  const leg = await wishedLeg(lab, wished)
  const plan = await planOf(lab, leg)
  const before = lab.sandbox.picture(lab.subject)
  const running = await perform(
    lab,
    { right, plan },
    {
      beforePerform: () => lab.sandbox.arm({ match: { changesOnly: true }, times: 1, what: { kind: 'lie' } }),
    },
  )
  holds(lab.sandbox.picture(lab.subject) === before, 'the lie of the sandbox changes nothing', right)
  expectNoneInPlace(await lookAgain(lab, leg), { right, plan: actedOn(running) })
}

/** Effects that ended without a change are not lied about. */
function actedOn(running: readonly Running[]): readonly PlannedEffect[] {
  return running.filter(({ how }) => how !== 'already').map(({ effect }) => effect)
}

function expectNoneInPlace({ findings }: VerifyReport, { right, plan }: Wanted): void {
  const acted = new Set(plan.map(({ part }) => part))
  for (const { part, verdict } of findings)
    holds(verdict.kind !== 'in_place' || !acted.has(part), 'says in place only what is in place', `${right}: ${part}`)
}

async function expectHonest(lab: Lab, wished: Wished, where: string): Promise<void> {
  const { right, wish } = wished
  const expectUntouched = picturesOf(lab, [lab.namesake, lab.stranger])
  const ending = await endingOf(
    (async () => {
      const leg = await wishedLeg(lab, wished)
      const plan = await planOf(lab, leg)
      const running = await perform(lab, { right, plan })
      return { plan, running, report: await lookAgain(lab, leg) }
    })(),
    lab.leaks.met,
  )
  expectUntouched()
  if (ending.kind === 'failed') {
    holds(REFUSALS.has(ending.code), 'ends in place or says so under every switch', `${where}: ${ending.code}`)
    return
  }
  const { plan, running, report } = ending.result
  const isWell = running.every(({ state }) => state === 'done')
  const isAllIn = report.findings.every(({ verdict }) => verdict.kind === 'in_place' || verdict.kind === 'cannot_tell')
  holds(!isWell || isAllIn, 'sees that a wish is in place', `${right}: ${where}`)
  if (isAllIn && plan.length > 0) expectCorrected(lab, wish)
}

const REFUSALS = new Set(['VENDOR_SCOPE_MISSING', 'VENDOR_REFUSED', 'VENDOR_QUOTA_EXHAUSTED', 'LIMIT_REACHED'])
