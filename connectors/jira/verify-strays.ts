import { chunks, expectList, recordsIn, textAt } from '../../src/connector/index.ts'
import type { FoundRecord, PlannedRecord } from '../../src/connector/index.ts'
import { all, entriesOf, pagesOf, reading } from './answers.ts'
import type { Jira } from './client.ts'
import { askSelf } from './control.ts'
import { isAttachmentThere } from './erase-steps.ts'
import { halvesOf, numberIn } from './ids.ts'

const IDS_PER_CALL = 1_000

/**
 * Comments, files and logged work that have outlived their issue, or that the issue no longer shows: each is looked for by
 * its own number.
 *
 * @returns refs by part.
 */
export async function strayIn(
  api: Jira,
  records: readonly PlannedRecord[],
  found: readonly FoundRecord[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const seen = new Set(found.map(({ part, ref }) => `${part} ${ref}`))
  const unseen = (part: string): readonly string[] =>
    recordsIn(records, part)
      .map(({ ref }) => ref)
      .filter((ref) => !seen.has(`${part} ${ref}`))
  const self = await askSelf(api)
  const files: string[] = []
  for (const ref of unseen('attachments')) if (await isAttachmentThere(api, ref)) files.push(ref)
  const comments = await commentsThere(api, unseen('comments'))
  const worklogs = await worklogsThere(api, unseen('worklogs'))
  await askSelf(api, self)
  return new Map([
    ['attachments', files],
    ['comments', comments],
    ['worklogs', worklogs],
  ])
}

function idsIn(refs: readonly string[]): number[] {
  return refs.map((ref) => Number(numberIn(halvesOf(ref)[1])))
}

async function commentsThere(api: Jira, refs: readonly string[]): Promise<readonly string[]> {
  const there = new Set<string>()
  for (const some of chunks(refs, IDS_PER_CALL)) {
    // A page holds as many as were asked for.
    const list = pagesOf('values', () => api.cloud.issueComments.getCommentsByIds({ ids: idsIn(some) }))
    for (const comment of await all(list)) there.add(textAt(comment, 'id'))
  }
  return refs.filter((ref) => there.has(halvesOf(ref)[1]))
}

async function worklogsThere(api: Jira, refs: readonly string[]): Promise<readonly string[]> {
  const there = new Set<string>()
  for (const some of chunks(refs, IDS_PER_CALL)) {
    const list = expectList(await reading(() => api.cloud.issueWorklogs.getWorklogsForIds({ ids: idsIn(some) })))
    for (const worklog of entriesOf(list)) there.add(textAt(worklog, 'id'))
  }
  return refs.filter((ref) => there.has(halvesOf(ref)[1]))
}
