import {
  PutObjectCommand,
  PutObjectTaggingCommand,
  type PutObjectCommandInput,
  type PutObjectCommandOutput,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { Readable } from 'node:stream'
import { DsrError } from '../../../domain/errors.ts'
import type { ObjectBody, StoredObject } from '../../../ports/objects.ts'
import { conflict, corrupt, measure, MeasuredBody, type Measure } from '../digest.ts'
import type { Bucket } from './bucket.ts'
import { callS3, refusalOf, s3Failure, statusOf, type S3Place } from './client.ts'
import { DIGEST_NAME, findObject, headVersion, named, openVersion, type Version } from './reading.ts'
import { removeVersion } from './removal.ts'

export interface Writing {
  readonly place: S3Place
  readonly bucket: Bucket
  readonly key: string
  readonly body: ObjectBody
  readonly retainUntilMs: number | undefined
}

/** Memory of one put is at most PART_BYTES x (PARTS_IN_FLIGHT + 1); 10,000 parts make 80 GB. */
const PART_BYTES = 8 * 1024 * 1024
const PARTS_IN_FLIGHT = 2

/**
 * @throws DsrError `ARCHIVE_CONFLICT`, `ARCHIVE_CORRUPT`, `OBJECT_STORE_UNREACHABLE`, `OBJECT_STORE_UNFIT`, and what the body throws.
 */
export async function writeObject(writing: Writing): Promise<StoredObject> {
  const { place, bucket, key } = writing
  if (writing.retainUntilMs !== undefined && !bucket.canLock) {
    throw new DsrError('OBJECT_STORE_UNFIT', 'retention was asked of a bucket without Object Lock')
  }
  const stored = await findObject(place, bucket, key)
  if (stored !== undefined) return sameOrConflict(stored, await measure(writing.body))

  const body = new MeasuredBody(writing.body)
  const written = await writeBody(writing, body).catch((cause: unknown) => {
    // The body's own failure is the caller's, whatever the SDK makes of it.
    throw body.failure === undefined ? s3Failure(cause) : body.failure.cause
  })
  const winner = await findObject(place, bucket, key)
  const isBeaten = written.kind === 'stored' && winner?.versionId !== written.versionId
  if (isBeaten) await removeVersion(place, { key, versionId: written.versionId })
  return sameOrConflict(winner, written.measure)
}

type Written =
  | { readonly kind: 'stored'; readonly versionId: string | undefined; readonly measure: Measure }
  | { readonly kind: 'refused'; readonly measure: Measure }

function sameOrConflict(stored: StoredObject | undefined, given: Measure): StoredObject {
  if (stored?.sha256 !== given.sha256) throw conflict()
  return stored
}

async function writeBody(writing: Writing, body: MeasuredBody): Promise<Written> {
  const chunks = body[Symbol.asyncIterator]()
  try {
    const { start, isWhole } = await readStart(chunks)
    return isWhole ? await writeWhole(writing, body, start) : await writeParts(writing, body, rejoin(start, chunks))
  } finally {
    await chunks.return(undefined)
  }
}

async function readStart(chunks: AsyncGenerator<Uint8Array>): Promise<{ start: Buffer; isWhole: boolean }> {
  const start: Uint8Array[] = []
  for (let bytes = 0; bytes < PART_BYTES;) {
    const next = await chunks.next()
    if (next.done === true) return { start: Buffer.concat(start), isWhole: true }
    start.push(next.value)
    bytes += next.value.byteLength
  }
  return { start: Buffer.concat(start), isWhole: false }
}

async function* rejoin(start: Buffer, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield start
  yield* rest
}

async function writeWhole(writing: Writing, body: MeasuredBody, bytes: Buffer): Promise<Written> {
  const sha256 = body.sha256()
  const measured = { bytes: bytes.byteLength, sha256 }
  const checksum = Buffer.from(sha256, 'hex').toString('base64')
  const put = {
    ...commonInput(writing),
    Body: bytes,
    ContentLength: bytes.byteLength,
    Metadata: { [DIGEST_NAME]: sha256 },
    ChecksumSHA256: checksum,
  }
  try {
    const answer = await sendCreating(writing.place, put)
    const isConfirmed = answer.ChecksumSHA256 === checksum
    if (!isConfirmed) await confirm(writing, answer, measured)
    return { kind: 'stored', versionId: versionIdOf(writing, answer), measure: measured }
  } catch (cause) {
    if (wasRefusedAsSecond(cause)) return { kind: 'refused', measure: measured }
    throw cause
  }
}

async function sendCreating(place: S3Place, put: PutObjectCommandInput): Promise<PutObjectCommandOutput> {
  try {
    return await place.client.send(new PutObjectCommand(put))
  } catch (cause) {
    // An endpoint that does not know the condition says so; then the look before and the look after must do.
    if (statusOf(cause) !== 501) throw cause
    return place.client.send(new PutObjectCommand({ ...put, IfNoneMatch: undefined }))
  }
}

async function writeParts(writing: Writing, body: MeasuredBody, bytes: AsyncGenerator<Uint8Array>): Promise<Written> {
  const upload = new Upload({
    client: writing.place.client,
    params: { ...commonInput(writing), Body: Readable.from(bytes, { objectMode: false }), ChecksumAlgorithm: 'SHA256' },
    partSize: PART_BYTES,
    queueSize: PARTS_IN_FLIGHT,
    leavePartsOnError: false,
  })
  const answer = await upload.done().catch((cause: unknown) => {
    if (wasRefusedAsSecond(cause)) return undefined
    throw cause
  })
  const measured = { bytes: body.bytes, sha256: body.sha256() }
  if (answer === undefined) return { kind: 'refused', measure: measured }
  await confirm(writing, answer, measured)
  const versionId = versionIdOf(writing, answer)
  await tag(writing.place, { key: writing.key, versionId }, measured.sha256)
  return { kind: 'stored', versionId, measure: measured }
}

interface Answer {
  readonly VersionId?: string | undefined
  readonly ETag?: string | undefined
}

/** Where versioning is suspended the one version is called 'null', which not every answer says. */
function versionIdOf(writing: Writing, answer: Answer): string | undefined {
  return writing.bucket.isVersioned ? (answer.VersionId ?? 'null') : undefined
}

function commonInput(writing: Writing): PutObjectCommandInput {
  const { place, key, retainUntilMs } = writing
  return {
    Bucket: place.bucket,
    Key: `${place.prefix}${key}`,
    ContentType: 'application/octet-stream',
    IfNoneMatch: '*',
    ...(retainUntilMs === undefined
      ? {}
      : { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: new Date(retainUntilMs) }),
  }
}

function wasRefusedAsSecond(cause: unknown): boolean {
  return statusOf(cause) === 412 || refusalOf(cause) === 'ConditionalRequestConflict'
}

/** Reads the whole object back; ours that differs is taken away again, somebody else's is not. */
async function confirm(writing: Writing, answer: Answer, written: Measure): Promise<void> {
  const { place, key } = writing
  const version = { key, versionId: versionIdOf(writing, answer) }
  const found = await measure(await openVersion(place, version))
  if (found.sha256 === written.sha256) return
  const head = await headVersion(place, key, version.versionId)
  if (head?.ETag !== answer.ETag) throw conflict()
  await removeVersion(place, version)
  throw corrupt()
}

async function tag(place: S3Place, version: Version, sha256: string): Promise<void> {
  const Tagging = { TagSet: [{ Key: DIGEST_NAME, Value: sha256 }] }
  try {
    await callS3(() => place.client.send(new PutObjectTaggingCommand({ ...named(place, version), Tagging })))
  } catch (cause) {
    // Without tags the digest is read from the bytes whenever it is asked for: slower, not wrong.
    if (statusOf(cause) !== 501 && statusOf(cause) !== 405) throw cause
  }
}
