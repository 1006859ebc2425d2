import { AbortMultipartUploadCommand, DeleteObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import { retained } from '../digest.ts'
import type { Bucket } from './bucket.ts'
import { callS3, statusOf, type S3Place } from './client.ts'
import { headVersion, named, type Version } from './reading.ts'
import { versionsOf } from './versions.ts'

/**
 * Removes every version, every deletion mark and every upload that a crash left open.
 *
 * @throws DsrError `FORBIDDEN` while a version is locked; then nothing was removed.
 */
export async function removeObject(place: S3Place, bucket: Bucket, key: string): Promise<void> {
  if (!bucket.isVersioned) {
    await removeVersion(place, { key, versionId: undefined })
  } else {
    const versions: string[] = []
    for await (const { versionId, isDeletionMark } of versionsOf(place, key)) {
      if (!isDeletionMark && bucket.canLock && (await isLocked(place, { key, versionId }))) throw retained()
      versions.push(versionId)
    }
    for (const versionId of versions) await removeVersion(place, { key, versionId })
  }
  await abortUploads(place, key)
}

/** @throws DsrError `FORBIDDEN` when the endpoint refuses, as it does for a locked version. */
export async function removeVersion(place: S3Place, version: Version): Promise<void> {
  try {
    await callS3(() => place.client.send(new DeleteObjectCommand(named(place, version))))
  } catch (cause) {
    if (statusOf(cause) === 404) return
    if (statusOf(cause) === 403 && (await isLocked(place, version))) throw retained()
    throw cause
  }
}

async function isLocked(place: S3Place, version: Version): Promise<boolean> {
  const head = await headVersion(place, version.key, version.versionId)
  // The endpoint decides by its own clock in the end; ours only avoids removing half of the versions.
  return (head?.ObjectLockRetainUntilDate?.getTime() ?? 0) > Date.now() || head?.ObjectLockLegalHoldStatus === 'ON'
}

async function abortUploads(place: S3Place, key: string): Promise<void> {
  const { client, bucket: Bucket, prefix } = place
  const Key = `${prefix}${key}`
  try {
    const { Uploads = [] } = await callS3(() => client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key })))
    for (const upload of Uploads) {
      const UploadId = upload.UploadId
      if (upload.Key === Key)
        await callS3(() => client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })))
    }
  } catch (cause) {
    // 404: another deletion was faster. 501: the endpoint cannot list them, and says so to nobody's help.
    if (![404, 405, 501].includes(statusOf(cause) ?? 0)) throw cause
  }
}
