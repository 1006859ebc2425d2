import { connectors } from '../../../connectors/index.ts'
import type { DepthRow } from '../../../src/connector/contract.ts'
import type { Identifier } from '../../../src/domain/identifier.ts'
import type { Known } from './vendors.ts'

/** The places of a connector's manifest. */
export function depthOf(connectorId: string): readonly DepthRow[] {
  const found = connectors.find((one) => one.connector.manifest.id === connectorId)
  if (found === undefined) throw new Error(`no connector ${connectorId}`)
  return found.connector.manifest.depth
}

/** Everything by which the person can be found at one account or another. */
export function identitiesOf({ at }: Known): readonly Identifier[] {
  return at.flatMap(({ planted }) => planted.identifiers)
}
