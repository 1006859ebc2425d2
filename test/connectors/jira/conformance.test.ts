import { jira } from '../../../connectors/jira/index.ts'
import { startSandbox } from '../../../connectors/jira/sandbox.ts'
import { describeConformance } from '../conformance/suite.ts'

describeConformance({ connector: jira, startSandbox })
