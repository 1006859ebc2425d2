import type { SandboxReply, SandboxRequest } from './routes.ts'

/** One published limit of the vendor, as its sandbox enforces it: at most `limit` in any `windowMs` (rolling). */
export interface SandboxLimit {
  readonly bucket: string
  readonly limit: number
  readonly windowMs: number
  /** What a call costs in this bucket; 0 = not counted. */
  readonly weigh: (request: SandboxRequest) => number
  /** The vendor's own answer when the bucket is empty. */
  readonly refuse: (state: BucketState) => SandboxReply
  /** Headers that the vendor adds to every counted answer. */
  readonly headers?: (state: BucketState) => Readonly<Record<string, string>>
}

export interface BucketState {
  readonly bucket: string
  readonly limit: number
  readonly remaining: number
  /** When the oldest counted call leaves the window, epoch ms; now when nothing is counted. */
  readonly resetAtMs: number
  readonly nowMs: number
}

export interface LimitVerdict {
  readonly refusal?: SandboxReply
  readonly headers: Readonly<Record<string, string>>
}

/** Counts calls per bucket; a refused call counts in none. `speed` multiplies every limit. */
export type LimitCounter = (request: SandboxRequest) => LimitVerdict

export function limitCounter(limits: readonly SandboxLimit[], speed: number): LimitCounter {
  const buckets = limits.map((limit) => ({ limit, taken: [] as { readonly atMs: number; readonly weight: number }[] }))
  return (request) => {
    const counted = buckets
      .map((bucket) => ({ bucket, weight: bucket.limit.weigh(request) }))
      .filter(({ weight }) => weight > 0)
    for (const { bucket, weight } of counted) {
      const state = stateOf(bucket.limit, bucket.taken, { nowMs: request.atMs, speed })
      if (weight > state.remaining) return { refusal: bucket.limit.refuse(state), headers: {} }
    }
    for (const { bucket, weight } of counted) bucket.taken.push({ atMs: request.atMs, weight })
    const headers = counted.map(({ bucket }) =>
      bucket.limit.headers?.(stateOf(bucket.limit, bucket.taken, { nowMs: request.atMs, speed })),
    )
    return { headers: Object.assign({}, ...headers) as Record<string, string> }
  }
}

function stateOf(
  limit: SandboxLimit,
  taken: { readonly atMs: number; readonly weight: number }[],
  { nowMs, speed }: { readonly nowMs: number; readonly speed: number },
): BucketState {
  while (taken[0] !== undefined && taken[0].atMs <= nowMs - limit.windowMs) taken.shift()
  const used = taken.reduce((sum, { weight }) => sum + weight, 0)
  const most = limit.limit * speed
  return {
    bucket: limit.bucket,
    limit: most,
    remaining: most - used,
    resetAtMs: taken[0] === undefined ? nowMs : taken[0].atMs + limit.windowMs,
    nowMs,
  }
}
