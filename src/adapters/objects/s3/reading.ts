import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3'
import { DsrError } from '../../../domain/errors.ts'
import type { ObjectBody, StoredObject } from '../../../ports/objects.ts'
import { measure } from '../digest.ts'
import type { ByteRange } from '../range.ts'
import type { Bucket } from './bucket.ts'
import { callS3, s3Failure, statusOf, type S3Place } from './client.ts'
import { oldestVersion } from './versions.ts'

export const DIGEST_NAME = 'sha256'

/**
 * The object that counts under a key: where the bucket keeps versions, the oldest. The first writer wins, also at endpoints that
 * let a second one write a new version.
 */
export async function findObject(place: S3Place, bucket: Bucket, key: string): Promise<StoredObject | undefined> {
  const versionId = bucket.isVersioned ? await oldestVersion(place, key) : undefined
  if (bucket.isVersioned && versionId === undefined) return undefined
  const head = await headVersion(place, key, versionId)
  return head === undefined ? undefined : describeObject(place, { key, versionId }, head)
}

export interface Version {
  readonly key: string
  readonly versionId: string | undefined
}

export async function headVersion(
  place: S3Place,
  key: string,
  versionId?: string,
): Promise<HeadObjectCommandOutput | undefined> {
  try {
    return await callS3(() => place.client.send(new HeadObjectCommand(named(place, { key, versionId }))))
  } catch (cause) {
    // 405 is the answer to a look at a deletion mark.
    if (statusOf(cause) === 404 || statusOf(cause) === 405) return undefined
    throw cause
  }
}

async function describeObject(place: S3Place, version: Version, head: HeadObjectCommandOutput): Promise<StoredObject> {
  return {
    ...version,
    bytes: head.ContentLength ?? 0,
    sha256:
      head.Metadata?.[DIGEST_NAME] ?? (await readDigestTag(place, version)) ?? (await measureVersion(place, version)),
    retainUntilMs: head.ObjectLockRetainUntilDate?.getTime(),
  }
}

/** A stream's digest is known after its metadata was sent; it stands in a tag then. */
async function readDigestTag(place: S3Place, version: Version): Promise<string | undefined> {
  try {
    const { TagSet } = await callS3(() => place.client.send(new GetObjectTaggingCommand(named(place, version))))
    return TagSet?.find((tag) => tag.Key === DIGEST_NAME)?.Value
  } catch (cause) {
    if ([404, 405, 501].includes(statusOf(cause) ?? 0)) return undefined
    throw cause
  }
}

/** Whoever wrote this ended between the object and its tag, or the endpoint keeps no tags. */
async function measureVersion(place: S3Place, version: Version): Promise<string> {
  const { sha256 } = await measure(await openVersion(place, version))
  return sha256
}

/** @throws DsrError `NOT_FOUND`. */
export async function openVersion(place: S3Place, version: Version, range?: ByteRange): Promise<ObjectBody> {
  const Range = range === undefined ? undefined : `bytes=${String(range.start)}-${String(range.end)}`
  const { Body } = await callS3(() =>
    place.client.send(new GetObjectCommand({ ...named(place, version), Range })),
  ).catch((cause: unknown) => {
    if (statusOf(cause) === 404) throw new DsrError('NOT_FOUND', 'no object is stored under this key', { cause })
    throw cause
  })
  if (!isBody(Body)) throw new DsrError('OBJECT_STORE_UNREACHABLE', 'the S3 endpoint answered without a body')
  return reading(Body)
}

function isBody(body: unknown): body is ObjectBody {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}

async function* reading(source: ObjectBody): AsyncGenerator<Uint8Array> {
  try {
    yield* source
  } catch (cause) {
    throw s3Failure(cause)
  }
}

export function named(
  place: S3Place,
  version: Version,
): { Bucket: string; Key: string; VersionId: string | undefined } {
  return { Bucket: place.bucket, Key: `${place.prefix}${version.key}`, VersionId: version.versionId }
}
