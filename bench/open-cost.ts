import { cpuMs } from './cpu.ts'
import { figuresOf, say, text, type Line } from './figures.ts'
import { fillWithOpen } from './open-requests.ts'
import { Rig } from './rig.ts'
import type { Services } from './services.ts'
import { timed, type Size } from './throughput.ts'

const WARM_UP = 20
const TARGET = 1.2

interface Cost {
  readonly wallMs: number
  readonly cpuMs: number
}

/**
 * What a new request costs while so many others are open, each waiting for its approval. The sizes take turns, so that each is
 * held against the smallest of the same minute.
 */
export async function measureOpenCost(
  services: Services,
  { rounds, requests, open: sizes }: Size & { readonly open: readonly number[] },
): Promise<readonly Line[]> {
  const databases = new Map<number, string>()
  for (const open of sizes) databases.set(open, await databaseWith(services, open))
  const costs = new Map<number, Cost[]>(sizes.map((open) => [open, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [open, databaseUrl] of databases) {
      const cost = await costOf(services, { databaseUrl, requests })
      costs.get(open)?.push(cost)
      say(`  round ${round + 1}, ${open} open: ${cost.wallMs.toFixed(1)} ms, ${cost.cpuMs.toFixed(1)} ms of processor`)
    }
  }
  const [least = 0, ...others] = sizes
  const smallest = costs.get(least) ?? []
  return [
    lineOf(least, smallest),
    ...others.flatMap((open) => {
      const own = costs.get(open) ?? []
      return [lineOf(open, own), ratioOf(own, { least, smallest })]
    }),
  ]
}

function lineOf(open: number, costs: readonly Cost[]): Line {
  const wall = figuresOf(costs.map((one) => one.wallMs))
  const cpu = figuresOf(costs.map((one) => one.cpuMs))
  const what = `a request with ${open.toLocaleString('en')} open`
  return { what, result: `${text(wall)} ms, ${text(cpu)} ms of processor` }
}

function ratioOf(costs: readonly Cost[], { least, smallest }: { least: number; smallest: readonly Cost[] }): Line {
  const wall = figuresOf(costs.map((one, at) => one.wallMs / (smallest[at]?.wallMs ?? NaN)))
  const cpu = figuresOf(costs.map((one, at) => one.cpuMs / (smallest[at]?.cpuMs ?? NaN)))
  return {
    what: `… ÷ with ${least.toLocaleString('en')} open, round by round`,
    result: `${text(wall, 2)} in time, ${text(cpu, 2)} in processor`,
    target: `≤ ${TARGET}`,
    isMet: Math.max(wall.median, cpu.median) <= TARGET,
  }
}

async function databaseWith(services: Services, open: number): Promise<string> {
  const databaseUrl = await services.makeDatabase(`open_${open}`)
  const rig = await Rig.open({ services, databaseUrl, approval: 'person' })
  const template = await rig.runToApproval()
  await rig.close()
  const ms = await timed(() => fillWithOpen(databaseUrl, template, open - 1))
  say(`  ${open} requests are open (made in ${(ms / 1000).toFixed(1)} s)`)
  return databaseUrl
}

/** Processor time is that of Habeas, PostgreSQL and Redis together, all of them children of this process. */
async function costOf(
  services: Services,
  { databaseUrl, requests }: { databaseUrl: string; requests: number },
): Promise<Cost> {
  const rig = await Rig.open({ services, databaseUrl, approval: 'auto' })
  await rig.run(WARM_UP)
  const before = await cpuMs(process.pid)
  const tookMs = await timed(() => rig.run(requests))
  const usedMs = (await cpuMs(process.pid)) - before
  await rig.close()
  return { wallMs: tookMs / requests, cpuMs: usedMs / requests }
}
