import { isIP } from 'node:net'
import { z } from 'zod'
import { accountId, connectorId, controllerId } from '../domain/ids.ts'
import { RIGHTS } from '../domain/right.ts'
import { secretOf } from '../connector/secret.ts'
import { LOG_LEVELS } from '../ports/config.ts'

/** What `habeas.config.yaml` may say. A key that is not here is refused. */

const name = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be a short lower-case name')
const text = z.string().trim().min(1).max(200)
const secret = z.string().min(1).transform(secretOf)
/** As Standard Webhooks 1.0.0 asks: 24 to 64 random bytes in base64 behind the prefix. */
const signingSecret = z
  .string()
  .refine((given) => isSigningSecret(given), 'must be whsec_ and 24 to 64 bytes in base64')
  .transform(secretOf)
const httpUrl = z.url({ protocol: /^https?$/, error: 'is not an address' })
const email = z.email()

const json: z.ZodType<z.core.util.JSONType> = z.json()

const account = z.strictObject({
  id: name.transform(accountId),
  connector: name.transform(connectorId),
  token: secret,
  base_url: httpUrl.optional(),
  effects: z.enum(['read_only', 'test_only', 'live']).default('read_only'),
  test_identifiers: z.array(text).max(100).default([]),
  options: z.record(z.string(), json).default({}),
  feeds: z.array(name.transform(accountId)).default([]),
})

const rightPolicy = z.strictObject({
  approval: z.enum(['auto', 'person']).optional(),
  four_eyes: z.boolean().optional(),
  cooling_off_hours: z.number().nonnegative().max(720).optional(),
  max_per_hour: z.int().positive().max(1000).optional(),
  identity: z.array(z.string().regex(/^[a-z][a-z0-9_]{0,40}$/, 'must be a short lower-case name')).optional(),
  review: z.enum(['none', 'person']).optional(),
})

const exemption = z.strictObject({
  account: name.transform(accountId),
  part: text,
  law: text,
  keep_years: z.int().positive().max(100),
})

const owner = z
  .strictObject({ email: email.optional(), webhook_url: httpUrl.optional(), webhook_secret: signingSecret.optional() })
  .refine((given) => given.webhook_url === undefined || given.webhook_secret !== undefined, {
    path: ['webhook_secret'],
    error: 'is missing: a webhook is signed',
  })

const controller = z.strictObject({
  id: name.transform(controllerId),
  name: text,
  country: z.string().regex(/^[A-Z]{2}$/, 'must be a code of two capitals'),
  languages: z.array(z.enum(['nl', 'fr', 'en'])).min(1),
  time_zone: text.optional(),
  accounts: z.array(account).max(200).default([]),
  policy: z.strictObject(Object.fromEntries(RIGHTS.map((right) => [right, rightPolicy.optional()]))).default({}),
  exemptions: z.array(exemption).default([]),
  owner: owner.default({}),
  own_domains: z
    .array(
      z
        .string()
        .toLowerCase()
        .regex(/^([a-z0-9-]+[.])+[a-z]{2,}$/, 'must be a domain'),
    )
    .default([]),
  callback_secret: signingSecret.optional(),
})

export const configurationShape = z.strictObject({
  controllers: z.array(controller).min(1).max(200),
  network: z.strictObject({ allow: z.array(text).default([]) }).default({ allow: [] }),
  clock: z.strictObject({ speed: z.number().min(1).max(1_000_000).default(1) }).default({ speed: 1 }),
})

function isSigningSecret(given: string): boolean {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(given)?.[1]
  const bytes = Buffer.from(base64 ?? '', 'base64').length
  return bytes >= 24 && bytes <= 64
}

export type WrittenConfiguration = z.infer<typeof configurationShape>
export type WrittenController = WrittenConfiguration['controllers'][number]
export type WrittenAccount = WrittenController['accounts'][number]

const port = z
  .string()
  .refine((given) => /^\d{1,5}$/.test(given) && Number(given) <= 65_535, 'must be a whole number from 0 to 65535')
  .transform(Number)
const flag = z.enum(['true', 'false']).transform((given) => given === 'true')

const proxies = z
  .string()
  .transform((given) => given.split(',').map((one) => one.trim()))
  .refine((given) => given.every(isNetwork), 'must be addresses or networks, separated by commas, as 10.0.0.0/8')

function isNetwork(text: string): boolean {
  const [, address = '', , bits] = /^([0-9a-f.:]+)(\/(\d{1,3}))?$/i.exec(text) ?? []
  const most = { 4: 32, 6: 128 }[isIP(address)] ?? -1
  return Number(bits ?? 0) <= most
}

/** The environment. Other variables are none of our business. */
export const settingsShape = z.object({
  HABEAS_CONFIG: z.string().default('habeas.config.yaml'),
  HABEAS_DATA: z.string().default('.data'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  REDIS_URL: z.string().optional(),
  S3_ENDPOINT: httpUrl.optional(),
  S3_REGION: z.string().default('us-east-1'),
  S3_BUCKET: z.string().optional(),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: secret.optional(),
  S3_FORCE_PATH_STYLE: flag.default(false),
  HABEAS_ADMIN_KEY: z.string().min(16, 'needs at least 16 characters').transform(secretOf).optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(8080),
  PUBLIC_URL: httpUrl.optional(),
  TRUSTED_PROXIES: proxies.optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .transform(secretOf)
    .optional(),
  MAIL_FROM: email.optional(),
})
