import { existsSync } from 'node:fs'
import { describe, it } from '@jest/globals'
import { chromium, type Browser } from 'playwright-core'

const CHROMIUM = '/usr/bin/chromium'
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/** `describe` for tests in a real browser: a visible skip where there is none, a failure when REQUIRE_SERVICES=1. */
export function describeInBrowser(name: string, tests: () => void): void {
  if (existsSync(CHROMIUM)) {
    describe(name, tests)
  } else if (process.env.REQUIRE_SERVICES === '1') {
    describe(name, () => {
      it('has Chromium', () => {
        throw new Error(`no ${CHROMIUM}`)
      })
    })
  } else {
    describe.skip(`${name} (skipped: no ${CHROMIUM})`, tests)
  }
}

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
}
