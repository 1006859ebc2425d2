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
  return {
    ...(fields.reason !== undefined && { reason: fields.reason }),
    decisions: [...chosen(fields)].map(([id, decision]) => {
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

/** What was chosen for each record: its own answer, or else the one for its group. */
function chosen(fields: Fields): ReadonlyMap<string, string> {
  const under = (prefix: string) =>
    Object.entries(fields).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [],
    )
  const together = under('member.').flatMap(([id, group]) => {
    const answer = fields[`group.${group}`]
    return answer === undefined ? [] : [[id, answer] as const]
  })
  return new Map([...together, ...under('decision.')])
}
