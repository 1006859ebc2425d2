import { describe } from '@jest/globals'
import { memoryLimiter } from '../../../../src/connector/memory-limiter.ts'
import { limiterContract, virtualClock } from './contract.ts'

describe('the limiter in memory', () => {
  limiterContract(() => {
    const clock = virtualClock()
    const store = memoryLimiter(clock)
    return Promise.resolve({ clock, stores: [store, store], close: () => Promise.resolve() })
  })
})
