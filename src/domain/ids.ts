import { DsrError } from './errors.ts'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** A subject request (UUID v4, lower case, as OpenDSR asks). */
export type RequestId = Branded<'RequestId'>
/** One request at one connector account (UUID). */
export type LegId = Branded<'LegId'>
/** One change at a vendor (UUID). */
export type EffectId = Branded<'EffectId'>
/** One vendor call that carries effects (UUID). */
export type CallId = Branded<'CallId'>
/** One found record, our own number for it; the vendor's reference stays in the vault (UUID). */
export type RecordId = Branded<'RecordId'>
/** A tenant, as named in the configuration. */
export type ControllerId = Branded<'ControllerId'>
/** A connector account, as named in the configuration; unique within the installation. */
export type AccountId = Branded<'AccountId'>
/** A connector, as its manifest names it. */
export type ConnectorId = Branded<'ConnectorId'>

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const NAME = /^[a-z][a-z0-9-]{0,62}$/

type Parser<Id extends string> = (text: string) => Id

function parserOf<Id extends string>(kind: string, pattern: RegExp): Parser<Id> {
  return (text) => {
    if (!pattern.test(text)) throw new DsrError('FIELD_INVALID', `not a valid ${kind}`, { field: kind })
    // The pattern was checked on the line above: this is the border where text becomes an id.
    return text as Id
  }
}

/** @throws DsrError `FIELD_INVALID` when the text is not a lower-case UUID. Likewise for the other UUID ids. */
export const requestId = parserOf<RequestId>('subject_request_id', UUID)
export const legId = parserOf<LegId>('leg_id', UUID)
export const effectId = parserOf<EffectId>('effect_id', UUID)
export const callId = parserOf<CallId>('call_id', UUID)
export const recordId = parserOf<RecordId>('record_id', UUID)
/** @throws DsrError `FIELD_INVALID` unless the text is a short lower-case name (letters, digits, hyphens). */
export const controllerId = parserOf<ControllerId>('controller_id', NAME)
export const accountId = parserOf<AccountId>('account_id', NAME)
export const connectorId = parserOf<ConnectorId>('connector', NAME)

/** Whether the text has the shape of a UUID; a caller that asks for an unknown id gets NOT_FOUND, not a format error. */
export function isUuid(text: string): boolean {
  return UUID.test(text)
}
