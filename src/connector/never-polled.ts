import { DsrError } from '../domain/errors.ts'

/**
 * The `poll` of a verb without asynchronous steps.
 *
 * @throws DsrError `CONNECTOR_BUG`, always: the engine asks only after accepted jobs.
 */
export function neverPolled(): Promise<never> {
  return Promise.reject(new DsrError('CONNECTOR_BUG', 'this connector has no jobs to ask after'))
}
