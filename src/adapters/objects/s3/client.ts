import { S3Client, S3ServiceException, type S3ClientConfig } from '@aws-sdk/client-s3'
import { DsrError, isDsrError } from '../../../domain/errors.ts'

export interface S3StoreOptions {
  readonly bucket: string
  readonly region: string
  /** Absent for AWS itself. */
  readonly endpoint?: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Keys of ours start with it, so that a bucket can be shared; '' or something that ends with a slash. */
  readonly prefix?: string
  readonly connectTimeoutMs?: number
  /** The longest silence of the endpoint in one call. */
  readonly silenceTimeoutMs?: number
}

/** What every step of the driver needs. */
export interface S3Place {
  readonly client: S3Client
  readonly bucket: string
  readonly prefix: string
}

export function openPlace(options: S3StoreOptions): S3Place {
  const config: S3ClientConfig = {
    region: options.region,
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    maxAttempts: 4,
    requestHandler: {
      connectionTimeout: options.connectTimeoutMs ?? 5000,
      requestTimeout: options.silenceTimeoutMs ?? 60_000,
      socketTimeout: options.silenceTimeoutMs ?? 60_000,
      throwOnRequestTimeout: true,
    },
    ...(options.endpoint === undefined ? {} : elsewhere(options.endpoint)),
  }
  return { client: new S3Client(config), bucket: options.bucket, prefix: options.prefix ?? '' }
}

/** Other endpoints have path-style addresses and stumble over checksums that the SDK adds unasked (some store them as content). */
function elsewhere(endpoint: string): S3ClientConfig {
  return {
    endpoint,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  }
}

/** One call to the endpoint, its failure in the store's own codes. */
export async function callS3<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    throw s3Failure(cause)
  }
}

export function s3Failure(cause: unknown): unknown {
  if (isDsrError(cause)) return cause
  const status = statusOf(cause)
  const isOurs = status !== undefined && status >= 300 && status < 500 && status !== 408 && status !== 429
  if (isOurs)
    return new DsrError('OBJECT_STORE_UNFIT', 'the S3 endpoint refuses us; check bucket, keys and rights', { cause })
  return new DsrError('OBJECT_STORE_UNREACHABLE', 'the S3 endpoint did not answer as it should', { cause })
}

/** The HTTP status of what the endpoint answered, or undefined when it did not. */
export function statusOf(cause: unknown): number | undefined {
  const refusal = isDsrError(cause) ? cause.cause : cause
  return refusal instanceof S3ServiceException ? refusal.$metadata.httpStatusCode : undefined
}

/** The endpoint's name of its refusal (`NoSuchKey`), or undefined. */
export function refusalOf(cause: unknown): string | undefined {
  const refusal = isDsrError(cause) ? cause.cause : cause
  return refusal instanceof S3ServiceException ? refusal.name : undefined
}
