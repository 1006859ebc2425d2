import type { Attribution, Identifier } from '../../../src/domain/identifier.ts'
import { DsrError } from '../../../src/domain/errors.ts'

export type VendorPart = 'contact' | 'note' | 'mail' | 'invoice' | 'log'
export type VendorStep = 'delete_note' | 'delete_contact' | 'purge_mail' | 'scrub_invoice'

export interface VendorRecord {
  readonly part: VendorPart
  readonly ref: string
  readonly parentRef?: string
  /** Whose it is in truth; the connector never sees this. */
  readonly person: string
  /** Addresses by which the vendor finds it. */
  readonly emails: readonly string[]
  readonly name?: string
  readonly createdAtMs: number
  /** How sure a connector can be when it finds the record by an address; certain unless said otherwise. */
  readonly attribution?: Attribution
}

export interface StoredRecord extends VendorRecord {
  readonly goneAtMs: number | undefined
  readonly scrubbedAtMs: number | undefined
  /** How often a scrub was applied; more than once is damage. */
  readonly scrubs: number
}

/** What happens to one call of a verb. */
export type Fault =
  | 'none'
  /** Nothing reached the vendor, and the error says so. */
  | 'down'
  | 'limited'
  | 'revoked'
  /** The answer is lost: before the vendor did anything, or after. */
  | 'lost_before'
  | 'lost_after'
  /** The vendor answered, but with nothing that says what it did. */
  | 'mute'
  /** The credential or the index shows nothing at all, the control included. */
  | 'blind'
  | 'crash'

export type VendorVerb = 'check' | 'discover' | 'export' | 'plan' | 'verify' | 'perform' | 'readBack' | 'poll'

/** One thing that happened at the vendor, in order. */
export interface VendorEvent {
  readonly atMs: number
  readonly kind: 'sent' | 'applied' | 'looked'
  readonly step: string
  readonly target: string
  /** Of a look: what it showed. */
  readonly saw?: 'happened' | 'not_happened' | 'cannot_tell'
  /** Of a sending: the key of the effect that asked for it. */
  readonly key?: string
}

interface VendorJob {
  readonly target: string
  readonly doneAtMs: number
}

/** A vendor as it is in truth: records of people, what was done to them and how it behaves. */
export class FakeVendor {
  readonly #clock: { nowMs(): number }
  readonly #records = new Map<string, StoredRecord>()
  readonly #jobs = new Map<string, VendorJob>()
  readonly history: VendorEvent[] = []
  /** Decides what happens to the next call. */
  faultOf: (verb: VendorVerb, step: string | undefined) => Fault = () => 'none'
  /** Targets that are confirmed and kept, so many times. */
  readonly lies = new Map<string, number>()
  /** Targets that are refused for good; with `isBatchRefused` the whole batch is, without saying for whom. */
  readonly refuses = new Set<string>()
  isBatchRefused = false
  /** How long a deleted record still shows in searches, and a scrub does not show yet. */
  lagMs = 0
  /** How long a purge of mails takes; jobs that are lost are never heard of again. */
  purgeMs = 0
  losesJobs = false
  /** Deleted contacts lie in a bin so long. */
  binMs = 0
  isIndexDown = false
  /** How often a look back says that it cannot tell. */
  blindLooks = 0

  constructor(clock: { nowMs(): number }) {
    this.#clock = clock
  }

  add(...records: readonly VendorRecord[]): void {
    for (const record of records) {
      this.#records.set(keyOf(record), { ...record, goneAtMs: undefined, scrubbedAtMs: undefined, scrubs: 0 })
    }
  }

  /** The vendor brings a deleted record back. */
  restore(part: VendorPart, ref: string): void {
    this.#change(part, ref, { goneAtMs: undefined })
  }

