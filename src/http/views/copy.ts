import { leavesOf, namesOn } from '../../domain/redaction.ts'
import type { JsonValue } from '../../domain/json.ts'
import type { LegId } from '../../domain/ids.ts'
import type { OpenCopy } from '../../ports/commands.ts'
import type { Account, Accounts } from '../../ports/runtime.ts'

/** Records that are shown at once. */
export const COPY_PAGE = 20
const MOST_FIELDS = 300
const LONGEST_VALUE = 4_000

type System = OpenCopy['systems'][number]
type DepthRow = Account['connector']['manifest']['depth'][number]

/** One part of one system in a copy. */
export interface CopyPlace {
  readonly legId: LegId
  readonly accountId: string
  readonly system: string
  readonly part: string
  readonly title: string
  readonly records: number
  readonly files: number
  readonly redactions: number
  readonly secrets: number
}

export interface CopyField {
  readonly path: string
  readonly name: string
  readonly value: string
  /** The mapping says so, or it looks like an address or a telephone number that is not the person's. */
  readonly isOfOthers: boolean
  /** Set: it was taken out. */
  readonly redactionId: string | null
}

export interface CopyRecord {
  readonly position: number
  readonly fields: readonly CopyField[]
  readonly isCut: boolean
  readonly redactionId: string | null
}

export interface CopyFile {
  readonly position: number
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
  readonly redactionId: string | null
}

export interface ShownPlace {
  readonly place: CopyPlace
  readonly from: number
  readonly records: readonly CopyRecord[]
  readonly files: readonly CopyFile[]
  readonly nextFrom: number | null
}

/** Every place that goes into the copy. What Art. 20 leaves out of a portable one is not reviewed: it does not go out. */
export function copyPlaces(copy: OpenCopy, accounts: Accounts): readonly CopyPlace[] {
  return copy.systems.flatMap((system) => {
    const manifest = accounts.get(system.leg.accountId)?.connector.manifest
    return system.reader.parts
      .map((part) => ({ part, row: manifest?.depth.find((one) => one.part === part) }))
      .filter(({ row }) => belongs(copy, row))
      .map(({ part, row }) => ({
        legId: system.leg.id,
        accountId: system.leg.accountId,
        system: manifest?.title ?? system.leg.accountId,
        part,
        title: row?.title ?? part.replaceAll('_', ' '),
        records: system.reader.count(part),
        files: [...system.reader.attachments(part)].length,
        redactions: system.redactions.filter((one) => one.part === part).length,
        secrets: secretsOf(system.counts[part]),
      }))
  })
}

function belongs({ request }: OpenCopy, row: DepthRow | undefined): boolean {
  return request.right !== 'portability' || row === undefined || row.origin === 'provided' || row.origin === 'observed'
}

function secretsOf(counted: JsonValue | undefined): number {
  if (typeof counted !== 'object' || counted === null || !('secrets' in counted)) return 0
  return typeof counted.secrets === 'number' ? counted.secrets : 0
}

/** The records of a place from a position on, and with the first ones its files. */
export async function showPlace(
  copy: OpenCopy,
  { place, from, own, accounts }: { place: CopyPlace; from: number; own: ReadonlySet<string>; accounts: Accounts },
): Promise<ShownPlace> {
  const system = copy.systems.find(({ leg }) => leg.id === place.legId)
  const row = accounts
    .get(place.accountId as Account['id'])
    ?.connector.manifest.depth.find((one) => one.part === place.part)
  const records: CopyRecord[] = []
  let position = 0
  for await (const record of system?.reader.records(place.part) ?? none()) {
    if (position >= from + COPY_PAGE) break
    if (position >= from && system) records.push(shownRecord(record, { position, system, place, row, own }))
    position += 1
  }
  return {
    place,
    from,
    records,
    files: from === 0 && system ? filesOf(system, place.part) : [],
    nextFrom: from + COPY_PAGE < place.records ? from + COPY_PAGE : null,
  }
}

async function* none(): AsyncGenerator<never> {
  // There is no such system in the copy.
}

interface RecordSource {
  readonly position: number
  readonly system: System
  readonly place: CopyPlace
  readonly row: DepthRow | undefined
  readonly own: ReadonlySet<string>
}

function shownRecord(record: JsonValue, { position, system, place, row, own }: RecordSource): CopyRecord {
  const taken = system.redactions.filter((one) => one.part === place.part && one.position === position)
  const leaves = leavesOf(record).filter(({ value }) => value !== null && value !== '')
  return {
    position,
    isCut: leaves.length > MOST_FIELDS,
    redactionId: taken.find(({ kind }) => kind === 'record')?.id ?? null,
    fields: leaves.slice(0, MOST_FIELDS).map(({ path, value }) => {
      const text = String(value)
      const names = namesOn(path)
      return {
        path,
        name: names
          .filter((name) => !/^\d+$/.test(name))
          .join(' › ')
          .replaceAll('_', ' '),
        value: text.slice(0, LONGEST_VALUE),
        isOfOthers: isMarked(names, row?.othersAt ?? []) || namesAnother(text, own),
        redactionId: taken.find((one) => one.kind === 'field' && one.path === path)?.id ?? null,
      }
    }),
  }
}

function filesOf(system: System, part: string): readonly CopyFile[] {
  return [...system.reader.attachments(part)].map(({ name, mediaType, bytes }, position) => ({
    ...{ position, name, mediaType, bytes },
    redactionId:
      system.redactions.find((one) => one.kind === 'attachment' && one.part === part && one.position === position)
        ?.id ?? null,
  }))
}

/** `*` stands for one step on the way, `**` for any number of them. */
function isMarked(names: readonly string[], patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const steps = pattern.split('.').map((step) => {
      if (step === '**') return '(?:[^\\0]+\\0)*'
      return step === '*' ? '[^\\0]+\\0' : `${step.replaceAll(/[^\w-]/g, '\\$&')}\\0`
    })
    return new RegExp(`^${steps.join('')}`).test(names.map((name) => `${name}\0`).join(''))
  })
}

const ADDRESS = /[^\s@<>"',;:()[\]]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+/gi
const TELEPHONE = /(?<![\w.+-])\+\d[\d ().-]{7,18}\d/g

/** Whether an address or a telephone number stands there that is not the person's own. */
function namesAnother(text: string, own: ReadonlySet<string>): boolean {
  const found = [
    ...[...text.matchAll(ADDRESS)].map(([one]) => one.toLowerCase()),
    ...[...text.matchAll(TELEPHONE)].map(([one]) => one.replaceAll(/[^\d+]/g, '')),
  ]
  return found.some((one) => !own.has(one))
}
