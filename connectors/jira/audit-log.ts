import { holdsTrace, pages, textAt } from '../../src/connector/index.ts'
import type { FoundRecord, JsonObject } from '../../src/connector/index.ts'
import { textsWithin } from './adf.ts'
import { entriesOf, readingObject } from './answers.ts'
import { recordOf } from './record.ts'
import type { Survey } from './record.ts'

const PER_PAGE = 1_000

/** Entries of the audit log that hold an address or an account of the subject; Jira's own filter compares words only. */
export async function* findInAuditLog(survey: Survey): AsyncGenerator<FoundRecord, void, undefined> {
  const { api, own, traces, search } = survey
  if (api.options.notInUse.has('audit_log')) return
  const words = [...search.identifiers.filter(({ kind }) => kind === 'email').map(({ value }) => value), ...own]
  const seen = new Set<string>()
  for (const filter of words) {
    for await (const entry of entriesFor(survey, filter)) {
      const ref = textAt(entry, 'id')
      const isNamed = textsWithin(entry).some((text) => own.has(text) || holdsTrace(text, traces))
      if (seen.has(ref) || !isNamed) continue
      seen.add(ref)
      yield recordOf(survey, entry, { part: 'audit_log', ref, attribution: worthOf(survey, entry) })
    }
  }
}

function entriesFor({ api }: Survey, filter: string) {
  return pages<JsonObject>(async (from) => {
    const offset = Number(from ?? '0')
    const page = await readingObject(() => api.cloud.auditRecords.getAuditRecords({ filter, offset, limit: PER_PAGE }))
    const entries = entriesOf(page.records)
    const reached = offset + entries.length
    const isMore = typeof page.total === 'number' && reached < page.total && entries.length > 0
    return { entries, ...(isMore ? { next: String(reached) } : {}) }
  })
}

function worthOf({ accounts }: Survey, entry: JsonObject): FoundRecord['attribution'] {
  const texts = textsWithin(entry)
  const named = accounts.filter(({ accountId }) => texts.includes(accountId))
  const doubt = named.find(({ attribution }) => attribution.kind === 'candidate')
  return doubt === undefined || named.some(({ attribution }) => attribution.kind === 'certain')
    ? { kind: 'certain' }
    : doubt.attribution
}
