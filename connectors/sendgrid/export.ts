import { isJsonObject } from '../../src/connector/index.ts'
import type { Context, ExportPiece, JsonValue, PlannedRecord } from '../../src/connector/index.ts'
import { openSendGrid } from './client.ts'
import { activityMessage } from './places/messages.ts'
import { placeOf } from './refs.ts'

/** Details of Email Activity cost six calls a minute: more than these few would never end. */
const ACTIVITY_DETAILS_MAX = 3

/**
 * The records as they were found, which is complete but for Email Activity: its events are in Email Logs when the message
 * is there, and are fetched for the first three others. A message whose events were not read says so.
 */
export async function* exportRecords(context: Context, records: readonly PlannedRecord[]): AsyncGenerator<ExportPiece> {
  const logged = new Set(records.filter(({ part }) => part === 'email_logs').map(({ ref }) => ref))
  let fetched = 0
  for (const record of records) {
    const { part, ref } = record
    if (part !== 'email_activity') {
      yield { kind: 'record', part, ref, content: record.content }
    } else if (logged.has(ref)) {
      yield { kind: 'record', part, ref, content: noted(record.content, 'in email_logs') }
    } else if (fetched < ACTIVITY_DETAILS_MAX) {
      fetched += 1
      const { subuser, id } = placeOf(ref)
      const details = await activityMessage(openSendGrid(context, subuser), id)
      yield { kind: 'record', part, ref, content: details ?? noted(record.content, 'no longer shown by SendGrid') }
    } else {
      yield { kind: 'record', part, ref, content: noted(record.content, 'not read: six calls a minute') }
    }
  }
}

function noted(content: JsonValue, events: string): JsonValue {
  return isJsonObject(content) ? { ...content, events } : content
}
