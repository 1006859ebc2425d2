import { describe, expect, it } from '@jest/globals'
import { tableText, tableWidth, wrapped } from '../../src/bin/print-table.ts'

const HEAD = ['System', 'Place', 'Outcome']
const LONG = 'a'.repeat(150)
const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length))
const letters = (text: string) => [...text.matchAll(/[a-z]/g)].length

describe('a table on a terminal', () => {
  it.each([40, 60, 80, 100])('is never wider than %i columns, and loses no letter', (width) => {
    const text = tableText(
      HEAD,
      [['HubSpot', `kept by the law ${LONG}`, 'until the first of January of some year']],
      width,
    )
    expect(widest(text)).toBeLessThanOrEqual(width)
    expect(letters(text)).toBe(
      letters(`${HEAD.join('')}HubSpotkept by the law ${LONG}until the first of January of some year`),
    )
    expect(text).not.toContain('…')
  })

  it('is as narrow as its words when there is room', () => {
    expect(widest(tableText(HEAD, [['a', 'b', 'c']], 100))).toBeLessThan(30)
  })

  it('keeps the columns of rows under a cell that spans them', () => {
    const rows = [
      [{ content: 'Erasure: Lea Peeters', rowSpan: 2 }, 'HubSpot', LONG],
      ['SendGrid', LONG],
    ]
    expect(widest(tableText(HEAD, rows, 72))).toBeLessThanOrEqual(72)
  })

  it('goes by the terminal, and by an ordinary one where there is none', () => {
    expect([tableWidth(66), tableWidth(undefined), tableWidth(400)]).toEqual([66, 80, 110])
  })
})

it('breaks lines between words, and a long word where it must', () => {
  expect(wrapped(`one two ${'x'.repeat(12)}`, 7)).toBe('one two\nxxxxxxx\nxxxxx')
})
