import type { Redaction } from '../../domain/redaction.ts'
import type { RedactionRow } from '../../ports/review-rows.ts'
import type { RequestVault } from '../../ports/runtime.ts'

/** What a reviewer took out, as the archive takes it out. */
export function openRedaction(vault: RequestVault, row: RedactionRow): Redaction {
  const { part, kind, position, reason, sealedPath } = row
  const path = sealedPath === null ? '' : vault.open(sealedPath, 'redaction')
  return { part, kind, position, reason, path: typeof path === 'string' ? path : '' }
}
