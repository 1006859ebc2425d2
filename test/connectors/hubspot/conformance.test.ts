import { hubspot } from '../../../connectors/hubspot/index.ts'
import { startSandbox } from '../../../connectors/hubspot/sandbox.ts'
import { describeConformance } from '../conformance/suite.ts'

describeConformance({ connector: hubspot, startSandbox })
