import { sendgrid } from '../../../connectors/sendgrid/index.ts'
import { startSandbox } from '../../../connectors/sendgrid/sandbox.ts'
import { describeConformance } from '../conformance/suite.ts'

describeConformance({ connector: sendgrid, startSandbox })
