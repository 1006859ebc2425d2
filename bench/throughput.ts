import { runBaseline } from './baseline.ts'
import { Counter } from './counting.ts'
import { cpuMs } from './cpu.ts'
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
  readonly pieces: number
}

/** Each connection has prepared its statements by then, as in a process that has run for a while. */
const WARM_UP = 60
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
  const results: Round[] = []
  for (let round = 0; round < rounds; round += 1) {
    const rig = await Rig.open({ services, databaseUrl, approval: 'auto' })
    await rig.run(WARM_UP)
    const habeas = await costOf(requests, () => timed(() => rig.run(requests)))
    await rig.close()
    const baseline = await costOf(requests, () => runBaseline({ ...base, transactions }))
    const raw = await costOf(requests, () => runBaseline({ ...base, transactions: 0 }))
    results.push({ habeas, baseline, raw })
    say(`  round ${round + 1}: Habeas ${costText(habeas)}, baseline ${costText(baseline)}`)
  }
  const of = (pick: (one: Round) => number) => figuresOf(results.map(pick))
  const ratio = of((one) => one.habeas.rate / one.baseline.rate)
  const perRequest = `${share.jobs.toFixed(1)} jobs, ${share.durable.toFixed(1)} durable transactions`
  return [
    { what: `requests/s end to end, ${requests} at once`, result: text(of((one) => one.habeas.rate)) },
    {
      what: 'baseline: requests/s worth of jobs and transactions',
      result: text(of((one) => one.baseline.rate)),
    },
    { what: 'raw BullMQ: requests/s worth of empty jobs', result: text(of((one) => one.raw.rate)) },
    {
      what: 'Habeas ÷ baseline, round by round',
      result: text(ratio, 2),
      target: `≥ ${TARGET}`,
      isMet: ratio.median >= TARGET,
    },
    {
      what: 'processor a request, all processes together',
      result: `${text(of((one) => one.habeas.cpuMs))} ms, its baseline ${text(of((one) => one.baseline.cpuMs))} ms`,
    },
    {
      what: 'processor of the baseline ÷ of Habeas, round by round',
      result: text(
        of((one) => one.baseline.cpuMs / one.habeas.cpuMs),
        2,
      ),
    },
    {
      what: 'one request makes',
      result: `${perRequest} (of ${share.transactions.toFixed(1)}), ${share.statements.toFixed(0)} statements in ${share.pieces.toFixed(0)} pieces`,
    },
  ]
}

interface Cost {
  readonly rate: number
  /** Processor of this process, PostgreSQL and Redis, in ms a request. */
  readonly cpuMs: number
}

interface Round {
  readonly habeas: Cost
  readonly baseline: Cost
  readonly raw: Cost
}

async function costOf(requests: number, work: () => Promise<number>): Promise<Cost> {
  const before = await cpuMs(process.pid)
  const tookMs = await work()
  return { rate: (requests / tookMs) * 1000, cpuMs: ((await cpuMs(process.pid)) - before) / requests }
}

function costText({ rate, cpuMs: ms }: Cost): string {
  return `${rate.toFixed(1)}/s at ${ms.toFixed(1)} ms of processor`
}

/** What one request takes end to end, from a run of its own, since counting costs time. */
async function countShare(
  services: Services,
  { databaseUrl, requests }: { databaseUrl: string; requests: number },
): Promise<Share> {
  const counter = new Counter()
  const wrap = {
    pool: counter.watchPool.bind(counter),
    store: counter.wrapStore.bind(counter),
    workers: counter.wrapWorkers.bind(counter),
  }
  const rig = await Rig.open({ services, databaseUrl, approval: 'auto', wrap })
  await rig.run(WARM_UP)
  counter.reset()
  await rig.run(requests)
  const { jobs, durable, transactions, statements, pieces } = counter.counts
  await rig.close()
  return {
    jobs: jobs / requests,
    durable: durable / requests,
    transactions: transactions / requests,
    statements: statements / requests,
    pieces: pieces / requests,
  }
}

export async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
