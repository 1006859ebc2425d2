import { afterEach, describe, expect, it } from '@jest/globals'
import type { DemoOptions } from '../../src/bin/demo/demo.ts'
import { freshData, playHere } from './play.ts'

type Stage = Parameters<NonNullable<DemoOptions['onStage']>>[0]

const LIMIT_MS = 240_000
const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function play(onStage: (stage: Stage) => void) {
  const data = await freshData()
  closers.push(() => data.remove())
  return playHere(data.directory, onStage)
}

/** A vendor whose deletion takes another person's contact along, once it is asked to change anything. */
function eraseTheNamesake({ cast, installation }: Stage): Promise<number> {
  const running = installation.sandboxes.find(({ sandbox }) => sandbox.connector === 'hubspot')!
  const { sandbox } = running
  const [objectId] = cast.namesake.at.get(running.accountId)?.refs.contact ?? []
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      if (!sandbox.calls().some((call) => call.isChange)) return
      clearInterval(timer)
      fetch(`${sandbox.baseUrl}/crm/v3/objects/contacts/gdpr-delete`, {
        method: 'POST',
        headers: { authorization: `Bearer ${sandbox.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ objectId }),
      }).then((reply) => resolve(reply.status), reject)
    }, 20)
    closers.push(() => clearInterval(timer))
  })
}

/** A vendor that lies although the demo did not arrange it. */
function lieUnannounced({ installation }: Stage): void {
  const [running] = installation.sandboxes.filter(({ sandbox }) => sandbox.connector === 'hubspot')
  running!.sandbox.arm({
    match: { path: /contacts\/gdpr-delete$/, changesOnly: true },
    times: 2,
    what: { kind: 'lie' },
  })
}

describe('the demo fails and says why', () => {
  it(
    'when a system erases a person of the same name',
    async () => {
      let betrayal = Promise.resolve(0)
      const { code, output } = await play((stage) => {
        betrayal = eraseTheNamesake(stage)
      })
      expect(await betrayal).toBe(204)
      expect(output).toMatch(/^NO .*of that name/m)
      expect(code).toBe(1)
    },
    LIMIT_MS,
  )

  it(
    'when a system keeps a record and the demo did not arrange it',
    async () => {
      const { code, output } = await play(lieUnannounced)
      expect(output).toMatch(/^NO /m)
      expect(output).toContain('VENDOR_KEPT_RECORD')
      expect(code).toBe(1)
    },
    LIMIT_MS,
  )
})
