import type { Identifier } from '../domain/identifier.ts'
import type { JsonValue } from '../domain/json.ts'
import type { Clock } from './contract.ts'

/**
 * What every sandbox offers besides its vendor's HTTP interface, so that conformance, demo and fault tests can drive it
 * without knowing the vendor. A sandbox ships with the product.
 */
export interface Sandbox {
  readonly connector: string
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly baseUrl: string
  /** The credential that the sandbox accepts; every other one is rejected as the vendor rejects it. */
  readonly token: string
  /** Plants a person, in every place of the manifest's depth unless told otherwise, and returns where. */
  plant(person: InventedPerson, extent?: PlantExtent): PlantedPerson
  /** Everything the vendor stores on a planted person as canonical text: two equal pictures mean byte for byte untouched. */
  picture(person: PlantedPerson): string
  /** How many records of the person each part still holds, as the vendor would show them (soft-deleted ones are not counted). */
  remaining(person: PlantedPerson): Readonly<Record<string, number>>
  /** Unconfirmed facts and traps of the vendor, by name, with the values each can take. */
  readonly switches: Readonly<Record<string, readonly string[]>>
  set(name: string, value: string): void
  /** Arms a fault for the next matching calls. */
  arm(fault: Fault): void
  /**
   * Where the vendor does otherwise than its published document says: the contract check's words for it, and the source.
   * `*` stands for any text (numbers in addresses). Absent = nowhere.
   */
  readonly deviations?: Readonly<Record<string, string>>
  /** Account options under which every place of the manifest is there: names of fields that stand in this sandbox. */
  readonly options?: Readonly<Record<string, JsonValue>>
  /** Calls received since the start, oldest first. Bodies are kept for contract checks. */
  calls(): readonly SandboxCall[]
  /** Revokes or restores the credential. */
  revoke(isRevoked: boolean): void
  stop(): Promise<void>
}

/** `contact`: a person of whom the vendor has a contact and what goes with it, nothing else. */
export type PlantExtent = 'everywhere' | 'contact'

/** How a vendor folder's sandbox.ts starts its sandbox: `export const startSandbox: StartSandbox`. Port 0 = any free port. */
export type StartSandbox = (options: SandboxOptions) => Promise<Sandbox>

export interface SandboxOptions {
  readonly clock: Clock
  readonly port?: number
  /** Divides the vendor's own waits (async jobs, index lag, purge) and multiplies its limits; 1 = as the vendor. */
  readonly speed?: number
  /** Seed of ids and planted content. */
  readonly seed?: number
}

/** An invented person; no two values are equal, so that mixing up two identifiers is always seen. */
export interface InventedPerson {
  readonly key: string
  readonly firstName: string
  readonly lastName: string
  readonly email: string
  readonly secondEmail: string
  readonly phone: string
  readonly externalId: string
  readonly city: string
}

export interface PlantedPerson {
  readonly person: InventedPerson
  /** Identifiers by which the subject can be searched from outside. */
  readonly identifiers: readonly Identifier[]
  /** The vendor's references by part. */
  readonly refs: Readonly<Record<string, readonly string[]>>
  /** How many attachments of each part export must give as streams; absent parts have none. */
  readonly attachments?: Readonly<Record<string, number>>
}

/** A fault of the vendor or the network, for calls whose method and path match. */
export interface Fault {
  readonly match?: { readonly method?: string; readonly path?: RegExp; readonly changesOnly?: boolean }
  /** How many matching calls it hits; then it is spent. */
  readonly times: number
  readonly what:
    /** Answers so without doing anything. */
    | {
        readonly kind: 'status'
        readonly status: number
        readonly headers?: Readonly<Record<string, string>>
        readonly body?: string
      }
    /** Cuts the connection before anything is done. */
    | { readonly kind: 'reset_before' }
    /** Does it, then cuts the connection: the answer is lost. */
    | { readonly kind: 'reset_after' }
    /** Does it, then answers 502. */
    | { readonly kind: 'status_after'; readonly status: number }
    /** Says that it did it, and does nothing. */
    | { readonly kind: 'lie' }
    /** Answers 200 with bytes that are not the documented shape. */
    | { readonly kind: 'garbage'; readonly body: string }
    /** Does it and answers only after so long. */
    | { readonly kind: 'slow'; readonly delayMs: number }
}

export interface SandboxCall {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly requestBody: string
  readonly status: number
  readonly replyBody: string
  readonly atMs: number
  /** Whether the route may change the vendor's state. */
  readonly isChange: boolean
  /** The kind of the fault that hit the call; such an answer is no answer of the vendor. Status 0 = the connection was cut. */
  readonly fault?: string
}

export { inventPerson, seededRandom } from './testing/people.ts'
export type { InventOptions, Random } from './testing/people.ts'
export { startSandboxServer } from './testing/server.ts'
export type { SandboxServer, SandboxServerOptions } from './testing/server.ts'
export type { BucketState, SandboxLimit } from './testing/limits.ts'
export type { SandboxReply, SandboxRequest, SandboxRoute } from './testing/routes.ts'
export { bodyOf, cursorOf, offsetOf, secondsToReset, sliceOf } from './testing/answers.ts'
export type { Slice } from './testing/answers.ts'
export { countRefs, nextNumber, note, openDesk, openSandbox } from './testing/desk.ts'
export type { Remembered, SandboxDesk, SandboxParts } from './testing/desk.ts'
export { switchboard } from './testing/switchboard.ts'
export type { Switchboard, SwitchName, SwitchTable } from './testing/switchboard.ts'
