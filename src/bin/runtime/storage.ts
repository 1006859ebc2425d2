import path from 'node:path'
import { createDirectoryStore } from '../../adapters/objects/directory.ts'
import { createS3Store, ensureS3Bucket, type S3StoreOptions } from '../../adapters/objects/s3.ts'
import { embeddedPostgresUrl, startEmbeddedPostgres } from '../../adapters/postgres/embedded.ts'
import type { Clock } from '../../connector/contract.ts'
import { isDsrError } from '../../domain/errors.ts'
import type { ObjectSettings, Settings } from '../../ports/config.ts'
import type { ObjectStore } from '../../ports/objects.ts'

export interface Database {
  readonly url: string
  readonly isEmbedded: boolean
  stop(): Promise<void>
}

export interface DatabaseChoice {
  readonly isThrowAway: boolean
  /** A tool works beside the process that runs the embedded server; without one it runs it for itself. */
  readonly mayAttach: boolean
}

/** The database of the settings, or the embedded PostgreSQL in the data directory. */
export async function openDatabase(settings: Settings, { isThrowAway, mayAttach }: DatabaseChoice): Promise<Database> {
  if (settings.databaseUrl !== undefined) return shared(settings.databaseUrl)
  const directory = path.join(settings.dataDirectory, 'postgres')
  try {
    const server = await startEmbeddedPostgres({ directory, isThrowAway })
    return { url: server.url, isEmbedded: true, stop: () => server.stop() }
  } catch (error) {
    const url =
      mayAttach && isDsrError(error, 'DATA_DIRECTORY_IN_USE') ? await embeddedPostgresUrl(directory) : undefined
    if (url === undefined) throw error
    return shared(url)
  }
}

/** Somebody else's server: not ours to migrate or to stop. */
function shared(url: string): Database {
  return { url, isEmbedded: false, stop: () => Promise.resolve() }
}

/** The object store of the settings, or a directory beside the database. */
export function openObjects(settings: Settings, clock: Clock): ObjectStore {
  const { objects } = settings
  if (!objects) return createDirectoryStore({ directory: path.join(settings.dataDirectory, 'objects'), clock })
  return createS3Store(s3Options(objects))
}

/** Makes the bucket of the settings when it is missing. @returns whether it was made; false without S3. */
export async function ensureBucket({ objects }: Settings): Promise<boolean> {
  return objects === undefined ? false : ensureS3Bucket(s3Options(objects))
}

function s3Options(objects: ObjectSettings): S3StoreOptions {
  return {
    bucket: objects.bucket,
    region: objects.region,
    ...(objects.endpoint !== undefined && { endpoint: objects.endpoint }),
    accessKeyId: objects.accessKeyId,
    secretAccessKey: objects.secretAccessKey.reveal(),
  }
}
