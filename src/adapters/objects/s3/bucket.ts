import { GetBucketVersioningCommand, GetObjectLockConfigurationCommand } from '@aws-sdk/client-s3'
import { callS3, refusalOf, statusOf, type S3Place } from './client.ts'

export interface Bucket {
  readonly isVersioned: boolean
  readonly canLock: boolean
  /** The bucket locks everything that is put into it, so that archives could not be deleted. */
  readonly locksByDefault: boolean
}

/** What the bucket is set to; an endpoint that does not know the question has no such feature. */
export async function readBucket(place: S3Place): Promise<Bucket> {
  const { client, bucket: Bucket } = place
  const versioning = await ifKnown(() => client.send(new GetBucketVersioningCommand({ Bucket })))
  const lock = await ifKnown(() => client.send(new GetObjectLockConfigurationCommand({ Bucket })))
  return {
    isVersioned: versioning?.Status !== undefined,
    canLock: lock?.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled',
    locksByDefault: lock?.ObjectLockConfiguration?.Rule?.DefaultRetention !== undefined,
  }
}

async function ifKnown<T>(question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await callS3(question)
  } catch (cause) {
    const isNoBucket = refusalOf(cause) === 'NoSuchBucket'
    if (!isNoBucket && [400, 404, 405, 409, 501].includes(statusOf(cause) ?? 0)) return undefined
    throw cause
  }
}
