import { readMasterKey, readSettings } from '../../config.ts'
import { controllerId } from '../../domain/ids.ts'
import { createApiKey } from '../../http/access/keys.ts'
import type { Role } from '../../http/access/roles.ts'
import { createLog } from '../../log.ts'
import { requireConfiguration } from '../runtime/configured.ts'
import { openRuntime } from '../runtime/runtime.ts'

/** Makes an API key and prints it once; only its digest is kept. */
export async function createKeyCommand(
  order: { role: Role; controller?: string; label: string },
  print: (line: string) => void,
): Promise<number> {
  const settings = readSettings()
  const configuration = requireConfiguration(settings)
  const runtime = await openRuntime({
    settings,
    configuration,
    masterKey: readMasterKey(settings),
    log: createLog({ level: 'silent' }),
  })
  try {
    const scope =
      order.controller === undefined ? null : runtime.ports.policies.of(controllerId(order.controller)).controllerId
    const { key } = await createApiKey(runtime.store, {
      role: order.role,
      controllerId: scope,
      label: order.label,
      createdAtMs: runtime.clock.nowMs(),
    })
    print(key)
    return 0
  } finally {
    await runtime.close()
  }
}
