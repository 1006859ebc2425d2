import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { randomUUID } from 'node:crypto'
import { DsrError } from '../../../domain/errors.ts'
import type { FeatureReport, ObjectStoreReport } from '../../../ports/objects.ts'
import type { Bucket } from './bucket.ts'
import { callS3, statusOf, type S3Place } from './client.ts'
import { findObject, named, openVersion } from './reading.ts'
import { removeObject } from './removal.ts'
import { measure } from '../digest.ts'

const LOCK_MS = 5000

/** @throws DsrError `OBJECT_STORE_UNREACHABLE`, `OBJECT_STORE_UNFIT`. */
export async function probeS3(place: S3Place, bucket: Bucket): Promise<ObjectStoreReport> {
  const base = `probe/${randomUUID()}`
  await tryBasics(place, bucket, `${base}/basics`)
  return {
    driver: 's3',
    features: {
      conditional_create: await tryConditionalCreate(place, bucket, `${base}/twice`),
      versioning: reportVersioning(bucket),
      object_lock: await tryLock(place, bucket, `${base}/lock`),
      multipart: await tryMultipart(place, `${base}/parts`),
      server_checksum: await tryChecksum(place, bucket, `${base}/checksum`),
    },
  }
}

async function tryBasics(place: S3Place, bucket: Bucket, key: string): Promise<void> {
  const Body = new Uint8Array([1, 2, 3])
  const { VersionId: versionId } = await callS3(() =>
    place.client.send(new PutObjectCommand({ ...keyed(place, key), Body })),
  )
  const { bytes } = await measure(await openVersion(place, { key, versionId }))
  if (bytes !== Body.byteLength)
    throw new DsrError('OBJECT_STORE_UNFIT', 'the S3 endpoint stores other bytes than it is given')
  await removeObject(place, bucket, key)
  if ((await findObject(place, bucket, key)) !== undefined) {
    throw new DsrError('OBJECT_STORE_UNFIT', 'the S3 endpoint accepts deletions without deleting')
  }
}

async function tryConditionalCreate(place: S3Place, bucket: Bucket, key: string): Promise<FeatureReport> {
  const put = () =>
    answers(() =>
      place.client.send(new PutObjectCommand({ ...keyed(place, key), Body: new Uint8Array(1), IfNoneMatch: '*' })),
    )
  const first = await put()
  const second = await put()
  await removeObject(place, bucket, key)
  if (first === 'done' && second === 412)
    return { state: 'enforced', note: 'the endpoint refuses a second object under a key' }
  if (bucket.isVersioned) {
    return {
      state: 'driver',
      note: 'the endpoint lets a second writer add a version; the first version counts and ours are taken back',
    }
  }
  return { state: 'missing', note: 'the endpoint lets a second writer overwrite; turn on versioning for the bucket' }
}

function reportVersioning(bucket: Bucket): FeatureReport {
  return bucket.isVersioned
    ? { state: 'enforced', note: 'the bucket keeps versions; deletion removes all of them' }
    : { state: 'missing', note: 'the bucket keeps no versions; an overwritten object is lost' }
}

async function tryLock(place: S3Place, bucket: Bucket, key: string): Promise<FeatureReport> {
  if (!bucket.canLock)
    return { state: 'missing', note: 'the bucket has no Object Lock; records can be deleted with its keys' }
  // A lock is judged by the endpoint's clock, so this is the machine's, whatever clock Habeas runs by.
  const ObjectLockRetainUntilDate = new Date(Date.now() + LOCK_MS)
  const locked = {
    ...keyed(place, key),
    Body: new Uint8Array(1),
    ChecksumAlgorithm: 'SHA256',
    ObjectLockMode: 'COMPLIANCE',
    ObjectLockRetainUntilDate,
  } as const
  let versionId: string | undefined
  const put = await answers(async () => {
    versionId = (await place.client.send(new PutObjectCommand(locked))).VersionId
  })
  const deletion = await answers(() => place.client.send(new DeleteObjectCommand(named(place, { key, versionId }))))
  if (put !== 'done' || deletion === 'done') {
    return { state: 'missing', note: 'the endpoint accepts Object Lock and does not act on it' }
  }
  if (bucket.locksByDefault) {
    return { state: 'enforced', note: 'the bucket locks everything by default: archives could not be deleted from it' }
  }
  return { state: 'enforced', note: 'the endpoint refuses to delete a locked object' }
}

async function tryMultipart(place: S3Place, key: string): Promise<FeatureReport> {
  const started = await answers(async () => {
    const { UploadId } = await place.client.send(new CreateMultipartUploadCommand(keyed(place, key)))
    await place.client.send(new AbortMultipartUploadCommand({ ...keyed(place, key), UploadId }))
  })
  return started === 'done'
    ? { state: 'enforced', note: 'large objects are sent in parts' }
    : { state: 'missing', note: 'objects over 8 MiB cannot be stored' }
}

async function tryChecksum(place: S3Place, bucket: Bucket, key: string): Promise<FeatureReport> {
  const ChecksumSHA256 = Buffer.alloc(32).toString('base64')
  const answer = await answers(() =>
    place.client.send(new PutObjectCommand({ ...keyed(place, key), Body: new Uint8Array(1), ChecksumSHA256 })),
  )
  await removeObject(place, bucket, key)
  return answer === 400
    ? { state: 'enforced', note: 'the endpoint refuses bytes that do not fit their SHA-256' }
    : { state: 'driver', note: 'the endpoint ignores SHA-256; every object is read back and compared' }
}

/** 'done', or the status with which the endpoint refused. */
async function answers(call: () => Promise<unknown>): Promise<'done' | number> {
  try {
    await callS3(call)
    return 'done'
  } catch (cause) {
    const status = statusOf(cause)
    if (status === undefined) throw cause
    return status
  }
}

function keyed(place: S3Place, key: string): { Bucket: string; Key: string } {
  return { Bucket: place.bucket, Key: `${place.prefix}${key}` }
}
