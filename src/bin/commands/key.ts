import { publicKeyPem } from '../../crypto/signature.ts'
import { DsrError } from '../../domain/errors.ts'
import { controllerId } from '../../domain/ids.ts'
import { createApiKey } from '../../http/access/keys.ts'
import { withRuntime } from './with-runtime.ts'
import type { Role } from '../../http/access/roles.ts'

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
