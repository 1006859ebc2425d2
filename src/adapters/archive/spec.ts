import type { Readable } from 'node:stream'
import type { Origin } from '../../connector/contract.ts'
import type { IdentifierKind } from '../../domain/identifier.ts'
import type { JsonValue } from '../../domain/json.ts'
import type { Withheld } from '../../ports/runtime.ts'

export type ArchiveLanguage = 'nl' | 'fr' | 'en'

/** `access`: all that was found (Art. 15). `portability`: only what the person provided or what was observed of them (Art. 20). */
export type ArchiveProfile = 'access' | 'portability'

/** What goes into one archive. The same spec and records give the same bytes. */
export interface ArchiveSpec {
  readonly requestId: string
  readonly profile: ArchiveProfile
  readonly language: ArchiveLanguage
  readonly controllerName: string
  readonly createdAtMs: number
  /** An IANA name, for the times on the pages; UTC when absent. */
  readonly timeZone?: string
  /** Where to ask, in one line; left out when absent. */
  readonly contact?: string
  /** The supervisory authority with its address, in one line; left out when absent. */
  readonly authority?: string
  readonly systems: readonly ArchiveSystem[]
  /** What was left out, counted; absent or empty: nothing was. */
  readonly withheld?: readonly Withheld[]
}

export interface ArchiveSystem {
  readonly accountId: string
  readonly connector: string
  /** The users' word for it: "HubSpot". */
  readonly title: string
  readonly searchedAtMs: number
  /** The kinds of identifiers that were searched for, never their values. */
  readonly searchedBy: readonly IdentifierKind[]
  readonly state: 'found' | 'nothing' | 'failed'
  /** Every place that was looked into, also those where nothing was. */
  readonly parts: readonly ArchivePart[]
}

export interface ArchivePart {
  readonly part: string
  readonly title: string
  readonly category: string
  readonly origin: Origin
  /** Why this place was not read, or not to its end; absent when it was. */
  readonly unreadWhy?: string
  /** Opens the records from the first; called up to three times, one reading after the other, and must give the same each time. */
  readonly records: () => AsyncIterable<JsonValue>
  /** Gone through once. */
  readonly attachments: Iterable<ArchiveAttachment> | AsyncIterable<ArchiveAttachment>
}

export interface ArchiveAttachment {
  /** As the vendor gave it: shown in the pages, never used as a path. */
  readonly name: string
  readonly mediaType: string
  /** Opened when its turn comes, then read to the end or destroyed. */
  readonly open: () => Promise<Readable>
}

/** The systems and parts that belong into the profile, in the order in which they are written. */
export function selectSystems(spec: ArchiveSpec): ArchiveSystem[] {
  return spec.systems
    .map((system) => ({
      ...system,
      parts: system.parts.filter((part) => belongs(spec.profile, part.origin)).toSorted(byName('part')),
    }))
    .toSorted(byName('accountId'))
}

function belongs(profile: ArchiveProfile, origin: Origin): boolean {
  return profile === 'access' || origin === 'provided' || origin === 'observed'
}

/** By code units: the order of a language differs between machines. */
function byName<K extends string>(key: K): (a: Readonly<Record<K, string>>, b: Readonly<Record<K, string>>) => number {
  return (a, b) => (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0)
}
