import { base64Of, hexOf, strictBase64, utf8Text, utf8 } from '../crypto/bytes.ts'
import { canonicalBytes, parseStrictJson } from '../crypto/canonical.ts'
import type { LogFile } from './append.ts'
import { readCheckpoint, type Checkpoint } from './checkpoint.ts'
import { readNote } from './note.ts'
import { invalid, listOf, matching, oneOf, struct } from './shape.ts'

/**
 * What a sequencer writes down before it moves the log forward: the signed checkpoint to come and every file that it needs.
 * Whoever finds the lock ahead of the files finishes from this, and cannot but write the same bytes.
 */
export interface Staging {
  /** The signed note. */
  readonly checkpoint: Uint8Array
  readonly files: readonly LogFile[]
}

/** Where the bundle lies: it is deleted some days later, and two sequencers with other entries never share a name. */
export function stagingPath({ size, root }: Pick<Checkpoint, 'size' | 'root'>): string {
  return `staging/${size}-${hexOf(root)}`
}

const anyText = matching(/^/, 'a text')
const checkStaging = struct({
  v: oneOf<1>([1]),
  checkpoint: anyText,
  files: listOf(struct({ path: anyText, bytes: anyText }), { max: 100_000 }),
})

/** JCS of checkpoint and files. */
export function stagingBytes({ checkpoint, files }: Staging): Uint8Array {
  const text = utf8Text(checkpoint) ?? ''
  return canonicalBytes({
    v: 1,
    checkpoint: text,
    files: files.map(({ path, bytes }) => ({ path, bytes: base64Of(bytes) })),
  })
}

/** Reads a bundle; its checkpoint's signature is the caller's to verify. @throws DsrError `FIELD_INVALID`, `JSON_INVALID`. */
export function readStaging(bytes: Uint8Array): Staging & { readonly head: Checkpoint } {
  const { checkpoint, files } = checkStaging(parseStrictJson(bytes), '$')
  const note = utf8(checkpoint)
  return {
    checkpoint: note,
    head: readCheckpoint(readNote(note)),
    files: files.map(({ path, bytes: text }) => ({ path, bytes: strictBase64(text) ?? notBase64() })),
  }
}

function notBase64(): never {
  throw invalid('$.files', 'not strict base64')
}
