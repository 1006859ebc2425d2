import { stringify } from 'yaml'
import { parseConfiguration, type KnownConnector } from '../../src/config.ts'
import { isDsrError, type DsrError } from '../../src/domain/errors.ts'
import type { Configuration } from '../../src/ports/config.ts'

export const CONNECTORS: readonly KnownConnector[] = [
  { id: 'hubspot', options: { region: 'which region' }, depth: [{ part: 'contact' }, { part: 'notes' }] },
  { id: 'jira', aliases: ['jira-cloud'], depth: [{ part: 'issue' }] },
]

export const CANARY = 'canary-5f3a'
export const SIGNING_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

type Written = Record<string, unknown>

export function anAccount(fields: Written = {}): Written {
  return { id: 'hubspot-main', connector: 'hubspot', token: CANARY, base_url: 'https://api.hubapi.com', ...fields }
}

export function aSandbox(fields: Written = {}): Written {
  return anAccount({ base_url: 'http://127.0.0.1:4010', ...fields })
}

export function aController(fields: Written = {}): Written {
  return {
    id: 'cooperlink',
    name: 'ThinkITsmart SA',
    country: 'BE',
    languages: ['nl', 'fr', 'en'],
    accounts: [anAccount()],
    ...fields,
  }
}

export function aConfiguration(fields: Written = {}): Written {
  return { controllers: [aController()], ...fields }
}

export function read(written: unknown, env: Record<string, string> = {}): Configuration {
  return parseConfiguration(typeof written === 'string' ? written : stringify(written), CONNECTORS, env)
}

/** The refusal of a configuration; undefined when it is taken. */
export function refusalOf(attempt: () => unknown): DsrError | undefined {
  try {
    attempt()
    return undefined
  } catch (error) {
    if (isDsrError(error, 'CONFIG_INVALID')) return error
    throw error
  }
}
