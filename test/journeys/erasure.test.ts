import { expect, it } from '@jest/globals'
import { inventPerson } from '../../src/connector/testing.ts'
import { describeStacks } from '../kit/stack/backends.ts'
import { depthOf, identitiesOf } from '../kit/stack/places.ts'
import { OPS } from '../kit/stack/portal.ts'
import { startStack } from '../kit/stack/stack.ts'
import { pictureOf, refsOf, remainingOf } from '../kit/stack/vendors.ts'

describeStacks(
  'no part is left unexplained and no neighbour is touched: an erasure from the portal to a signed record',
  (backend) => {
    it('erases the person in every place that can be erased, leaves neighbours byte for byte, and signs what it saw', async () => {
      const stack = await startStack({ backend })
      const known = stack.plant(1)
      const neighbour = stack.plant(2)
      const before = pictureOf(neighbour)
      await stack.work()

      const id = await stack.portal.receive(known.person, 'erasure', { identities: identitiesOf(known) })
      await stack.portal.untilState(id, ['awaiting_decision'])
      expect(stack.vendors.changes()).toEqual([])
      const request = await stack.portal.lead(id)

      const remaining = remainingOf(known)
      const outcomes = await stack.portal.outcomes(id)
      for (const { account } of known.at) {
        for (const { part, onErasure } of depthOf(account.connectorId).filter((row) => row.isRead)) {
          const place = `${account.connectorId}/${part}`
          const outcome = outcomes[`${account.accountId}/${part}`]
          // Either it is gone, or the record says of this very place that it is not.
          const isSaid = onErasure === 'left' ? 'not_supported' : 'suppressed'
          const isGone = remaining[place] === undefined
          expect({ place, isTrue: isGone || outcome === isSaid }).toEqual({ place, isTrue: true })
        }
      }
      expect(pictureOf(neighbour)).toBe(before)
      const { predicate } = await stack.portal.record(id)
      expect(predicate).toMatchObject({ action: 'erasure', result: request.result, plan_hash: request.planHash })
      // An exception without a journal entry would be unexplained.
      const bad = Object.values(outcomes).filter((one) =>
        ['failed', 'not_supported', 'unverifiable', 'not_done'].includes(one),
      )
      expect(predicate.exceptions).toHaveLength(bad.length)
      expect(Object.values(outcomes)).not.toContain('failed')
      // Where a vendor holds a suppression, imports can ask for it, and for nobody else's.
      const suppressions = stack.portal.suppressions
      const addresses = [known.person.email, neighbour.person.email].map((value) => ({ kind: 'email', value }) as const)
      const answers = await suppressions.check(request.controllerId, addresses, 'direct_marketing')
      const isKept = Object.values(outcomes).includes('suppressed')
      expect(answers.map((one) => one !== undefined)).toEqual([isKept, false])
    }, 120_000)

    it('stops for a person when two people share a telephone, and leaves the one who is somebody else', async () => {
      const stack = await startStack({ backend })
      const known = stack.plant(1)
      const { phone } = known.person
      const flatmate = stack.vendors.plant({ ...inventPerson(9), phone }, 'alpha')
      const before = pictureOf(flatmate)
      await stack.work()

      const identities = [
        { kind: 'email', value: known.person.email },
        { kind: 'phone', value: phone },
      ] as const
      const id = await stack.portal.receive(known.person, 'erasure', { identities })
      await stack.portal.untilState(id, ['awaiting_decision'])
      expect(stack.vendors.changes()).toEqual([])
      const theirs = refsOf(flatmate)
      const open = await stack.portal.openCandidatesAsFound(id)
      expect(open.some((row) => theirs.has(row.place))).toBe(true)
      const decisions = open.map(({ recordId, place }) => ({
        recordId,
        decision: theirs.has(place) ? ('not_subject' as const) : ('subject' as const),
        law: null,
        untilMs: null,
      }))
      await stack.portal.commands.decide({ requestId: id, actor: OPS, reason: 'another person', decisions })
      await stack.portal.lead(id)

      expect(pictureOf(flatmate)).toBe(before)
      await expect(stack.portal.record(id)).resolves.toMatchObject({ predicate: { action: 'erasure' } })
    }, 120_000)
  },
)
