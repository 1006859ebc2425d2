import { defineConnector } from '../../src/connector/index.ts'
import { check } from './check.ts'
import { discover } from './discover.ts'
import { erase } from './erase.ts'
import { exportRecords } from './export.ts'
import { interpretHold } from './limits.ts'
import { MANIFEST } from './manifest.ts'
import { object } from './object.ts'
import { rectify } from './rectify.ts'
import { restrict } from './restrict.ts'
import { verify } from './verify.ts'

/** HubSpot: contacts and everything that hangs on them, for all six rights. */
export const hubspot = defineConnector({
  manifest: MANIFEST,
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
