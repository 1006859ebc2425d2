import { describe, expect, it } from '@jest/globals'
import { inspect } from 'node:util'
import { isRight } from '../../src/domain/right.ts'
import { aConfiguration, aController, anAccount, aSandbox, CANARY, read, refusalOf, SIGNING_SECRET } from './example.ts'

describe('a configuration', () => {
  it('reads as written in the manual, in YAML’s short forms', () => {
    const text = `
controllers:
  - id: cooperlink            # a tenant
    name: ThinkITsmart SA
    country: BE
    languages: [nl, fr, en]
    accounts:
      - { id: hubspot-main, connector: hubspot, token: \${HUBSPOT_TOKEN}, base_url: https://api.hubapi.com, effects: live }
    policy:
      erasure: { approval: person, cooling_off_hours: 48, max_per_hour: 20, identity: [account_login, mail_link] }
      access: { approval: auto, review: person, identity: [account_login] }
network:
  allow: []
`
    const { controllers, isDemo, clock } = read(text, { HUBSPOT_TOKEN: 'a: "b" {c} # d' })
    expect(isDemo).toBe(false)
    expect(clock).toEqual({ speed: 1 })
    expect(controllers).toMatchObject([
      {
        id: 'cooperlink',
        country: 'BE',
        timeZone: 'Europe/Brussels',
        languages: ['nl', 'fr', 'en'],
        accounts: [{ id: 'hubspot-main', connector: 'hubspot', effects: 'live', wave: 0, isSandbox: false }],
        policy: {
          erasure: { approval: 'person', coolingOffMs: 48 * 3_600_000, identity: ['account_login', 'mail_link'] },
          access: { approval: 'auto', review: 'person', identity: ['account_login'] },
        },
      },
    ])
    expect(controllers[0]?.accounts[0]?.secret.reveal()).toBe('a: "b" {c} # d')
  })

  it('is safe where it says nothing', () => {
    const [controller] = read(aConfiguration()).controllers
    expect(controller).toMatchObject({ exemptions: [], ownDomains: [], owner: {}, callbackSecret: undefined })
    expect(controller?.accounts[0]).toMatchObject({ effects: 'read_only', testIdentifiers: [], feeds: [], options: {} })
    const { policy } = controller!
    expect(Object.keys(policy).filter(isRight)).toHaveLength(6)
    expect(policy.erasure).toMatchObject({
      approval: 'person',
      coolingOffMs: 24 * 3_600_000,
      maxPerHour: 20,
      identity: [],
    })
    for (const right of ['rectification', 'restriction'] as const) {
      expect(policy[right]).toMatchObject({ approval: 'person', coolingOffMs: 0, maxPerHour: 20, identity: [] })
    }
    // Art. 21(3) GDPR: an objection has effect at once.
    expect(policy.objection).toMatchObject({ approval: 'auto', coolingOffMs: 0, identity: [] })
    expect(policy.access).toMatchObject({ approval: 'auto', review: 'person', identity: [] })
    expect(policy.portability).toMatchObject({ approval: 'auto', review: 'person', identity: [] })
  })

  it('keeps secrets out of every way to print it', () => {
    const owner = { webhook_url: 'https://hooks.example.com/dsr', webhook_secret: SIGNING_SECRET }
    const configuration = read(
      aConfiguration({ controllers: [aController({ owner, callback_secret: SIGNING_SECRET })] }),
    )
    const { accounts, callbackSecret, owner: reader } = configuration.controllers[0]!
    expect(accounts[0]?.secret.reveal()).toBe(CANARY)
    expect(reader.webhook?.secret.reveal()).toBe(SIGNING_SECRET)
    expect(callbackSecret?.reveal()).toBe(SIGNING_SECRET)
    const printed = `${JSON.stringify(configuration)} ${inspect(configuration, { depth: null })}`
    expect(printed).not.toContain(CANARY)
    expect(printed).not.toContain(SIGNING_SECRET)
  })

  it('takes a secret from a file that a variable names', async () => {
    const { mkdtemp, writeFile, rm } = await import('node:fs/promises')
    const directory = await mkdtemp('/tmp/habeas-config-')
    await writeFile(`${directory}/token`, 'from-a-file\n')
    const configuration = read(
      aConfiguration({ controllers: [aController({ accounts: [anAccount({ token: 'x-${TOKEN}' })] })] }),
      {
        TOKEN_FILE: `${directory}/token`,
      },
    )
    await rm(directory, { recursive: true })
    expect(configuration.controllers[0]?.accounts[0]?.secret.reveal()).toBe('x-from-a-file')
  })

  it('orders accounts by what feeds what', () => {
    const accounts = [
      anAccount({ id: 'mail' }),
      anAccount({ id: 'crm', feeds: ['desk', 'mail'] }),
      anAccount({ id: 'desk', feeds: ['mail'] }),
      anAccount({ id: 'alone' }),
    ]
    const [controller] = read(aConfiguration({ controllers: [aController({ accounts })] })).controllers
    const waves = Object.fromEntries(controller!.accounts.map(({ id, wave }) => [id, wave]))
    expect(waves).toEqual({ crm: 0, alone: 0, desk: 1, mail: 2 })
  })

  it.each([
    ['https://api.example.com', []],
    ['https://10.0.0.8', ['10.0.0.0/8']],
    ['http://10.0.0.8:8080', ['10.0.0.8:8080']],
    ['http://gateway.internal', ['gateway.internal']],
    ['https://localhost:8443', ['localhost:8443']],
    ['http://localhost:4010', ['127.0.0.1']],
    ['http://[::1]:4010', ['[::1]:4010']],
  ])('takes %s when %j is allowed', (base_url, allow) => {
    const written = aConfiguration({
      controllers: [aController({ accounts: [anAccount({ base_url })] })],
      network: { allow },
    })
    expect(read(written).controllers[0]?.accounts[0]?.baseUrl).toBe(base_url)
  })

  it('may hurry and need no cooling-off while all accounts are sandboxes', () => {
    const policy = { erasure: { cooling_off_hours: 0 } }
    const accounts = [aSandbox(), aSandbox({ id: 'other', base_url: 'http://localhost:4011' })]
    const controllers = [aController({ accounts, policy })]
    const configuration = read({ controllers, network: { allow: ['127.0.0.1'] }, clock: { speed: 3600 } })
    expect(configuration).toMatchObject({ isDemo: true, clock: { speed: 3600 } })
    expect(configuration.controllers[0]?.policy.erasure.coolingOffMs).toBe(0)
  })

  it('reads exemptions and knows their parts', () => {
    const exemptions = [{ account: 'hubspot-main', part: 'notes', law: 'VAT Code Art. 60', keep_years: 10 }]
    const [controller] = read(aConfiguration({ controllers: [aController({ exemptions })] })).controllers
    expect(controller?.exemptions).toEqual([
      { accountId: 'hubspot-main', part: 'notes', law: 'VAT Code Art. 60', keepYears: 10 },
    ])
  })
})

