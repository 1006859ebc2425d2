import { expect, it } from '@jest/globals'
import { describeStacks } from '../kit/stack/backends.ts'
import { startCommand } from '../kit/stack/commands.ts'
import { startProcess } from '../kit/stack/processes.ts'
import { startStack } from '../kit/stack/stack.ts'
import { pictureOf } from '../kit/stack/vendors.ts'

describeStacks('several processes on one database and one queue', (backend) => {
  it('one coordinator and two connector workers carry two requests to their records', async () => {
    const stack = await startStack({ backend, speed: 4000 })
    const [first, second, neighbour] = [stack.plant(1), stack.plant(2), stack.plant(3)]
    const before = pictureOf(neighbour)
    const workers = await Promise.all([
      startProcess(stack, ['coordinator', 'relay', 'watchdog']),
      startProcess(stack, ['connector']),
      startProcess(stack, ['connector']),
    ])

    const ids = [
      await stack.portal.receive(first.person, 'erasure'),
      await stack.portal.receive(second.person, 'access'),
    ] as const
    const requests = await Promise.all(ids.map((id) => stack.portal.lead(id)))

    expect(requests.map((one) => one.state).every((state) => state === 'answered' || state === 'closed')).toBe(true)
    await expect(stack.portal.record(ids[0])).resolves.toMatchObject({ predicate: { action: 'erasure' } })
    await expect(stack.portal.record(ids[1])).resolves.toMatchObject({ predicate: { result: 'completed' } })
    expect(pictureOf(neighbour)).toBe(before)
    await Promise.all(workers.map((one) => one.kill()))
  }, 120_000)

  it('the commands of the product do it too: one coordinator and two connector workers, in real time', async () => {
    const stack = await startStack({ backend, speed: 1 })
    const known = stack.plant(1)
    const commands = [['coordinator'], ['connector'], ['connector', '--connectors', 'hubspot']]
    const started = await Promise.all(commands.map((command) => startCommand(stack, command)))

    const id = await stack.portal.receive(known.person, 'access')
    const request = await stack.portal.lead(id, 240_000)

    expect(request.state).toBe('closed')
    await expect(stack.portal.record(id)).resolves.toMatchObject({ predicate: { result: 'completed' } })
    await expect(Promise.all(started.map((one) => one.stop()))).resolves.toEqual([0, 0, 0])
    // Limits run in real time: a minute on a quiet machine, more on a busy one.
  }, 300_000)
})
