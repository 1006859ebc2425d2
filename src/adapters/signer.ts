import type { SigningKey } from '../crypto/signature.ts'
import { checkEvent, signEvent } from '../ledger/event.ts'
import { signRecord } from '../ledger/record.ts'
import { localSigner } from '../ledger/signer.ts'
import type { RecordSigner } from '../ports/runtime.ts'

/** Signs records and events with the installation's record key. */
export function createSigner(key: SigningKey): RecordSigner {
  const signer = localSigner(key)
  return {
    sign: (statement) => signRecord(statement, key),
    signEvent: async (event) => signEvent(checkEvent(event, '$'), signer),
  }
}
