import type { EffectCall, LimiterStore } from '../../../../src/connector/index.ts'
import { memoryLimiter } from '../../../../src/connector/memory-limiter.ts'
import { act } from '../acting.ts'
import { discoverOnce, verbOf, gather, legOf, planOf, verifyOnce } from '../driver.ts'
import { inLab } from '../lab.ts'
import type { Lab } from '../lab.ts'
import { endingOf, holds } from '../violation.ts'
import type { Ending } from '../violation.ts'
import type { Check } from './check.ts'

export const pressureChecks: readonly Check[] = [
  {
    name: 'waits as long as a 429 with Retry-After says, and calls nothing meanwhile',
    run: (candidate) =>
      inLab(candidate, {}, async (lab) => {
        await expectHold(lab, { 'retry-after': '7' })
      }),
  },
  {
    name: 'waits some time after a 429 without Retry-After, and calls nothing meanwhile',
    run: (candidate) =>
      inLab(candidate, {}, async (lab) => {
        await expectHold(lab, {})
      }),
  },
  {
    name: 'leaves everything as it was when a change is answered with 429',
    run: (candidate) => inLab(candidate, {}, expectUnchangedAfter429),
  },
  {
    name: 'never takes a revoked credential for an answer while acting',
    run: (candidate) => inLab(candidate, {}, expectRejectedWhileActing),
  },
  {
    name: 'stops soon after its run is stopped',
    run: (candidate) => inLab(candidate, {}, expectStop),
  },
]

/** What a limiter without patience shows: nothing leaves before the hold is over. */
async function expectHold(lab: Lab, headers: Readonly<Record<string, string>>): Promise<void> {
  const limiter = memoryLimiter(lab.clock)
  const context = lab.contextWith({ limiter })
  const identifiers = lab.subject.identifiers
  const looked = { right: 'access', identifiers, person: lab.subject, context } as const
  const look = (): Promise<Ending<unknown>> => endingOf(discoverOnce(lab, looked), lab.leaks.met)
  lab.sandbox.arm({ times: 1, what: { kind: 'status', status: 429, headers, body: '{}' } })
  const refused = await look()
  holds(refused.kind === 'failed' && refused.code === 'RATE_LIMITED', 'a 429 is RATE_LIMITED')
  const waitMs = refused.retryAfterMs ?? 0
  holds(waitMs > 0, 'a RATE_LIMITED says how long to wait')
  if ('retry-after' in headers) holds(waitMs >= 7_000, 'waits at least as long as Retry-After says')
  const before = lab.sandbox.calls().length
  const tooEarly = await look()
  holds(tooEarly.kind === 'failed' && tooEarly.code === 'RATE_LIMITED', 'calls nothing inside a hold')
  holds(lab.sandbox.calls().length === before, 'calls nothing inside a hold')
  lab.clock.push(waitMs + 1)
  await look()
  holds(lab.sandbox.calls().length > before, 'calls again after a hold')
}

async function expectUnchangedAfter429(lab: Lab): Promise<void> {
  const plan = await planOf(lab, legOf(await gather(lab, lab.subject)))
  const pictures = (): string => [lab.subject, lab.namesake, lab.stranger].map((one) => lab.sandbox.picture(one)).join()
  const refusedSteps = new Set<string>()
  let before = ''
  const running = await act(lab, [plan], {
    beforePerform: ({ step }) => {
      if (refusedSteps.has(step)) return
      before = pictures()
      lab.sandbox.arm({ match: { changesOnly: true }, times: 1, what: { kind: 'status', status: 429, body: '{}' } })
    },
    afterPerform: ({ step }) => {
      if (refusedSteps.has(step)) return Promise.resolve()
      refusedSteps.add(step)
      holds(pictures() === before, 'a change answered with 429 changes nothing', step)
      return Promise.resolve()
    },
  })
  const bad = running.find(({ state }) => state !== 'done')
  holds(bad === undefined, 'a change answered with 429 is made later', `${bad?.effect.step ?? ''}: ${bad?.how ?? ''}`)
}

async function expectRejectedWhileActing(lab: Lab): Promise<void> {
  const plan = await planOf(lab, legOf(await gather(lab, lab.subject)))
  const asked = new Set<string>()
  const ask = async (call: EffectCall): Promise<void> => {
    const before = lab.sandbox.picture(lab.subject)
    lab.sandbox.revoke(true)
    const verb = verbOf(lab, 'erasure')
    await expectRejection(lab, verb.perform(lab.context, call), `perform ${call.step}`)
    await expectRejection(lab, verb.readBack(lab.context, call), `readBack ${call.step}`)
    lab.sandbox.revoke(false)
    holds(lab.sandbox.picture(lab.subject) === before, 'a rejected credential changes nothing', call.step)
  }
  const running = await act(lab, [plan], {
    beforePerform: async (call) => {
      if (asked.has(call.step)) return
      asked.add(call.step)
      await ask(call)
    },
  })
  const jobs = running.filter(({ jobRef }) => jobRef !== undefined)
  lab.sandbox.revoke(true)
  for (const { key, effect, jobRef } of jobs.slice(0, 3)) {
    const member = { key, target: effect.target, ...(effect.details === undefined ? {} : { details: effect.details }) }
    const call: EffectCall = { right: 'erasure', step: effect.step, members: [{ ...member, jobRef: jobRef ?? '' }] }
    await expectRejection(lab, verbOf(lab, 'erasure').poll(lab.context, call), `poll ${effect.step}`)
  }
}

async function expectRejection(lab: Lab, work: Promise<unknown>, where: string): Promise<void> {
  const ending = await endingOf(work, lab.leaks.met)
  const how = ending.kind === 'failed' ? ending.code : 'returned'
  holds(
    how === 'VENDOR_CREDENTIALS_REJECTED',
    'fails with VENDOR_CREDENTIALS_REJECTED when revoked',
    `${where}: ${how}`,
  )
}

const SOON_MS = 3_000

async function expectStop(lab: Lab): Promise<void> {
  const leg = legOf(await gather(lab, lab.subject))
  const discover = (signal: AbortSignal): Promise<unknown> => {
    const identifiers = lab.subject.identifiers
    const context = lab.contextWith({ signal, limiter: unlimited })
    return discoverOnce(lab, { right: 'access', identifiers, person: lab.subject, context })
  }
  const verify = (signal: AbortSignal): Promise<unknown> =>
    verifyOnce(lab, leg, lab.contextWith({ signal, limiter: unlimited }))
  for (const run of [discover, verify]) {
    const stop = new AbortController()
    let count = 0
    lab.beforeEachCall(() => {
      count += 1
      if (count !== 2) return
      lab.sandbox.arm({ times: 1, what: { kind: 'slow', delayMs: 15_000 } })
      setTimeout(() => stop.abort(), 50)
    })
    const startMs = performance.now()
    const ending = await endingOf(run(stop.signal), lab.leaks.met)
    holds(ending.kind === 'failed', 'fails when its run is stopped')
    holds(performance.now() - startMs < SOON_MS, 'stops soon after its run is stopped')
    const before = lab.sandbox.calls().length
    await endingOf(run(stop.signal), lab.leaks.met)
    holds(lab.sandbox.calls().length === before, 'calls nothing after its run was stopped')
  }
  lab.beforeEachCall(() => undefined)
}

const unlimited: LimiterStore = {
  take: () => Promise.resolve({ kind: 'granted' }),
  hold: () => Promise.resolve(),
}
