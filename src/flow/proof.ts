import { DsrError } from '../domain/errors.ts'
import { documentPath } from '../ledger/document.ts'
import { RECORD_KINDS } from '../ledger/event.ts'
import { proofFileBytes } from '../ledger/proof-file.ts'
import { proveEntry } from '../ledger/prove.ts'
import type { LedgerPorts } from '../ports/ledger.ts'
import type { RequestRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'

/**
 * The file to hand over for a request: its record, and that it stands in the log of its controller under the newest checkpoint.
 *
 * @param sequence - 1 for the first record, 2 and more for sequels; absent: the newest.
 * @throws DsrError `RECORD_NOT_READY` before there is such a record, `PROOF_NOT_READY` until the log has it.
 */
export async function proofOf(
  ports: Ports,
  ledger: LedgerPorts,
  { request, sequence }: { readonly request: RequestRow; readonly sequence?: number | undefined },
): Promise<Uint8Array> {
  const { leaf, log } = await ports.store.transact(async (tx) => {
    const leaves = await tx.leaf.find(
      { requestId: request.id, kind: { in: RECORD_KINDS } },
      { orderBy: ['seq'], limit: 10_000 },
    )
    return {
      leaf: sequence === undefined ? leaves.at(-1) : leaves[sequence - 1],
      log: await tx.ledger.get(request.controllerId),
    }
  })
  if (!leaf) throw new DsrError('RECORD_NOT_READY', 'this record is not sealed yet')
  const { logIndex, recordSha256 } = leaf
  if (logIndex === null || recordSha256 === null || !log?.isFinished)
    throw new DsrError('PROOF_NOT_READY', 'the log has not taken this record yet')
  const folder = ledger.folder(request.controllerId)
  const extra = await folder.read(documentPath(recordSha256))
  if (!extra) throw new DsrError('LEDGER_CORRUPT', 'a record is gone that the log names')
  const hashes = await proveEntry(folder, { index: logIndex, size: log.size })
  return proofFileBytes({ extra, index: logIndex, hashes, checkpoint: log.checkpoint })
}
