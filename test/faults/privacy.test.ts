import { expect, it } from '@jest/globals'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { Writable } from 'node:stream'
import { inventPerson, type Fault, type InventedPerson } from '../../src/connector/testing.ts'
import type { RequestId } from '../../src/domain/ids.ts'
import { createMetrics } from '../../src/http/metrics.ts'
import { createLog } from '../../src/log.ts'
import { describeStacks } from '../kit/stack/backends.ts'
import { dumpQueue, withClient } from '../kit/stack/lose-queue.ts'
import { OPS } from '../kit/stack/portal.ts'
import { startStack, type Stack } from '../kit/stack/stack.ts'
import type { WorkerHooks } from '../kit/stack/worker.ts'
import { until } from '../kit/services/child.ts'

/** Nothing that is stored or said by chance holds one of these words. */
const CANARY: InventedPerson = {
  ...inventPerson(1),
  firstName: 'Zwxcanaryfirst',
  lastName: 'Zwxcanarylast',
  email: 'zwxcanary-mail@example.com',
  secondEmail: 'zwxcanary-second@example.org',
  phone: '+32470998877',
  externalId: 'zwxcanary-customer',
  city: 'Zwxcanarytown',
}
const WORDS = [/zwxcanary/i, /470 ?99 ?88 ?77/, new RegExp(Buffer.from('zwxcanary').toString('base64').slice(0, 11))]

const BODY = JSON.stringify({ message: `no such person ${CANARY.email} ${CANARY.phone}`, errors: [CANARY.lastName] })
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const WHATS: readonly Fault['what'][] = [
  { kind: 'status', status: 500, body: BODY },
  { kind: 'status', status: 400, body: BODY },
  { kind: 'status', status: 429, headers: { 'retry-after': '1' }, body: BODY },
  { kind: 'status', status: 302, headers: { location: `https://${CANARY.email}/` }, body: BODY },
  { kind: 'garbage', body: `<html>${BODY}` },
  { kind: 'garbage', body: BODY },
  { kind: 'reset_before' },
  { kind: 'reset_after' },
]

function gathered(): { readonly hooks: WorkerHooks; readonly lines: string[] } {
  const lines: string[] = []
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString())
      done()
    },
  })
  return { hooks: { log: createLog({ level: 'debug' }, destination) }, lines }
}

/** Whatever is asked of people is done, also for what is parked, until the request is at rest. */
async function leadThrough({ portal }: Stack, id: RequestId): Promise<void> {
  const orders = { requestId: id, actor: OPS, reason: `because of ${CANARY.lastName}` }
  await until(
    'the request at rest',
    async () => {
      const request = await portal.request(id)
      if (request.state === 'awaiting_decision') await portal.decideAll(id)
      if (request.state === 'awaiting_approval') await portal.approveOnce(id)
      for (const leg of await portal.legs(id)) {
        if (leg.state !== 'parked') continue
        const order = { ...orders, legId: leg.id }
        await portal.commands.resume({ ...order, action: 'act_again' }).catch(async () => {
          await portal.commands.resume({ ...order, action: 'retry' })
        })
      }
      return request.state === 'answered' || request.state === 'closed'
    },
    90_000,
  )
}

/** Everything that may hold no personal data, by where it is. */
async function written(stack: Stack, ids: readonly RequestId[]): Promise<Readonly<Record<string, string>>> {
  const tables = await withClient(stack.databaseUrl, async (client) => {
    const texts: (readonly [string, string])[] = []
    for (const name of [
      'journal',
      'outbox',
      'leaf',
      'leg',
      'effect',
      'call',
      'seal',
      'parcel',
      'recheck',
      'record',
      'plan',
    ]) {
      const { rows } = await client.query(`select * from app.${name}`)
      texts.push([`table ${name}`, rows.map((row) => JSON.stringify(row)).join('\n')])
    }
    return texts
  })
  const records = await Promise.all(ids.map(async (id) => (await stack.portal.record(id)).predicate))
  const objects: string[] = []
  for await (const object of stack.api.runtime.objects.list('')) objects.push(object.key)
  const mail = path.join(stack.directory, 'mail')
  const letters = await Promise.all(
    (await readdir(mail).catch(() => [])).map((name) => readFile(path.join(mail, name), 'utf8').catch(() => '')),
  )
  return {
    ...Object.fromEntries(tables),
    records: JSON.stringify(records),
    'object keys': objects.join('\n'),
    letters: letters.join('\n'),
    queue: await dumpQueue(stack),
    metrics: await createMetrics({ ports: stack.api.ports }).read(),
  }
}

describeStacks('no personal data outside vault and archive: nothing of a person', (backend) => {
  it('is in logs, queue, journal, record, metrics, errors or letters, however the vendors fail', async () => {
    const { hooks, lines } = gathered()
    const stack = await startStack({ backend, hooks, controller: { owner: { email: 'owner@example.com' } } })
    stack.vendors.plant(CANARY, 'alpha')
    for (const { sandbox } of stack.vendors.accounts)
      for (const what of WHATS) for (const method of METHODS) sandbox.arm({ match: { method }, times: 1, what })
    const worker = await stack.work()

    const identities = [
      { kind: 'email', value: CANARY.email },
      { kind: 'email', value: CANARY.secondEmail },
      { kind: 'phone', value: CANARY.phone },
    ] as const
    const form = { identities, externalReference: 'ticket-17' }
    const ids = [await stack.portal.receive(CANARY, 'access', form)]
    await leadThrough(stack, ids[0]!)
    ids.push(await stack.portal.receive(CANARY, 'erasure', form))
    await leadThrough(stack, ids[1]!)

    const faulty = stack.vendors.accounts.flatMap(({ sandbox }) => sandbox.calls()).filter((call) => call.fault)
    expect(new Set(faulty.map((call) => call.fault))).toEqual(
      new Set(['status', 'garbage', 'reset_before', 'reset_after']),
    )
    const errors = worker.errors.map((error) => (error instanceof Error ? `${error.message} ${error.stack ?? ''}` : ''))
    const places = { ...(await written(stack, ids)), log: lines.join(''), errors: errors.join('\n') }
    expect(lines.length).toBeGreaterThan(50)
    const hits = Object.entries(places).flatMap(([place, text]) =>
      WORDS.filter((word) => word.test(text)).map((word) => `${place}: ${String(word)}`),
    )
    expect(hits).toEqual([])
  }, 200_000)
})
