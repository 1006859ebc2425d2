import { describe, expect, it } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import { ERROR_CODES } from '../../src/domain/errors.ts'

const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8')
const chapters = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((chapter) => [chapter.slice(0, chapter.indexOf('\n')), chapter] as const),
)

describe('docs/errors.md', () => {
  it('has one heading for each code, in order, and no other', () => {
    const headings = [...page.matchAll(/^## (.*)$/gm)].map((match) => match[1])
    expect(headings).toEqual(Object.keys(ERROR_CODES).sort())
  })

  it.each(Object.entries(ERROR_CODES))(
    'says of %s how it is answered and what to do',
    (code, { status, retryable }) => {
      const [, how, ...advice] = chapters.get(code)?.trim().split('\n').filter(Boolean) ?? []
      expect(how).toBe(`HTTP ${status}. Try again: ${retryable ? 'yes' : 'no'}.`)
      expect(advice.join(' ').length).toBeGreaterThan(10)
    },
  )
})
