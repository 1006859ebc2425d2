import { sha256Hex } from '../../../src/crypto/digest.ts'
import {
  defineConnector,
  type Connector,
  type ConnectorFor,
  type EffectAnswer,
  type EffectCall,
  type FoundRecord,
  type KeyedAnswer,
  type LegSubject,
  type Manifest,
  type PartFinding,
  type PlannedEffect,
  type Search,
  type VerifyReport,
  type VerifySubject,
  type WritingVerb,
} from '../../../src/connector/contract.ts'
import type { Readback } from '../../../src/domain/part.ts'
import {
  errorOf,
  PART_OF,
  type FakeVendor,
  type Fault,
  type StoredRecord,
  type VendorStep,
  type VendorVerb,
} from './fake-vendor.ts'
import { fakeManifest, type FakeRights } from './fake-manifest.ts'

export interface FakeConnectorOptions {
  readonly id?: string
  readonly manifest?: Partial<Manifest<FakeRights>>
  /** Waits before and after each call to the vendor; a simulation lets others run meanwhile, or lets the caller die. */
  readonly pause?: (when: 'before' | 'after', verb: VendorVerb) => Promise<void>
}

/** A connector on a fake vendor at the level of the contract: no transport, the same answers. */
export function fakeConnector(vendor: FakeVendor, options: FakeConnectorOptions = {}): Connector {
  const usual = fakeManifest(options.id ?? 'fakecrm')
  const manifest = options.manifest ? { ...usual, ...options.manifest } : usual
  return defineConnector(new FakeVerbs(vendor, { manifest, pause: options.pause ?? NO_PAUSE }).connector())
}

const NO_PAUSE = (): Promise<void> => Promise.resolve()

interface Setting {
  readonly manifest: Manifest<FakeRights>
  readonly pause: (when: 'before' | 'after', verb: VendorVerb) => Promise<void>
}

class FakeVerbs {
  readonly #vendor: FakeVendor
  readonly #setting: Setting

  constructor(vendor: FakeVendor, setting: Setting) {
    this.#vendor = vendor
    this.#setting = setting
  }

  connector(): ConnectorFor<FakeRights> {
    const vendor = this.#vendor
    const call = this.#call.bind(this)
    return {
      manifest: this.#setting.manifest,
      check: async () =>
        call('check', undefined, () => ({
          credentials: 'accepted',
          scopesPresent: [],
          scopesMissing: [],
          limits: {},
          unavailable: [],
        })),
      discover: (_context, search) => discovered(async () => call('discover', undefined, () => found(vendor, search))),
      export: (_context, records) =>
        discovered(async () =>
          call('export', undefined, () =>
            records.map(({ part, ref, content }) => ({ kind: 'record', part, ref, content }) as const),
          ),
        ),
      verify: async ({ clock }, subject) => this.#verify(subject, clock.nowMs()),
      erase: this.#erase(),
    }
  }

  #erase(): WritingVerb {
    const vendor = this.#vendor
    return {
      plan: async (_context, subject) => this.#call('plan', undefined, () => planned(subject)),
      perform: async ({ clock }, call) => this.#perform(call, clock.nowMs()),
      readBack: async (_context, call) =>
        this.#call('readBack', call.step, () =>
          call.members.map(({ key, target }) => ({ key, answer: { kind: vendor.look(stepOf(call), target) } })),
        ),
      poll: async (_context, call) =>
        this.#call('poll', call.step, () =>
          call.members.map(({ key, jobRef }) => ({ key, answer: polled(vendor, jobRef ?? '') })),
        ),
    }
  }

  async #verify(subject: VerifySubject, atMs: number): Promise<VerifyReport> {
    const { manifest } = this.#setting
    let isBlind = this.#vendor.isIndexDown
    const report = await this.#call('verify', undefined, (fault) => {
      isBlind ||= fault === 'blind'
      return verified(this.#vendor, { subject, manifest, atMs })
    })
    if (!isBlind) return report
    const findings = report.findings.map((one): PartFinding => ({ ...one, remaining: 0, verdict: { kind: 'absent' } }))
    return { ...report, control: { ...report.control, result: 0 }, findings }
  }

  async #perform(call: EffectCall, nowMs: number): Promise<readonly KeyedAnswer<EffectAnswer>[]> {
    const { pause } = this.#setting
    const vendor = this.#vendor
    const fault = vendor.faultOf('perform', call.step)
    await pause('before', 'perform')
    const error = errorOf(fault)
    if (error && fault !== 'lost_after' && fault !== 'lost_before') throw error
    for (const { key, target } of call.members) vendor.sent(call.step, target, key)
    const answers = fault === 'lost_before' ? [] : performed(vendor, call, nowMs)
    await pause('after', 'perform')
    if (error) throw error
    return fault === 'mute' ? [] : answers
  }

  async #call<Answer>(verb: VendorVerb, step: string | undefined, answer: (fault: Fault) => Answer): Promise<Answer> {
    const fault = this.#vendor.faultOf(verb, step)
    await this.#setting.pause('before', verb)
    const error = errorOf(fault)
    if (error) throw error
    const answered = answer(fault)
    await this.#setting.pause('after', verb)
    return answered
  }
}

async function* discovered<One>(read: () => Promise<readonly One[]>): AsyncGenerator<One> {
  yield* await read()
}

