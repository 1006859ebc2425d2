import type { JsonValue } from '../../domain/json.ts'
import { redacted, REDACTION_MARKERS, type Redaction } from '../../domain/redaction.ts'
import type { ArchiveAttachment } from './spec.ts'

/** What a reviewer took out of one part. */
export interface PartRedactions {
  records(source: AsyncIterable<JsonValue>): AsyncIterable<JsonValue>
  attachments(source: Iterable<ArchiveAttachment>): Iterable<ArchiveAttachment>
}

export function redactionsOf(part: string, all: readonly Redaction[]): PartRedactions {
  const own = all.filter((one) => one.part === part)
  const byRecord = Map.groupBy(
    own.filter(({ kind }) => kind !== 'attachment'),
    ({ position }) => position,
  )
  const files = new Set(own.filter(({ kind }) => kind === 'attachment').map(({ position }) => position))
  return {
    records: byRecord.size === 0 ? (source) => source : (source) => redactedRecords(source, byRecord),
    attachments: (source) => [...source].filter((_, at) => !files.has(at)),
  }
}

async function* redactedRecords(
  source: AsyncIterable<JsonValue>,
  byRecord: ReadonlyMap<number, readonly Redaction[]>,
): AsyncGenerator<JsonValue> {
  let position = 0
  for await (const record of source) {
    yield withoutTaken(record, byRecord.get(position) ?? [])
    position += 1
  }
}

/** A record as it goes to the person: of one that is taken out as a whole only the marker is left. */
function withoutTaken(record: JsonValue, taken: readonly Redaction[]): JsonValue {
  const whole = taken.find(({ kind }) => kind === 'record')
  if (whole) return { redacted: REDACTION_MARKERS[whole.reason] }
  return redacted(record, new Map(taken.map(({ path, reason }) => [path, REDACTION_MARKERS[reason]])))
}
