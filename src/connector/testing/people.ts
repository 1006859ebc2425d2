import type { InventedPerson } from '../testing.ts'

/** A repeatable source of numbers in [0, 1): the same seed gives the same row (mulberry32, public domain). */
export type Random = () => number

export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const FIRST_NAMES = [
  'Aline',
  'Bram',
  'Camille',
  'Dries',
  'Elise',
  'Floris',
  'Gitte',
  'Hugo',
  'Ines',
  'Jasper',
  'Karlien',
]
const LAST_NAMES = [
  'Aerts',
  'Bastin',
  'Claes',
  'Delcourt',
  'Engels',
  'Fontaine',
  'Goossens',
  'Hardy',
  'Jacobs',
  'Leroy',
]
const CITIES = ['Aalst', 'Brugge', 'Charleroi', 'Dinant', 'Eupen', 'Gent', 'Hasselt', 'Ieper', 'Kortrijk', 'Leuven']

export interface InventOptions {
  /** Gives the person this name: a same-name neighbour, whose every identifier still differs. */
  readonly namesake?: Pick<InventedPerson, 'firstName' | 'lastName'>
}

/** Invents a person; two seeds share no identifier, and no two identifiers of one person are equal. */
export function inventPerson(seed: number, options: InventOptions = {}): InventedPerson {
  const random = seededRandom(seed)
  const firstName = options.namesake?.firstName ?? pick(FIRST_NAMES, random)
  const lastName = options.namesake?.lastName ?? pick(LAST_NAMES, random)
  const number = 10_000 + (seed % 80_000)
  const local = `${firstName}.${lastName}`.toLowerCase()
  return {
    key: `person-${number}`,
    firstName,
    lastName,
    email: `${local}.${number}@example.com`,
    secondEmail: `${local.slice(0, 1)}${number}.${lastName.toLowerCase()}@example.org`,
    // Belgian mobile numbers have nine digits after the country code.
    phone: `+32470${String(100_000 + number).padStart(6, '0')}`,
    externalId: `customer-${(number * 7_919).toString(36)}`,
    city: pick(CITIES, random),
  }
}

function pick(words: readonly string[], random: Random): string {
  return words[Math.floor(random() * words.length)] ?? ''
}
