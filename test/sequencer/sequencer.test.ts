import { describe, expect, it } from '@jest/globals'
import { DsrError } from '../../src/domain/errors.ts'
import { controllerId, type ControllerId } from '../../src/domain/ids.ts'
import { repairCheckpoints, sequencerTurn } from '../../src/flow/sequencer.ts'
import { CONTROLLER } from '../kit/sim/policies.ts'
import { LogWorld, type Fate } from './world.ts'

async function turn(world: LogWorld, sequencer = world.newSequencer()): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) if ((await sequencerTurn(sequencer)) === 0) return
}

describe('the sequencer', () => {
  it('puts every event into the log, in the order of its writing, where anybody can check it', async () => {
    const world = new LogWorld()
    await world.write(3)
    await turn(world)
    await world.write(2)
    await turn(world)
    const audit = await world.audit()
    const leaves = world.rig.store.rows('leaf')
    expect(audit).toMatchObject({ kind: 'valid', head: { size: leaves.length } })
    expect(leaves.map((leaf) => leaf.logIndex).sort((a, b) => Number(a) - Number(b))).toEqual(leaves.map((_, at) => at))
    expect(audit).toMatchObject({ requests: Array.from({ length: 5 }, () => ({ standing: 'overdue' })) })
  })

  it('has nothing to do, and asks no object, when nothing was written', async () => {
    const world = new LogWorld()
    await world.write(1)
    await turn(world)
    world.fate = (call) => (call === 'database' ? 'done' : 'crash_before')
    expect(await sequencerTurn(world.newSequencer())).toBe(0)
  })

  it('stops when an older database was restored, and appends nothing any more', async () => {
    const world = new LogWorld()
    await world.write(2)
    await turn(world)
    const old = world.rig.store.rows('ledger')[0]!
    await world.write(2)
    await turn(world)
    await world.ports.store.transact((tx) =>
      tx.ledger.update(CONTROLLER, { size: old.size, root: old.root, checkpoint: old.checkpoint }),
    )
    await world.write(1)
    const before = new Map(world.files)
    await expect(sequencerTurn(world.newSequencer())).rejects.toMatchObject({ code: 'LEDGER_ROLLED_BACK' })
    expect(await sequencerTurn(world.newSequencer())).toBe(0)
    expect([...world.files.keys()]).toEqual([...before.keys()])
    expect(world.rig.store.rows('ledger')).toMatchObject([{ stoppedBy: 'LEDGER_ROLLED_BACK' }])
  })

  it('does not let the log of one controller hold up that of another', async () => {
    const world = new LogWorld()
    await world.write(1)
    const { policies } = world.ports
    const broken = controllerId('broken')
    const ledger = {
      ...world.ledger,
      folder: (id: ControllerId) => {
        if (id === broken) throw new DsrError('OBJECT_STORE_UNREACHABLE', 'its objects are away')
        return world.folder
      },
    }
    const ports = { ...world.ports, policies: { ...policies, controllers: () => [broken, CONTROLLER] } }
    await ports.store.transact((tx) =>
      tx.leaf.insert({ ...world.rig.store.rows('leaf')[0]!, id: 'l', controllerId: broken }),
    )
    const turned = sequencerTurn({ ports, ledger, longest: new Map() })
    await expect(turned).rejects.toMatchObject({ code: 'OBJECT_STORE_UNREACHABLE' })
    expect(world.rig.store.rows('ledger')).toMatchObject([{ id: CONTROLLER, isFinished: true }])
  })

  it('puts a published checkpoint right that a slow one set back', async () => {
    const world = new LogWorld()
    await world.write(1)
    await turn(world)
    const old = world.files.get('checkpoint')!
    await world.write(1)
    await turn(world)
    const newest = world.files.get('checkpoint')
    await world.folder.publish(old)
    expect(await repairCheckpoints(world.newSequencer())).toBe(1)
    expect(world.files.get('checkpoint')).toEqual(newest)
    expect(await repairCheckpoints(world.newSequencer())).toBe(0)
  })

  it.each(['crash_before', 'crash_after', 'lost_answer'] as const)(
    'ends alike after one %s at any call',
    async (fate) => {
      let broken = 0
      while (await endsAlike(broken, fate)) broken += 1
      expect(broken).toBeGreaterThan(20)
    },
  )
})

/** Breaks the call of this number in one turn, then goes on. @returns whether there was such a call. */
async function endsAlike(at: number, fate: Fate): Promise<boolean> {
  const world = new LogWorld()
  await world.write(2)
  await turn(world)
  await world.write(2)
  let calls = 0
  world.fate = () => {
    calls += 1
    return calls === at + 1 ? fate : 'done'
  }
  const failed = await turn(world).then(
    () => false,
    (error: unknown) => error instanceof Error,
  )
  world.fate = () => 'done'
  await turn(world)
  await repairCheckpoints(world.newSequencer())
  const size = world.rig.store.rows('leaf').length
  expect(await world.audit()).toMatchObject({ kind: 'valid', head: { size } })
  expect(new Set(world.places().map(([index]) => index)).size).toBe(size)
  expect(failed).toBe(calls > at)
  return calls > at
}
