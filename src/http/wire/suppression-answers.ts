import { z } from 'zod'
import { PURPOSES } from '../../domain/wish.ts'
import { instant } from './common.ts'

export const suppressionAnswers = z.object({
  answers: z.array(
    z.object({
      is_suppressed: z.boolean(),
      purpose: z.enum(PURPOSES).optional().describe('all: the person objected to every use'),
      ground: z.enum(['objection', 'erasure', 'restriction']).optional(),
      subject_request_id: z.string().optional(),
      since: instant.optional(),
      review_time: instant.optional().describe('when somebody looks whether it is still needed'),
    }),
  ),
})

export const suppressionLifted = z.object({
  accounts_to_lift_by_hand: z.array(z.string()).describe('accounts whose vendor holds a suppression of its own'),
})
