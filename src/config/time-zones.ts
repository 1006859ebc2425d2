/** The zone of the capital, for countries where the GDPR or its twin is law. Others say `time_zone`. */
const CAPITALS: Readonly<Record<string, string>> = {
  AT: 'Vienna',
  BE: 'Brussels',
  BG: 'Sofia',
  CH: 'Zurich',
  CZ: 'Prague',
  DE: 'Berlin',
  DK: 'Copenhagen',
  EE: 'Tallinn',
  ES: 'Madrid',
  FI: 'Helsinki',
  FR: 'Paris',
  GB: 'London',
  GR: 'Athens',
  HR: 'Zagreb',
  HU: 'Budapest',
  IE: 'Dublin',
  IT: 'Rome',
  LI: 'Vaduz',
  LT: 'Vilnius',
  LU: 'Luxembourg',
  LV: 'Riga',
  MT: 'Malta',
  NL: 'Amsterdam',
  NO: 'Oslo',
  PL: 'Warsaw',
  PT: 'Lisbon',
  RO: 'Bucharest',
  SE: 'Stockholm',
  SI: 'Ljubljana',
  SK: 'Bratislava',
}

// The tz database files these two elsewhere than under Europe.
const ELSEWHERE: Readonly<Record<string, string>> = { CY: 'Asia/Nicosia', IS: 'Atlantic/Reykjavik' }

export function usualTimeZone(country: string): string | undefined {
  const capital = CAPITALS[country]
  return capital === undefined ? ELSEWHERE[country] : `Europe/${capital}`
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    // The only way to ask is to try: Intl lists canonical names, and aliases are as good.
    return false
  }
}
