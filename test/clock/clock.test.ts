import { afterEach, expect, it, jest } from '@jest/globals'
import { scaledClock, systemClock } from '../../src/adapters/clock.ts'

const ORIGIN_MS = Date.UTC(2026, 10, 24)
afterEach(() => {
  jest.useRealTimers()
})

it('tells the time of the machine', () => {
  jest.useFakeTimers({ now: ORIGIN_MS })
  expect(systemClock().nowMs()).toBe(ORIGIN_MS)
})

it('runs faster from an instant that all processes share', () => {
  jest.useFakeTimers({ now: ORIGIN_MS })
  const first = scaledClock({ originMs: ORIGIN_MS, factor: 3600 })
  expect(first.nowMs()).toBe(ORIGIN_MS)
  jest.advanceTimersByTime(1001)
  expect(first.nowMs()).toBe(ORIGIN_MS + 1001 * 3600)
  // A process that starts later reads the same time.
  expect(scaledClock({ originMs: ORIGIN_MS, factor: 3600 }).nowMs()).toBe(first.nowMs())
})

it('tells whole milliseconds', () => {
  jest.useFakeTimers({ now: ORIGIN_MS + 1 })
  expect(scaledClock({ originMs: ORIGIN_MS, factor: 1.5 }).nowMs()).toBe(ORIGIN_MS + 1)
})
