import { DsrError, defineConnector } from '../../../../src/connector/index.ts'
import type { Connector, ConnectorFor, Manifest } from '../../../../src/connector/index.ts'
import { discover, exportRecords } from './reading.ts'
import { eraseVerb, verify } from './erasing.ts'
import type { Flaw } from './flaws.ts'
import { askToy } from './ask.ts'

const manifest: Manifest<'access' | 'erasure'> = {
  id: 'toy',
  title: 'Toy',
  version: '1.0.0',
  baseUrl: 'https://toy.example.com',
  rights: ['access', 'erasure'],
  searches: ['email', 'phone', 'external_id'],
  buckets: { second: { limit: 20, windowMs: 1_000, scope: 'account', source: 'invented' } },
  steps: {
    stop: { batchMax: 10, lingerMs: 5, bucket: 'second', isRepeatable: true, isAsynchronous: false },
    delete_notes: { batchMax: 3, lingerMs: 5, bucket: 'second', isRepeatable: true, isAsynchronous: false },
    delete_deal: { batchMax: 1, lingerMs: 0, bucket: 'second', isRepeatable: true, isAsynchronous: false },
    erase_contact: { batchMax: 1, lingerMs: 0, bucket: 'second', isRepeatable: true, isAsynchronous: true },
  },
  verifyAfterMs: [1_000, 120_000],
  absencesNeeded: 1,
  scopes: [],
  depth: [
    {
      part: 'contact',
      title: 'Contact',
      category: 'contact details',
      origin: 'provided',
      isRead: true,
      onErasure: 'erased',
    },
    { part: 'notes', title: 'Notes', category: 'messages', origin: 'provided', isRead: true, onErasure: 'erased' },
    {
      part: 'deals',
      title: 'Deals',
      category: 'orders',
      origin: 'derived',
      isRead: true,
      onErasure: 'erased',
      isBusinessRecord: true,
    },
    {
      part: 'suppression',
      title: 'Do-not-mail list',
      category: 'contact details',
      origin: 'derived',
      isRead: false,
      onErasure: 'suppressed',
      why: 'keeps mail away from the person',
    },
  ],
}

/** A small, good connector; with a flaw, a bad one of a kind that the suite must see. */
export function toyConnector(flaw?: Flaw): Connector {
  const parts: ConnectorFor<'access' | 'erasure'> = {
    manifest,
    check: async (context) => {
      const limits = {}
      try {
        await askToy(context, flaw, { method: 'GET', path: '/me' })
        return { credentials: 'accepted', scopesPresent: [], scopesMissing: [], limits, unavailable: [] }
      } catch (error) {
        if (!(error instanceof DsrError) || error.code !== 'VENDOR_CREDENTIALS_REJECTED') throw error
        return { credentials: 'rejected', scopesPresent: [], scopesMissing: [], limits, unavailable: [] }
      }
    },
    discover: (context, search) => discover(context, search, flaw),
    export: (context, records) => exportRecords(context, records, flaw),
    erase: eraseVerb(flaw),
    verify: (context, subject) => verify(context, subject, flaw),
  }
  return defineConnector(parts)
}
