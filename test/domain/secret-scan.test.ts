import { describe, expect, it } from '@jest/globals'
import { scanRecord, scanText } from '../../src/domain/secret-scan.ts'

// Put together here, so that no scanner of this repository takes them for real ones.
const LETTERS = 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1eF3hJ5kL7nP9rS1uV3xY5'
const part = (length: number) => LETTERS.repeat(6).slice(0, length)
const HEX = '0123456789abcdef'.repeat(8)

const SECRETS: readonly (readonly [string, string])[] = [
  ['AWS', `AKIAABCDEFGH12345678`],
  ['GitHub', `ghp_${part(36)}`],
  ['GitHub fine-grained', `github_pat_${part(60)}`],
  ['GitLab', `glpat-${part(20)}`],
  ['Slack', `xoxb-1234567890-${part(24)}`],
  ['Slack hook', `https://hooks.slack.com/services/T000/B000/${part(24)}`],
  ['Stripe', `sk_live_${part(24)}`],
  ['webhook', `whsec_${part(32)}`],
  ['SendGrid', `SG.${part(22)}.${part(43)}`],
  ['HubSpot', `pat-eu1-${HEX.slice(0, 8)}-1234-4abc-8def-${HEX.slice(0, 12)}`],
  ['Brevo', `xkeysib-${HEX.slice(0, 64)}-${part(16)}`],
  ['Atlassian', `ATATT3${part(60)}`],
  ['Google', `AIza${part(35)}`],
  ['Google OAuth', `ya29.${part(40)}`],
  ['npm', `npm_${part(36)}`],
  ['Intercom', `dG9rO${part(40)}`],
  ['our own', `hbs_key-12ab_${part(43)}`],
  ['JWT', `eyJ${part(20)}.eyJ${part(40)}.${part(43)}`],
  ['Azure', `AccountKey=${part(64)}==`],
  ['private key', `-----BEGIN RSA PRIVATE KEY-----\n${part(64)}\n${part(64)}\n-----END RSA PRIVATE KEY-----`],
]

const BESIDE_WORDS: readonly (readonly [string, string, string])[] = [
  ['Authorization: Bearer ', part(30), ''],
  ['Authorization: Basic ', part(24), '=='],
  ['postgres://habeas:', 'Kaas&wijn7', '@db.example.com/main'],
  ['my password: ', 'Zomer2024!', ' and thanks'],
  ['wachtwoord = ', 'Zomer2024!', ''],
  ['mot de passe : ', 'Ete2024!', ''],
  ['"api_key": "', part(20), '"'],
  ['client-secret=', part(20), '&x=1'],
]

const ORDINARY = [
  'Please reset my password, the link has expired.',
  'Het wachtwoord werk niet meer. Kan u helpen?',
  'Call me on +32 470 11 00 01 or write to ada@example.com.',
  'Order 4711, invoice 2024-000123, IBAN BE71 0961 2345 6769.',
  `Commit ${HEX.slice(0, 40)} and id 00bd3318-11a2-44a7-82af-d8f9f4bce04a.`,
  'Secret Santa is on Friday: token gifts only, api keys are no gifts.',
  'See https://www.example.com/a:b?at=2 and mailto:ada@example.com',
  'He is the bearer of bad news.',
]

describe('a copy', () => {
  it.each(SECRETS)('never holds a credential: %s', (_, secret) => {
    const { clean, count } = scanText(`before ${secret} after`)
    expect(count).toBe(1)
    expect(clean).not.toContain(secret.slice(8, 24))
    expect([clean.startsWith('before '), clean.endsWith(' after')]).toEqual([true, true])
  })

  it.each(BESIDE_WORDS)('never holds what stands behind “%s”', (before, secret, after) => {
    const { clean, count } = scanText(`${before}${secret}${after}`)
    expect(count).toBe(1)
    expect(clean).not.toContain(secret)
    expect(clean.startsWith(before)).toBe(true)
  })

  it.each(ORDINARY)('keeps ordinary words: %s', (text) => {
    expect(scanText(text)).toEqual({ clean: text, count: 0 })
  })

  it('leaves fields out that are called after secrets, and only those', () => {
    const { clean, count } = scanRecord({
      password: 'kaas',
      nested: [{ apiKey: 'a', refresh_token: 'b', clientSecret: 'c' }],
      password_changed: true,
      secretary: 'Bea',
      token_count: 4,
      passwordHint: null,
      note: 'nothing',
    })
    expect(count).toBe(4)
    expect(clean).toMatchObject({ password_changed: true, secretary: 'Bea', token_count: 4, note: 'nothing' })
    expect(JSON.stringify(clean)).not.toMatch(/"kaas"|"a"|"b"|"c"/)
  })

  it('is clean once it was cleaned', () => {
    const dirty = { text: SECRETS.map(([, secret]) => secret).join(' '), password: 'kaas', more: 'pwd: kaas' }
    const once = scanRecord(dirty)
    expect(scanRecord(once.clean)).toEqual({ clean: once.clean, count: 0 })
  })

  it('is made in time that grows with the text alone', () => {
    for (const text of [
      'eyJ'.repeat(40_000),
      'a:'.repeat(60_000),
      `${'password '.repeat(20_000)}:`,
      'x'.repeat(200_000),
    ])
      expect(scanText(text).clean.length).toBeGreaterThan(0)
  })
})
