import { describe, expect, it } from '@jest/globals'
import { startLoop } from '../../workers/loop.ts'

describe('a loop', () => {
  // A stop that came while a turn was under way waited for the whole pause after it: a minute for the chores, longer than the
  // drain. A process that was refused its port hung, and one that was asked to stop was killed.
  it('ends with the turn that is under way when it is stopped', async () => {
    const turn = Promise.withResolvers<number>()
    const hour = 3_600_000
    const loop = startLoop({ everyMs: hour, turn: () => turn.promise, onError: () => undefined })
    const stopped = loop.stop().then(() => 'stopped')
    turn.resolve(0)
    expect(await stopped).toBe('stopped')
  })

  it('ends at once when it is stopped between turns', async () => {
    const first = Promise.withResolvers<undefined>()
    const turn = () => {
      first.resolve(undefined)
      return Promise.resolve(0)
    }
    const loop = startLoop({ everyMs: 3_600_000, turn, onError: () => undefined })
    await first.promise
    expect(await loop.stop().then(() => 'stopped')).toBe('stopped')
  })
})
