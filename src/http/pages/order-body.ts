import type { OrderName } from '../wire/orders.ts'

type Fields = Readonly<Record<string, string>>

/** What a page's form says, as the body that the API takes for the same order. Empty fields say nothing. */
export function orderBody(name: OrderName, form: unknown): Record<string, unknown> {
  const fields = filledFields(form)
  return name === 'decide' ? decisions(fields) : fields
}

function filledFields(form: unknown): Fields {
  const entries = typeof form === 'object' && form !== null ? Object.entries(form) : []
  return Object.fromEntries(
    entries.filter(
      (entry): entry is [string, string] =>
        typeof entry[1] === 'string' && entry[1].trim() !== '' && entry[0] !== 'csrf',
    ),
  )
}

function decisions(fields: Fields): Record<string, unknown> {
  const decided = Object.entries(fields).filter(([name]) => name.startsWith('decision.'))
  return {
    ...(fields.reason !== undefined && { reason: fields.reason }),
    decisions: decided.map(([name, decision]) => {
      const id = name.slice('decision.'.length)
      const law = fields[`law.${id}`]
      const until = fields[`until.${id}`]
      return {
        record_id: id,
        decision,
        ...(decision === 'retain' && law !== undefined && { law }),
        ...(decision === 'retain' && until !== undefined && { until: `${until}T00:00:00Z` }),
      }
    }),
  }
}
