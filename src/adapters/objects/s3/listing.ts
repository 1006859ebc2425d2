import { paginateListObjectsV2, type _Object } from '@aws-sdk/client-s3'
import type { ListedObject } from '../../../ports/objects.ts'
import { s3Failure, type S3Place } from './client.ts'

export async function* listObjects(place: S3Place, prefix: string): AsyncGenerator<ListedObject> {
  const pages = paginateListObjectsV2(
    { client: place.client },
    { Bucket: place.bucket, Prefix: `${place.prefix}${prefix}` },
  )
  try {
    for await (const page of pages) yield* (page.Contents ?? []).map((entry) => toListed(place, entry))
  } catch (cause) {
    throw s3Failure(cause)
  }
}

function toListed(place: S3Place, { Key = '', Size = 0 }: _Object): ListedObject {
  return { key: Key.slice(place.prefix.length), bytes: Size }
}
