import type { Readable } from 'node:stream'
import { openSealedObject, type PlainRange } from '../../adapters/archive/archive-reading.ts'
import { DsrError } from '../../domain/errors.ts'
import type { RequestId } from '../../domain/ids.ts'
import type { ObjectStore } from '../../ports/objects.ts'
import type { Ports } from '../../ports/runtime.ts'

export interface OpenedArchive {
  /** Of the whole ZIP. */
  readonly bytes: number
  readonly stream: Readable
}

/**
 * The decrypted ZIP of a sealed request, or a range of it, as a stream.
 *
 * @throws DsrError `NOT_FOUND`, `ARCHIVE_NOT_READY`; reading it may end in `CORRUPT_CIPHERTEXT` or `ARCHIVE_CORRUPT`.
 */
export async function openArchive(
  ports: Ports,
  objects: ObjectStore,
  { id, range }: { readonly id: RequestId; readonly range?: PlainRange | undefined },
): Promise<OpenedArchive> {
  const { request, seal } = await ports.store.transact(async (tx) => ({
    request: await tx.request.get(id),
    seal: (await tx.seal.find({ requestId: id, generation: 0 }))[0],
  }))
  if (!request) throw new DsrError('NOT_FOUND', 'no such request')
  if (seal?.archiveKey == null) throw new DsrError('ARCHIVE_NOT_READY', 'there is no archive to hand out')
  const fileKey = ports.vault.open(request).objectKey(seal.archiveKey)
  const stream = await openSealedObject({ objects, key: seal.archiveKey, fileKey }, range)
  return { bytes: seal.archiveBytes ?? 0, stream }
}
