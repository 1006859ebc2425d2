import { DsrError, textAt } from '../../src/connector/index.ts'
import type { Context, ExportPiece, PlannedRecord } from '../../src/connector/index.ts'
import { credentialOf, expectKnownCaller, openJira } from './client.ts'
import { askSelf } from './control.ts'
import { numberIn } from './ids.ts'

const MAX_FILE_BYTES = 2 * 1024 * 1024 * 1024

/** Records as they were found, and the files behind attachments. */
export async function* exportRecords(
  context: Context,
  records: readonly PlannedRecord[],
): AsyncGenerator<ExportPiece, void, undefined> {
  if (records.length === 0) return
  const api = openJira(context)
  const self = await askSelf(api)
  for (const { part, ref, content } of records) {
    yield { kind: 'record', part, ref, content }
    if (part === 'attachments')
      yield {
        kind: 'attachment',
        part,
        ref,
        name: textAt(content, 'filename') || `attachment-${numberIn(ref)}`,
        mediaType: textAt(content, 'mimeType') || 'application/octet-stream',
        open: () => openFile(context, ref),
      }
  }
  await askSelf(api, self)
}

/** Without a redirect, which would lead the credential to another host. */
async function openFile(context: Context, ref: string) {
  const { status, headers, body } = await context.transport.stream({
    method: 'GET',
    path: `/rest/api/3/attachment/content/${numberIn(ref)}?redirect=false`,
    headers: credentialOf(context),
    buckets: { reads: 1 },
    effect: false,
    maxBytes: MAX_FILE_BYTES,
  })
  try {
    expectKnownCaller({ status, headers }, false)
    if (status !== 200) throw new DsrError('VENDOR_REFUSED', `the vendor answered ${status} for a file`)
  } catch (error) {
    body.destroy()
    throw error
  }
  return body
}
