import {
  defineConnector,
  type Connector,
  type DepthRow,
  type EffectCall,
  type FoundRecord,
  type Manifest,
  type PlannedEffect,
  type PlannedRecord,
  type StepManifest,
  type VerifyReport,
  type VerifySubject,
  type WritingVerb,
} from '../src/connector/contract.ts'
import { sha256Hex } from '../src/crypto/digest.ts'
import type { Identifier } from '../src/domain/identifier.ts'

/**
 * A vendor that answers at once, at the level of the connector contract: no HTTP, no limits, no wait before a look. What is
 * measured on it is Habeas alone. It holds a contact with a note for each person, and really erases them: a look sees the truth.
 */
export class InstantVendor {
  readonly connector: Connector
  readonly #byEmail = new Map<string, string>()
  readonly #refs = new Set<string>()

  constructor(id: string) {
    this.connector = defineConnector({
      manifest: manifestOf(id),
      check: () =>
        Promise.resolve({ credentials: 'accepted', scopesPresent: [], scopesMissing: [], limits: {}, unavailable: [] }),
      discover: (_context, { identifiers }) => streamed(this.#found(identifiers)),
      export: (_context, records) =>
        streamed(records.map(({ part, ref, content }) => ({ kind: 'record', part, ref, content }) as const)),
      erase: this.#erase(),
      verify: ({ clock }, subject) => Promise.resolve(this.#looked(subject, clock.nowMs())),
    })
  }

  plant(email: string, ref: string): void {
    this.#byEmail.set(email, ref)
    this.#refs.add(`contact/${ref}`).add(`note/${ref}-n`)
  }

  /** Records that are still there. */
  get size(): number {
    return this.#refs.size
  }

  #found(identifiers: readonly Identifier[]): readonly FoundRecord[] {
    return identifiers.flatMap(({ value }) => {
      const ref = this.#byEmail.get(value)
      if (ref === undefined || !this.#refs.has(`contact/${ref}`)) return []
      const certain = { attribution: { kind: 'certain' } } as const
      const learned = [{ kind: 'email', value, ...certain }] as const
      return [
        { part: 'contact', ref, ...certain, content: { email: value }, learned },
        { part: 'note', ref: `${ref}-n`, parentRef: ref, ...certain, content: { text: 'called back' }, learned: [] },
      ]
    })
  }

  #erase(): WritingVerb {
    return {
      plan: (_context, { records }) => Promise.resolve(records.map(effectOf)),
      perform: (_context, call) => Promise.resolve(this.#performed(call)),
      readBack: (_context, call) =>
        Promise.resolve(
          call.members.map(({ key, target }) => ({
            key,
            answer: { kind: this.#refs.has(placeOf(call, target)) ? 'not_happened' : 'happened' } as const,
          })),
        ),
      poll: () => Promise.resolve([]),
    }
  }

  #performed(call: EffectCall) {
    return call.members.map(({ key, target }) => {
      const kind = this.#refs.delete(placeOf(call, target)) ? 'done' : 'already'
      return { key, answer: { kind } as const }
    })
  }

  #looked({ records }: VerifySubject, atMs: number): VerifyReport {
    const look = (queryClass: string, result: number) => ({
      queryClass,
      result,
      responseDigest: sha256Hex(`${queryClass}=${result}`),
      atMs,
    })
    const findings = DEPTH.map(({ part }) => {
      const planned = records.filter((one) => one.part === part)
      const remaining = planned.filter(({ ref }) => this.#refs.has(`${part}/${ref}`)).length
      const verdict = { kind: remaining === 0 ? 'absent' : 'present' } as const
      return { part, looked: planned.length, remaining, verdict }
    })
    return {
      control: look('control', 1),
      findings,
      readbacks: findings.map((one) => look(`${one.part}_by_id`, one.remaining)),
    }
  }
}

const DEPTH: readonly DepthRow[] = ['contact', 'note'].map((part) => ({
  part,
  title: part,
  category: 'contact details',
  origin: 'provided',
  isRead: true,
  onErasure: 'erased',
}))

const STEP: StepManifest = { batchMax: 100, lingerMs: 0, bucket: 'all', isRepeatable: true, isAsynchronous: false }

function manifestOf(id: string): Manifest<'access' | 'portability' | 'erasure'> {
  return {
    id,
    title: id,
    version: '1.0.0',
    baseUrl: 'https://api.example.com',
    rights: ['access', 'portability', 'erasure'],
    searches: ['email'],
    buckets: { all: { limit: 1_000_000, windowMs: 1000, scope: 'account', source: 'invented for the benchmark' } },
    steps: { delete_note: STEP, delete_contact: STEP },
    verifyAfterMs: [0],
    absencesNeeded: 1,
    scopes: [],
    depth: DEPTH,
  }
}

/** Children before parents, as with a real vendor. */
function effectOf({ part, ref }: PlannedRecord): PlannedEffect {
  return part === 'note'
    ? { step: 'delete_note', target: ref, part, after: [] }
    : { step: 'delete_contact', target: ref, part, after: ['delete_note'] }
}

function placeOf({ step }: EffectCall, target: string): string {
  return step === 'delete_note' ? `note/${target}` : `contact/${target}`
}

async function* streamed<One>(all: readonly One[]): AsyncGenerator<One> {
  await Promise.resolve()
  yield* all
}
