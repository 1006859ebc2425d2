import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { randomUUID } from 'node:crypto'
import { startCeph } from './ceph.ts'
import { startContainer } from './containers.ts'
import { running } from './running.ts'

export interface S3Options {
  readonly objectLock?: boolean
}

export interface S3Endpoint {
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface TestS3 extends S3Endpoint {
  readonly bucket: string
}

let server: Promise<S3Endpoint> | undefined

/** One endpoint for the test file, a bucket of its own for each caller. */
export async function startTestS3(options: S3Options): Promise<TestS3> {
  server ??= startServer()
  const endpoint = await server
  const bucket = `test-${randomUUID()}`
  const client = new S3Client({
    endpoint: endpoint.endpoint,
    region: endpoint.region,
    credentials: { accessKeyId: endpoint.accessKeyId, secretAccessKey: endpoint.secretAccessKey },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })
  await client.send(
    new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: options.objectLock ?? false }),
  )
  client.destroy()
  return { ...endpoint, bucket }
}

async function startServer(): Promise<S3Endpoint> {
  const given = process.env.TEST_S3_ENDPOINT
  if (given !== undefined) {
    return {
      endpoint: given,
      region: process.env.TEST_S3_REGION ?? 'us-east-1',
      accessKeyId: process.env.TEST_S3_ACCESS_KEY_ID ?? '',
      secretAccessKey: process.env.TEST_S3_SECRET_ACCESS_KEY ?? '',
    }
  }
  return (await startInContainer()) ?? (await startNative())
}

async function startInContainer(): Promise<S3Endpoint | undefined> {
  const [accessKeyId, secretAccessKey] = ['habeas-test', randomUUID()]
  const container = await startContainer({
    image: 'minio/minio:RELEASE.2025-04-22T22-12-26Z',
    port: 9000,
    command: ['server', '/data'],
    environment: { MINIO_ROOT_USER: accessKeyId, MINIO_ROOT_PASSWORD: secretAccessKey },
    readyLine: /API:/,
  })
  if (container === undefined) return undefined
  const endpoint = `http://${container.getHost()}:${String(container.getMappedPort(9000))}`
  return { endpoint, region: 'us-east-1', accessKeyId, secretAccessKey }
}

async function startNative(): Promise<S3Endpoint> {
  const ceph = await startCeph()
  running.add(() => ceph.stop())
  return {
    endpoint: ceph.endpoint,
    region: 'us-east-1',
    accessKeyId: ceph.accessKeyId,
    secretAccessKey: ceph.secretAccessKey,
  }
}
