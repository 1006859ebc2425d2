import { startApi } from '../runtime/api.ts'
import { ask } from './desk.ts'
import type { Story } from './story.ts'

/** A day takes 24 minutes: slow enough to look round, fast enough to see something end. */
const STAY_SPEED = 60

/** Leaves the pages open, with one request that waits for whoever looks, until the process is asked to stop. */
export async function stayOpen({ installation, cast, teller }: Story, stopped: Promise<void>): Promise<void> {
  const { runtime, settings, log, clock } = installation
  clock.runAt(STAY_SPEED)
  const api = await startApi(runtime, { settings, log })
  try {
    await ask(installation, cast.ines, 'erasure')
    teller.say(
      `\nThe dashboard is open; time now runs ${STAY_SPEED} times faster, so that an hour takes a minute. ${cast.ines.name} has asked for erasure, too: that request waits for you.`,
    )
    teller.line(`  Dashboard   ${api.url}/ops`)
    teller.line(`  API         ${api.url}/v1   (described at ${api.url}/docs)`)
    teller.line(`  Sign in     ${await api.signInLink()}   (once, within 15 minutes)`)
    teller.line('\nCtrl-C ends it.')
    await stopped
  } finally {
    await api.close()
  }
}