function found(vendor: FakeVendor, search: Search): readonly FoundRecord[] {
  const certain = vendor.search(search.identifiers)
  const namesakes = vendor.namesakes(search.names).filter((one) => !certain.includes(one))
  const like = (record: StoredRecord): FoundRecord => ({
    part: record.part,
    ref: record.ref,
    ...(record.parentRef !== undefined && { parentRef: record.parentRef }),
    attribution: record.attribution ?? { kind: 'certain' },
    content: { emails: record.emails },
    createdAtMs: record.createdAtMs,
    learned: record.emails.map((value) => ({ kind: 'email', value, attribution: { kind: 'certain' } })),
    ...(record.name !== undefined && { label: record.name }),
  })
  return [
    ...certain.map(like),
    ...namesakes.map((one) => ({ ...like(one), attribution: { kind: 'candidate', reason: 'same_name' } }) as const),
  ]
}

/** Children before parents; a contact whose note is kept stays, since its deletion would take the note along. */
function planned({ records, kept }: LegSubject): readonly PlannedEffect[] {
  const hasNotes = records.some((one) => one.part === 'note')
  const keptParents = new Set(kept.map((one) => one.parentRef))
  return records.flatMap(({ part, ref }): readonly PlannedEffect[] => {
    switch (part) {
      case 'contact':
        if (keptParents.has(ref)) return []
        return [{ step: 'delete_contact', target: ref, part, after: hasNotes ? ['delete_note'] : [] }]
      case 'note':
        return [{ step: 'delete_note', target: ref, part, after: [] }]
      case 'mail':
        return [{ step: 'purge_mail', target: ref, part, after: [] }]
      case 'invoice':
        return [{ step: 'scrub_invoice', target: ref, part, after: [] }]
      default:
        return []
    }
  })
}

function performed(vendor: FakeVendor, call: EffectCall, nowMs: number): readonly KeyedAnswer<EffectAnswer>[] {
  const isRefused = call.members.some(({ target }) => vendor.refuses.has(target))
  if (isRefused && vendor.isBatchRefused) return call.members.map(({ key }) => ({ key, answer: { kind: 'split' } }))
  return call.members.map(({ key, target }) => ({ key, answer: answerTo(vendor, call, { target, nowMs }) }))
}

function answerTo(vendor: FakeVendor, call: EffectCall, of: { target: string; nowMs: number }): EffectAnswer {
  const step = stepOf(call)
  const record = vendor.get(PART_OF[step], of.target)
  if (vendor.refuses.has(of.target)) return { kind: 'rejected', code: 'VENDOR_REFUSED' }
  if (record?.goneAtMs !== undefined) return { kind: 'already' }
  if (step === 'purge_mail') {
    const { jobRef, doneAtMs } = vendor.startJob(of.target)
    return { kind: 'accepted', jobRef, checkAfterMs: 60_000, finishesByMs: Math.max(doneAtMs, of.nowMs) + 3600_000 }
  }
  vendor.apply(step, of.target)
  return { kind: 'done' }
}

function polled(vendor: FakeVendor, jobRef: string): EffectAnswer {
  const job = vendor.askJob(jobRef)
  if (!job) return { kind: 'unknown' }
  if (job.isDone) return { kind: 'done' }
  return { kind: 'accepted', jobRef, checkAfterMs: 60_000, finishesByMs: job.doneAtMs + 3600_000 }
}

interface Looking {
  readonly subject: VerifySubject
  readonly manifest: Manifest<FakeRights>
  readonly atMs: number
}

function verified(vendor: FakeVendor, { subject, manifest, atMs }: Looking): VerifyReport {
  const look = (queryClass: string, result: number): Readback => ({
    queryClass,
    result,
    responseDigest: sha256Hex(`${queryClass}=${result}`),
    atMs,
  })
  const shown = vendor.search(subject.identifiers).filter((one) => (one.attribution?.kind ?? 'certain') === 'certain')
  const findings = manifest.depth.map(({ part, onErasure }): PartFinding => {
    const planned = subject.records.filter((one) => one.part === part)
    const byId = planned.filter(({ ref }) => isThere(vendor, part, ref)).map((one) => one.ref)
    const byIdentifier = shown.filter((one) => one.part === part).map((one) => one.ref)
    const remaining = new Set([...byId, ...byIdentifier]).size
    const binned = planned.map(({ ref }) => vendor.get(part, ref)?.goneAtMs).filter((at) => at !== undefined)
    const purgeByMs = Math.max(0, ...binned) + vendor.binMs
    if (onErasure === 'left')
      return {
        part,
        looked: planned.length,
        remaining,
        verdict: { kind: 'cannot_tell', why: 'logs cannot be searched' },
      }
    if (remaining === 0 && part === 'contact' && vendor.binMs > 0 && purgeByMs > atMs)
      return { part, looked: planned.length, remaining, verdict: { kind: 'soft_deleted', purgeByMs } }
    return { part, looked: planned.length, remaining, verdict: { kind: remaining === 0 ? 'absent' : 'present' } }
  })
  return {
    control: look('control', 1),
    findings,
    readbacks: findings.map((one) => look(`${one.part}_by_id`, one.remaining)),
  }
}

function isThere(vendor: FakeVendor, part: string, ref: string): boolean {
  const record = vendor.get(part, ref)
  return record !== undefined && vendor.isHeld(record)
}

function stepOf({ step }: EffectCall): VendorStep {
  const known = (Object.keys(PART_OF) as VendorStep[]).find((one) => one === step)
  if (known === undefined) throw new TypeError('a step that the vendor does not know')
  return known
}
