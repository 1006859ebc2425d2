import { readFile } from 'node:fs/promises'
import { type TrustedKey, trustedKeyFromPem } from '../../crypto/signature.ts'
import { type NoteKey, readVkey } from '../../ledger/note.ts'
import { openTrustRoot } from '../../ledger/root-file.ts'
import { type LedgerTrust, trustInKeys, trustInRoot } from '../../ledger/trust.ts'

/** Something that the caller named cannot be read or is not what it should be: nothing was judged. */
export class CannotCheck extends Error {}

export interface TrustFiles {
  /** Public record keys (PEM) and verifier keys of logs and witnesses, a file each. */
  readonly keys: readonly string[]
  readonly root?: string | undefined
  /** SHA-256 of `root.json`, as somebody read it out. */
  readonly rootFingerprint?: string
}

/** @throws CannotCheck naming the file. */
export async function readTrust({ keys, root, rootFingerprint }: TrustFiles): Promise<LedgerTrust> {
  if (root === undefined && keys.length === 0) throw new CannotCheck('name what to trust: --root root.json, or --key')
  const noteKeys: NoteKey[] = []
  const recordKeys: TrustedKey[] = []
  for (const file of keys) {
    const key = keyOf((await readNamed(file)).toString('utf8'))
    if (key === undefined) throw new CannotCheck(`${file} holds no Ed25519 public key and no verifier key`)
    if ('raw' in key && 'kind' in key) noteKeys.push(key)
    else recordKeys.push(key)
  }
  const given = trustInKeys(noteKeys, recordKeys)
  if (root === undefined) return given
  const rooted = await readRoot(root, rootFingerprint)
  return {
    logs: [...rooted.logs, ...given.logs],
    recordKeys: [...rooted.recordKeys, ...given.recordKeys],
    witnesses: [...rooted.witnesses, ...given.witnesses],
    anchors: rooted.anchors,
  }
}

/** @throws CannotCheck naming the file. */
export async function readNamed(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch {
    throw new CannotCheck(`cannot read ${file}`)
  }
}

async function readRoot(file: string, fingerprint: string | undefined): Promise<LedgerTrust> {
  const opened = openTrustRoot(await readNamed(file))
  if (opened.kind === 'invalid') throw new CannotCheck(`${file} is no trust root: ${opened.reason}`)
  if (fingerprint !== undefined && fingerprint !== opened.fingerprint)
    throw new CannotCheck(`${file} has another fingerprint: ${opened.fingerprint}`)
  return trustInRoot(opened.root)
}

function keyOf(text: string): TrustedKey | NoteKey | undefined {
  for (const read of [trustedKeyFromPem, (line: string) => readVkey(line.trim())]) {
    try {
      return read(text)
    } catch {
      // It may be the other kind.
    }
  }
  return undefined
}
