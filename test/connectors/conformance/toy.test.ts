import { toyConnector } from './toy/connector.ts'
import { startToySandbox } from './toy/sandbox.ts'
import { describeConformance } from './suite.ts'

// The suite has to pass for a good connector before its verdict on a bad one means anything.
describeConformance({ connector: toyConnector(), startSandbox: startToySandbox })
