import { hiddenPurge } from '../../src/connector/index.ts'
import type { PlannedRecord } from '../../src/connector/index.ts'
import { PURGE_MS } from './depth.ts'
import { msAt } from './mapping.ts'

/** When Pipedrive purges a record that it no longer shows; nothing when the purge is over. */
export function purgeOf({ content }: PlannedRecord, nowMs: number): readonly number[] {
  return hiddenPurge(msAt(content, 'read_at') ?? nowMs, { purgeMs: PURGE_MS, nowMs })
}
