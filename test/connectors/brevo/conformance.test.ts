import { brevo } from '../../../connectors/brevo/index.ts'
import { startSandbox } from '../../../connectors/brevo/sandbox.ts'
import { describeConformance } from '../conformance/suite.ts'

describeConformance({ connector: brevo, startSandbox })
