import { defineConnector } from '../../src/connector/index.ts'
import { check } from './check.ts'
import { discover } from './discover.ts'
import { erase } from './erase.ts'
import { exportRecords } from './export.ts'
import { interpretHold } from './limits.ts'
import { MANIFEST } from './manifest.ts'
import { verify } from './verify.ts'

/** HubSpot: access, portability and erasure of contacts and everything that hangs on them. */
export const hubspot = defineConnector({
  manifest: MANIFEST,
  check,
  discover,
  export: exportRecords,
  erase,
  verify,
  interpretHold,
})
