import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { configurationForTools } from '../../src/bin/runtime/configured.ts'
import { openRuntime, type Runtime } from '../../src/bin/runtime/runtime.ts'
import { readMasterKey, readSettings } from '../../src/config.ts'
import { masterKeyId } from '../../src/crypto/envelope.ts'
import { publicKeyPem } from '../../src/crypto/signature.ts'
import { controllerId } from '../../src/domain/ids.ts'
import { createLog } from '../../src/log.ts'
import type { RequestRow } from '../../src/ports/rows.ts'
import { receiveRequest, type IntakeForm } from '../../src/stages/intake.ts'
import { startPostgres } from '../kit/services.ts'
import { intakeForm } from '../kit/sim/rig.ts'

const OLD = Buffer.alloc(32, 1).toString('base64')
const NEW = Buffer.alloc(32, 2).toString('base64')
const CONFIG = `controllers:
  - id: cooperlink
    name: Example SA
    country: BE
    languages: [en]
    accounts:
      - { id: crm, connector: hubspot, token: a-token-that-nobody-prints }
`
const FORM = intakeForm('ada@example.com', { idempotencyKey: 'ticket-1', controllerId: controllerId('cooperlink') })

let directory: string
let env: Record<string, string>
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'habeas-test-master-key-'))
  await writeFile(path.join(directory, 'habeas.config.yaml'), CONFIG)
  env = {
    DATABASE_URL: (await startPostgres()).url,
    HABEAS_CONFIG: path.join(directory, 'habeas.config.yaml'),
    HABEAS_DATA: path.join(directory, 'data'),
  }
  await habeas('migrate', { HABEAS_MASTER_KEY: OLD })
})
afterAll(() => rm(directory, { recursive: true, force: true }))

type Ended = { readonly code: number; readonly stderr: string }

async function habeas(command: string, keys: Readonly<Record<string, string>>): Promise<Ended> {
  const options = { cwd: directory, env: { PATH: process.env.PATH, ...env, ...keys } }
  try {
    await promisify(execFile)('sh', [path.resolve('bin/habeas'), command], options)
    return { code: 0, stderr: '' }
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string }
    return { code, stderr }
  }
}

async function withRuntime<Result>(
  keys: Readonly<Record<string, string>>,
  work: (runtime: Runtime) => Promise<Result>,
): Promise<Result> {
  const settings = readSettings({ ...env, ...keys })
  const runtime = await openRuntime({
    settings,
    configuration: configurationForTools(settings),
    masterKey: readMasterKey(settings, keys),
    log: createLog({ level: 'silent' }),
  })
  try {
    return await work(runtime)
  } finally {
    await runtime.close()
  }
}

const received = async ({ ports }: Runtime, form: IntakeForm) => (await receiveRequest(ports, form)).request
const requests = async ({ store }: Runtime): Promise<readonly RequestRow[]> =>
  store.transact((tx) => tx.request.find({}, { orderBy: ['receivedAtMs', 'id'] }))

async function addressOf({ ports, store }: Runtime, row: RequestRow): Promise<unknown> {
  const [identifier] = await store.transact((tx) => tx.identifier.find({ requestId: row.id }))
  return ports.vault.open(row).open(identifier!.sealedValue, 'identifier')
}

describe('a change of the master key', () => {
  it('leaves every request readable under the new key alone, and nothing under the old one', async () => {
    const before = await withRuntime({ HABEAS_MASTER_KEY: OLD }, async (runtime) => {
      const first = await received(runtime, FORM)
      const forgotten = await received(runtime, { ...FORM, idempotencyKey: 'ticket-2' })
      await runtime.store.transact((tx) =>
        tx.request.update(forgotten.id, { wrappedKey: new Uint8Array(), masterKeyId: 'destroyed' }),
      )
      return { first, address: await addressOf(runtime, first), pem: publicKeyPem(runtime.recordKey) }
    })

    // The processes are restarted with both keys, one after the other; requests come in meanwhile.
    await withRuntime({ HABEAS_MASTER_KEY: NEW, HABEAS_MASTER_KEY_PREVIOUS: OLD }, async (runtime) => {
      expect(await addressOf(runtime, before.first)).toEqual(before.address)
      const between = await received(runtime, { ...FORM, idempotencyKey: 'ticket-3' })
      expect(between.masterKeyId).toBe(masterKeyId(Buffer.from(NEW, 'base64')))
    })
    expect(await habeas('rotate-master-key', { HABEAS_MASTER_KEY: NEW, HABEAS_MASTER_KEY_PREVIOUS: OLD })).toEqual({
      code: 0,
      stderr: '',
    })
    // Again, as after a crash in the middle: nothing changes.
    expect(await habeas('rotate-master-key', { HABEAS_MASTER_KEY: NEW, HABEAS_MASTER_KEY_PREVIOUS: OLD })).toEqual({
      code: 0,
      stderr: '',
    })

    await withRuntime({ HABEAS_MASTER_KEY: NEW }, async (runtime) => {
      const rows = await requests(runtime)
      expect(rows.map((row) => row.masterKeyId).sort()).toEqual(
        [masterKeyId(Buffer.from(NEW, 'base64')), masterKeyId(Buffer.from(NEW, 'base64')), 'destroyed'].sort(),
      )
      expect(
        await addressOf(
          runtime,
          rows.find((row) => row.id === before.first.id)!,
        ),
      ).toEqual(before.address)
      // Who repeats a call of before the change still gets its request, and records are signed by the same key.
      expect((await received(runtime, FORM)).id).toBe(before.first.id)
      expect(publicKeyPem(runtime.recordKey)).toBe(before.pem)
    })
    const refused = await habeas('check', { HABEAS_MASTER_KEY: OLD })
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('MASTER_KEY_WRONG')
  }, 180_000)

  it('is refused without the key of before, and under a wrong one', async () => {
    const without = await habeas('rotate-master-key', { HABEAS_MASTER_KEY: NEW })
    expect(without.stderr).toContain('HABEAS_MASTER_KEY_PREVIOUS')
    const wrong = { HABEAS_MASTER_KEY: OLD, HABEAS_MASTER_KEY_PREVIOUS: Buffer.alloc(32, 3).toString('base64') }
    expect((await habeas('rotate-master-key', wrong)).stderr).toContain('MASTER_KEY_WRONG')
  }, 60_000)
})
