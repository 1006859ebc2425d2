import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { openStream } from '../../../src/crypto/stream.ts'
import type { RequestId } from '../../../src/domain/ids.ts'
import type { ObjectStore } from '../../../src/ports/objects.ts'
import { readArchive, type ReadArchive } from '../../archive/reading.ts'
import type { RequestVault } from '../../../src/ports/runtime.ts'
import type { Stack } from './stack.ts'

/** Fetches the archive of an answered request, opens it with the request's key and unpacks it. */
export async function fetchArchive({ api, portal }: Stack, id: RequestId): Promise<ReadArchive> {
  const { archiveKey } = await portal.seal(id)
  if (archiveKey === null) throw new Error('the record names no archive')
  const vault = api.ports.vault.open(await portal.request(id))
  return openArchive({ objects: api.runtime.objects, vault, key: archiveKey })
}

export interface SealedArchive {
  readonly objects: ObjectStore
  readonly vault: RequestVault
  readonly key: string
}

/** Opens an archive with the request's key and unpacks it. */
export async function openArchive({ objects, vault, key }: SealedArchive): Promise<ReadArchive> {
  const sealed = await objects.get(key)
  const opened = { ...sealed, body: pipe(sealed.body, openStream(vault.objectKey(key), key)) }
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'habeas-test-archive-'))
  try {
    return await readArchive({ get: () => Promise.resolve(opened) } as unknown as ObjectStore, key, scratch)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function* pipe(
  from: AsyncIterable<Uint8Array>,
  through: ReturnType<typeof openStream>,
): AsyncGenerator<Uint8Array> {
  const feeding = (async () => {
    for await (const chunk of from) through.write(chunk)
    through.end()
  })()
  feeding.catch((error: unknown) => through.destroy(error instanceof Error ? error : undefined))
  yield* through as AsyncIterable<Uint8Array>
}
