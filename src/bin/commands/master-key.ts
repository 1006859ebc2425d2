import { rmSync } from 'node:fs'
import { readMasterKey, readSettings, startMasterKeyChange } from '../../config.ts'
import { masterKeyId } from '../../crypto/envelope.ts'
import { DsrError } from '../../domain/errors.ts'
import { createLog } from '../../log.ts'
import type { MasterKey } from '../../ports/config.ts'
import type { Vault } from '../../ports/runtime.ts'
import type { Store } from '../../ports/store.ts'
import { configurationForTools } from '../runtime/configured.ts'
import { resealStoredKeys } from '../runtime/keys.ts'
import { openRuntime } from '../runtime/runtime.ts'

const ROWS_A_TURN = 200

/**
 * Wraps everything under the present master key that a previous one still wraps. May be stopped at any moment and run again. With the embedded
 * database and a key file of its own it makes the new key too, and needs Habeas to be stopped.
 *
 * @throws DsrError `CONFIG_INVALID` when there is no previous key, `DATA_DIRECTORY_IN_USE` beside a running embedded installation.
 */
export async function rotateMasterKeyCommand(print: (line: string) => void): Promise<number> {
  const settings = readSettings()
  const change = startMasterKeyChange(settings)
  const masterKey = readMasterKey(settings)
  if (masterKey.previous.length === 0)
    throw new DsrError(
      'CONFIG_INVALID',
      'HABEAS_MASTER_KEY_PREVIOUS: set it to the key of until now, and HABEAS_MASTER_KEY to the new one',
      {
        field: 'HABEAS_MASTER_KEY_PREVIOUS',
      },
    )
  const configuration = configurationForTools(settings)
  const runtime = await openRuntime({ settings, configuration, masterKey, log: createLog({ level: 'silent' }) })
  try {
    const { ports, store } = runtime
    const rewrapped = await rewrapRequests(store, { vault: ports.vault, masterKey, print })
    await resealStoredKeys(store, masterKey)
    if (change.previousFile !== undefined) rmSync(change.previousFile, { force: true })
    print(
      `${rewrapped} requests are now under master key ${masterKeyId(masterKey.bytes)}, and no other key opens anything.`,
    )
    print(
      change.previousFile === undefined
        ? 'Take HABEAS_MASTER_KEY_PREVIOUS away, and back up the new key.'
        : 'Back up the new key file.',
    )
    return 0
  } finally {
    await runtime.close()
  }
}

interface Rewrapping {
  readonly vault: Vault
  readonly masterKey: MasterKey
  readonly print: (line: string) => void
}

async function rewrapRequests(store: Store, { vault, masterKey, print }: Rewrapping): Promise<number> {
  const old = masterKey.previous.map(masterKeyId)
  let done = 0
  for (;;) {
    const some = await store.transact(async (tx) => {
      const rows = await tx.request.find({ masterKeyId: { in: old } }, { limit: ROWS_A_TURN })
      for (const { id } of rows) {
        // Locked one by one: a request that is being shredded meanwhile keeps no key.
        const row = await tx.request.lock(id)
        if (row && old.includes(row.masterKeyId)) await tx.request.update(id, vault.rewrap(row))
      }
      return rows.length
    })
    if (some === 0) return done
    done += some
    print(`${done} requests …`)
  }
}
