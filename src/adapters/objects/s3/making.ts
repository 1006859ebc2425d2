import {
  CreateBucketCommand,
  HeadBucketCommand,
  PutBucketVersioningCommand,
  type BucketLocationConstraint,
} from '@aws-sdk/client-s3'
import { callS3, openPlace, refusalOf, statusOf, type S3Place, type S3StoreOptions } from './client.ts'

/**
 * Makes the bucket unless it is there: with versions, and with Object Lock where the endpoint knows it. A bucket that exists is
 * left as its owner set it.
 *
 * @returns whether it was made.
 * @throws DsrError `OBJECT_STORE_UNREACHABLE`, `OBJECT_STORE_UNFIT`.
 */
export async function ensureS3Bucket(options: S3StoreOptions): Promise<boolean> {
  const place = openPlace(options)
  try {
    if (await exists(place)) return false
    return await make(place, options)
  } finally {
    place.client.destroy()
  }
}

async function exists({ client, bucket: Bucket }: S3Place): Promise<boolean> {
  try {
    await callS3(() => client.send(new HeadBucketCommand({ Bucket })))
    return true
  } catch (cause) {
    if (statusOf(cause) === 404) return false
    throw cause
  }
}

async function make(place: S3Place, options: S3StoreOptions): Promise<boolean> {
  try {
    await create(place, options, { isLocking: true })
  } catch (cause) {
    if (isThere(cause)) return false
    if (![400, 405, 409, 501].includes(statusOf(cause) ?? 0)) throw cause
    // An endpoint without Object Lock refuses the whole call.
    await create(place, options, { isLocking: false })
  }
  await keepVersions(place)
  return true
}

/** Another process may have made it at the same moment. */
function isThere(cause: unknown): boolean {
  return ['BucketAlreadyOwnedByYou', 'BucketAlreadyExists'].includes(refusalOf(cause) ?? '')
}

async function create(place: S3Place, options: S3StoreOptions, { isLocking }: { isLocking: boolean }): Promise<void> {
  // Amazon's first region is the one that may not be named; other endpoints choose for themselves.
  const isNamed = options.endpoint === undefined && options.region !== 'us-east-1'
  await callS3(() =>
    place.client.send(
      new CreateBucketCommand({
        Bucket: place.bucket,
        ...(isLocking && { ObjectLockEnabledForBucket: true }),
        ...(isNamed && {
          // The SDK lists the regions that it knew when it was made.
          CreateBucketConfiguration: { LocationConstraint: options.region as BucketLocationConstraint },
        }),
      }),
    ),
  )
}

async function keepVersions({ client, bucket: Bucket }: S3Place): Promise<void> {
  try {
    await callS3(() =>
      client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } })),
    )
  } catch (cause) {
    // Without versions the store works too, and `probe` tells the operator.
    if (![400, 403, 405, 409, 501].includes(statusOf(cause) ?? 0)) throw cause
  }
}
