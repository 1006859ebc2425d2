import { afterEach, expect, it } from '@jest/globals'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { inventPerson } from '../../src/connector/testing.ts'
import { describeStacks } from '../kit/stack/backends.ts'
import { CALLBACK_SECRET, startCallback, verifiedEvents } from '../kit/stack/callback.ts'
import { APPROVER, PORTAL } from '../kit/stack/portal.ts'
import { startStack } from '../kit/stack/stack.ts'
import { pictureOf } from '../kit/stack/vendors.ts'
import { until } from '../kit/services/child.ts'
import type { Receiver } from '../webhook/receiver.ts'

const receivers: Receiver[] = []
afterEach(async () => {
  await Promise.all(receivers.splice(0).map((one) => one.stop()))
})

async function receiver(): Promise<Receiver> {
  const started = await startCallback()
  receivers.push(started)
  return started
}

describeStacks('the answer', (backend) => {
  it('goes to the callback with a signature that the published verifier accepts, and closes the request', async () => {
    const portal = await receiver()
    const stack = await startStack({
      backend,
      allow: [new URL(portal.url).host],
      controller: { callback_secret: CALLBACK_SECRET },
    })
    await stack.work()

    const id = await stack.portal.receive(inventPerson(1), 'access', { callbackUrl: portal.url })
    const request = await stack.portal.lead(id)
    await until('the last event', () => Promise.resolve(typesOf(portal).includes('eu.habeas.request.completed.v1')))

    expect(request.delivery).toMatchObject({ channel: 'callback', result: 'delivered' })
    expect(new Set(verifiedEvents(portal.received).map((event) => event.subject))).toEqual(new Set([id]))
    expect(request.answeredAtMs).not.toBeNull()
  }, 90_000)

  it('that the callback never takes leaves the request open, and its owner is told', async () => {
    const portal = await receiver()
    portal.answer = { status: 500 }
    const stack = await startStack({
      backend,
      allow: [new URL(portal.url).host],
      controller: { callback_secret: CALLBACK_SECRET, owner: { email: 'owner@example.com' } },
      // Ten tries by Standard Webhooks last about three days.
      speed: 100_000,
    })
    await stack.work()

    const id = await stack.portal.receive(inventPerson(1), 'access', { callbackUrl: portal.url })
    await until(
      'the delivery to be given up',
      async () => (await stack.portal.request(id)).delivery?.result === 'failed',
      60_000,
    )

    await expect(stack.portal.request(id)).resolves.toMatchObject({ state: 'sealing', answeredAtMs: null })
    await until('a letter to the owner', async () => (await letters(stack.directory)).length > 0)
    // Quoted-printable breaks long lines with an equals sign.
    expect((await letters(stack.directory)).join('\n').replace(/=\r?\n/g, '')).toContain(id)

    portal.answer = { status: 204 }
    await stack.portal.commands.resume({ requestId: id, legId: null, action: 'retry', actor: PORTAL, reason: null })
    const answered = await stack.portal.lead(id)
    expect(answered.delivery).toMatchObject({ result: 'delivered' })
  }, 120_000)
})

describeStacks('a request that is withdrawn in its cooling-off', (backend) => {
  it('changes nothing at any vendor, and cannot be brought back', async () => {
    const stack = await startStack({
      backend,
      controller: { policy: { erasure: { cooling_off_hours: 700, identity: ['account_login'] } } },
    })
    const known = stack.plant(1)
    const before = pictureOf(known)
    await stack.work()

    const id = await stack.portal.receive(known.person, 'erasure')
    await stack.portal.untilState(id, ['awaiting_decision'])
    await stack.portal.decideAll(id)
    await stack.portal.untilState(id, ['awaiting_approval'])
    await stack.portal.approve(id)
    await stack.portal.commands.withdraw({ requestId: id, actor: PORTAL, reason: 'changed my mind' })

    await expect(stack.portal.request(id)).resolves.toMatchObject({ state: 'withdrawn', result: 'withdrawn' })
    const { planHash } = await stack.portal.request(id)
    await expect(
      stack.portal.commands.approve({ requestId: id, actor: APPROVER, reason: null, planHash: planHash! }),
    ).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION' })
    expect(stack.vendors.changes()).toEqual([])
    expect(pictureOf(known)).toBe(before)
  }, 90_000)
})

function typesOf(portal: Receiver): readonly string[] {
  return verifiedEvents(portal.received).map((event) => event.type)
}

async function letters(directory: string): Promise<readonly string[]> {
  const folder = path.join(directory, 'mail')
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml'))
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')))
  return texts.filter((text) => text.includes('could not be delivered'))
}
