import { describe, expect, it } from '@jest/globals'
import { sha256Hex } from '../../src/crypto/digest.ts'
import { newSigningKey, trustedKeyOf } from '../../src/crypto/signature.ts'
import { leafKindOf, leafOf, openDocument, requestOf } from '../../src/ledger/document.ts'
import { type EventFacts, type EventKind, isRecordKind, type LedgerEvent, signEvent } from '../../src/ledger/event.ts'
import { LEAF_KINDS } from '../../src/ledger/leaf.ts'
import { readStaging, stagingBytes, stagingPath } from '../../src/ledger/staging.ts'
import { localSigner } from '../../src/ledger/signer.ts'
import { thrown } from '../crypto/thrown.ts'
import { FIRST_MS, requestIdOf, sampleLog, text } from './sample-log.ts'

const key = newSigningKey()
const at = text(FIRST_MS)
const digest = sha256Hex('x')

const FACTS: EventFacts = {
  received: {
    action: 'access',
    received_at: at,
    due_at: at,
    rule_set: 'eu',
    channel: 'api',
    subject_commitments: [digest],
  },
  identity_verified: { method: 'mail_link', level: 'account' },
  plan_approved: { plan_hash: digest, role: 'approver', by: 'op-7f3a' },
  instruction: { instruction: 'ORDER-42', action: 'erasure' },
  extended: { due_at: at, reason: 'complexity', told_at: at },
  task_exception: { account: 'crm', part: 'contact', code: 'VENDOR_REFUSED', journal_entry: 'j-1' },
  export_sealed: { archive_commitment: digest, byte_count: 12, deleted_at: at },
  answered: { channel: 'callback', result: 'delivered', answered_at: at, letter_commitment: digest },
  complaint: { lodged_at: at, authority: 'BE-APD' },
  key_shredded: { kid: digest, shredded_at: at, backups_gone_at: at },
  connector_manifest: { connector: 'hubspot', version: '1.2.0', manifest_hash: digest },
  key_rotation: {
    role: 'log',
    reason: 'compromised',
    old_key: '0a1b2c3d',
    new_key: '4e5f6071',
    root_sha256: digest,
    previous: { origin: 'ledger.example.com/t/1', size: 12, root: digest },
  },
}
const KINDS = Object.keys(FACTS) as EventKind[]

function eventOf(kind: EventKind, more: object = {}): LedgerEvent {
  const request = kind === 'connector_manifest' || kind === 'key_rotation' ? {} : { request: requestIdOf(1) }
  const common = { v: 1, kind, controller: 'cooperlink', at, nonce: sha256Hex(kind), ...request }
  return { ...common, ...FACTS[kind], ...more } as unknown as LedgerEvent
}

describe('the kinds of entries', () => {
  it('are the sixteen that were frozen', () => {
    expect(LEAF_KINDS).toEqual([
      'received',
      'identity_verified',
      'plan_approved',
      'instruction',
      'extended',
      'refused',
      'withdrawn',
      'task_exception',
      'export_sealed',
      'completed',
      'answered',
      'sequel',
      'complaint',
      'key_shredded',
      'connector_manifest',
      'key_rotation',
    ])
    expect([...KINDS, ...LEAF_KINDS.filter(isRecordKind)].sort()).toEqual([...LEAF_KINDS].sort())
  })
})

describe('an event', () => {
  it.each(KINDS)('of the kind %s comes back from its file', async (kind) => {
    const event = eventOf(kind)
    const file = await signEvent(event, localSigner(key))
    const opened = openDocument(file, [{ key: trustedKeyOf(key) }])
    expect(opened).toEqual({ kind: 'valid', document: { kind: 'event', event }, keyId: key.keyId })
    expect(leafKindOf({ kind: 'event', event })).toBe(kind)
    expect(leafOf(file, { kind: 'event', event })).toEqual({ kind, record_sha256: sha256Hex(file) })
    expect(requestOf({ kind: 'event', event })).toBe(event.request)
  })

  it('is signed into the same file each time, so that a lost one is made again', async () => {
    const [once, again] = [
      await signEvent(eventOf('answered'), localSigner(key)),
      await signEvent(eventOf('answered'), localSigner(key)),
    ]
    expect(again).toEqual(once)
  })

  it.each(KINDS)('of the kind %s holds nothing that its kind does not say', async (kind) => {
    const sign = (event: LedgerEvent) => thrown(() => signEvent(event, localSigner(key)))
    expect(await sign(eventOf(kind, { email: 'ada@example.com' }))).toMatchObject({ code: 'FIELD_INVALID' })
    for (const name of Object.keys(FACTS[kind])) {
      const change = { [name]: 'Ada Peeters <ada@example.com>' }
      expect([name, await sign(eventOf(kind, change))]).toEqual([name, { code: 'FIELD_INVALID', field: `$.${name}` }])
    }
  })

  it.each([
    ['without a nonce', { nonce: undefined }],
    ['without a request', { request: undefined }],
    ['of another version', { v: 2 }],
    ['of a kind with a record', { kind: 'completed' }],
    ['of an unknown kind', { kind: 'deleted' }],
  ])('%s is not signed', async (_, change) => {
    const event = JSON.parse(JSON.stringify(eventOf('answered', change))) as LedgerEvent
    expect(await thrown(() => signEvent(event, localSigner(key)))).toMatchObject({ code: 'FIELD_INVALID' })
  })
})

describe('a staging bundle', () => {
  it('comes back with its checkpoint and files', async () => {
    const log = await sampleLog(3)
    const files = [...log.folder.files].map(([path, bytes]) => ({ path, bytes: Uint8Array.from(bytes) }))
    const read = readStaging(stagingBytes({ checkpoint: log.checkpoint, files }))
    expect(read.files).toEqual(files)
    expect(read.checkpoint).toEqual(log.checkpoint)
    expect(read.head.size).toBe(3)
    expect(stagingPath(read.head)).toMatch(/^staging\/3-[0-9a-f]{64}$/)
  })

  it('is refused when it is cut or changed', async () => {
    const log = await sampleLog(3)
    const whole = Buffer.from(
      stagingBytes({ checkpoint: log.checkpoint, files: [{ path: 'a', bytes: Buffer.from('b') }] }),
    )
    expect(await thrown(() => readStaging(whole.subarray(0, -2)))).toMatchObject({ code: 'JSON_INVALID' })
    const loose = Buffer.from(whole.toString().replace('"Yg=="', '"Yh=="'))
    expect(await thrown(() => readStaging(loose))).toMatchObject({ code: 'FIELD_INVALID' })
  })
})
