import { describe, expect, it } from '@jest/globals'
import { DAY, HOUR } from '../kit/sim/clock.ts'
import { contactOf, invoiceOf, mailOf, testPerson } from '../kit/sim/people.ts'
import { Rig } from '../kit/sim/rig.ts'

const ada = testPerson('ada')
const bea = testPerson('bea', ada.name)

describe('the way of one request', () => {
  it('erases what was found, looks again, seals a record and answers', async () => {
    const rig = new Rig()
    rig.vendor().add(...contactOf(ada, 2), mailOf(ada), invoiceOf(ada), ...contactOf(bea, 1))
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(rig.request(id).state).toBe('awaiting_approval')
    await rig.approve(id)
    await rig.after(DAY)
    await rig.after(8 * HOUR)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
    expect(rig.outcomes(id)).toEqual({
      'crm/contact': 'erased',
      'crm/note': 'erased',
      'crm/mail': 'erased',
      'crm/invoice': 'anonymised',
    })
    expect(rig.vendor().held('ada')).toEqual([])
    expect(rig.vendor().held('bea')).toHaveLength(2)
    expect(rig.store.rows('seal')).toHaveLength(1)
  })

  it('exports what was found for access and changes nothing', async () => {
    const rig = new Rig({ policy: { byRight: { access: { approval: 'auto' } } } })
    rig.vendor().add(...contactOf(ada, 2), ...contactOf(bea, 1))
    const id = await rig.receive(ada.email, { right: 'access' })
    await rig.settle()
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
    const [seal] = rig.store.rows('seal')
    expect(rig.files.objects.get(seal?.archiveKey ?? '')).toEqual([
      'crm/contact/c-ada',
      'crm/note/n-ada-1',
      'crm/note/n-ada-2',
    ])
    expect(rig.vendor().history).toEqual([])
  })
})
