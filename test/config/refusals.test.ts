import { describe, expect, it } from '@jest/globals'
import { readConfiguration, readSettings } from '../../src/config.ts'
import { aConfiguration, aController, anAccount, CANARY, CONNECTORS, read, refusalOf } from './example.ts'

const withController = (fields: Record<string, unknown>) => aConfiguration({ controllers: [aController(fields)] })
const withAccount = (fields: Record<string, unknown>) => withController({ accounts: [anAccount(fields)] })

// Who reads these has a broken start before them: here the words are what is promised.
describe('a refused start says', () => {
  it('which connectors there are when one is unknown', () => {
    const refusal = refusalOf(() => read(withAccount({ connector: 'hubspott' })))
    expect(refusal?.field).toBe('controllers[0].accounts[0].connector')
    expect(refusal?.message).toContain('hubspot, jira')
  })

  it('which options a connector has', () => {
    expect(refusalOf(() => read(withAccount({ options: { colour: CANARY } })))?.message).toContain('region')
  })

  it.each(['ZZ', 'XX'])('that the country is at fault, not the time zone (%s)', (country) => {
    for (const more of [{}, { time_zone: 'Europe/Brussels' }])
      expect(refusalOf(() => read(withController({ country, ...more })))?.field).toBe('controllers[0].country')
  })

  it('that a country of several zones needs one', () => {
    expect(refusalOf(() => read(withController({ country: 'US' })))?.field).toBe('controllers[0].time_zone')
  })

  it.each([
    ['a number', withAccount({ token: 4711 })],
    ['a list', withAccount({ token: [CANARY] })],
    ['empty', withAccount({ token: null })],
    ['true or false', withAccount({ token: true })],
    ['is missing', withController({ name: undefined })],
  ])('of what kind the wrong value is: %s', (kind, written) => {
    const refusal = refusalOf(() => read(written))
    expect(refusal?.message).toContain(kind)
    expect(refusal?.message).not.toMatch(/4711|canary/)
  })

  it('where a configuration was looked for', () => {
    const refusal = refusalOf(() => readConfiguration('no/such.yaml', CONNECTORS, {}))
    expect(refusal?.message).toContain(`${process.cwd()}/no/such.yaml`)
  })

  it.each(['abc', '80.5', '-1', '65536', '0x50'])('that a port is a whole number (%s)', (PORT) => {
    const refusal = refusalOf(() => readSettings({ PORT }))
    expect(refusal?.field).toBe('PORT')
    expect(refusal?.message).toContain('0 to 65535')
  })

  it.each(['all', '10.0.0.0/40', 'proxy.internal', '10.0.0.1,,'])('that proxies are addresses (%s)', (text) => {
    expect(refusalOf(() => readSettings({ TRUSTED_PROXIES: text }))?.field).toBe('TRUSTED_PROXIES')
  })

  it('nothing when proxies are addresses and networks', () => {
    const { http } = readSettings({ TRUSTED_PROXIES: '10.0.0.0/8, 127.0.0.1,fd00::/8' })
    expect(http.trustedProxies).toEqual(['10.0.0.0/8', '127.0.0.1', 'fd00::/8'])
  })
})
