import { createSignInLink } from '../../http/access/sessions.ts'
import { ensureAdminKey } from '../../http/access/keys.ts'
import { createMetrics } from '../../http/metrics.ts'
import { createServer } from '../../http/server.ts'
import type { ReadyCheck } from '../../http/options.ts'
import { DsrError, isDsrError } from '../../domain/errors.ts'
import type { Log } from '../../log.ts'
import type { Settings } from '../../ports/config.ts'
import { createStopping } from '../../flow/stopping.ts'
import { createCommands } from '../../flow/commands.ts'
import { proofOf } from '../../flow/proof.ts'
import { createSuppressions } from '../../flow/suppressions.ts'
import { openArchive } from './open-archive.ts'
import type { Runtime } from './runtime.ts'
import { VERSION } from './version.ts'

export interface RunningApi {
  /** Where the server listens, as people reach it. */
  readonly url: string
  /** A link that signs in once, as admin, within some minutes. */
  signInLink(): Promise<string>
  close(): Promise<void>
}

/** Starts the API and the pages on a runtime. */
export async function startApi(
  runtime: Runtime,
  { settings, log }: { settings: Settings; log: Log },
): Promise<RunningApi> {
  const { ports, store, clock, queue, objects } = runtime
  if (settings.adminKey) await ensureAdminKey(store, settings.adminKey.reveal(), clock.nowMs())
  const metrics = createMetrics({ ports, queueDepth: () => queueDepth(runtime) })
  const server = await createServer({
    ports,
    commands: createCommands(ports),
    suppressions: createSuppressions(ports),
    stopping: createStopping(ports),
    settings: {
      publicUrl: settings.http.publicUrl,
      version: VERSION,
      trustedProxies: settings.http.trustedProxies,
    },
    log,
    checks: { ready: () => readiness(runtime) },
    openArchive: (id, range) => openArchive(ports, objects, { id, range }),
    openProof: (request, sequence) => proofOf(ports, runtime.ledger, { request, sequence }),
    metrics,
    board: queue.queuesForBoard(),
  })
  const address = await listen(server, settings.http)
  const url = settings.http.port === 0 ? address : settings.http.publicUrl
  return {
    url,
    signInLink: () => createSignInLink(store, { publicUrl: url, role: 'admin', controllerId: null }),
    close: () => server.close(),
  }
}

async function listen(server: Awaited<ReturnType<typeof createServer>>, http: Settings['http']): Promise<string> {
  try {
    return await server.listen({ host: http.host, port: http.port })
  } catch (cause) {
    throw new DsrError('CONFIG_INVALID', `PORT: ${http.host}:${http.port} is taken or not allowed; set another`, {
      field: 'PORT',
      cause,
    })
  }
}

async function queueDepth({ queue }: Runtime): Promise<readonly { queue: string; state: string; count: number }[]> {
  const counts = await queue.counts()
  return Object.entries(counts).flatMap(([name, states]) =>
    Object.entries(states).map(([state, count]) => ({ queue: name, state, count })),
  )
}

async function readiness(runtime: Runtime): Promise<readonly ReadyCheck[]> {
  return Promise.all([
    check('database', () => runtime.store.transact((tx) => tx.dbNowMs())),
    check('queue', () => runtime.queue.counts()),
  ])
}

async function check(name: string, ask: () => Promise<unknown>): Promise<ReadyCheck> {
  try {
    await ask()
    return { name, isOk: true }
  } catch (error) {
    return { name, isOk: false, code: isDsrError(error) ? error.code : 'INTERNAL' }
  }
}
