import { describe, expect, it } from '@jest/globals'
import { compareFacts, factsOf, personOf } from '../../src/http/views/facts.ts'

const plain = (content: Parameters<typeof factsOf>[0]) => Object.fromEntries(factsOf(content))

describe('the facts of a vendor’s record', () => {
  it('are found whatever the vendor calls them and wherever they lie', () => {
    expect(
      plain({ id: '77', properties: { firstname: 'Ada', hs_lastname: 'x', lastname: 'Peeters', hs_object_id: 9 } }),
    ).toEqual({ first_name: ['Ada'], last_name: ['x', 'Peeters'] })
    expect(plain({ email: [{ value: 'ada@example.com', label: 'work' }], 'Phone-Number': '+32470000001' })).toEqual({
      email: ['ada@example.com'],
      phone: ['+32470000001'],
    })
    expect(plain({ address: 'ada@example.com' })).toEqual({ email: ['ada@example.com'] })
  })

  it('have no name of the vendor’s own, and no flags', () => {
    expect(plain({ hs_analytics_source: 'OFFLINE', lifecyclestage: 'lead', email: true, owner_id: 4 })).toEqual({})
  })

  it('tell instants as one kind, however written', () => {
    const iso = '2024-05-03T00:00:00.000Z'
    for (const created of [Date.parse(iso), Date.parse(iso) / 1000, iso, String(Date.parse(iso))])
      expect(plain({ createdAt: created })).toEqual({ created: [iso] })
    expect(plain({ createdAt: 'some day' })).toEqual({})
  })

  it('end, however deep or long a record is', () => {
    const deep = Array.from({ length: 50 }).reduce<object>((inner) => ({ inner }), { name: 'Ada' })
    expect(plain(JSON.parse(JSON.stringify(deep)) as never)).toEqual({})
    expect(factsOf({ name: Array.from({ length: 100 }, (_, at) => `n${at}`) }).get('name')).toHaveLength(4)
  })
})

describe('a record beside the person', () => {
  const person = personOf([
    factsOf({ firstname: 'Ada', lastname: 'Peeters', phone: '+32 470 00 00 01', body: 'a note' }),
  ])

  it('shows what is the same, however it is spaced or cased', () => {
    const seen = compareFacts(person, factsOf({ first_name: 'ADA', last_name: 'Maes', mobile: '+32470000001' }))
    expect(seen.map(({ kind, isSame }) => [kind, isSame])).toEqual([
      ['first_name', true],
      ['last_name', false],
      ['phone', true],
    ])
  })

  it('shows what the record does not say', () => {
    expect(compareFacts(person, factsOf({ last_name: 'Maes' })).find(({ kind }) => kind === 'phone')).toMatchObject({
      person: ['+32 470 00 00 01'],
      record: [],
    })
  })

  it('shows a paper alone: it is no portrait of anybody', () => {
    expect(compareFacts(person, factsOf({ subject: 'Invoice 7', amount: 12 })).map(({ kind }) => kind)).toEqual([
      'title',
      'amount',
    ])
  })
})
