/** Median, lowest and highest of several rounds. */
export interface Figures {
  readonly median: number
  readonly low: number
  readonly high: number
  readonly rounds: number
}

export function figuresOf(values: readonly number[]): Figures {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const median = ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2
  return { median, low: sorted[0] ?? NaN, high: sorted.at(-1) ?? NaN, rounds: sorted.length }
}

export function text({ median, low, high, rounds }: Figures, digits = 1): string {
  const range = rounds > 1 ? ` (${low.toFixed(digits)}–${high.toFixed(digits)})` : ''
  return `${median.toFixed(digits)}${range}`
}

/** One line of the results: what was measured, what came out, what was asked for. */
export interface Line {
  readonly what: string
  readonly result: string
  readonly target?: string
  readonly isMet?: boolean
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
