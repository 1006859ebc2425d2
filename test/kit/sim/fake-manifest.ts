import type { DepthRow, Manifest } from '../../../src/connector/contract.ts'
import { HOUR } from './clock.ts'

export type FakeRights = 'access' | 'portability' | 'erasure'

const row = (part: string, more: Partial<DepthRow> = {}): DepthRow => ({
  part,
  title: part,
  category: 'contact details',
  origin: 'provided',
  isRead: true,
  onErasure: 'erased',
  ...more,
})

/** A vendor with parents and children, a slow job, a step that must not be repeated, and a place it cannot erase. */
export function fakeManifest(id: string): Manifest<FakeRights> {
  const known = manifests.get(id) ?? newManifest(id)
  manifests.set(id, known)
  return known
}

const manifests = new Map<string, Manifest<FakeRights>>()

function newManifest(id: string): Manifest<FakeRights> {
  return {
    id,
    title: 'Fake CRM',
    version: '1.0.0',
    baseUrl: 'https://api.example.com',
    rights: ['access', 'portability', 'erasure'],
    searches: ['email'],
    buckets: { all: { limit: 100, windowMs: 10_000, scope: 'account', source: 'invented' } },
    steps: {
      delete_note: { batchMax: 10, lingerMs: 0, bucket: 'all', isRepeatable: true, isAsynchronous: false },
      delete_contact: { batchMax: 4, lingerMs: 2000, bucket: 'all', isRepeatable: true, isAsynchronous: false },
      purge_mail: { batchMax: 1, lingerMs: 0, bucket: 'all', isRepeatable: true, isAsynchronous: true },
      scrub_invoice: { batchMax: 1, lingerMs: 0, bucket: 'all', isRepeatable: false, isAsynchronous: false },
    },
    verifyAfterMs: [60_000, HOUR, 6 * HOUR],
    absencesNeeded: 1,
    scopes: [],
    depth: [
      row('contact'),
      row('note', { category: 'messages' }),
      row('mail', { category: 'messages' }),
      row('invoice', { onErasure: 'anonymised', isBusinessRecord: true }),
      row('log', { onErasure: 'left', why: 'the vendor keeps its logs' }),
    ],
  }
}
