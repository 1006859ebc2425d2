import { existsSync } from 'node:fs'
import path from 'node:path'
import { readMasterKey, readSettings } from '../../config.ts'
import { publicKeyPem } from '../../crypto/signature.ts'
import { DsrError } from '../../domain/errors.ts'
import { controllerId } from '../../domain/ids.ts'
import { createApiKey } from '../../http/access/keys.ts'
import type { Role } from '../../http/access/roles.ts'
import { createLog } from '../../log.ts'
import { configurationForTools } from '../runtime/configured.ts'
import { openRuntime, type Runtime } from '../runtime/runtime.ts'

type Print = (line: string) => void

export interface KeyOrder {
  readonly role: Role
  /** Absent: all controllers. */
  readonly controller?: string
  readonly label: string
  /** Absent: by the role. */
  readonly vouches?: string
}

/** Makes an API key and prints it once; only its digest is kept. */
export async function createKeyCommand({ role, controller, label, vouches }: KeyOrder, print: Print): Promise<number> {
  const vouchesLevel = vouches === undefined ? null : Number(vouches)
  if (vouches !== undefined && !/^[0-4]$/.test(vouches))
    throw new DsrError('FIELD_INVALID', '--vouches takes a level from 0 to 4', { field: 'vouches' })
  return withRuntime(async ({ ports, store, clock }) => {
    const scope = controller === undefined ? null : ports.policies.of(controllerId(controller)).controllerId
    const { key } = await createApiKey(store, {
      ...{ role, label, vouchesLevel },
      controllerId: scope,
      createdAtMs: clock.nowMs(),
    })
    print(key)
  })
}

/** Prints the public key that verifies this installation's records, for whoever is to check them. */
export async function publicKeyCommand(print: Print): Promise<number> {
  return withRuntime((runtime) => {
    print(publicKeyPem(runtime.recordKey).trimEnd())
    return Promise.resolve()
  })
}

async function withRuntime(work: (runtime: Runtime) => Promise<void>): Promise<number> {
  const settings = readSettings()
  // A tool that made a new installation would print a key that nobody ever signed with.
  if (settings.databaseUrl === undefined && !existsSync(path.join(settings.dataDirectory, 'postgres'))) {
    throw new DsrError('CONFIG_INVALID', 'HABEAS_DATA holds no installation', { field: 'HABEAS_DATA' })
  }
  const configuration = configurationForTools(settings)
  const log = createLog({ level: 'silent' })
  const runtime = await openRuntime({
    settings,
    configuration,
    masterKey: readMasterKey(settings),
    log,
    mayAttach: true,
  })
  try {
    await work(runtime)
    return 0
  } finally {
    await runtime.close()
  }
}
