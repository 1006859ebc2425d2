import { defineConnector } from '../../src/connector/index.ts'
import { check } from './check.ts'
import { discover } from './discover.ts'
import { erase } from './erase.ts'
import { exportRecords } from './export.ts'
import { interpretHold } from './interpret-hold.ts'
import { manifest } from './manifest.ts'
import { verify } from './verify.ts'
import { object, rectify, restrict } from './wishes.ts'

/** Twilio SendGrid: marketing contacts, suppressions and mail events, in the account and its subusers. */
export const sendgrid = defineConnector({
  manifest,
  check,
  discover,
  export: exportRecords,
  erase,
  rectify,
  object,
  restrict,
  verify,
  interpretHold,
})
