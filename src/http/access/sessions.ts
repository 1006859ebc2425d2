import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { DsrError } from '../../domain/errors.ts'
import type { ControllerId } from '../../domain/ids.ts'
import type { Store, Tx } from '../../ports/store.ts'
import { insertKey, LINK_LABEL, principalOfKey, rowOfKey, SESSION_LABEL, vouchedBy } from './keys.ts'
import type { Principal } from './principal.ts'
import type { Role } from './roles.ts'

/**
 * Sessions of the pages and the links that start one. Both are rows of the key table under labels of their own, so that every
 * process knows them and signing out ends them. They are judged by the database's clock: a demo's clock may run fast.
 */
export const SESSION_MS = 8 * 3600_000
const LINK_MS = 15 * 60_000
const DAY_MS = 24 * 3600_000

export interface Session {
  readonly principal: Principal
  /** The cookie's value. Secret. */
  readonly secret: string
  /** What every form of the session carries. */
  readonly csrf: string
}

/**
 * Makes a link that signs in once, within 15 minutes.
 *
 * @returns its address. Secret until used.
 */
export async function createSignInLink(
  store: Store,
  order: { readonly publicUrl: string; readonly role: Role; readonly controllerId: ControllerId | null },
): Promise<string> {
  const { key } = await store.transact(async (tx) => {
    const createdAtMs = await tx.dbNowMs()
    await forgetOld(tx, createdAtMs)
    return insertKey(tx, {
      id: `link-${randomBytes(6).toString('hex')}`,
      role: order.role,
      controllerId: order.controllerId,
      label: LINK_LABEL,
      createdAtMs,
    })
  })
  return new URL(`/ops/sign-in?token=${key}`, order.publicUrl).href
}

/** Uses a link up. @throws DsrError `UNAUTHENTICATED` when it is unknown, used or too old. */
export async function startSessionByLink(store: Store, token: string): Promise<Session> {
  return store.transact(async (tx) => {
    const now = await tx.dbNowMs()
    const row = await rowOfKey(tx, token)
    if (row?.label !== LINK_LABEL || row.createdAtMs + LINK_MS < now) throw refused()
    const locked = await tx.apiKey.lock(row.id)
    if (locked?.revokedAtMs !== null) throw refused()
    await tx.apiKey.update(row.id, { revokedAtMs: now })
    return insertSession(tx, {
      principal: { id: row.id, role: row.role, controllerId: row.controllerId, vouchesLevel: vouchedBy(row) },
      now,
    })
  })
}

/** @throws DsrError `UNAUTHENTICATED`. */
export async function startSessionByKey(store: Store, key: string): Promise<Session> {
  const principal = await principalOfKey(store, key)
  if (!principal) throw refused()
  return store.transact(async (tx) => insertSession(tx, { principal, now: await tx.dbNowMs() }))
}

async function insertSession(tx: Tx, { principal, now }: { principal: Principal; now: number }): Promise<Session> {
  await forgetOld(tx, now)
  const { key } = await insertKey(tx, {
    // The id names who signed in: journals go by it, and a revoked key ends its sessions.
    id: `session.${randomBytes(6).toString('hex')}.${principal.id}`,
    role: principal.role,
    controllerId: principal.controllerId,
    label: SESSION_LABEL,
    createdAtMs: now,
  })
  return { principal, secret: key, csrf: csrfOf(key) }
}

/** The session of a cookie, or undefined when there is none, it ended, or the key it was started with was revoked. */
export async function sessionOf(store: Store, secret: string | undefined): Promise<Session | undefined> {
  if (secret === undefined) return undefined
  return store.transact(async (tx) => {
    const row = await rowOfKey(tx, secret)
    if (row?.label !== SESSION_LABEL || row.createdAtMs + SESSION_MS < (await tx.dbNowMs())) return undefined
    const parentId = row.id.split('.').slice(2).join('.')
    const parent = await tx.apiKey.get(parentId)
    if (parent && parent.label !== LINK_LABEL && parent.revokedAtMs !== null) return undefined
    return {
      principal: {
        id: parentId,
        role: row.role,
        controllerId: row.controllerId,
        vouchesLevel: vouchedBy(parent ?? row),
      },
      secret,
      csrf: csrfOf(secret),
    }
  })
}

export async function endSession(store: Store, secret: string): Promise<void> {
  await store.transact(async (tx) => {
    const row = await rowOfKey(tx, secret)
    if (row?.label === SESSION_LABEL) await tx.apiKey.update(row.id, { revokedAtMs: await tx.dbNowMs() })
  })
}

/** @throws DsrError `FORBIDDEN` unless the form was made for this session. */
export function requireCsrf(session: Session, given: unknown): void {
  const text = Buffer.from(typeof given === 'string' ? given : '')
  const expected = Buffer.from(session.csrf)
  if (text.byteLength !== expected.byteLength || !timingSafeEqual(text, expected))
    throw new DsrError('FORBIDDEN', 'the form is not of this session')
}

function csrfOf(secret: string): string {
  return createHmac('sha256', secret).update('csrf').digest('base64url')
}

async function forgetOld(tx: Tx, now: number): Promise<void> {
  await tx.apiKey.delete({ label: { in: [SESSION_LABEL, LINK_LABEL] }, createdAtMs: { atMost: now - DAY_MS } })
}

function refused(): DsrError {
  return new DsrError('UNAUTHENTICATED', 'the link or key is not valid')
}
