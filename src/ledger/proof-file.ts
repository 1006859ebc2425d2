import { base64Of, concatBytes, strictBase64, utf8, utf8Text } from '../crypto/bytes.ts'
import { invalid } from './shape.ts'
import { isSize } from './tree.ts'

/** The file to hand over: c2sp.org/tlog-proof@v1. It says that something stands in a log, and brings the thing along. */
export interface ProofFile {
  /** The document that the entry names: a DSSE envelope. The format does not protect it, the entry's digest does. */
  readonly extra: Uint8Array
  readonly index: number
  /** From the leaf upwards. */
  readonly hashes: readonly Uint8Array[]
  /** The signed note, verbatim. */
  readonly checkpoint: Uint8Array
}

const FIRST_LINE = 'c2sp.org/tlog-proof@v1'
const HEAD =
  /^c2sp\.org\/tlog-proof@v1\nextra ([A-Za-z0-9+/=]+)\nindex (0|[1-9]\d{0,15})\n((?:[A-Za-z0-9+/]{43}=\n){0,63})$/
const MAX_PROOF_BYTES = 32 * 1024 * 1024

export function proofFileBytes({ extra, index, hashes, checkpoint }: ProofFile): Uint8Array {
  const lines = [FIRST_LINE, `extra ${base64Of(extra)}`, `index ${index}`, ...hashes.map(base64Of), '', '']
  return concatBytes(utf8(lines.join('\n')), checkpoint)
}

/** Reads a proof file in the one form that `proofFileBytes` writes; nothing is verified yet. @throws DsrError `FIELD_INVALID`. */
export function readProofFile(bytes: Uint8Array): ProofFile {
  const text = bytes.byteLength <= MAX_PROOF_BYTES ? utf8Text(bytes) : undefined
  const cut = text?.indexOf('\n\n') ?? -1
  if (text === undefined || cut < 0) throw invalid('proof', 'not a log proof')
  const [, encoded, digits, lines] = HEAD.exec(text.slice(0, cut + 1)) ?? []
  const extra = strictBase64(encoded ?? '')
  const hashes = (lines ?? '')
    .split('\n')
    .slice(0, -1)
    .map((line) => strictBase64(line))
  const isStrict = hashes.every((hash) => hash?.byteLength === 32)
  if (encoded === undefined || extra === undefined || !isStrict || !isSize(Number(digits)))
    throw invalid('proof', 'not in the form of a log proof')
  return {
    extra,
    index: Number(digits),
    hashes: hashes.filter((hash) => hash !== undefined),
    checkpoint: utf8(text.slice(cut + 2)),
  }
}
