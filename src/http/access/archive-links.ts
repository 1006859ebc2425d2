import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { DsrError } from '../../domain/errors.ts'
import { isWritingRight } from '../../domain/right.ts'
import type { Actor, ArchiveLinkRow, RequestRow, SealRow } from '../../ports/rows.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'
import { noteInHistory } from '../journal.ts'

/**
 * Links by which a person fetches their archive. The link alone opens nothing, and opening its address changes nothing: a form with the
 * code starts one session of 15 minutes, once. A link that is unknown, expired, used, revoked or guessed answers like any other.
 */
export const ARCHIVE_SESSION_MS = 15 * 60_000
const LINK_MS = 14 * 24 * 3600_000
const WRONG_CODES = 5
const CODE_DIGITS = 8

export interface NewArchiveLink {
  /** Stands in the address; secret. */
  readonly token: string
  /** Eight digits that reach the person another way than the link. */
  readonly code: string
  readonly expiresAtMs: number
}

/**
 * Makes a link; an earlier one of the request ends. Link and code exist in the answer only.
 *
 * @throws DsrError `NOT_FOUND` for a right without an archive and for one that was deleted, `ARCHIVE_NOT_READY` before it is sealed.
 */
export async function createArchiveLink(
  ports: Ports,
  { request, actor }: { readonly request: RequestRow; readonly actor: Actor },
): Promise<NewArchiveLink> {
  const token = randomBytes(32).toString('base64url')
  const code = randomInt(0, 10 ** CODE_DIGITS)
    .toString()
    .padStart(CODE_DIGITS, '0')
  const now = ports.clock.nowMs()
  const expiresAtMs = await ports.store.transact(async (tx) => {
    await tx.request.lock(request.id)
    const seal = await presentArchive(ports, tx, request)
    const until = Math.min(now + LINK_MS, seal.archiveExpiresAtMs ?? Number.MAX_SAFE_INTEGER)
    for (const earlier of await tx.archiveLink.find({ requestId: request.id, revokedAtMs: null }))
      await tx.archiveLink.update(earlier.id, { revokedAtMs: now })
    const id = ports.random.uuid()
    await tx.archiveLink.insert({
      id,
      requestId: request.id,
      tokenDigest: digestOf(token),
      codeDigest: codeDigest(ports, { request, linkId: id, code }),
      createdBy: actor,
      createdAtMs: now,
      expiresAtMs: until,
      failures: 0,
      openedAtDbMs: null,
      sessionDigest: null,
      revokedAtMs: null,
    })
    await noteInHistory(ports, tx, { request, actor, kind: 'archive.link_made' })
    return until
  })
  return { token, code, expiresAtMs }
}

/**
 * The archive of a request that may be handed out now.
 *
 * @throws DsrError `NOT_FOUND` when there is none or it was deleted, `ARCHIVE_NOT_READY` when it is still to come.
 */
export async function presentArchive(ports: Ports, tx: Tx, request: RequestRow): Promise<SealRow> {
  if (isWritingRight(request.right)) throw new DsrError('NOT_FOUND', 'not found')
  const [seal] = await tx.seal.find({ requestId: request.id, generation: 0 })
  if (!seal) throw new DsrError('ARCHIVE_NOT_READY', 'the archive is not sealed yet')
  if (!isPresent(seal, ports.clock.nowMs())) throw new DsrError('NOT_FOUND', 'not found')
  return seal
}

/** Starts the session of a link. @returns the session's secret, or undefined whatever was wrong. */
export async function startArchiveSession(
  ports: Ports,
  { token, code }: { readonly token: string; readonly code: string },
): Promise<string | undefined> {
  return ports.store.transact(async (tx) => {
    const found = await usableLink(ports, tx, token)
    if (found?.link.openedAtDbMs !== null || found.link.failures >= WRONG_CODES) return undefined
    const { link, request } = found
    const given = codeDigest(ports, { request, linkId: link.id, code: code.replace(/[\s-]/g, '') })
    if (!isSame(given, link.codeDigest)) {
      await tx.archiveLink.update(link.id, { failures: link.failures + 1 })
      await noteInHistory(ports, tx, {
        request,
        actor: HOLDER,
        kind: 'archive.code_wrong',
        detail: { tries: link.failures + 1 },
      })
      return undefined
    }
    const secret = randomBytes(32).toString('base64url')
    await tx.archiveLink.update(link.id, { openedAtDbMs: await tx.dbNowMs(), sessionDigest: digestOf(secret) })
    await noteInHistory(ports, tx, { request, actor: HOLDER, kind: 'archive.link_used' })
    return secret
  })
}

/** The request whose archive this session may fetch, with the digest of the ZIP; undefined whatever was wrong. */
export async function requestOfArchiveSession(
  ports: Ports,
  { token, secret }: { readonly token: string; readonly secret: string | undefined },
): Promise<{ readonly request: RequestRow; readonly seal: SealRow } | undefined> {
  return ports.store.transact(async (tx) => {
    const found = await usableLink(ports, tx, token)
    if (!found || secret === undefined) return undefined
    const { openedAtDbMs, sessionDigest } = found.link
    if (openedAtDbMs === null || sessionDigest === null || !isSame(digestOf(secret), sessionDigest)) return undefined
    return openedAtDbMs + ARCHIVE_SESSION_MS < (await tx.dbNowMs()) ? undefined : found
  })
}

/** Who stands behind a link: whoever holds it and the code. */
const HOLDER: Actor = { role: 'person', id: 'archive link' }

interface UsableLink {
  readonly link: ArchiveLinkRow
  readonly request: RequestRow
  readonly seal: SealRow
}

async function usableLink(ports: Ports, tx: Tx, token: string): Promise<UsableLink | undefined> {
  const [asked] = await tx.archiveLink.find({ tokenDigest: digestOf(token) })
  const link = asked && (await tx.archiveLink.lock(asked.id))
  const now = ports.clock.nowMs()
  if (link?.revokedAtMs !== null || link.expiresAtMs <= now) return undefined
  const request = await tx.request.get(link.requestId)
  const [seal] = await tx.seal.find({ requestId: link.requestId, generation: 0 })
  return request && seal && isPresent(seal, now) ? { link, request, seal } : undefined
}

function isPresent(seal: SealRow, nowMs: number): boolean {
  return seal.archiveKey !== null && (seal.archiveExpiresAtMs === null || seal.archiveExpiresAtMs > nowMs)
}

function codeDigest(
  { vault }: Ports,
  { request, linkId, code }: { readonly request: RequestRow; readonly linkId: string; readonly code: string },
): string {
  return vault.open(request).digest('archive_code', `${linkId}:${code}`)
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.byteLength === right.byteLength && timingSafeEqual(left, right)
}
