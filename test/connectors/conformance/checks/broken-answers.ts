import type { Context, FoundRecord, HttpCall } from '../../../../src/connector/index.ts'
import type { Fault } from '../../../../src/connector/testing.ts'
import { discoverOnce, gather, legOf, verifyOnce } from '../driver.ts'
import { expectHonest } from '../facts.ts'
import { inLab } from '../lab.ts'
import type { Candidate, Lab } from '../lab.ts'
import { endingOf, holds } from '../violation.ts'
import type { Check } from './check.ts'

const DEEP = '['.repeat(10_000) + ']'.repeat(10_000)

// An empty list or object is left out: for some vendors that is a true answer.
const BROKEN: readonly Fault['what'][] = [
  { kind: 'status', status: 503 },
  { kind: 'status', status: 500, body: 'null' },
  { kind: 'reset_before' },
  { kind: 'garbage', body: '' },
  { kind: 'garbage', body: '{"results":[' },
  { kind: 'garbage', body: '<html><body>down for maintenance</body></html>' },
  { kind: 'garbage', body: 'null' },
  { kind: 'garbage', body: '"ok"' },
  { kind: 'garbage', body: DEEP },
  { kind: 'garbage', body: '{"__proto__":{"results":[]}}' },
]

export const brokenAnswerChecks: readonly Check[] = [
  {
    name: 'never reads a broken answer as "nothing found"',
    run: (candidate) => inLab(candidate, {}, (lab) => sweep(lab, discoverWith)),
  },
  {
    name: 'never reads a broken answer as "gone"',
    run: (candidate) => inLab(candidate, {}, async (lab) => sweep(lab, await verifyWith(lab))),
  },
  {
    name: 'never reads a revoked credential as anything but rejected, whenever it is revoked',
    run: (candidate) => inLab(candidate, {}, expectRevocationSeen),
  },
  {
    name: 'ends a list that never ends',
    run: expectEndlessListEnds,
  },
]

/** Runs a verb with one fault at the k-th call; the verb must fail or give its whole answer. */
type FaultyRun = (lab: Lab, context: Context) => Promise<void>

const MOST_PLACES = 14

async function sweep(lab: Lab, run: FaultyRun): Promise<void> {
  const calls = await countCalls(lab, run)
  for (const [at, what] of placesOf(calls).flatMap((place) => BROKEN.map((fault) => [place, fault] as const))) {
    let count = 0
    lab.beforeEachCall(() => {
      count += 1
      if (count === at) lab.sandbox.arm({ times: 1, what })
    })
    await run(lab, lab.context)
    holds(count >= at, 'makes the same calls each time', `call ${at}`)
  }
  lab.beforeEachCall(() => undefined)
}

async function countCalls(lab: Lab, run: FaultyRun): Promise<number> {
  const before = lab.sent.length
  await run(lab, lab.context)
  return lab.sent.length - before
}

/** All places when there are few, else the first ones, the last ones and some between. */
function placesOf(calls: number): readonly number[] {
  const step = Math.max(1, calls / MOST_PLACES)
  const places = Array.from({ length: Math.min(calls, MOST_PLACES) }, (_, at) => Math.floor(1 + at * step))
  return [...new Set([...places, calls])].filter((at) => at >= 1 && at <= calls)
}

async function discoverWith(lab: Lab, context: Context): Promise<void> {
  const looked = { right: 'access', identifiers: lab.subject.identifiers, person: lab.subject, context } as const
  const ending = await endingOf(discoverOnce(lab, looked), lab.leaks.met)
  if (ending.kind === 'returned') expectWhole(lab, ending.result)
}

function expectWhole(lab: Lab, records: readonly FoundRecord[]): void {
  const found = new Set(records.map(({ part, ref }) => `${part} ${ref}`))
  for (const { part } of lab.connector.manifest.depth.filter(({ isRead }) => isRead)) {
    for (const ref of lab.subject.refs[part] ?? [])
      holds(found.has(`${part} ${ref}`), 'fails rather than find less', part)
  }
}

