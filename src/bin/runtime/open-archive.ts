import { Readable } from 'node:stream'
import { openStream } from '../../crypto/stream.ts'
import { DsrError } from '../../domain/errors.ts'
import type { RequestId } from '../../domain/ids.ts'
import type { ObjectStore } from '../../ports/objects.ts'
import type { Ports } from '../../ports/runtime.ts'

export interface OpenedArchive {
  readonly bytes: number
  readonly stream: Readable
}

/**
 * The decrypted ZIP of a sealed request, as a stream; nothing is written to disk.
 *
 * @throws DsrError `NOT_FOUND`, `ARCHIVE_NOT_READY`; reading it may end in `CORRUPT_CIPHERTEXT` or `ARCHIVE_CORRUPT`.
 */
export async function openArchive(ports: Ports, objects: ObjectStore, id: RequestId): Promise<OpenedArchive> {
  const { request, seal } = await ports.store.transact(async (tx) => ({
    request: await tx.request.get(id),
    seal: (await tx.seal.find({ requestId: id, generation: 0 }))[0],
  }))
  if (!request) throw new DsrError('NOT_FOUND', 'no such request')
  if (seal?.archiveKey == null) throw new DsrError('ARCHIVE_NOT_READY', 'there is no archive to hand out')
  const { body } = await objects.get(seal.archiveKey)
  const opening = openStream(ports.vault.open(request).objectKey(seal.archiveKey), seal.archiveKey)
  const source = Readable.from(body)
  source.on('error', (error) => opening.destroy(error))
  return { bytes: seal.archiveBytes ?? 0, stream: source.pipe(opening) }
}
