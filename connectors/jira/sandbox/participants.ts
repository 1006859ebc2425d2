import { listAt, textsAt } from '../../../src/connector/index.ts'
import type { SandboxRequest } from '../../../src/connector/testing.ts'
import { accountOf, FIELD } from './state.ts'
import type { StoredIssue } from './state.ts'

export function participantsOf({ fields }: StoredIssue): readonly string[] {
  return listAt(fields, FIELD.participants).map(accountOf)
}

/** Accounts that a call of the service desk is about. */
export function accountsOfBody(request: SandboxRequest): readonly string[] {
  return textsAt(request.json(), 'accountIds')
}
