import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { verifyCommand, type VerifyOptions } from '../../src/bin/commands/verify.ts'
import { newSigningKey, publicKeyPem, publicKeyRaw, trustedKeyOf } from '../../src/crypto/signature.ts'
import { sha256Hex } from '../../src/crypto/digest.ts'
import { vkeyText } from '../../src/ledger/note.ts'
import { openingBytes, openingOf, type Opening } from '../../src/ledger/opening.ts'
import { signTrustRoot } from '../../src/ledger/root-file.ts'
import { localSigner } from '../../src/ledger/signer.ts'
import { onDisk } from './disk.ts'
import { erasure, PERSON, REQUEST_ID, requestKey } from './record-facts.ts'
import { FIRST_MS, ORIGIN, requestIdOf, SampleLog, text } from './sample-log.ts'

let log: SampleLog
let folder: string
let logFolder: string
const file = (name: string) => path.join(folder, name)

beforeAll(async () => {
  log = new SampleLog()
  const receipt = await log.receive(REQUEST_ID, { atMs: erasure.receivedAtMs })
  log.record('completed', erasure)
  await log.receive(requestIdOf(5), { atMs: FIRST_MS, dueMs: FIRST_MS + 1 })
  await log.sequence()
  folder = await mkdtemp(path.join(tmpdir(), 'habeas-verify-'))
  logFolder = await onDisk(log.folder)
  const rootKey = newSigningKey()
  const hex = (key: typeof rootKey) => Buffer.from(publicKeyRaw(trustedKeyOf(key))).toString('hex')
  const root = await signTrustRoot(
    {
      v: 1,
      version: 1,
      controller: 'cooperlink',
      issued_at: text(FIRST_MS),
      root_keys: [hex(rootKey)],
      logs: [{ origin: ORIGIN, keys: [{ vkey: vkeyText(log.logKey), from_size: 0 }] }],
      record_keys: [{ public_key: hex(log.recordKey), from: text(0) }],
      witnesses: [],
      timestamp_authorities: [],
      policy: { anchors: 'none', logged_within_seconds: 60 },
    },
    [localSigner(rootKey)],
  )
  const values: Opening['values'] = [
    { purpose: 'subject', value: PERSON.email },
    { purpose: 'subject', value: 'somebody.else@example.com' },
  ]
  const files: Record<string, Uint8Array | string> = {
    'root.json': root,
    'log.vkey': `${vkeyText(log.logKey)}\n`,
    'record.pem': publicKeyPem(trustedKeyOf(log.recordKey)),
    'stranger.pem': publicKeyPem(trustedKeyOf(newSigningKey())),
    'one.tlog-proof': await log.proofOf(1),
    'record.dsse.json': log.documents[1]!,
    'receipt.json': receipt,
    'dropped.json': await new SampleLog().receive(requestIdOf(8), { atMs: FIRST_MS }),
    'request.key': `${requestKey.toString('hex')}\n`,
    'wrong.key': 'ab'.repeat(32),
    'opening.json': openingBytes(openingOf(requestKey, REQUEST_ID, values)),
    'foreign.json': openingBytes(openingOf(Buffer.alloc(32, 9), REQUEST_ID, values)),
  }
  for (const [name, bytes] of Object.entries(files)) await writeFile(file(name), bytes)
})

async function run(what: string, more: Partial<VerifyOptions> = {}): Promise<Readonly<Record<string, unknown>>> {
  const lines: string[] = []
  const exit = await verifyCommand(what, {
    keys: [],
    root: file('root.json'),
    isJson: true,
    nowText: text(FIRST_MS + 1000),
    print: (line) => lines.push(line),
    ...more,
  })
  return { exit, ...(JSON.parse(lines.join('')) as Record<string, unknown>) }
}

