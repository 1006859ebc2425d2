import { createPublicKey } from 'node:crypto'
import type { TLogEntryWithInclusionProof } from '@sigstore/bundle'
import { crypto, dsse } from '@sigstore/core'
import type { TLogAuthority } from '@sigstore/verify/dist/trust/index.js'
import { verifyCheckpoint } from '@sigstore/verify/dist/tlog/checkpoint.js'
import { verifyMerkleInclusion } from '@sigstore/verify/dist/tlog/merkle.js'
import { publicKeyPem, type TrustedKey } from '../../../src/crypto/public-key.ts'
import type { NoteKey } from '../../../src/ledger/note.ts'
import { trustedKeyFromRaw } from '../../../src/crypto/public-key.ts'

/** What the parts of a proof file are, before anybody has judged them. */
export interface ProofParts {
  readonly document: Buffer
  readonly index: string
  readonly hashes: readonly Buffer[]
  readonly checkpoint: string
}

/** Takes a proof file apart with no more care than a script would. */
export function partsOf(file: Uint8Array): ProofParts {
  const text = Buffer.from(file).toString('utf8')
  const cut = text.indexOf('\n\n')
  const [, extra = '', index = '', ...hashes] = text.slice(0, cut).split('\n')
  return {
    document: Buffer.from(extra.replace('extra ', ''), 'base64'),
    index: index.replace('index ', ''),
    hashes: hashes.map((line) => Buffer.from(line, 'base64')),
    checkpoint: text.slice(cut + 2),
  }
}

/** Whether sigstore's own code finds the signature of the log, the way to its root, and the signature of the document right. */
export function isRightForSigstore(
  { document, index, hashes, checkpoint }: ProofParts,
  { leaf, logKey, recordKey }: { leaf: Buffer; logKey: NoteKey; recordKey: TrustedKey },
): boolean {
  // The shapes are those of a Rekor bundle; these are the members that the two functions read.
  const entry = {
    canonicalizedBody: leaf,
    inclusionProof: { logIndex: index, hashes, checkpoint: { envelope: checkpoint } },
  } as unknown as TLogEntryWithInclusionProof
  const log = {
    logID: Buffer.from(logKey.id, 'hex'),
    baseURL: logKey.name,
    publicKey: createPublicKey(publicKeyPem(trustedKeyFromRaw(logKey.raw))),
  } as unknown as TLogAuthority
  try {
    verifyMerkleInclusion(entry, verifyCheckpoint(entry, [log]))
    return isSigned(document, recordKey)
  } catch {
    return false
  }
}

function isSigned(document: Buffer, recordKey: TrustedKey): boolean {
  const { payload, payloadType, signatures } = JSON.parse(document.toString()) as {
    payload: string
    payloadType: string
    signatures: { sig: string }[]
  }
  const bytes = dsse.preAuthEncoding(payloadType, Buffer.from(payload, 'base64'))
  return crypto.verify(
    bytes,
    crypto.createPublicKey(publicKeyPem(recordKey)),
    Buffer.from(signatures[0]!.sig, 'base64'),
  )
}
