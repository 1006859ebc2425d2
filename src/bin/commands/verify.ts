import { readFile } from 'node:fs/promises'
import { trustedKeyFromPem, type TrustedKey } from '../../crypto/signature.ts'
import { NOT_PROVEN } from '../../ledger/not-proven.ts'
import { verifyRecordFile } from '../../ledger/verify-record.ts'

/** Exit codes of `habeas verify`: valid, invalid, could not be checked. */
export const VERIFY_EXIT = { valid: 0, invalid: 1, unreadable: 2 } as const

export interface VerifyOptions {
  /** Files with public keys in PEM; a record is valid when one of them signed it. */
  readonly keys: readonly string[]
  readonly isJson: boolean
  readonly print: (line: string) => void
}

/**
 * Checks a completion record offline: signature, form and what every record must keep.
 *
 * @returns the exit code.
 */
export async function verifyCommand(file: string, { keys, isJson, print }: VerifyOptions): Promise<number> {
  const bytes = await readOr(file, print)
  const trusted = await readKeys(keys, print)
  if (!bytes || !trusted) return VERIFY_EXIT.unreadable
  const verdict = verifyRecordFile(bytes, trusted)
  if (verdict.kind === 'invalid') {
    print(
      isJson
        ? JSON.stringify({ valid: false, code: verdict.code, reason: verdict.reason })
        : `INVALID  ${verdict.reason} (${verdict.code})`,
    )
    return VERIFY_EXIT.invalid
  }
  const { predicate } = verdict.statement
  if (isJson) {
    print(
      JSON.stringify({
        valid: true,
        request: predicate.request,
        result: predicate.result,
        key_id: verdict.keyId,
        not_proven: verdict.notProven,
      }),
    )
    return VERIFY_EXIT.valid
  }
  print(
    `VALID    record ${predicate.sequence} of request ${predicate.request}: ${predicate.action}, ${predicate.result.replaceAll('_', ' ')}`,
  )
  print(`         signed by key ${verdict.keyId.slice(0, 16)}… at ${predicate.sealed_at}`)
  print('         This does not prove:')
  for (const code of verdict.notProven) print(`         - ${NOT_PROVEN[code]}`)
  return VERIFY_EXIT.valid
}

async function readOr(file: string, print: (line: string) => void): Promise<Buffer | undefined> {
  try {
    return await readFile(file)
  } catch {
    print(`cannot read ${file}`)
    return undefined
  }
}

async function readKeys(
  files: readonly string[],
  print: (line: string) => void,
): Promise<readonly TrustedKey[] | undefined> {
  const keys: TrustedKey[] = []
  for (const file of files) {
    const text = await readOr(file, print)
    if (!text) return undefined
    try {
      keys.push(trustedKeyFromPem(text.toString('utf8')))
    } catch {
      print(`${file} holds no Ed25519 public key`)
      return undefined
    }
  }
  return keys
}