describe('habeas verify', () => {
  it('answers 0 for what is valid: a proof, a record, a whole log', async () => {
    expect(await run(file('one.tlog-proof'))).toMatchObject({ exit: 0, verdict: 'valid', kind: 'completed' })
    expect(await run(file('record.dsse.json'))).toMatchObject({ exit: 0, verdict: 'valid', request: REQUEST_ID })
    expect(await run(file('receipt.json'))).toMatchObject({ exit: 0, kind: 'received' })
    expect(await run(logFolder)).toMatchObject({
      exit: 0,
      size: 3,
      standings: { open: 1, overdue: 1 },
      late: [{ request: requestIdOf(5), answered_at: null }],
    })
  })

  it('answers 1 for what is invalid', async () => {
    const changed = Buffer.from(await log.proofOf(1))
    changed[changed.length - 20]! ^= 1
    await writeFile(file('changed.tlog-proof'), changed)
    expect(await run(file('changed.tlog-proof'))).toMatchObject({ exit: 1, valid: false })
    expect(await run(file('record.dsse.json'), { root: undefined, keys: [file('stranger.pem')] })).toMatchObject({
      exit: 1,
      code: 'KEY_NOT_TRUSTED',
    })
  })

  it('answers 2 for a proof that nothing outside the log dates', async () => {
    const keys = [file('log.vkey'), file('record.pem')]
    for (const what of [file('one.tlog-proof'), logFolder])
      expect(await run(what, { root: undefined, keys })).toMatchObject({ exit: 2, verdict: 'valid_not_anchored' })
  })

  it('answers 2 for what it cannot check', async () => {
    expect(await run(file('nothing'))).toMatchObject({ exit: 2, verdict: 'not_checked' })
    expect(await run(file('one.tlog-proof'), { root: undefined })).toMatchObject({ exit: 2 })
    expect(await run(file('one.tlog-proof'), { root: file('record.pem') })).toMatchObject({ exit: 2 })
    expect(await run(file('one.tlog-proof'), { rootFingerprint: 'ab'.repeat(32) })).toMatchObject({ exit: 2 })
  })

  it('takes a root whose fingerprint was read out', async () => {
    const rootFingerprint = sha256Hex(await readFile(file('root.json')))
    expect(await run(file('one.tlog-proof'), { rootFingerprint })).toMatchObject({ exit: 0 })
  })

  it('says what is not proven', async () => {
    const { not_proven: open } = await run(file('one.tlog-proof'))
    expect(open).toEqual(expect.arrayContaining(['vendor_internal_state', 'who_asked']))
    expect(open).not.toEqual(expect.arrayContaining(['not_in_log']))
    const { not_proven: alone } = await run(file('record.dsse.json'))
    expect(alone).toEqual(expect.arrayContaining(['not_in_log']))
  })

  it('opens the personal part with the key of the request, and with no other', async () => {
    const open = await run(file('one.tlog-proof'), { requestKey: file('request.key') })
    expect(JSON.parse(String(open.personal_part))).toEqual(PERSON)
    const shut = await run(file('one.tlog-proof'), { requestKey: file('wrong.key') })
    expect(shut).toMatchObject({ exit: 1, code: 'PERSONAL_PART_CLOSED' })
    const none = await run(file('receipt.json'), { requestKey: file('request.key') })
    expect(none).toMatchObject({ exit: 1, code: 'PERSONAL_PART_ABSENT' })
  })

  it('links a person to the record by what they were given', async () => {
    expect(await run(file('one.tlog-proof'), { opening: file('opening.json') })).toMatchObject({
      exit: 0,
      opened: [true, false],
    })
    const foreign = await run(file('one.tlog-proof'), { opening: file('foreign.json') })
    expect(foreign).toMatchObject({ exit: 1, code: 'OPENING_DOES_NOT_FIT' })
  })

  it('shows that a receipt was dropped', async () => {
    expect(await run(logFolder, { receipts: [file('receipt.json')] })).toMatchObject({ exit: 0 })
    const dropped = await run(logFolder, { receipts: [file('receipt.json'), file('dropped.json')] })
    expect(dropped).toMatchObject({ exit: 1, code: 'RECEIPT_NOT_LOGGED' })
  })
})
