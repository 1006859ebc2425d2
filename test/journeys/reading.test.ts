import { expect, it } from '@jest/globals'
import { describeStacks } from '../kit/stack/backends.ts'
import { fetchArchive } from '../kit/stack/archive.ts'
import { depthOf, identitiesOf } from '../kit/stack/places.ts'
import { startStack } from '../kit/stack/stack.ts'
import { pictureOf } from '../kit/stack/vendors.ts'

describeStacks('no neighbour is disclosed: what a person asks to see', (backend) => {
  it('access gives everything that was planted and read, in an archive that opens with the key of the request', async () => {
    const stack = await startStack({ backend })
    const known = stack.plant(1)
    const neighbour = stack.plant(2)
    const before = [pictureOf(known), pictureOf(neighbour)]
    await stack.work()

    const id = await stack.portal.receive(known.person, 'access', { identities: identitiesOf(known) })
    await stack.portal.lead(id)

    const archive = await fetchArchive(stack, id)
    for (const { account, planted } of known.at) {
      for (const { part } of depthOf(account.connectorId).filter((row) => row.isRead)) {
        const place = dataPath(account.accountId, part)
        const planned = planted.refs[part]?.length ?? 0
        const listed = archive.paths.includes(place) ? archive.json(place) : []
        expect({ place, records: Array.isArray(listed) && listed.length }).toEqual({ place, records: planned })
      }
      const files = archive.paths.filter((one) => one.startsWith(`data/${account.accountId}/files/`))
      const planned = Object.values(planted.attachments ?? {}).reduce((sum, count) => sum + count, 0)
      expect(files).toHaveLength(planned)
    }
    expect(archive.paths.map((one) => archive.text(one)).join('\n')).not.toContain(neighbour.person.email)
    expect([pictureOf(known), pictureOf(neighbour)]).toEqual(before)
    expect(stack.vendors.changes()).toEqual([])
    await expect(stack.portal.record(id)).resolves.toMatchObject({ predicate: { result: 'completed' } })
  }, 120_000)

  it('portability gives only what the person provided or what was observed of them', async () => {
    const stack = await startStack({ backend })
    const known = stack.plant(1)
    await stack.work()

    const id = await stack.portal.receive(known.person, 'portability', { identities: identitiesOf(known) })
    await stack.portal.lead(id)

    const archive = await fetchArchive(stack, id)
    const given = known.at.flatMap(({ account }) =>
      depthOf(account.connectorId).map((row) => ({ ...row, place: dataPath(account.accountId, row.part) })),
    )
    const inArchive = given.filter(({ place }) => archive.paths.includes(place))
    const origins = new Set(inArchive.map(({ origin }) => origin))
    expect(origins).toEqual(new Set(['provided', 'observed']))
    expect(stack.vendors.changes()).toEqual([])
  }, 120_000)

  it('a dry run makes the plan and changes nothing', async () => {
    const stack = await startStack({ backend })
    const known = stack.plant(1)
    const before = pictureOf(known)
    await stack.work()

    const id = await stack.portal.receive(known.person, 'erasure', { mode: 'plan' })
    const request = await stack.portal.lead(id)

    expect(request).toMatchObject({ state: 'closed', result: 'planned' })
    expect(request.planHash).toMatch(/^[0-9a-f]{64}$/)
    expect(stack.vendors.changes()).toEqual([])
    expect(pictureOf(known)).toBe(before)
  }, 120_000)
})

// The archive keeps its paths short.
const PART_LENGTH = 22

function dataPath(accountId: string, part: string): string {
  return `data/${accountId}/${part.replaceAll('_', '-').slice(0, PART_LENGTH)}.json`
}
