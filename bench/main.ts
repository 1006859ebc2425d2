import os from 'node:os'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { say, type Line } from './figures.ts'
import { measureIdle } from './idle.ts'
import { measureLedger } from './ledger.ts'
import { measureOpenCost } from './open-cost.ts'
import { machine, startServices } from './services.ts'
import { measureThroughput } from './throughput.ts'

const FULL = {
  throughput: { rounds: 5, requests: 150 },
  open: { rounds: 3, requests: 40, open: [1000, 10_000, 50_000] },
  idle: { rounds: 2, idleMs: 10_000 },
} as const
/** For a look whether all of it still runs; its figures say little. */
const QUICK = {
  throughput: { rounds: 2, requests: 40 },
  open: { rounds: 1, requests: 20, open: [1000, 5000] },
  idle: { rounds: 1, idleMs: 3000 },
} as const

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } } })
const size = values.quick ? QUICK : FULL
const isWanted = (part: string) => values.only === undefined || values.only === part

const lines: Line[] = []
const services = await startServices()
try {
  say(await machine(await services.makeDatabase('machine')))
  if (isWanted('throughput')) {
    say('Throughput')
    lines.push(...(await measureThroughput(services, size.throughput)))
  }
  if (isWanted('open')) {
    say('Cost with many open requests')
    lines.push(...(await measureOpenCost(services, size.open)))
  }
} finally {
  await services.stop()
}
if (isWanted('idle')) {
  say('Embedded stack')
  lines.push(...(await measureIdle(size.idle)))
}
if (isWanted('ledger')) lines.push(...(await measureLedger({ rounds: 3 })))
const table = new Table({ head: ['measured', 'median (range)', 'target', ''], style: { head: [], border: [] } })
for (const { what, result, target, isMet } of lines)
  table.push([what, result, target ?? '', isMet === undefined ? '' : isMet ? 'met' : 'NOT MET'])
say(table.toString())
say(
  `Load of the machine at the end: ${os
    .loadavg()
    .map((one) => one.toFixed(1))
    .join(' ')}`,
)