const withController = (fields: Record<string, unknown>) => aConfiguration({ controllers: [aController(fields)] })
const withAccount = (fields: Record<string, unknown>) => withController({ accounts: [anAccount(fields)] })
const AT = 'controllers[0]'
const ACCOUNT = `${AT}.accounts[0]`

describe('a configuration is refused at the key', () => {
  it.each<[string, unknown]>([
    ['', `controllers: [ ${CANARY}`],
    ['', `a: 1\na: ${CANARY}`],
    ['', `token: ${CANARY}\uE000`],
    ['', ''],
    ['colour', aConfiguration({ colour: CANARY })],
    ['controllers', {}],
    ['controllers', { controllers: [] }],
    [`${AT}.colour`, withController({ colour: CANARY })],
    [`${AT}.id`, withController({ id: 'Not A Name' })],
    [`${AT}.name`, withController({ name: '' })],
    [`${AT}.country`, withController({ country: 'Belgium' })],
    [`${AT}.country`, withController({ country: 'XX', time_zone: 'Europe/Brussels' })],
    [`${AT}.time_zone`, withController({ country: 'US' })],
    [`${AT}.time_zone`, withController({ time_zone: 'Mars/Olympus' })],
    [`${AT}.languages[1]`, withController({ languages: ['nl', 'de'] })],
    [`${AT}.languages`, withController({ languages: [] })],
    [`${AT}.own_domains[0]`, withController({ own_domains: [`someone@${CANARY}`] })],
    [`${AT}.callback_secret`, withController({ callback_secret: CANARY })],
    [`${AT}.callback_secret`, withController({ callback_secret: 'whsec_c2hvcnQ=' })],
    [`${AT}.owner.email`, withController({ owner: { email: CANARY } })],
    [`${AT}.owner.webhook_url`, withController({ owner: { webhook_url: CANARY, webhook_secret: SIGNING_SECRET } })],
    [
      `${AT}.owner.webhook_url`,
      withController({ owner: { webhook_url: 'http://a.example.com', webhook_secret: SIGNING_SECRET } }),
    ],
    [
      `${AT}.owner.webhook_url`,
      withController({ owner: { webhook_url: 'https://10.0.0.1', webhook_secret: SIGNING_SECRET } }),
    ],
    [`${AT}.owner.webhook_secret`, withController({ owner: { webhook_url: 'https://a.example.com' } })],
    [`${AT}.policy.forgetting`, withController({ policy: { forgetting: {} } })],
    [`${AT}.policy.erasure.colour`, withController({ policy: { erasure: { colour: CANARY } } })],
    [`${AT}.policy.erasure.approval`, withController({ policy: { erasure: { approval: CANARY } } })],
    [`${AT}.policy.erasure.cooling_off_hours`, withController({ policy: { erasure: { cooling_off_hours: 0 } } })],
    [
      `${AT}.policy.restriction.cooling_off_hours`,
      withController({ policy: { restriction: { cooling_off_hours: 0 } } }),
    ],
    [`${AT}.policy.erasure.cooling_off_hours`, withController({ policy: { erasure: { cooling_off_hours: -1 } } })],
    [`${AT}.policy.erasure.max_per_hour`, withController({ policy: { erasure: { max_per_hour: 0 } } })],
    [
      `${AT}.exemptions[0].account`,
      withController({ exemptions: [{ account: 'other', part: 'notes', law: 'a', keep_years: 1 }] }),
    ],
    [
      `${AT}.exemptions[0].part`,
      withController({ exemptions: [{ account: 'hubspot-main', part: 'note', law: 'a', keep_years: 1 }] }),
    ],
    [
      `${AT}.exemptions[0].law`,
      withController({ exemptions: [{ account: 'hubspot-main', part: 'notes', keep_years: 1 }] }),
    ],
    [`${ACCOUNT}.colour`, withAccount({ colour: CANARY })],
    [`${ACCOUNT}.token`, withAccount({ token: undefined })],
    [`${ACCOUNT}.token`, withAccount({ token: '' })],
    [`${ACCOUNT}.token`, withAccount({ token: '${NOT_SET}' })],
    [`${ACCOUNT}.token`, withAccount({ token: { value: CANARY } })],
    [`${ACCOUNT}.connector`, withAccount({ connector: 'unheard-of' })],
    [`${ACCOUNT}.effects`, withAccount({ effects: CANARY })],
    [`${ACCOUNT}.test_identifiers`, withAccount({ effects: 'test_only' })],
    [`${ACCOUNT}.options.colour`, withAccount({ options: { colour: CANARY } })],
    [`${ACCOUNT}.base_url`, withAccount({ base_url: CANARY })],
    [`${ACCOUNT}.base_url`, withAccount({ base_url: `ftp://${CANARY}.example.com` })],
    [`${ACCOUNT}.base_url`, withAccount({ base_url: 'http://api.example.com' })],
    [`${ACCOUNT}.base_url`, withAccount({ base_url: 'http://93.184.215.14' })],
    [`${ACCOUNT}.base_url`, withAccount({ base_url: 'https://10.0.0.8' })],
    [`${ACCOUNT}.base_url`, withAccount({ base_url: 'https://localhost' })],
    [`${ACCOUNT}.base_url`, withAccount({ base_url: 'https://169.254.169.254' })],
    [`${ACCOUNT}.base_url`, withAccount({ base_url: 'http://127.0.0.1:4010' })],
    [`${ACCOUNT}.feeds[0]`, withAccount({ feeds: ['nobody'] })],
    [`${ACCOUNT}.feeds`, withAccount({ feeds: ['hubspot-main'] })],
    [
      `${ACCOUNT}.feeds`,
      withController({
        accounts: [
          anAccount({ feeds: ['b'] }),
          anAccount({ id: 'b', feeds: ['c'] }),
          anAccount({ id: 'c', feeds: ['hubspot-main'] }),
        ],
      }),
    ],
    [`${AT}.accounts[1].id`, withController({ accounts: [anAccount(), anAccount()] })],
    ['controllers[1].id', aConfiguration({ controllers: [aController(), aController({ accounts: [] })] })],
    ['controllers[1].accounts[0].id', aConfiguration({ controllers: [aController(), aController({ id: 'second' })] })],
    ['network.allow[1]', aConfiguration({ network: { allow: ['10.0.0.0/8', `${CANARY}/99 !`] } })],
    ['network.deny', aConfiguration({ network: { deny: [] } })],
    ['clock.speed', aConfiguration({ clock: { speed: 60 } })],
    ['clock.speed', aConfiguration({ clock: { speed: 0 } })],
  ])('%s', (field, written) => {
    const refusal = refusalOf(() => read(written))
    expect(refusal).toMatchObject({ code: 'CONFIG_INVALID', field })
    expect(refusal?.message.startsWith(field)).toBe(true)
    expect(refusal?.message).not.toContain(CANARY)
    expect(refusal?.message).not.toContain('\n')
    expect(refusal?.cause).toBeUndefined()
  })

  it('clock.speed, when one controller has a real account', () => {
    const sandboxed = aController({ accounts: [aSandbox()] })
    const real = aController({ id: 'real', accounts: [anAccount({ id: 'real-one' })] })
    const written = { controllers: [sandboxed, real], network: { allow: ['127.0.0.1'] }, clock: { speed: 2 } }
    expect(refusalOf(() => read(written))?.field).toBe('clock.speed')
  })

  it('feeds across controllers', () => {
    const first = aController({ accounts: [anAccount({ feeds: ['theirs'] })] })
    const second = aController({ id: 'second', accounts: [anAccount({ id: 'theirs' })] })
    expect(refusalOf(() => read({ controllers: [first, second] }))?.field).toBe(`${ACCOUNT}.feeds[0]`)
  })

  it('calls a connector by the name that its vendor had before, too', () => {
    const exemptions = [{ account: 'desk', part: 'issue', law: 'Art. 60', keep_years: 7 }]
    const accounts = [aSandbox({ id: 'desk', connector: 'jira-cloud' })]
    const { controllers } = read({
      ...aConfiguration({ controllers: [aController({ accounts, exemptions })] }),
      network: { allow: ['127.0.0.1:4010'] },
    })
    expect(controllers[0]?.accounts[0]?.connector).toBe('jira')
    expect(controllers[0]?.exemptions).toMatchObject([{ part: 'issue' }])
  })
})
