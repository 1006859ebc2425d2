import type { JsonObject } from '../../domain/json.ts'
import type { JournalRow, RequestRow } from '../../ports/rows.ts'

/** The journal as bulk evidence, in its order: ids, codes and counts, so that the record that names it by digest stays small. */
export function evidenceOf(request: Pick<RequestRow, 'id'>, journal: readonly JournalRow[]): JsonObject {
  return {
    v: 1,
    request: request.id,
    journal: [...journal]
      .sort((a, b) => a.seq - b.seq)
      .map((line) => ({
        id: line.id,
        at_ms: line.atMs,
        by: `${line.actor.role}:${line.actor.id}`,
        kind: line.kind,
        detail: line.detail,
      })),
  }
}
