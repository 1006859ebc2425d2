import { stat } from 'node:fs/promises'
import { bytesOfHex } from '../../crypto/bytes.ts'
import { openRecordPart } from '../../crypto/sealed-part.ts'
import { sha256Hex } from '../../crypto/digest.ts'
import { isDsrError } from '../../domain/errors.ts'
import { commitmentsOf, type LedgerDocument, openDocument, requestOf } from '../../ledger/document.ts'
import { notProvenBy } from '../../ledger/not-proven.ts'
import { opens, readOpening } from '../../ledger/opening.ts'
import type { LedgerTrust } from '../../ledger/trust.ts'
import { verifyLog } from '../../ledger/verify-log.ts'
import { verifyProofFile } from '../../ledger/verify-proof.ts'
import { logFolder } from '../verify/log-folder.ts'
import { CannotCheck, readNamed, readTrust, type TrustFiles } from '../verify/trust-files.ts'
import {
  documentVerdict,
  invalidVerdict,
  logVerdict,
  proofVerdict,
  uncheckedVerdict,
  type Verdict,
  VERIFY_EXIT,
} from '../verify/verdicts.ts'

export { VERIFY_EXIT }

export interface VerifyOptions extends TrustFiles {
  readonly isJson: boolean
  readonly print: (line: string) => void
  /** A file with the request's key (64 hexadecimal digits): shows the personal part of a record. */
  readonly requestKey?: string
  /** The person's opening: shows which commitments are about them. */
  readonly opening?: string
  /** For a log: files whose entries it must have. */
  readonly receipts?: readonly string[]
  /** For a log: documents of earlier entries may be gone. */
  readonly documentsFrom?: number
  /** For a log: tiles and checkpoints only. */
  readonly isTilesOnly?: boolean
  /** RFC 3339 in UTC: what is unanswered now is open or overdue. */
  readonly nowText?: string
}

/**
 * Checks offline what it is given: a proof file, a record or event, or the folder of a whole log.
 *
 * @returns 0 valid, 1 invalid, 2 valid but not anchored, or not to be checked.
 */
export async function verifyCommand(file: string, options: VerifyOptions): Promise<number> {
  const { exit, lines, json } = await judge(file, options)
  if (options.isJson) options.print(JSON.stringify(json))
  else for (const line of lines) options.print(line)
  return exit
}

async function judge(file: string, options: VerifyOptions): Promise<Verdict> {
  try {
    const trust = await readTrust(options)
    if (await isFolder(file)) return await judgeLog(file, { trust, options })
    const bytes = await readNamed(file)
    const isProof = bytes.subarray(0, 18).toString('latin1') === 'c2sp.org/tlog-proo'
    return isProof ? await judgeProof(bytes, { trust, options }) : await judgeDocument(bytes, { trust, options })
  } catch (error) {
    if (error instanceof CannotCheck) return uncheckedVerdict(error.message)
    throw error
  }
}

interface Context {
  readonly trust: LedgerTrust
  readonly options: VerifyOptions
}

async function judgeLog(file: string, { trust, options }: Context): Promise<Verdict> {
  const receipts = await Promise.all((options.receipts ?? []).map(async (one) => sha256Hex(await readNamed(one))))
  const audit = await verifyLog(logFolder(file), {
    trust,
    nowText: options.nowText ?? '',
    documents: options.isTilesOnly === true ? 'none' : 'all',
    documentsFrom: options.documentsFrom ?? 0,
    expected: receipts,
  })
  return audit.kind === 'valid' ? logVerdict(audit) : invalidVerdict(audit)
}

async function judgeProof(bytes: Uint8Array, { trust, options }: Context): Promise<Verdict> {
  const proven = verifyProofFile(bytes, { trust })
  if (proven.kind === 'invalid') return invalidVerdict(proven)
  return withSecrets(proofVerdict(proven), proven.document, options)
}

async function judgeDocument(bytes: Uint8Array, { trust, options }: Context): Promise<Verdict> {
  const opened = openDocument(bytes, trust.recordKeys)
  if (opened.kind === 'invalid') return invalidVerdict(opened)
  const { document, keyId } = opened
  const notProven =
    document.kind === 'record' ? notProvenBy(document.statement) : (['not_in_log', 'time_of_signing'] as const)
  return withSecrets(documentVerdict(document, { keyId, notProven }), document, options)
}

/** Adds what a key or an opening shows; one that does not fit makes the verdict invalid. */
async function withSecrets(verdict: Verdict, document: LedgerDocument, options: VerifyOptions): Promise<Verdict> {
  let result = verdict
  if (options.requestKey !== undefined) result = addPersonalPart(result, document, await keyIn(options.requestKey))
  if (options.opening !== undefined) result = addOpening(result, document, await readNamed(options.opening))
  return result
}

function addPersonalPart(verdict: Verdict, document: LedgerDocument, key: Uint8Array): Verdict {
  const predicate = document.kind === 'record' ? document.statement.predicate : undefined
  if (predicate?.sealed === undefined) return refused('PERSONAL_PART_ABSENT', 'this document has no personal part')
  try {
    const place = { requestId: predicate.request, sequence: predicate.sequence }
    const text = Buffer.from(openRecordPart(key, place, predicate.sealed)).toString('utf8')
    const lines = [...verdict.lines, '         The personal part opens with this key and says:', `         ${text}`]
    return { ...verdict, lines, json: { ...verdict.json, personal_part: text } }
  } catch (error) {
    if (!isDsrError(error, 'CORRUPT_CIPHERTEXT')) throw error
    return refused('PERSONAL_PART_CLOSED', 'the personal part does not open with this key')
  }
}

function addOpening(verdict: Verdict, document: LedgerDocument, bytes: Uint8Array): Verdict {
  const opening = openingIn(bytes)
  if (opening.request !== requestOf(document)) return refused('OPENING_OF_ANOTHER', 'the opening is of another request')
  const fits = opens(opening, commitmentsOf(document))
  if (!fits.includes(true)) return refused('OPENING_DOES_NOT_FIT', 'the document is not about what the opening says')
  const lines = opening.values.map(
    ({ purpose, value }, at) => `         ${fits[at] === true ? 'is about' : 'does not name'} ${purpose} ${value}`,
  )
  return { ...verdict, lines: [...verdict.lines, ...lines], json: { ...verdict.json, opened: fits } }
}

function openingIn(bytes: Uint8Array) {
  try {
    return readOpening(bytes)
  } catch (error) {
    if (isDsrError(error)) throw new CannotCheck('the opening cannot be read')
    throw error
  }
}

function refused(code: string, reason: string): Verdict {
  return {
    exit: VERIFY_EXIT.invalid,
    lines: [`INVALID  ${reason} (${code})`],
    json: { valid: false, verdict: 'invalid', code, reason },
  }
}

async function keyIn(file: string): Promise<Uint8Array> {
  const key = bytesOfHex((await readNamed(file)).toString('latin1').trim())
  if (key?.byteLength !== 32) throw new CannotCheck(`${file} holds no key of 64 hexadecimal digits`)
  return key
}

async function isFolder(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory()
  } catch {
    throw new CannotCheck(`cannot read ${file}`)
  }
}
