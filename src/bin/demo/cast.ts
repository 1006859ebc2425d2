import { inventPerson, type InventedPerson, type PlantedPerson, type PlantExtent } from '../../connector/testing.ts'
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
  /** Asks for erasure; the vendors have a contact of hers and nothing else. */
  readonly mila: Role
  /** Asks for a copy. */
  readonly ines: Role
  /** Asks for the data to take along. */
  readonly bram: Role
}

/** Puts the people into every place of every vendor, Mila into their contacts alone. */
export function castPeople(sandboxes: readonly RunningSandbox[]): Cast {
  const play = (person: InventedPerson, extent?: PlantExtent): Role => ({
    person,
    name: `${person.firstName} ${person.lastName}`,
    at: new Map(sandboxes.map(({ accountId, sandbox }) => [accountId, sandbox.plant(person, extent)])),
  })
  const noor = named(14, 'Noor', 'Claes')
  return {
    lea: play(named(11, 'Lea', 'Peeters')),
    namesake: play(named(12, 'Lea', 'Peeters')),
    tom: play(named(13, 'Tom', 'Maes')),
    noor: play(noor),
    jef: play({ ...named(15, 'Jef', 'Wouters'), phone: noor.phone }),
    mila: play(named(18, 'Mila', 'Baert'), 'contact'),
    ines: play(named(16, 'Ines', 'Lambert')),
    bram: play(named(17, 'Bram', 'Dubois')),
  }
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
