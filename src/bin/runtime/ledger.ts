import { createLedgerFolder } from '../../adapters/ledger-folder.ts'
import type { Clock } from '../../connector/contract.ts'
import { hexOf } from '../../crypto/bytes.ts'
import { trustedKeyOf, type SigningKey } from '../../crypto/signature.ts'
import { noteKey, vkeyText } from '../../ledger/note.ts'
import { signTrustRoot } from '../../ledger/root-file.ts'
import { instantText } from '../../ledger/shape.ts'
import { localSigner } from '../../ledger/signer.ts'
import type { ObjectStore } from '../../ports/objects.ts'
import type { LedgerPorts } from '../../ports/ledger.ts'

export interface LedgerKeys {
  readonly record: SigningKey
  readonly log: SigningKey
  readonly root: SigningKey
}

/** An entry is in the log within this time of what it speaks of, unless something is broken: auditors hold us to it. */
const LOGGED_WITHIN_S = 24 * 3600

/** The logs of this installation, with its own keys. The host that people know names them, once, when each begins. */
export function openLedger(of: {
  readonly objects: ObjectStore
  readonly clock: Clock
  readonly keys: LedgerKeys
  readonly publicUrl: string
}): LedgerPorts {
  const { objects, clock, keys, publicUrl } = of
  const logSigner = localSigner(keys.log)
  const rootSigner = localSigner(keys.root)
  return {
    folder: (controllerId) => createLedgerFolder({ objects, name: controllerId, clock }),
    originOf: (controllerId) => `${new URL(publicUrl).host}/ledger/${controllerId}`,
    signers: (_, origin) => Promise.resolve([{ key: noteKey('log', origin, logSigner.publicKey), signer: logSigner }]),
    trustRoot: async (controllerId, origin) =>
      signTrustRoot(
        {
          v: 1,
          version: 1,
          controller: controllerId,
          issued_at: instantText(clock.nowMs(), 'issued_at'),
          root_keys: [hexOf(rootSigner.publicKey)],
          logs: [{ origin, keys: [{ vkey: vkeyText(noteKey('log', origin, logSigner.publicKey)), from_size: 0 }] }],
          record_keys: [{ public_key: hexOf(trustedKeyOf(keys.record).raw), from: instantText(0, 'from') }],
          witnesses: [],
          timestamp_authorities: [],
          policy: { anchors: 'none', logged_within_seconds: LOGGED_WITHIN_S },
        },
        [rootSigner],
      ),
  }
}
