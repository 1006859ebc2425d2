import { bytesOfHex, hexOf } from '../crypto/bytes.ts'
import { canonicalBytes, parseStrictJson } from '../crypto/canonical.ts'
import { commitmentKey, type CommitmentPurpose, commitmentUnder } from '../crypto/commitment.ts'
import { type Check, listOf, matching, oneOf, sha256 as digest, struct, uuid } from './shape.ts'

/**
 * What the person gets with the answer, and what links them to the record when they complain: it opens the commitments of their
 * request, before and after the request's key is destroyed. Personal data.
 */
export type Opening = {
  readonly v: 1
  readonly request: string
  /** HKDF(request key, "commit") in hexadecimal. */
  readonly commitment_key: string
  readonly values: readonly { readonly purpose: CommitmentPurpose; readonly value: string }[]
}

/** @param values - identifiers as `identifierKey` writes them (`email:ada@example.com`), digests in hexadecimal. */
export function openingOf(requestKey: Uint8Array, request: string, values: Opening['values']): Opening {
  return { v: 1, request, commitment_key: hexOf(commitmentKey(requestKey)), values }
}

const checkOpening: Check<Opening> = struct({
  v: oneOf<1>([1]),
  request: uuid,
  commitment_key: digest,
  values: listOf(
    struct({
      purpose: oneOf<CommitmentPurpose>(['subject', 'letter', 'archive']),
      value: matching(/^[^\p{Control}]{1,500}$/u, 'a value'),
    }),
    { min: 1, max: 200 },
  ),
})

/** The opening as a file: JCS. @throws DsrError `FIELD_INVALID`. */
export function openingBytes(opening: Opening): Uint8Array {
  return canonicalBytes(checkOpening(opening, '$'))
}

/** @throws DsrError `FIELD_INVALID` or `JSON_INVALID`. */
export function readOpening(bytes: Uint8Array): Opening {
  return checkOpening(parseStrictJson(bytes), '$')
}

/**
 * Which of the opening's values the commitments are about, in the opening's order: true where one of them fits.
 *
 * @param commitments - as a document of the same request states them.
 */
export function opens(opening: Opening, commitments: readonly string[]): readonly boolean[] {
  const key = bytesOfHex(opening.commitment_key) ?? new Uint8Array(0)
  return opening.values.map(({ purpose, value }) => commitments.includes(commitmentUnder(key, purpose, value)))
}
