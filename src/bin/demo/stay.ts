import { startApi, type RunningApi } from '../runtime/api.ts'
import { ask } from './desk.ts'
import type { Installation } from './installation.ts'
import type { Story } from './story.ts'

/** A day takes 24 minutes: slow enough to look round, fast enough to see something end. */
const STAY_SPEED = 60

/** Leaves the pages open, with one request that waits for whoever looks, until the process is asked to stop. */
export async function stayOpen({ installation, cast, teller }: Story, stopped: Promise<void>): Promise<void> {
  installation.clock.runAt(STAY_SPEED)
  const api = await startSomewhere(installation)
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

/** On the port of the settings, or on any other when that one is taken. */
async function startSomewhere({ runtime, settings, log }: Installation): Promise<RunningApi> {
  try {
    return await startApi(runtime, { settings, log })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    return startApi(runtime, { settings: { ...settings, http: { ...settings.http, port: 0 } }, log })
  }
}
