import type { Connector } from '../src/connector/index.ts'
import type { StartSandbox } from '../src/connector/testing.ts'
import { hubspot } from './hubspot/index.ts'
import { startSandbox as startHubspotSandbox } from './hubspot/sandbox.ts'
import { intercom } from './intercom/index.ts'
import { startSandbox as startIntercomSandbox } from './intercom/sandbox.ts'
import { pipedrive } from './pipedrive/index.ts'
import { startSandbox as startPipedriveSandbox } from './pipedrive/sandbox.ts'
import { sendgrid } from './sendgrid/index.ts'
import { startSandbox as startSendgridSandbox } from './sendgrid/sandbox.ts'

/** A connector and the sandbox that stands in for its vendor. */
export interface RegisteredConnector {
  readonly connector: Connector
  readonly startSandbox: StartSandbox
}

/** Every connector that Habeas knows, one line each; no other file names a vendor. */
export const connectors: readonly RegisteredConnector[] = [
  { connector: hubspot, startSandbox: startHubspotSandbox },
  { connector: sendgrid, startSandbox: startSendgridSandbox },
  { connector: intercom, startSandbox: startIntercomSandbox },
  { connector: pipedrive, startSandbox: startPipedriveSandbox },
]
