import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import { freePorts, startChild, until } from './child.ts'
import { startContainer } from './containers.ts'
import { running } from './running.ts'

export interface RedisOptions {
  readonly cluster?: number
}

/** What a Redis that is killed and started again still knows. */
export type RedisMemory = 'keeps its append-only file' | 'keeps nothing'

export interface RestartableRedis extends TestRedis {
  /** kill -9, and the same address again. */
  restart(): Promise<void>
}

export interface TestRedis {
  readonly url: string
  /** Every node of a cluster; the one address otherwise. */
  readonly urls: readonly string[]
  stop(): Promise<void>
}

/** @throws Error when no Redis can be had; guard the test with `describeWithService('redis', …)`. */
export async function startTestRedis(options: RedisOptions): Promise<TestRedis> {
  if (options.cluster !== undefined) return startCluster(options.cluster)
  const given = process.env.TEST_REDIS_URL
  if (given !== undefined) return named([given], () => Promise.resolve())
  const container = await startContainer({
    image: 'redis:7.2',
    port: 6379,
    command: ['redis-server', '--maxmemory-policy', 'noeviction', '--save', ''],
    readyLine: /Ready to accept connections/,
  })
  if (container !== undefined) {
    return named([`redis://${container.getHost()}:${String(container.getMappedPort(6379))}`], async () => {
      await container.stop()
    })
  }
  const [port = 0] = await freePorts(1)
  return startNode(port, [])
}

/** A `redis-server` of one's own, wherever the others come from. */
export async function startRestartableRedis(memory: RedisMemory): Promise<RestartableRedis> {
  const [port = 0] = await freePorts(1)
  const settings = memory === 'keeps nothing' ? [] : ['--appendonly', 'yes', '--appendfsync', 'everysec']
  return startNode(port, settings)
}

async function startNode(port: number, settings: readonly string[]): Promise<RestartableRedis> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'habeas-test-redis-'))
  const fixed = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    directory,
    '--save',
    '',
    '--maxmemory-policy',
    'noeviction',
  ]
  const url = `redis://127.0.0.1:${String(port)}`
  // Answers while it reads its file back: with an error.
  const answers = () => ask(url, async (redis) => Boolean(await redis.ping())).catch(() => false)
  const start = () => startChild(['redis-server', ...fixed, ...settings], { signal: 'KILL' })
  let child = start()
  let stopping: Promise<void> | undefined
  const stop = () => (stopping ??= child.stop().then(() => rm(directory, { recursive: true, force: true })))
  running.add(stop)
  await until('redis answering', answers)
  const restart = async () => {
    await child.stop()
    child = start()
    await until('redis answering', answers)
  }
  return { ...named([url], stop), restart }
}

function named(urls: readonly string[], stop: () => Promise<void>): TestRedis {
  return { url: urls[0]!, urls, stop }
}

async function startCluster(nodes: number): Promise<TestRedis> {
  // The bus of a node listens on its own port, given apart: the default (port + 10000) may exceed 65535.
  const ports = await freePorts(nodes * 2)
  const buses = ports.slice(nodes)
  const started = await Promise.all(
    ports
      .slice(0, nodes)
      .map((port, i) =>
        startNode(port, [
          '--cluster-enabled',
          'yes',
          '--cluster-port',
          String(buses[i]),
          '--cluster-node-timeout',
          '5000',
        ]),
      ),
  )
  const slotsEach = Math.ceil(16_384 / nodes)
  for (const [i, node] of started.entries()) {
    await ask(node.url, async (redis) => {
      await redis.call('CLUSTER', 'ADDSLOTSRANGE', i * slotsEach, Math.min((i + 1) * slotsEach, 16_384) - 1)
      await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1)
      if (i > 0) await redis.call('CLUSTER', 'MEET', '127.0.0.1', ports[0]!, buses[0]!)
    })
  }
  for (const node of started) {
    await until('cluster agreeing', () =>
      ask(node.url, async (redis) => isComplete(String(await redis.call('CLUSTER', 'INFO')), nodes)),
    )
  }
  return named(
    started.map((node) => node.url),
    async () => {
      await Promise.all(started.map((node) => node.stop()))
    },
  )
}

function isComplete(state: string, nodes: number): boolean {
  return state.includes('cluster_state:ok') && state.includes(`cluster_known_nodes:${String(nodes)}`)
}

async function ask<T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 2000 })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    return await question(redis)
  } finally {
    redis.disconnect()
  }
}
