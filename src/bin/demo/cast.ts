import { connectors } from '../../../connectors/index.ts'
import { inventPerson, type InventedPerson, type PlantedPerson } from '../../connector/testing.ts'
import type { RunningSandbox } from '../sandboxes.ts'

/** An invented person, and what each vendor holds on them. */
export interface Role {
  readonly person: InventedPerson
  readonly name: string
  readonly at: ReadonlyMap<string, PlantedPerson>
}

/** Who plays in the demo. */
export interface Cast {
  /** Asks for erasure. */
  readonly lea: Role
  /** Another person of the same name, who asked for nothing. */
  readonly namesake: Role
  /** Asks for erasure; a vendor will say yes and keep the record. */
  readonly tom: Role
  /** Asks for erasure; shares her telephone number with somebody else. */
  readonly noor: Role
  /** Has the same number, and asked for nothing. */
  readonly jef: Role
  /** Asks for erasure; she has a contact in the systems that can erase all that comes with one. */
  readonly mila: Role
  /** Asks for a copy. */
  readonly ines: Role
  /** Asks for the data to take along. */
  readonly bram: Role
}

/** Puts the people into every place of every vendor, Mila into their contacts alone. */
export function castPeople(sandboxes: readonly RunningSandbox[]): Cast {
  const play = (person: InventedPerson): Role => ({
    person,
    name: `${person.firstName} ${person.lastName}`,
    at: new Map(sandboxes.map(({ accountId, sandbox }) => [accountId, sandbox.plant(person)])),
  })
  const whole = sandboxes.filter(erasesWholeContacts)
  const playAt = (some: readonly RunningSandbox[], person: InventedPerson): Role => ({
    person,
    name: `${person.firstName} ${person.lastName}`,
    at: new Map(some.map(({ accountId, sandbox }) => [accountId, sandbox.plant(person, 'contact')])),
  })
  const noor = named(14, 'Noor', 'Claes')
  return {
    lea: play(named(11, 'Lea', 'Peeters')),
    namesake: play(named(12, 'Lea', 'Peeters')),
    tom: play(named(13, 'Tom', 'Maes')),
    noor: play(noor),
    jef: play({ ...named(15, 'Jef', 'Wouters'), phone: noor.phone }),
    mila: playAt(whole, named(18, 'Mila', 'Baert')),
    ines: play(named(16, 'Ines', 'Lambert')),
    bram: play(named(17, 'Bram', 'Dubois')),
  }
}

/** Whether the system can erase all of a person of whom it has a contact: somebody else's contact shows what comes with one. */
function erasesWholeContacts({ sandbox }: RunningSandbox): boolean {
  const depth = connectors.find(({ connector }) => connector.manifest.id === sandbox.connector)?.connector.manifest
    .depth
  const planted = sandbox.plant(named(19, 'Wim', 'Goossens'), 'contact')
  const parts = Object.entries(sandbox.remaining(planted)).filter(([, count]) => count > 0)
  return parts.every(([part]) => {
    const row = depth?.find((one) => one.part === part)
    return row?.isRead === true && row.onErasure !== 'left'
  })
}

function named(seed: number, firstName: string, lastName: string): InventedPerson {
  return inventPerson(seed, { namesake: { firstName, lastName } })
}

/** Every byte that the vendors hold on a person, by account. */
export type Pictures = ReadonlyMap<string, string>

export function takePictures(sandboxes: readonly RunningSandbox[], role: Role): Pictures {
  return new Map(
    sandboxes.flatMap(({ accountId, sandbox }) => {
      const planted = role.at.get(accountId)
      return planted === undefined ? [] : [[accountId, sandbox.picture(planted)] as const]
    }),
  )
}

/** The accounts whose picture changed. */
export function changedSince(before: Pictures, now: Pictures): readonly string[] {
  return [...before].filter(([accountId, picture]) => now.get(accountId) !== picture).map(([accountId]) => accountId)
}

/** How many records of the person the vendor shows, by place. */
export function remainingAt({ accountId, sandbox }: RunningSandbox, role: Role): Readonly<Record<string, number>> {
  const planted = role.at.get(accountId)
  return planted === undefined ? {} : sandbox.remaining(planted)
}
