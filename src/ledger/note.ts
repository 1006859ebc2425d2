import { base64Of, bytesOfHex, concatBytes, equalBytes, hexOf, strictBase64, utf8, utf8Text } from '../crypto/bytes.ts'
import { isEd25519Signature, sha256 } from '../crypto/platform.ts'
import { invalid } from './shape.ts'

/** Signed notes: c2sp.org/signed-note, as Go's `golang.org/x/mod/sumdb/note` reads and writes them. */

/** `log`: Ed25519 over the text (type 0x01). `witness`: Ed25519 with a time over a checkpoint (type 0x04, c2sp.org/tlog-cosignature). */
export type NoteKeyKind = 'log' | 'witness'

export interface NoteKey {
  readonly kind: NoteKeyKind
  /** What the signature line calls the key: a log's origin, a witness's name. */
  readonly name: string
  /** 8 hexadecimal digits: the first bytes of SHA-256(name, newline, type, key). */
  readonly id: string
  /** 32 bytes. */
  readonly raw: Uint8Array
}

export interface NoteSignature {
  readonly name: string
  readonly id: string
  /** What follows the key id; for a witness, 8 bytes of time and the signature. */
  readonly bytes: Uint8Array
}

export interface Note {
  /** The signed text, with its last newline. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

const TYPE_BYTE: Readonly<Record<NoteKeyKind, number>> = { log: 1, witness: 4 }
const NAME = /^[^\s+\p{Z}\p{Control}\p{Surrogate}]+$/u
const MAX_NOTE_BYTES = 64 * 1024
const MAX_SIGNATURES = 16

/** @throws DsrError `FIELD_INVALID` for a name with spaces or plus signs, or a key that is not 32 bytes. */
export function noteKey(kind: NoteKeyKind, name: string, raw: Uint8Array): NoteKey {
  if (!NAME.test(name)) throw invalid('vkey', 'a name must have no spaces and no plus sign')
  if (raw.byteLength !== 32) throw invalid('vkey', 'not an Ed25519 key')
  const material = concatBytes(Uint8Array.of(TYPE_BYTE[kind]), raw)
  const id = hexOf(sha256(utf8(`${name}\n`), material).subarray(0, 4))
  return { kind, name, id, raw: Uint8Array.from(raw) }
}

/** The key as a verifier key: `name+id+base64(type and key)`. */
export function vkeyText({ kind, name, id, raw }: NoteKey): string {
  return `${name}+${id}+${base64Of(concatBytes(Uint8Array.of(TYPE_BYTE[kind]), raw))}`
}

/** Reads a verifier key. @throws DsrError `FIELD_INVALID` unless `vkeyText` could have written it. */
export function readVkey(text: string): NoteKey {
  const [name = '', , encoded = '', ...rest] = text.split('+')
  // Base64 has plus signs of its own.
  const material = strictBase64([encoded, ...rest].join('+')) ?? new Uint8Array(0)
  const kind = (['log', 'witness'] as const).find((one) => TYPE_BYTE[one] === material[0])
  if (kind === undefined) throw invalid('vkey', 'not an Ed25519 verifier key')
  const key = noteKey(kind, name, material.subarray(1))
  if (vkeyText(key) !== text) throw invalid('vkey', 'the key id does not belong to name and key')
  return key
}

/** The bytes of a note. @param signatures - at least one, of a log or a witness. */
export function noteBytes({ text, signatures }: Note): Uint8Array {
  const lines = signatures.map(
    ({ name, id, bytes }) => `\u2014 ${name} ${base64Of(concatBytes(bytesOfHex(id) ?? new Uint8Array(0), bytes))}\n`,
  )
  return utf8(`${text}\n${lines.join('')}`)
}

const LINE = /^\u2014 (\S+) ([A-Za-z0-9+/]+={0,2})$/

/**
 * Reads a note in the one form that `noteBytes` writes; nothing is verified yet.
 *
 * @throws DsrError `FIELD_INVALID`.
 */
export function readNote(bytes: Uint8Array): Note {
  const whole = bytes.byteLength <= MAX_NOTE_BYTES ? utf8Text(bytes) : undefined
  const cut = whole?.lastIndexOf('\n\n') ?? -1
  if (whole === undefined || cut < 0) throw invalid('note', 'not a signed note')
  const lines = whole
    .slice(cut + 2)
    .split('\n')
    .slice(0, -1)
  if (lines.length === 0 || lines.length > MAX_SIGNATURES) throw invalid('note', 'no signature, or too many')
  const note = { text: whole.slice(0, cut + 1), signatures: lines.map(readLine) }
  if (!equalBytes(noteBytes(note), bytes)) throw invalid('note', 'not in the form of a signed note')
  return note
}

function readLine(line: string): NoteSignature {
  const [, name, encoded] = LINE.exec(line) ?? []
  const blob = strictBase64(encoded ?? '') ?? new Uint8Array(0)
  if (name === undefined || blob.byteLength <= 4) throw invalid('note', 'not a signature line')
  return { name, id: hexOf(blob.subarray(0, 4)), bytes: blob.subarray(4) }
}

/** Whether a signature line is by this key: same name and same id. */
export function isLineOf(key: NoteKey, signature: NoteSignature): boolean {
  return key.name === signature.name && key.id === signature.id
}

/**
 * Whether the line's signature fits the text.
 *
 * @returns for a witness, the time that it signed, in milliseconds; for a log, true; undefined when the signature does not fit.
 */
export function verifyLine(
  key: NoteKey,
  text: string,
  { bytes }: NoteSignature,
): true | { timeMs: number } | undefined {
  switch (key.kind) {
    case 'log':
      return isEd25519Signature(key.raw, utf8(text), bytes) || undefined
    case 'witness': {
      if (bytes.byteLength !== 72) return undefined
      const seconds = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0)
      const isRight = isEd25519Signature(key.raw, cosignedBytes(text, seconds), bytes.subarray(8))
      return isRight && seconds < 2n ** 43n ? { timeMs: Number(seconds) * 1000 } : undefined
    }
  }
}

/** What a witness signs of a checkpoint. */
export function cosignedBytes(text: string, seconds: bigint | number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${seconds}\n${text}`)
}
