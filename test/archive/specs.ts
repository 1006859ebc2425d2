import { Readable } from 'node:stream'
import type { ArchiveAttachment, ArchivePart, ArchiveSpec, ArchiveSystem } from '../../src/adapters/archive/spec.ts'
import type { JsonValue } from '../../src/domain/json.ts'

export const CREATED_AT_MS = Date.UTC(2026, 10, 24, 9, 30)

export function spec(systems: readonly ArchiveSystem[], more: Partial<ArchiveSpec> = {}): ArchiveSpec {
  const fixed = {
    requestId: '0b9f6a1c-5f0e-4c55-9d2b-3f1f6a7f0001',
    profile: 'access',
    language: 'en',
    controllerName: 'Voorbeeld Bouw nv',
  } as const
  return { ...fixed, createdAtMs: CREATED_AT_MS, timeZone: 'Europe/Brussels', systems, ...more }
}

export function system(parts: readonly ArchivePart[], more: Partial<ArchiveSystem> = {}): ArchiveSystem {
  const fixed = {
    accountId: 'hubspot-main',
    connector: 'hubspot',
    title: 'HubSpot',
    searchedBy: ['email', 'phone'],
  } as const
  return {
    ...fixed,
    searchedAtMs: CREATED_AT_MS - 60_000,
    state: parts.length === 0 ? 'nothing' : 'found',
    parts,
    ...more,
  }
}

export function part(records: readonly JsonValue[], more: Partial<ArchivePart> = {}): ArchivePart {
  const open = async function* () {
    for (const record of records) yield await Promise.resolve(record)
  }
  return {
    part: 'contact',
    title: 'Contact',
    category: 'contact details',
    origin: 'provided',
    records: open,
    attachments: [],
    ...more,
  }
}

export function attachment(name: string, content: string | Readable, mediaType = 'application/pdf'): ArchiveAttachment {
  return {
    name,
    mediaType,
    open: () => Promise.resolve(typeof content === 'string' ? Readable.from([Buffer.from(content)]) : content),
  }
}

export const ZOE = {
  id: '10237',
  properties: {
    firstname: 'Zoë',
    lastname: 'Groß-Ĳzer 🏗️',
    email: 'zoe@example.com',
    newsletter: true,
    score: 12.5,
    fax: null,
  },
  associations: [
    { kind: 'deal', id: '88' },
    { kind: 'note', id: '91' },
  ],
}
export const NOTES = [
  { note: 'Called about <b>the roof</b> & "gutters"', at: '2026-03-01T10:00:00+01:00' },
  { note: "O'Neil said: 1 < 2\nsecond line", at: '2026-03-02T10:00:00+01:00' },
]
