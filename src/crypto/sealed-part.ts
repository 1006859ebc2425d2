import { DsrError } from '../domain/errors.ts'
import { strictBase64, utf8 } from './bytes.ts'
import { deriveKey, requestKeyId } from './commitment.ts'
import { openAesGcm } from './platform.ts'

/** The sealed part of a record, as it stands in the statement. `iv` and `ct` (with its tag) are base64. */
export type SealedPart = { readonly kid: string; readonly iv: string; readonly ct: string }

/** Which record a sealed part belongs to; a part moved to another request or generation does not open. */
export interface RecordPlace {
  readonly requestId: string
  readonly sequence: number
}

const IV_BYTES = 12

/** Opens the personal part of a record. @throws DsrError `CORRUPT_CIPHERTEXT` for another key, another record or any change. */
export function openRecordPart(requestKey: Uint8Array, place: RecordPlace, part: SealedPart): Uint8Array {
  // AES-GCM alone does not commit to its key; the key id does, so it is compared first.
  if (part.kid !== requestKeyId(requestKey)) throw corrupt()
  const iv = strictBase64(part.iv)
  const sealed = strictBase64(part.ct)
  if (iv?.byteLength !== IV_BYTES || sealed === undefined) throw corrupt()
  const opened = openAesGcm(deriveKey(requestKey, 'seal'), { iv, sealed, aad: recordPartAad(place) })
  if (opened === undefined) throw corrupt()
  return opened
}

/** The additional data that ties a sealed part to its record. */
export function recordPartAad(place: RecordPlace): Uint8Array {
  return utf8(`${place.requestId}\0${place.sequence}`)
}

function corrupt(): DsrError {
  return new DsrError('CORRUPT_CIPHERTEXT', 'the ciphertext does not belong to this key and place, or was changed')
}
