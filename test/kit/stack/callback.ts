import { Webhook } from 'standardwebhooks'
import { Receiver, type Received } from '../../webhook/receiver.ts'

export const CALLBACK_SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`

/** A portal that takes callbacks. */
export async function startCallback(): Promise<Receiver> {
  return Receiver.start()
}

/** The events that hold up against the published verifier; throws for a signature that does not. */
export function verifiedEvents(
  received: readonly Received[],
): readonly { readonly type: string; readonly subject: string }[] {
  const webhook = new Webhook(CALLBACK_SECRET)
  return received.map(({ body, headers }) => {
    const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
    return webhook.verify(body, plain) as { type: string; subject: string }
  })
}
