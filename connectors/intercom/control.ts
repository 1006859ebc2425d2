import { DsrError, readbackOf, textAt } from '../../src/connector/index.ts'
import type { Readback } from '../../src/connector/index.ts'
import { readAnswer } from './answers.ts'
import type { Intercom } from './client.ts'

/** Who the credential is. */
export interface Self {
  readonly adminId: string
  /** Code of the workspace; contacts carry it as `workspace_id`. */
  readonly workspace: string
  readonly region: string
}

/**
 * The positive control: the credential names itself and its workspace. A 404 of a wrong region or of another workspace's
 * token would look like absence, so the workspace must be that of the records, where they name one.
 *
 * @throws DsrError `CONFIG_INVALID` for another workspace, else as the transport; then nothing unseen is absent.
 */
export async function askSelf(api: Intercom, workspaces: readonly string[] = []): Promise<Self> {
  const me = readAnswer(await api.sdk((client) => client.admins.identify()))
  const self = {
    adminId: textAt(me, 'id'),
    workspace: textAt(me, 'app', 'id_code'),
    region: textAt(me, 'app', 'region'),
  }
  if (self.adminId === '' || self.workspace === '')
    throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the vendor does not say whose credential this is')
  if (workspaces.some((workspace) => workspace !== '' && workspace !== self.workspace))
    throw new DsrError('CONFIG_INVALID', 'the credential is of another Intercom workspace than the records', {
      field: 'token',
    })
  return self
}

/** One look, as the record shows it. */
export function readback(api: Intercom, queryClass: string, result: number): Readback {
  return readbackOf(api.context.clock, queryClass, result)
}
