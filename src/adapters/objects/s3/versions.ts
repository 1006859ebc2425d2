import { ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { DsrError } from '../../../domain/errors.ts'
import { callS3, type S3Place } from './client.ts'

export interface KnownVersion {
  readonly versionId: string
  readonly isDeletionMark: boolean
}

const MAX_PAGES = 100

/** Every version and deletion mark of exactly this key, newest first. */
export async function* versionsOf(place: S3Place, key: string): AsyncGenerator<KnownVersion> {
  const Key = `${place.prefix}${key}`
  let at: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {}
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const from = at
    const listed = await callS3(() =>
      place.client.send(new ListObjectVersionsCommand({ Bucket: place.bucket, Prefix: Key, ...from })),
    )
    const marks = (listed.DeleteMarkers ?? []).map((entry) => ({ ...entry, isDeletionMark: true }))
    const versions = (listed.Versions ?? []).map((entry) => ({ ...entry, isDeletionMark: false }))
    for (const { Key: found, VersionId, isDeletionMark } of [...versions, ...marks]) {
      if (found === Key && VersionId !== undefined) yield { versionId: VersionId, isDeletionMark }
    }
    // Keys come in order, so once the list has left this key there is nothing more of it.
    if (listed.IsTruncated !== true || listed.NextKeyMarker !== Key) return
    at = { KeyMarker: listed.NextKeyMarker, VersionIdMarker: listed.NextVersionIdMarker }
  }
  throw new DsrError('LIMIT_REACHED', 'one object key has more versions than can be read')
}

export async function oldestVersion(place: S3Place, key: string): Promise<string | undefined> {
  let oldest: string | undefined
  for await (const version of versionsOf(place, key)) if (!version.isDeletionMark) oldest = version.versionId
  return oldest
}
