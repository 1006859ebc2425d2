/**
 * Where parcels and archives are kept: large, already encrypted, written once. Two drivers (a directory, S3) keep the same
 * guarantees and pass the same test suite.
 */
export interface ObjectStore {
  /**
   * Stores the bytes under a key that nothing else has used.
   *
   * Returns only when the object is durable and its digest was confirmed by reading it back. Writing the same key again with
   * the same bytes succeeds and changes nothing, with other bytes throws `ARCHIVE_CONFLICT` and changes nothing. When `body`
   * fails, its error is thrown and nothing is left under the key. Memory stays bounded whatever the size of `body`.
   *
   * @throws DsrError `ARCHIVE_CONFLICT`, `FIELD_INVALID` (the key), `OBJECT_STORE_UNREACHABLE`, `OBJECT_STORE_UNFIT` (retention was
   *   asked of a store that cannot enforce it), `ARCHIVE_CORRUPT` (the store gave back other bytes than it was given).
   */
  put(key: string, body: ObjectBody, options?: PutOptions): Promise<StoredObject>

  /**
   * Opens an object for reading. A reading of the whole object that ends without an error had the stored digest; otherwise the
   * iteration throws `ARCHIVE_CORRUPT` at its end. Leaving the iteration early closes the source.
   *
   * @throws DsrError `NOT_FOUND`, `FIELD_INVALID` (the key, or a range outside the object), `OBJECT_STORE_UNREACHABLE`.
   */
  get(key: string, options?: GetOptions): Promise<ObjectReading>

  /** What is stored under the key, or undefined when nothing is. */
  head(key: string): Promise<StoredObject | undefined>

  /**
   * Removes the object in all its versions; a key that holds nothing is a success.
   *
   * @throws DsrError `FORBIDDEN` with field `retainUntilMs` while a version is under retention; then no version was removed.
   */
  delete(key: string): Promise<void>

  /** Every object whose key starts with `prefix`, in no promised order. Objects stored meanwhile may be missing. */
  list(prefix: string): AsyncIterable<ListedObject>

  /**
   * Tries in earnest what the store can do (writes twice, locks, deletes) and leaves nothing behind but, where a lock works, one
   * tiny object that stays locked for some seconds.
   *
   * @throws DsrError `OBJECT_STORE_UNREACHABLE`; `OBJECT_STORE_UNFIT` when what every store must do (write, read, delete) fails.
   */
  probe(): Promise<ObjectStoreReport>

  /** Lets go of connections. Objects stay. */
  close(): void
}

export type ObjectBody = AsyncIterable<Uint8Array>

export interface PutOptions {
  /** Until this instant (milliseconds since 1970) no one may delete the object through the store. Archives never carry it. */
  readonly retainUntilMs?: number
}

export interface GetOptions {
  /** Both ends inclusive, as in HTTP; without `end`, to the last byte. */
  readonly range?: { readonly start: number; readonly end?: number }
}

export interface StoredObject {
  readonly key: string
  readonly bytes: number
  /** Lower-case hexadecimal. */
  readonly sha256: string
  /** The store's own name of this version; undefined where the store keeps no versions. */
  readonly versionId: string | undefined
  readonly retainUntilMs: number | undefined
}

export interface ListedObject {
  readonly key: string
  readonly bytes: number
}

export interface ObjectReading {
  readonly object: StoredObject
  /** The bytes asked for: the whole object, or the range. */
  readonly body: ObjectBody
}

export const OBJECT_STORE_FEATURES = [
  'conditional_create',
  'versioning',
  'object_lock',
  'multipart',
  'server_checksum',
] as const

export type ObjectStoreFeature = (typeof OBJECT_STORE_FEATURES)[number]

/**
 * What was tried and seen. `enforced`: the store itself refuses; `driver`: our driver keeps the promise, the store does not help;
 * `missing`: nobody does, and `note` says what that means for the operator.
 */
export interface ObjectStoreReport {
  readonly driver: 'directory' | 's3'
  readonly features: Readonly<Record<ObjectStoreFeature, FeatureReport>>
}

export interface FeatureReport {
  readonly state: 'enforced' | 'driver' | 'missing'
  /** One sentence for the operator. */
  readonly note: string
}

/** The names of what the store itself does not enforce, for one line at start. */
export function missingFeatures(report: ObjectStoreReport): ObjectStoreFeature[] {
  return OBJECT_STORE_FEATURES.filter((feature) => report.features[feature].state === 'missing')
}
