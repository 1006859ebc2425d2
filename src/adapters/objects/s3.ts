import { DsrError } from '../../domain/errors.ts'
import type { ObjectStore, StoredObject } from '../../ports/objects.ts'
import { verified } from './digest.ts'
import { checkKey } from './key.ts'
import { resolveRange } from './range.ts'
import { readBucket, type Bucket } from './s3/bucket.ts'
import { openPlace, type S3StoreOptions } from './s3/client.ts'
import { listObjects } from './s3/listing.ts'
import { probeS3 } from './s3/probe.ts'
import { findObject, openVersion } from './s3/reading.ts'
import { removeObject } from './s3/removal.ts'
import { writeObject } from './s3/writing.ts'

export type { S3StoreOptions } from './s3/client.ts'
export { ensureS3Bucket } from './s3/making.ts'

/**
 * Objects in an S3 bucket. Endpoints differ in what they enforce, so the driver leans on none of it: the first version of a key
 * counts, every object is confirmed by its digest, and `probe` says what this endpoint really does.
 */
export function createS3Store(options: S3StoreOptions): ObjectStore {
  const place = openPlace(options)
  let known: Promise<Bucket> | undefined
  const bucket = () =>
    (known ??= readBucket(place).catch((cause: unknown) => {
      // A failure is not a fact about the bucket; the next call asks again.
      known = undefined
      throw cause
    }))
  const find = async (key: string): Promise<StoredObject | undefined> => {
    checkKey(key)
    return findObject(place, await bucket(), key)
  }
  return {
    put: async (key, body, { retainUntilMs } = {}) => {
      checkKey(key)
      return writeObject({ place, bucket: await bucket(), key, body, retainUntilMs })
    },
    get: async (key, get = {}) => {
      const object = await find(key)
      if (object === undefined) throw new DsrError('NOT_FOUND', 'no object is stored under this key')
      const range = resolveRange(get.range, object.bytes)
      const source = await openVersion(place, object, range)
      return { object, body: range === undefined ? verified(source, object.sha256) : source }
    },
    head: find,
    delete: async (key) => {
      checkKey(key)
      await removeObject(place, await bucket(), key)
    },
    list: (prefix) => listObjects(place, prefix),
    probe: async () => {
      known = undefined
      return probeS3(place, await bucket())
    },
    close: () => place.client.destroy(),
  }
}
