import { DsrError, expectList, expectObject, isJsonObject } from '../../src/connector/index.ts'
import type { Context, JsonValue } from '../../src/connector/index.ts'
import { openSendGrid } from './client.ts'
import type { Ask, Reply, SendGrid } from './client.ts'
import type { SendGridPart } from './depth.ts'
import { isEu } from './settings.ts'
import { unreadable } from './shape.ts'

/** Why a part cannot be read at an account. */
export interface Gap {
  readonly why: string
  /** Data may lie there unseen. False = the account does not have the place at all. */
  readonly isBlind: boolean
}

/** One account or subuser during one verb: how to ask it, and what it cannot show. */
export interface Desk extends SendGrid {
  readonly scopes: readonly string[]
  /** Grows while reading: some gaps show only when asked. */
  readonly gaps: Map<SendGridPart, Gap>
}

const NO_MARKETING: Gap = {
  why: 'Marketing Campaigns does not exist at this host (the EU host has none)',
  isBlind: true,
}
const AT_EU: Gap = { why: 'Email Activity does not exist at the EU host', isBlind: true }
export const NO_ACTIVITY: Gap = {
  why: 'Email Activity is not open to this key: it needs the paid history add-on and messages.read',
  isBlind: true,
}
export const NO_LEGACY: Gap = { why: 'this account has no legacy contact database', isBlind: false }
const NO_SEATS: Gap = { why: 'the key may not read it', isBlind: false }

const MARKETING: readonly SendGridPart[] = ['contact', 'contact_alternate', 'lists', 'segments']

/**
 * Opens an account or subuser after the positive control: the scopes of the key.
 *
 * @throws DsrError `VENDOR_CREDENTIALS_REJECTED`, `VENDOR_SCOPE_MISSING` when the key may not act for the subuser.
 */
export async function openDesk(context: Context, subuser: string): Promise<Desk> {
  const sendGrid = openSendGrid(context, subuser)
  const scopes = await readScopes(sendGrid)
  return { ...sendGrid, scopes, gaps: knownGaps(context, scopes) }
}

export async function readScopes(sendGrid: SendGrid): Promise<readonly string[]> {
  const reply = await sendGrid.ask({ method: 'GET', path: '/v3/scopes', bucket: 'settings' })
  const scopes = expectList(expectObject(jsonOf(reply)).scopes)
  return scopes.filter((scope): scope is string => typeof scope === 'string')
}

function knownGaps(context: Context, scopes: readonly string[]): Map<SendGridPart, Gap> {
  const gaps = new Map<SendGridPart, Gap>()
  if (!scopes.includes('messages.read')) gaps.set('email_activity', NO_ACTIVITY)
  if (!scopes.includes('teammates.read')) gaps.set('teammates', NO_SEATS)
  if (!scopes.includes('alerts.read')) gaps.set('alerts', NO_SEATS)
  if (isEu(context)) {
    noteNoMarketing(gaps)
    gaps.set('email_activity', AT_EU)
    gaps.set('legacy_recipient', NO_LEGACY)
  }
  return gaps
}

/** Contacts may lie at the global host: their absence here is never "nothing". */
export function noteNoMarketing(gaps: Map<SendGridPart, Gap>): void {
  for (const part of MARKETING) gaps.set(part, NO_MARKETING)
}

/** Asks and expects the documented success. @throws DsrError as `refusalOf`. */
export async function read(sendGrid: SendGrid, ask: Ask): Promise<Reply> {
  const reply = await sendGrid.ask(ask)
  jsonOf(reply)
  return reply
}

/** Asks for something that may not exist; undefined = the vendor says in its own words that it does not. */
export async function readIfThere(sendGrid: SendGrid, ask: Ask): Promise<Reply | undefined> {
  const reply = await sendGrid.ask(ask)
  if (reply.status === 404 && isRefusal(reply)) return undefined
  jsonOf(reply)
  return reply
}

/** A refusal in one of SendGrid's two shapes; a gateway's 404 page is none, and proves nothing. */
export function isRefusal({ json }: Reply): boolean {
  return (
    isJsonObject(json) &&
    (Array.isArray(json.errors) || typeof json.message === 'string' || Object.keys(json).length === 0)
  )
}

function jsonOf(reply: Reply): JsonValue {
  if (reply.status < 200 || reply.status > 299) throw refused(reply)
  if (reply.json === undefined) throw unreadable()
  return reply.json
}

/** A refusal as an error: 403 is a scope that the key lacks. */
export function refused({ status }: Reply): DsrError {
  return status === 403
    ? new DsrError('VENDOR_SCOPE_MISSING', 'the vendor answered 403')
    : new DsrError('VENDOR_REFUSED', `the vendor answered ${status}`)
}
