import { DsrError } from '../../domain/errors.ts'
import { isUuid, requestId, type ControllerId } from '../../domain/ids.ts'
import type { Actor, RequestRow } from '../../ports/rows.ts'
import type { Tx } from '../../ports/store.ts'
import { may, type Permission, type Role } from './roles.ts'

/** Who asks, once the key or the session was recognised. */
export interface Principal {
  /** Id of the key; what journals name. */
  readonly id: string
  readonly role: Role
  /** Null: all controllers of the installation. */
  readonly controllerId: ControllerId | null
  /** The highest level of identity that the key may vouch for. */
  readonly vouchesLevel: number
}

export function actorOf({ role, id }: Principal): Actor {
  return { role, id }
}

/** @throws DsrError `FORBIDDEN`. */
export function requirePermission(principal: Principal, permission: Permission): void {
  if (!may(principal.role, permission)) throw new DsrError('FORBIDDEN', 'this key may not do that')
}

/** @throws DsrError `FORBIDDEN` when the key may not vouch for so much. */
export function requireVouching(principal: Principal, level: number): void {
  if (level > principal.vouchesLevel)
    throw new DsrError('FORBIDDEN', 'this key may not vouch for that level of identity', { field: 'level' })
}

export function canSee(principal: Principal, controllerId: ControllerId): boolean {
  return principal.controllerId === null || principal.controllerId === controllerId
}

/**
 * The request, when the principal's controller owns it.
 *
 * @throws DsrError `NOT_FOUND`, the same for a foreign id, an unknown id and what is no id at all.
 */
export async function requestInScope(tx: Tx, principal: Principal, id: string): Promise<RequestRow> {
  const request = isUuid(id) ? await tx.request.get(requestId(id)) : undefined
  if (!request || !canSee(principal, request.controllerId)) throw new DsrError('NOT_FOUND', 'not found')
  return request
}
