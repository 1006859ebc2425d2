import { signBytes, type SigningKey, trustedKeyOf } from '../crypto/signature.ts'
import type { Ed25519Signer } from './checkpoint.ts'

/** Signs with a key that this process holds: the default where no key service is configured. */
export function localSigner(key: SigningKey): Ed25519Signer {
  return { publicKey: trustedKeyOf(key).raw, sign: (bytes) => signBytes(key, bytes) }
}
