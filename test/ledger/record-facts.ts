import { sha256Hex } from '../../src/crypto/digest.ts'
import { subjectCommitment } from '../../src/crypto/commitment.ts'
import { sealRecordPart } from '../../src/crypto/envelope.ts'
import type { Outcome } from '../../src/domain/outcome.ts'
import type { LegFacts, RecordFacts } from '../../src/ledger/record.ts'

const HOUR_MS = 3_600_000
export const RECEIVED_MS = Date.UTC(2026, 10, 2, 9, 30)
export const requestKey = Buffer.alloc(32, 5)
export const REQUEST_ID = '2f1c7a52-9d0e-4a57-8f3a-0a6b1d7c9e11'

/** Names, addresses and numbers that must never stand in a record outside its sealed part. */
export const PERSON = { name: 'Ada Peeters', email: 'ada.peeters@example.com', phone: '+32 470 12 34 56' }

export function part(name: string, outcome: Outcome, counts: Partial<LegFacts['parts'][number]['counts']> = {}) {
  return { part: name, outcome, counts: { found: 0, done: 0, kept: 0, remaining: 0, ...counts } }
}

function look(queryClass: string, result: number, hours: number) {
  return {
    queryClass,
    result,
    responseDigest: sha256Hex(`${queryClass} ${hours}`),
    atMs: RECEIVED_MS + hours * HOUR_MS,
  }
}

export const hubspot: LegFacts = {
  accountId: 'hubspot-main',
  connector: { id: 'hubspot', name: 'HubSpot', version: '1.2.0', manifestHash: sha256Hex('hubspot manifest') },
  credentialAlias: 'HUBSPOT_TOKEN',
  state: 'settled',
  parts: [
    part('contact', { kind: 'erased' }, { found: 2, done: 2 }),
    part(
      'invoices',
      { kind: 'retained', law: 'BE CIR92 Art. 315', untilMs: Date.UTC(2033, 0, 1) },
      { found: 3, kept: 3, remaining: 3 },
    ),
  ],
  control: look('control', 1, 30),
  readbacks: [look('contact_by_email', 1, 29), look('contact_by_email', 0, 30), look('contact_by_id', 0, 30)],
  attempts: 1,
  firstAtMs: RECEIVED_MS + 26 * HOUR_MS,
  lastAtMs: RECEIVED_MS + 30 * HOUR_MS,
}

export const intercom: LegFacts = {
  accountId: 'intercom-eu',
  connector: { id: 'intercom', name: 'Intercom', version: '1.0.3', manifestHash: sha256Hex('intercom manifest') },
  credentialAlias: 'INTERCOM_TOKEN',
  state: 'settled',
  parts: [part('contact', { kind: 'nothing_found' })],
  control: look('control', 2, 27),
  readbacks: [],
  attempts: 2,
}

/** An erasure that ended well: erased at one vendor, invoices kept by law, nothing at the other. */
export const erasure: RecordFacts = {
  requestId: REQUEST_ID,
  sequence: 1,
  controllerId: 'cooperlink',
  action: 'erasure',
  legalBasis: 'GDPR Art. 17',
  receivedAtMs: RECEIVED_MS,
  sealedAtMs: RECEIVED_MS + 31 * HOUR_MS,
  clock: { ruleSet: 'eu-1182-71:2026', dueAtMs: Date.UTC(2026, 11, 2, 22, 59, 59, 999) },
  identityCheck: { method: 'account_login', result: 'verified' },
  nonce: sha256Hex('nonce'),
  policyHash: sha256Hex('policy'),
  planHash: sha256Hex('plan'),
  approval: { role: 'approver', by: 'op-7f3a', atMs: RECEIVED_MS + 2 * HOUR_MS },
  result: 'completed',
  legs: [hubspot, intercom],
  exceptions: [],
  depth: [
    {
      connectorId: 'hubspot',
      rows: [
        { part: 'contact', isRead: true, onErasure: 'erased' },
        { part: 'block_list', isRead: true, onErasure: 'suppressed' },
        { part: 'site_visits', isRead: false, onErasure: 'left', why: 'the API offers no access to raw visits' },
      ],
    },
    { connectorId: 'intercom', rows: [{ part: 'contact', isRead: true, onErasure: 'erased' }] },
  ],
  subjectCommitments: [subjectCommitment(requestKey, PERSON.email), subjectCommitment(requestKey, PERSON.phone)],
  sealed: sealRecordPart(requestKey, { requestId: REQUEST_ID, sequence: 1 }, Buffer.from(JSON.stringify(PERSON))),
  evidenceSha256: sha256Hex('evidence'),
  archives: [],
  recheckAtMs: [Date.UTC(2026, 11, 9), Date.UTC(2033, 0, 2)],
  capsuleUntilMs: Date.UTC(2033, 0, 3),
  forgets: { requestKeyAtMs: Date.UTC(2027, 10, 2) },
}

/** The same erasure with one part that failed, explained. */
export const erasureWithException: RecordFacts = {
  ...erasure,
  result: 'completed_with_exceptions',
  legs: [
    hubspot,
    {
      ...intercom,
      state: 'parked',
      parts: [part('contact', { kind: 'failed', code: 'VENDOR_REFUSED' }, { found: 1 })],
    },
  ],
  exceptions: [{ accountId: 'intercom-eu', part: 'contact', journalEntry: 'j-1042' }],
}

/** An access request with an archive. */
export const access: RecordFacts = {
  ...erasure,
  action: 'access',
  legalBasis: 'GDPR Art. 15',
  legs: [{ ...intercom, parts: [part('contact', { kind: 'exported' }, { found: 1, done: 1, remaining: 1 })] }],
  archives: [{ name: 'archive-1.zip', sha256: sha256Hex('archive') }],
  recheckAtMs: [],
}
