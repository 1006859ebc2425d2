import { intercom } from '../../../connectors/intercom/index.ts'
import { startSandbox } from '../../../connectors/intercom/sandbox.ts'
import { describeConformance } from '../conformance/suite.ts'

describeConformance({ connector: intercom, startSandbox })
