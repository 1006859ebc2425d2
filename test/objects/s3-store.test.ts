import { beforeAll, describe, expect, it } from '@jest/globals'
import {
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { createServer } from 'node:http'
import { createS3Store } from '../../src/adapters/objects/s3.ts'
import { missingFeatures } from '../../src/ports/objects.ts'
import { describeWithService, startS3 } from '../kit/services.ts'
import type { TestS3 } from '../kit/services/s3.ts'
import { describeObjectStore, largeBody, readText, textBody } from './contract.ts'

async function open(settings: { objectLock: boolean }) {
  const s3 = await startS3(settings)
  const store = createS3Store({ ...s3, prefix: 'habeas/' })
  return {
    s3,
    store,
    nowMs: () => Date.now(),
    // The endpoint judges a lock by its own clock, which no test can move.
    waitUntil: (atMs: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, atMs - Date.now()))),
    stop: () => {
      store.close()
      return Promise.resolve()
    },
  }
}

describeWithService('s3', 'the object store in a versioned bucket with Object Lock', () => {
  describeObjectStore(() => open({ objectLock: true }))

  describe('beside other writers', () => {
    let s3: TestS3
    let client: S3Client
    let store: ReturnType<typeof createS3Store>
    beforeAll(async () => {
      ;({ s3, store } = await open({ objectLock: true }))
      client = new S3Client({
        endpoint: s3.endpoint,
        region: s3.region,
        credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
        forcePathStyle: true,
        requestChecksumCalculation: 'WHEN_REQUIRED',
      })
    }, 90_000)

    const versions = async (key: string) => {
      const { Versions = [], DeleteMarkers = [] } = await client.send(
        new ListObjectVersionsCommand({ Bucket: s3.bucket, Prefix: `habeas/${key}` }),
      )
      return Versions.length + DeleteMarkers.length
    }

    it('goes on reading the first version when somebody adds another or a deletion mark', async () => {
      await store.put('first/wins', textBody('first'))
      await client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: 'habeas/first/wins', Body: 'second' }))
      await client.send(new DeleteObjectCommand({ Bucket: s3.bucket, Key: 'habeas/first/wins' }))

      expect(await readText((await store.get('first/wins')).body)).toBe('first')
      await expect(store.put('first/wins', textBody('second'))).rejects.toMatchObject({ code: 'ARCHIVE_CONFLICT' })
    })

    it('deletes every version and every deletion mark', async () => {
      await store.put('all/gone', textBody('first'))
      await client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: 'habeas/all/gone', Body: 'second' }))
      await client.send(new DeleteObjectCommand({ Bucket: s3.bucket, Key: 'habeas/all/gone' }))
      await client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: 'habeas/all/gone-neighbour', Body: 'stays' }))

      await store.delete('all/gone')

      expect(await versions('all/gone')).toBe(1)
      expect(await store.head('all/gone-neighbour')).toMatchObject({ bytes: 5 })
    })

    it('deletes no version at all when one of them is locked', async () => {
      await store.put('half/locked', textBody('first'))
      const ObjectLockRetainUntilDate = new Date(Date.now() + 3_600_000)
      const locked = {
        Bucket: s3.bucket,
        Key: 'habeas/half/locked',
        Body: 'second',
        ObjectLockMode: 'COMPLIANCE',
        ObjectLockRetainUntilDate,
      } as const
      await client.send(new PutObjectCommand(locked))

      await expect(store.delete('half/locked')).rejects.toMatchObject({ code: 'FORBIDDEN', field: 'retainUntilMs' })

      expect(await versions('half/locked')).toBe(2)
      expect(await readText((await store.get('half/locked')).body)).toBe('first')
    })

    it('takes back the version that came second in a race', async () => {
      await Promise.allSettled(Array.from({ length: 6 }, (_, i) => store.put('race/one', textBody(String(i)))))

      expect(await versions('race/one')).toBe(1)
    })

    it('leaves no open upload after a broken source', async () => {
      async function* broken() {
        yield* largeBody(20)
        throw new Error('the vendor hung up')
      }

      await expect(store.put('broken/upload', broken())).rejects.toThrow()

      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: s3.bucket }))
      expect(Uploads).toEqual([])
    })
  })

  it('tells what this endpoint enforces', async () => {
    const { store } = await open({ objectLock: true })

    const { features } = await store.probe()

    expect(features.object_lock.state).toBe('enforced')
    expect(features.versioning.state).toBe('enforced')
    expect(features.multipart.state).toBe('enforced')
    expect(['enforced', 'driver']).toContain(features.conditional_create.state)
  })
})

describeWithService('s3', 'the object store in a plain bucket', () => {
  it('stores, reads and deletes, and tells that nothing can be locked', async () => {
    const { store } = await open({ objectLock: false })

    await store.put('a/b', textBody('plain'))
    expect(await readText((await store.get('a/b')).body)).toBe('plain')
    await store.delete('a/b')
    expect(await store.head('a/b')).toBeUndefined()
    expect(missingFeatures(await store.probe())).toEqual(['versioning', 'object_lock'])
  }, 90_000)

  it('refuses retention that nobody would keep, before anything is written', async () => {
    const { store } = await open({ objectLock: false })

    await expect(store.put('a/b', textBody('x'), { retainUntilMs: Date.now() + 60_000 })).rejects.toMatchObject({
      code: 'OBJECT_STORE_UNFIT',
    })
    expect(await store.head('a/b')).toBeUndefined()
  }, 90_000)

  it('tells wrong keys and a missing bucket from an outage', async () => {
    const { s3 } = await open({ objectLock: false })

    await expect(createS3Store({ ...s3, secretAccessKey: 'wrong' }).probe()).rejects.toMatchObject({
      code: 'OBJECT_STORE_UNFIT',
    })
    await expect(createS3Store({ ...s3, bucket: 'no-such-bucket' }).probe()).rejects.toMatchObject({
      code: 'OBJECT_STORE_UNFIT',
    })
  }, 90_000)
})

describe('the object store without an endpoint', () => {
  const credentials = { region: 'us-east-1', bucket: 'none', accessKeyId: 'a', secretAccessKey: 'b' }

  it('says unreachable when nothing listens', async () => {
    const store = createS3Store({ ...credentials, endpoint: 'http://127.0.0.1:1' })

    await expect(store.head('a')).rejects.toMatchObject({ code: 'OBJECT_STORE_UNREACHABLE' })
  })

  it('says unreachable when the endpoint takes the call and stays silent', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const address = silent.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const store = createS3Store({ ...credentials, endpoint: `http://127.0.0.1:${String(port)}`, silenceTimeoutMs: 100 })

    await expect(store.head('a')).rejects.toMatchObject({ code: 'OBJECT_STORE_UNREACHABLE' })

    silent.closeAllConnections()
    await new Promise((resolve) => silent.close(resolve))
  })
})
