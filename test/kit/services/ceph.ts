import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { freePorts, startChild, until, type SupervisedChild } from './child.ts'

export interface Ceph {
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  stop(): Promise<void>
}

/** One monitor, one store in memory and one S3 gateway: a real S3 with object lock, ready in about 12 s. */
export async function startCeph(): Promise<Ceph> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'habeas-test-ceph-'))
  const [gatewayPort = 0, monitorPort = 0, monitorPortV1 = 0] = await freePorts(3)
  const [cluster, store] = [randomUUID(), randomUUID()]
  for (const name of ['mon', 'osd', 'rgw', 'run']) await mkdir(path.join(directory, name))
  const settings = path.join(directory, 'ceph.conf')
  const monitors = `[v2:127.0.0.1:${String(monitorPort)},v1:127.0.0.1:${String(monitorPortV1)}]`
  await writeFile(settings, settingsOf({ directory, cluster, monitors, gatewayPort }))

  const children: SupervisedChild[] = []
  const start = (program: string, ...args: string[]) =>
    children.push(startChild([program, '-c', settings, ...args, '-f'], { signal: 'KILL' }))
  const run = (program: string, ...args: string[]) => promisify(execFile)(program, args, { timeout: 60_000 })
  const stop = async () => {
    await Promise.all(children.map((child) => child.stop()))
    await rm(directory, { recursive: true, force: true })
  }

  try {
    const map = path.join(directory, 'monmap')
    await run('monmaptool', '--create', '--addv', 'a', monitors, '--fsid', cluster, map)
    await run('ceph-mon', '-c', settings, '--mkfs', '-i', 'a', '--monmap', map)
    start('ceph-mon', '-i', 'a')
    await run('ceph', '-c', settings, '--connect-timeout', '30', 'osd', 'new', store, '0')
    await run('ceph-osd', '-c', settings, '-i', '0', '--mkfs', '--osd-uuid', store)
    start('ceph-osd', '-i', '0')
    start('radosgw', '-n', 'client.admin')
    const endpoint = `http://127.0.0.1:${String(gatewayPort)}`
    await until(
      'radosgw answering',
      () =>
        fetch(endpoint).then(
          () => true,
          () => false,
        ),
      60_000,
    )
    const [accessKeyId, secretAccessKey] = ['CEPHTESTKEY', randomUUID()]
    const names = [
      '--uid=test',
      '--display-name=test',
      `--access-key=${accessKeyId}`,
      `--secret-key=${secretAccessKey}`,
    ]
    await run('radosgw-admin', '-c', settings, 'user', 'create', ...names)
    return { endpoint, accessKeyId, secretAccessKey, stop }
  } catch (cause) {
    await stop()
    throw cause
  }
}

interface Settings {
  readonly directory: string
  readonly cluster: string
  readonly monitors: string
  readonly gatewayPort: number
}

function settingsOf({ directory, cluster, monitors, gatewayPort }: Settings): string {
  const modes = ['mon_client', 'client', 'cluster', 'service', 'mon_cluster', 'mon_service'].map(
    (of) => `ms_${of}_mode = crc`,
  )
  return [
    '[global]',
    `fsid = ${cluster}`,
    `mon_host = ${monitors.replaceAll(',', '/0,').replace(']', '/0]')}`,
    'public_network = 127.0.0.0/8',
    ...['cluster', 'service', 'client'].map((of) => `auth_${of}_required = none`),
    ...modes,
    'osd_pool_default_size = 1',
    'osd_pool_default_min_size = 1',
    'osd_pool_default_pg_num = 4',
    'osd_pool_default_pg_autoscale_mode = off',
    'osd_crush_chooseleaf_type = 0',
    'mon_allow_pool_size_one = true',
    'mon_max_pg_per_osd = 1000',
    'mon_data_avail_warn = 1',
    'mon_data_avail_crit = 1',
    'osd_objectstore = memstore',
    'memstore_device_bytes = 2147483648',
    `run_dir = ${directory}/run`,
    'log_file = /dev/null',
    `admin_socket = ${directory}/run/$name.asok`,
    `pid_file = ${directory}/run/$name.pid`,
    `mon_data = ${directory}/mon`,
    `osd_data = ${directory}/osd`,
    `rgw_data = ${directory}/rgw`,
    `rgw_frontends = beast endpoint=127.0.0.1:${String(gatewayPort)}`,
    'rgw_thread_pool_size = 32',
    '',
  ].join('\n')
}
