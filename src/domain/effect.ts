import type { JsonObject, JsonValue } from './json.ts'
import { nextState, type StateTable } from './state-table.ts'

/** Where one change at a vendor stands (design §4, effects). */
export type EffectState = 'ready' | 'sent' | 'done' | 'accepted' | 'rejected' | 'unknown' | 'stopped'

export type EffectEvent =
  'send' | 'confirm' | 'accept' | 'reject' | 'lose' | 'not_sent' | 'seen_done' | 'seen_absent' | 'order_repeat' | 'stop'

export const EFFECT_TABLE: StateTable<EffectState, EffectEvent> = {
  ready: { send: 'sent', stop: 'stopped' },
  sent: { confirm: 'done', accept: 'accepted', reject: 'rejected', lose: 'unknown', not_sent: 'ready' },
  // An accepted job that fails or disappears is settled by polling.
  accepted: { confirm: 'done', reject: 'rejected', lose: 'unknown' },
  // Only a read back or a person, never a blind repeat, leads out of unknown.
  unknown: { seen_done: 'done', seen_absent: 'ready', reject: 'rejected', order_repeat: 'ready' },
  // A person who saw what the vendor did, or did not do, may order the step again.
  done: { order_repeat: 'ready' },
  rejected: { order_repeat: 'ready' },
  stopped: {},
}

/** @throws DsrError `ILLEGAL_TRANSITION`. */
export function nextEffectState(state: EffectState, event: EffectEvent): EffectState {
  return nextState(EFFECT_TABLE, state, event)
}

/** What a step is applied to, as it is stored sealed. */
export interface EffectTarget {
  readonly target: string
  readonly details?: JsonValue
}

export function encodeTarget({ target, details }: EffectTarget): JsonObject {
  return details === undefined ? { target } : { target, details }
}

/** The reverse of `encodeTarget`; anything else reads as an empty target, which no connector takes for one. */
export function decodeTarget(stored: JsonValue): EffectTarget {
  if (typeof stored !== 'object' || stored === null || !('target' in stored)) return { target: '' }
  const { target, details } = stored
  return { target: typeof target === 'string' ? target : '', ...(details !== undefined && { details }) }
}
