import { neverPolled } from '../../src/connector/index.ts'
import type { WritingVerb } from '../../src/connector/index.ts'
import { performErasure } from './erase-calls.ts'
import { lookAtErasure } from './erase-look.ts'
import { planErasure } from './erase-plan.ts'

export const erase: WritingVerb = {
  plan: planErasure,
  perform: performErasure,
  readBack: lookAtErasure,
  // Pipedrive answers every one of these calls at once.
  poll: neverPolled,
}
