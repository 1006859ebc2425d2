import type { Identifier } from '../../domain/identifier.ts'
import type { Account } from '../../ports/runtime.ts'

/**
 * The brake of an account (design §4): nothing is changed at a read-only one, and a test-only one acts on listed test
 * identifiers alone.
 *
 * @returns why nothing may be changed, in fixed words for the record, or undefined when it may.
 */
export function effectGate(account: Account, identifiers: readonly Identifier[]): string | undefined {
  switch (account.effects) {
    case 'live':
      return undefined
    case 'read_only':
      return 'the account is read-only'
    case 'test_only': {
      const isListed = identifiers.length > 0 && identifiers.every((one) => account.testIdentifiers.includes(one.value))
      return isListed ? undefined : 'the account acts on listed test identifiers only'
    }
  }
}
