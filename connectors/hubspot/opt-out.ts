import { ALREADY, DONE, DsrError, listAt, REFUSED, textAt } from '../../src/connector/index.ts'
import type { Context, EffectAnswer, EffectMember, JsonValue, Look, PlannedRecord } from '../../src/connector/index.ts'
import { reading, writing } from './answers.ts'
import type { HubSpot } from './client.ts'
import { entriesOf } from './contact-places.ts'
import { addressesOf, propertiesAt } from './mapping.ts'
import { optionsOf } from './options.ts'

export interface OptOut {
  readonly step: 'unsubscribe'
  readonly target: string
  readonly part: 'subscription_status'
  readonly details: { readonly email: string; readonly businessUnitId?: number }
}

/**
 * An opt-out from all e-mail for every address of the contacts found and every address that mail goes to, in the account's
 * default brand and in each brand that the configuration names.
 */
export function planOptOuts(context: Context, records: readonly PlannedRecord[]): readonly OptOut[] {
  const { businessUnitIds } = optionsOf(context)
  const contacts = records.filter(({ part }) => part === 'contact')
  const subscribed = records.filter(({ part, content }) => part === 'subscription_status' && isSubscribed(content))
  const emails = new Set([
    ...contacts.flatMap(({ content }) => addressesOf(propertiesAt(content))),
    ...subscribed.map(({ ref }) => ref),
  ])
  return [...emails].flatMap((email) =>
    [undefined, ...businessUnitIds].map((unit): OptOut => ({
      step: 'unsubscribe',
      target: unit === undefined ? email : `${email}#${unit}`,
      part: 'subscription_status',
      details: unit === undefined ? { email } : { email, businessUnitId: unit },
    })),
  )
}

function isSubscribed(content: JsonValue): boolean {
  return listAt(content, 'choices').some((choice) => textAt(choice, 'status') === 'SUBSCRIBED')
}

export async function unsubscribe(api: HubSpot, { target, details }: EffectMember): Promise<EffectAnswer> {
  const place = placeIn(details)
  if (place.email === '')
    throw new DsrError('CONNECTOR_BUG', 'an opt-out names no address', { field: target === '' ? '' : 'details' })
  const written = await writing(async () => entriesOf(await api.post(pathOf(place, { verbose: 'true' })), 'results'))
  if (written.kind === 'refused') return REFUSED
  const isOld =
    written.answer.length > 0 &&
    written.answer.every((result) => textAt(result, 'setStatusSuccessReason') === 'NO_STATUS_CHANGE')
  return isOld ? ALREADY : DONE
}

/** Whether an opt-out is in place; HubSpot answers with an empty list when it is not. */
export async function isOptedOut(api: HubSpot, details: JsonValue | undefined): Promise<boolean> {
  const results = await reading(async () => entriesOf(await api.get(pathOf(placeIn(details), {})), 'results'))
  return results.some((result) => textAt(result, 'status') === 'UNSUBSCRIBED')
}

interface Place {
  readonly email: string
  readonly unit: string
}

function placeIn(details: JsonValue | undefined): Place {
  return { email: textAt(details, 'email'), unit: textAt(details, 'businessUnitId') }
}

function pathOf({ email, unit }: Place, more: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams({ channel: 'EMAIL', ...more, ...(unit === '' ? {} : { businessUnitId: unit }) })
  return `/communication-preferences/v4/statuses/${encodeURIComponent(email)}/unsubscribe-all?${query.toString()}`
}

/** Whether every opt-out that belongs to the records is in place. Opt-outs are by address and outlive the contact. */
export async function lookAtOptOuts(api: HubSpot, records: readonly PlannedRecord[]): Promise<Look> {
  const { businessUnitIds } = optionsOf(api.context)
  const emails = new Set(
    records.flatMap(({ part, ref, content }) => {
      if (part === 'subscription_status') return [ref]
      return part === 'contact' ? addressesOf(propertiesAt(content)) : []
    }),
  )
  if (emails.size === 0) return { findings: [], seen: [] }
  let missing = 0
  for (const email of emails)
    if (!(await isOutEverywhere(api, [{ email }, ...businessUnitIds.map((id) => ({ email, businessUnitId: id }))])))
      missing += 1
  const finding = { part: 'subscription_status', looked: emails.size, remaining: missing }
  return {
    findings: [{ ...finding, verdict: { kind: missing === 0 ? 'in_place' : 'present' } }],
    seen: [['opt_out_by_address', emails.size - missing]],
  }
}

async function isOutEverywhere(api: HubSpot, places: readonly OptOut['details'][]): Promise<boolean> {
  for (const place of places) if (!(await isOptedOut(api, place))) return false
  return true
}
