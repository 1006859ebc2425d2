import { pipedrive } from '../../../connectors/pipedrive/index.ts'
import { startSandbox } from '../../../connectors/pipedrive/sandbox.ts'
import { describeConformance } from '../conformance/suite.ts'

describeConformance({ connector: pipedrive, startSandbox })
