import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { DsrError } from '../../domain/errors.ts'
import type { ControllerId } from '../../domain/ids.ts'
import type { ApiKeyRow } from '../../ports/rows.ts'
import type { Store, Tx } from '../../ports/store.ts'
import type { Principal } from './principal.ts'
import type { Role } from './roles.ts'

const KEY = /^hbs_([a-z0-9][a-z0-9.-]{0,159})_([A-Za-z0-9_-]{43})$/
const LONGEST_KEY = 512
const ADMIN_KEY_LABEL = 'HABEAS_ADMIN_KEY'
const SHORTEST_ADMIN_KEY = 16
const PORTAL_LEVEL = 2
const HIGHEST_LEVEL = 4

/** Labels of rows that are no API keys, so that they cannot be used as such. */
export const SESSION_LABEL = 'session'
export const LINK_LABEL = 'sign-in link'

export interface KeyOrder {
  readonly role: Role
  readonly controllerId: ControllerId | null
  readonly label: string
  readonly createdAtMs: number
  /** The highest level of identity that its holder may vouch for; absent goes by the role. */
  readonly vouchesLevel?: number | null
}

/**
 * Makes an API key. The key itself exists in the answer only; its digest is kept.
 *
 * @returns the key as its holder writes it, `hbs_<id>_<secret>`, and its row.
 */
export async function createApiKey(store: Store, order: KeyOrder): Promise<{ key: string; row: ApiKeyRow }> {
  if (order.label === SESSION_LABEL || order.label === LINK_LABEL)
    throw new DsrError('FIELD_INVALID', 'this label is taken', { field: 'label' })
  return store.transact(async (tx) => insertKey(tx, { ...order, id: `key-${randomBytes(6).toString('hex')}` }))
}

/** Inserts a row with a fresh secret of 32 random bytes. */
export async function insertKey(tx: Tx, order: KeyOrder & { id: string }): Promise<{ key: string; row: ApiKeyRow }> {
  const key = `hbs_${order.id}_${randomBytes(32).toString('base64url')}`
  const row: ApiKeyRow = { vouchesLevel: null, ...order, keyDigest: digestOf(key), revokedAtMs: null }
  await tx.apiKey.insert(row)
  return { key, row }
}

/**
 * Makes the installation's own admin key usable, and an earlier one useless. Calling it again changes nothing.
 *
 * @param key - any text of at least 16 characters, or `hbs_<id>_<secret>`.
 * @throws DsrError `CONFIG_INVALID` for a shorter one.
 */
export async function ensureAdminKey(store: Store, key: string, nowMs: number): Promise<void> {
  if (key.length < SHORTEST_ADMIN_KEY || key.length > LONGEST_KEY)
    throw new DsrError('CONFIG_INVALID', 'the admin key has an unusable length', { field: ADMIN_KEY_LABEL })
  const row: ApiKeyRow = {
    id: idOf(key),
    controllerId: null,
    role: 'admin',
    label: ADMIN_KEY_LABEL,
    keyDigest: digestOf(key),
    createdAtMs: nowMs,
    revokedAtMs: null,
    vouchesLevel: null,
  }
  await store.transact(async (tx) => {
    for (const earlier of await tx.apiKey.find({ label: ADMIN_KEY_LABEL })) {
      if (earlier.id !== row.id) await tx.apiKey.update(earlier.id, { revokedAtMs: earlier.revokedAtMs ?? nowMs })
    }
    if (!(await tx.apiKey.insertNew(row)))
      await tx.apiKey.update(row.id, { keyDigest: row.keyDigest, revokedAtMs: null, role: 'admin', controllerId: null })
  })
}

/** Who holds this API key, or undefined when nobody does (unknown, wrong, revoked, or no API key at all). */
export async function principalOfKey(store: Store, key: string): Promise<Principal | undefined> {
  const row = await store.transact(async (tx) => rowOfKey(tx, key))
  if (!row || row.label === SESSION_LABEL || row.label === LINK_LABEL) return undefined
  return { id: row.id, role: row.role, controllerId: row.controllerId, vouchesLevel: vouchedBy(row) }
}

/** A portal knows accounts, mailboxes and second channels; documents are looked at by people. */
export function vouchedBy({ role, vouchesLevel }: Pick<ApiKeyRow, 'role' | 'vouchesLevel'>): number {
  return vouchesLevel ?? (role === 'portal' ? PORTAL_LEVEL : HIGHEST_LEVEL)
}

/** The unrevoked row whose secret this is. The digests are compared in constant time. */
export async function rowOfKey(tx: Tx, key: string): Promise<ApiKeyRow | undefined> {
  if (key.length > LONGEST_KEY) return undefined
  const row = await tx.apiKey.get(idOf(key))
  const given = Buffer.from(digestOf(key))
  // An unknown id is compared too, with itself, so that it takes as long as a wrong secret.
  const isSame = timingSafeEqual(given, row ? Buffer.from(row.keyDigest) : given)
  return row && isSame && row.revokedAtMs === null ? row : undefined
}

function idOf(key: string): string {
  return KEY.exec(key)?.[1] ?? `key-${digestOf(`id:${key}`).slice(0, 16)}`
}

function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
