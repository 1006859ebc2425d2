import { runBaseline } from './baseline.ts'
import { Counter } from './counting.ts'
import { figuresOf, say, text, type Line } from './figures.ts'
import { Rig } from './rig.ts'
import type { Services } from './services.ts'

export interface Size {
  readonly rounds: number
  readonly requests: number
}

interface Share {
  readonly jobs: number
  readonly durable: number
  readonly transactions: number
  readonly statements: number
}

const WARM_UP = 20
const TARGET = 0.5

/**
 * Requests a second from intake to closed, against plain BullMQ that runs as many jobs making as many durable transactions. Each
 * round measures both, one after the other, so that their ratio is of the same minute.
 */
export async function measureThroughput(services: Services, { rounds, requests }: Size): Promise<readonly Line[]> {
  const databaseUrl = await services.makeDatabase('throughput')
  const share = await countShare(services, { databaseUrl, requests })
  const jobs = Math.round(share.jobs * requests)
  const transactions = Math.round(share.durable * requests)
  const base = { redisUrl: services.redisUrl, databaseUrl, jobs }
  const results: { habeas: number; baseline: number; raw: number }[] = []
  for (let round = 0; round < rounds; round += 1) {
    const rig = await Rig.open({ services, databaseUrl, approval: 'auto' })
    await rig.run(WARM_UP)
    const habeasMs = await timed(() => rig.run(requests))
    await rig.close()
    const baselineMs = await runBaseline({ ...base, transactions })
    const rawMs = await runBaseline({ ...base, transactions: 0 })
    const rate = (ms: number) => (requests / ms) * 1000
    results.push({ habeas: rate(habeasMs), baseline: rate(baselineMs), raw: rate(rawMs) })
    say(`  round ${round + 1}: Habeas ${rate(habeasMs).toFixed(1)}/s, baseline ${rate(baselineMs).toFixed(1)}/s`)
  }
  const ratio = figuresOf(results.map((one) => one.habeas / one.baseline))
  const perRequest = `${share.jobs.toFixed(1)} jobs, ${share.durable.toFixed(1)} durable transactions`
  return [
    { what: `requests/s end to end, ${requests} at once`, result: text(figuresOf(results.map((one) => one.habeas))) },
    {
      what: 'baseline: requests/s worth of jobs and transactions',
      result: text(figuresOf(results.map((one) => one.baseline))),
    },
    { what: 'raw BullMQ: requests/s worth of empty jobs', result: text(figuresOf(results.map((one) => one.raw))) },
    {
      what: 'Habeas ÷ baseline, round by round',
      result: text(ratio, 2),
      target: `≥ ${TARGET}`,
      isMet: ratio.median >= TARGET,
    },
    {
      what: 'one request makes',
      result: `${perRequest} (of ${share.transactions.toFixed(1)}), ${share.statements.toFixed(0)} statements`,
    },
  ]
}

/** What one request takes end to end, from a run of its own, since counting costs time. */
async function countShare(
  services: Services,
  { databaseUrl, requests }: { databaseUrl: string; requests: number },
): Promise<Share> {
  const counter = new Counter()
  const wrap = { store: counter.wrapStore.bind(counter), workers: counter.wrapWorkers.bind(counter) }
  const rig = await Rig.open({ services, databaseUrl, approval: 'auto', wrap })
  await rig.run(WARM_UP)
  counter.reset()
  await rig.run(requests)
  const { jobs, durable, transactions, statements } = counter.counts
  await rig.close()
  return {
    jobs: jobs / requests,
    durable: durable / requests,
    transactions: transactions / requests,
    statements: statements / requests,
  }
}

export async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