  get records(): readonly StoredRecord[] {
    return [...this.#records.values()]
  }

  /** What the vendor still holds on the person. */
  held(person: string): readonly StoredRecord[] {
    return this.records.filter((one) => one.person === person && this.isHeld(one))
  }

  isHeld(record: StoredRecord): boolean {
    return record.goneAtMs === undefined && record.scrubbedAtMs === undefined
  }

  get(part: string, ref: string): StoredRecord | undefined {
    return this.#records.get(keyOf({ part, ref }))
  }

  /** As its search index shows them: deleted records for a while longer. */
  search(identifiers: readonly Identifier[]): readonly StoredRecord[] {
    const emails = new Set(identifiers.filter((one) => one.kind === 'email').map((one) => one.value))
    const shown = this.records.filter((one) => this.#isShown(one))
    const found = shown.filter((one) => one.emails.some((email) => emails.has(email)))
    const parents = new Set(found.filter((one) => one.part === 'contact').map((one) => one.ref))
    return shown.filter((one) => found.includes(one) || (one.parentRef !== undefined && parents.has(one.parentRef)))
  }

  namesakes(names: readonly string[]): readonly StoredRecord[] {
    return this.records.filter((one) => this.#isShown(one) && one.name !== undefined && names.includes(one.name))
  }

  /** Does what the step asks, unless it was told to lie. */
  apply(step: VendorStep, target: string): void {
    const lies = this.lies.get(target) ?? 0
    if (lies > 0) {
      this.lies.set(target, lies - 1)
      return
    }
    this.#note({ kind: 'applied', step, target })
    const now = this.#clock.nowMs()
    const scrubs = (this.get('invoice', target)?.scrubs ?? 0) + 1
    const change = step === 'scrub_invoice' ? { scrubbedAtMs: now, scrubs } : { goneAtMs: now }
    this.#change(PART_OF[step], target, change)
  }

  startJob(target: string): { readonly jobRef: string; readonly doneAtMs: number } {
    const doneAtMs = this.#clock.nowMs() + this.purgeMs
    const jobRef = `job-${this.#jobs.size + 1}`
    if (!this.losesJobs) this.#jobs.set(jobRef, { target, doneAtMs })
    return { jobRef, doneAtMs }
  }

  /** Where a job stands; one that is due is carried out now. */
  askJob(jobRef: string): { readonly isDone: boolean; readonly doneAtMs: number } | undefined {
    const job = this.#jobs.get(jobRef)
    if (!job) return undefined
    const isDone = job.doneAtMs <= this.#clock.nowMs()
    if (isDone && this.get('mail', job.target)?.goneAtMs === undefined) this.apply('purge_mail', job.target)
    return { isDone, doneAtMs: job.doneAtMs }
  }

  /** What a look back shows of a step, index lag included. */
  look(step: VendorStep, target: string): 'happened' | 'not_happened' | 'cannot_tell' {
    const saw = this.#seen(step, target)
    this.#note({ kind: 'looked', step, target, saw })
    return saw
  }

  sent(step: string, target: string, key: string): void {
    this.#note({ kind: 'sent', step, target, key })
  }

  /** How often the step was sent for, or applied to, the target. */
  countOf(kind: VendorEvent['kind'], step: VendorStep, target: string): number {
    return this.history.filter((one) => one.kind === kind && one.step === step && one.target === target).length
  }

  #seen(step: VendorStep, target: string): 'happened' | 'not_happened' | 'cannot_tell' {
    if (this.blindLooks > 0) {
      this.blindLooks -= 1
      return 'cannot_tell'
    }
    const part = PART_OF[step]
    const record = this.get(part, target)
    if (step === 'scrub_invoice') {
      const at = record?.scrubbedAtMs
      return at !== undefined && at + this.lagMs <= this.#clock.nowMs() ? 'happened' : 'not_happened'
    }
    return record === undefined || !this.#isShown(record) ? 'happened' : 'not_happened'
  }

  #isShown(record: StoredRecord): boolean {
    const now = this.#clock.nowMs()
    return (
      (record.goneAtMs === undefined || record.goneAtMs + this.lagMs > now) &&
      (record.scrubbedAtMs === undefined || record.scrubbedAtMs + this.lagMs > now)
    )
  }

  #change(part: VendorPart, ref: string, patch: Partial<StoredRecord>): void {
    const record = this.get(part, ref)
    if (record) this.#records.set(keyOf(record), { ...record, ...patch })
  }

  #note(event: Omit<VendorEvent, 'atMs'>): void {
    this.history.push({ atMs: this.#clock.nowMs(), ...event })
  }
}

export const PART_OF: Readonly<Record<VendorStep, VendorPart>> = {
  delete_note: 'note',
  delete_contact: 'contact',
  purge_mail: 'mail',
  scrub_invoice: 'invoice',
}

function keyOf(record: { readonly part: string; readonly ref: string }): string {
  return `${record.part}/${record.ref}`
}

/** The error of a fault that keeps a call from the vendor, or loses its answer. */
export function errorOf(fault: Fault): DsrError | Error | undefined {
  switch (fault) {
    case 'none':
    case 'mute':
    case 'blind':
      return undefined
    case 'down':
      return new DsrError('VENDOR_UNAVAILABLE', 'the vendor is away')
    case 'limited':
      return new DsrError('RATE_LIMITED', 'the vendor answered 429', { retryAfterMs: 90_000 })
    case 'revoked':
      return new DsrError('VENDOR_CREDENTIALS_REJECTED', 'the vendor answered 401')
    case 'lost_before':
    case 'lost_after':
      return new DsrError('VENDOR_TIMEOUT', 'no answer', { mayHaveArrived: true })
    case 'crash':
      return new TypeError('a bug of the connector')
  }
}