async function verifyWith(lab: Lab): Promise<FaultyRun> {
  const leg = legOf(await gather(lab, lab.subject))
  return async (_, context) => {
    const ending = await endingOf(verifyOnce(lab, leg, context), lab.leaks.met)
    if (ending.kind === 'returned') expectHonest(lab, lab.subject, ending.result)
  }
}

async function expectRevocationSeen(lab: Lab): Promise<void> {
  const leg = legOf(await gather(lab, lab.subject))
  const verify: FaultyRun = async (_, context) => {
    await verifyOnce(lab, leg, context)
  }
  const discover: FaultyRun = async (_, context) => {
    const identifiers = lab.subject.identifiers
    await discoverOnce(lab, { right: 'access', identifiers, person: lab.subject, context })
  }
  const erasure = lab.connector.writing.erasure
  const plan: FaultyRun = async (_, context) => {
    await erasure?.plan(context, leg)
  }
  for (const run of [discover, verify, plan]) {
    const calls = await countCalls(lab, run)
    for (const at of placesOf(calls)) await expectRejected(lab, run, at)
  }
  lab.sandbox.revoke(true)
  const report = await lab.connector.check(lab.context)
  holds(report.credentials === 'rejected', 'check says that a credential is rejected')
  lab.sandbox.revoke(false)
  const wrong = await lab.connector.check(lab.contextWith({ token: 'wrong-token-of-nobody' }))
  holds(wrong.credentials === 'rejected', 'check says that a credential is rejected')
}

async function expectRejected(lab: Lab, run: FaultyRun, at: number): Promise<void> {
  let count = 0
  lab.beforeEachCall(() => {
    count += 1
    if (count === at) lab.sandbox.revoke(true)
  })
  const ending = await endingOf(run(lab, lab.context), lab.leaks.met)
  lab.sandbox.revoke(false)
  lab.beforeEachCall(() => undefined)
  const how = ending.kind === 'failed' ? ending.code : 'returned'
  holds(
    how === 'VENDOR_CREDENTIALS_REJECTED',
    'fails with VENDOR_CREDENTIALS_REJECTED when revoked',
    `call ${at}: ${how}`,
  )
}

const ENDLESS_CALLS = 60_000

const CURSORS = /^(after|before|cursor|next|offset|page|page_?number|page_?token|skip|start|start_?at|starting_after)$/i

/** What a call asks for, whichever page of it. */
function withoutCursor({ method, path, body }: HttpCall): string {
  const url = new URL(path, 'http://vendor.invalid')
  for (const name of [...url.searchParams.keys()]) if (CURSORS.test(name)) url.searchParams.delete(name)
  const asked = typeof body === 'string' ? body : Buffer.from(body ?? []).toString()
  const isJson = /^[{[]/.test(asked)
  const rest = isJson
    ? JSON.stringify(JSON.parse(asked, (name, value: unknown) => (CURSORS.test(name) ? undefined : value)))
    : asked
  return `${method} ${url.href} ${rest}`
}

/** A vendor that answers every page with the first one again, cursor included. */
async function expectEndlessListEnds(candidate: Candidate): Promise<void> {
  await inLab(candidate, {}, async (lab) => {
    let calls = 0
    const context = lab.contextWith({
      wrap: (inner) => {
        const first = new Map<string, ReturnType<typeof inner.send>>()
        return {
          send: (call) => {
            calls += 1
            holds(calls < ENDLESS_CALLS, 'ends a list that never ends', `${calls} calls`)
            const place = withoutCursor(call)
            const reply = first.get(place) ?? inner.send(call)
            first.set(place, reply)
            return reply
          },
          stream: (call) => inner.stream(call),
        }
      },
    })
    const identifiers = lab.subject.identifiers
    await endingOf(discoverOnce(lab, { right: 'access', identifiers, person: lab.subject, context }), lab.leaks.met)
  })
}
