import { connectors } from '../../../connectors/index.ts'
import { describeConformance } from './suite.ts'

for (const candidate of connectors) describeConformance(candidate)
