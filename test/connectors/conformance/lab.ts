import type { Clock, Connector, Context, HttpCall, LimiterStore, Transport } from '../../../src/connector/index.ts'
import { secretOf } from '../../../src/connector/index.ts'
import { createTransport } from '../../../src/connector/http-transport.ts'
import type { HttpTransport } from '../../../src/connector/http-transport.ts'
import { memoryLimiter } from '../../../src/connector/memory-limiter.ts'
import { inventPerson } from '../../../src/connector/testing.ts'
import type { InventedPerson, PlantedPerson, Sandbox, StartSandbox } from '../../../src/connector/testing.ts'
import { accountId } from '../../../src/domain/ids.ts'
import { watchForLeaks } from './leaks.ts'
import type { LeakWatch } from './leaks.ts'

/** What conformance needs to know about a connector: no more than the registry says. */
export interface Candidate {
  readonly connector: Connector
  readonly startSandbox: StartSandbox
}

/** A clock that runs, and that a test can push forward. */
export interface PushedClock extends Clock {
  push(ms: number): void
}

/** Before a call leaves: the place where a test arms faults or looks. */
export type BeforeCall = (call: HttpCall) => void | Promise<void>

/** A connector beside its running sandbox, with a subject, a neighbour of the same name and a stranger planted in it. */
export interface Lab {
  readonly connector: Connector
  readonly sandbox: Sandbox
  readonly clock: PushedClock
  readonly context: Context
  readonly subject: PlantedPerson
  readonly namesake: PlantedPerson
  readonly stranger: PlantedPerson
  /** Calls that left so far. */
  readonly sent: readonly HttpCall[]
  /** Replaces the look before each call. */
  beforeEachCall(look: BeforeCall): void
  /** The context with other parts: a rejected secret, an aborted signal, a limiter that really refuses. */
  contextWith(parts: ContextParts): Context
  /** Every error met is looked through for secrets and identifiers. */
  readonly leaks: LeakWatch
  close(): Promise<void>
}

export interface ContextParts {
  readonly token?: string
  readonly signal?: AbortSignal
  readonly limiter?: LimiterStore
  readonly wrap?: (transport: Transport) => Transport
}

export interface LabOptions {
  readonly seed?: number
  readonly switches?: Readonly<Record<string, string>>
}

export function pushedClock(): PushedClock {
  let pushedMs = 0
  return { nowMs: () => Math.floor(Date.now() + pushedMs), push: (ms) => void (pushedMs += Math.ceil(ms)) }
}

export async function openLab({ connector, startSandbox }: Candidate, options: LabOptions = {}): Promise<Lab> {
  const clock = pushedClock()
  const seed = options.seed ?? 1
  const sandbox = await startSandbox({ clock, seed })
  for (const [name, value] of Object.entries(options.switches ?? {})) sandbox.set(name, value)
  const people = invent(seed)
  const leaks = watchForLeaks(sandbox.token, people)
  const limiter = patient(memoryLimiter(clock), clock)
  const transports: HttpTransport[] = []
  const sent: HttpCall[] = []
  let look: BeforeCall = () => undefined
  const alone = oneAtATime()
  const watched = (inner: Transport): Transport => {
    const before = async (call: HttpCall): Promise<void> => {
      sent.push(call)
      await look(call)
    }
    return {
      send: (call) => alone(async () => (await before(call), inner.send(call))),
      stream: (call) => alone(async () => (await before(call), inner.stream(call))),
    }
  }
  const contextWith = (parts: ContextParts): Context => {
    const signal = parts.signal ?? new AbortController().signal
    const real = createTransport({
      baseUrl: sandbox.baseUrl,
      allow: [new URL(sandbox.baseUrl).host],
      limiter: parts.limiter ?? limiter,
      buckets: connector.manifest.buckets,
      limiterScopeKey: (scope) => `lab/${scope}`,
      clock,
      signal,
      fetchTimeoutMs: 20_000,
      maxWaitMs: 0,
      ...(connector.interpretHold === undefined ? {} : { interpretHold: connector.interpretHold }),
    })
    transports.push(real)
    return {
      account: {
        id: accountId(`${connector.manifest.id}-lab`),
        baseUrl: sandbox.baseUrl,
        options: sandbox.options ?? {},
        ownDomains: ['habeas-own.example.net'],
      },
      secret: secretOf(parts.token ?? sandbox.token),
      transport: watched(parts.wrap?.(real) ?? real),
      clock,
      signal,
    }
  }
  return {
    connector,
    sandbox,
    clock,
    context: contextWith({}),
    subject: sandbox.plant(people[0]),
    namesake: sandbox.plant(people[1]),
    stranger: sandbox.plant(people[2]),
    sent,
    beforeEachCall: (next) => void (look = next),
    contextWith,
    leaks,
    close: async () => {
      await Promise.all(transports.map((transport) => transport.close()))
      await sandbox.stop()
      leaks.stop()
    },
  }
}

function invent(seed: number): readonly [InventedPerson, InventedPerson, InventedPerson] {
  const subject = inventPerson(seed * 101)
  return [subject, inventPerson(seed * 101 + 1, { namesake: subject }), inventPerson(seed * 101 + 2)]
}

/**
 * Calls one after the other: pushing the clock while another call is on its way would let it arrive later than it was
 * granted, which no real clock does.
 */
function oneAtATime(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}

/** A limiter that never refuses: it pushes the clock to the moment at which the call may go. */
function patient(inner: LimiterStore, clock: PushedClock): LimiterStore {
  return {
    take: async (asks) => {
      for (;;) {
        const answer = await inner.take(asks)
        if (answer.kind === 'granted') return answer
        clock.push(answer.waitMs)
      }
    },
    hold: (key, untilMs) => inner.hold(key, untilMs),
  }
}

/** Runs a check in a lab of its own, and looks for leaks when it has ended, however it ended. */
export async function inLab<Result>(
  candidate: Candidate,
  options: LabOptions,
  run: (lab: Lab) => Promise<Result>,
): Promise<Result> {
  const lab = await openLab(candidate, options)
  try {
    const result = await run(lab)
    lab.leaks.expectNone()
    return result
  } finally {
    await lab.close()
  }
}
