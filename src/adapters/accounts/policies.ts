import { jcsBytes } from '../../crypto/canonical.ts'
import { sha256Hex } from '../../crypto/digest.ts'
import { DsrError } from '../../domain/errors.ts'
import type { Configuration, ControllerConfig } from '../../ports/config.ts'
import type { Policies, Policy } from '../../ports/runtime.ts'

/** What each controller's configuration says about rights, clocks and exemptions. */
export function createPolicies(configuration: Configuration): Policies {
  const policies = new Map(configuration.controllers.map((controller) => [controller.id, policyOf(controller)]))
  return {
    of: (controllerId) => {
      const policy = policies.get(controllerId)
      if (!policy) throw new DsrError('NOT_FOUND', 'no such controller', { field: 'controller_id' })
      return policy
    },
    controllers: () => [...policies.keys()],
  }
}

function policyOf(controller: ControllerConfig): Policy {
  const facts = {
    controllerId: controller.id,
    controllerName: controller.name,
    timeZone: controller.timeZone,
    country: controller.country,
    languages: controller.languages,
    byRight: controller.policy,
    exemptions: controller.exemptions,
    ownDomains: controller.ownDomains,
  }
  const text = { ...facts, languages: [...facts.languages], exemptions: facts.exemptions.map((one) => ({ ...one })) }
  // Parsed from text once more, so that the hash covers exactly what JSON can say.
  return { ...facts, hash: sha256Hex(jcsBytes(JSON.parse(JSON.stringify(text)) as Parameters<typeof jcsBytes>[0])) }
}
