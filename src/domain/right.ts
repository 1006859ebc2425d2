/** The rights of Chapter III GDPR that a person can exercise. */
export const RIGHTS = ['access', 'portability', 'erasure', 'rectification', 'objection', 'restriction'] as const
export type Right = (typeof RIGHTS)[number]

/** The rights that change something at a vendor. */
export type WritingRight = Exclude<Right, 'access' | 'portability'>

export function isRight(text: string): text is Right {
  return (RIGHTS as readonly string[]).includes(text)
}

export function isWritingRight(right: Right): right is WritingRight {
  return right !== 'access' && right !== 'portability'
}

/** The provision that a record names as the legal basis of the action (GDPR). */
export const PROVISION: Readonly<Record<Right, string>> = {
  access: 'GDPR Art. 15',
  portability: 'GDPR Art. 20',
  erasure: 'GDPR Art. 17',
  rectification: 'GDPR Art. 16',
  objection: 'GDPR Art. 21',
  restriction: 'GDPR Art. 18',
}
