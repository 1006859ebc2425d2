import { DsrError } from './errors.ts'

/** A state machine as data: for each state, the events it takes and where they lead. */
export type StateTable<State extends string, Event extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Event, State>>>>
>

/**
 * @returns the state that `event` leads to.
 * @throws DsrError `ILLEGAL_TRANSITION` when the state does not take the event.
 */
export function nextState<State extends string, Event extends string>(
  table: StateTable<State, Event>,
  state: State,
  event: Event,
): State {
  const next = table[state][event]
  if (next === undefined) throw new DsrError('ILLEGAL_TRANSITION', `${state} does not take ${event}`)
  return next
}

/** Every (from, to) pair of a table, sorted: what the database's `state_edge` rows are made of. */
export function edgesOf<State extends string, Event extends string>(
  table: StateTable<State, Event>,
): readonly (readonly [State, State])[] {
  const seen = new Set<string>()
  const edges: (readonly [State, State])[] = []
  for (const from of statesOf(table)) {
    for (const to of Object.values<State | undefined>(table[from])) {
      if (to === undefined || seen.has(`${from} ${to}`)) continue
      seen.add(`${from} ${to}`)
      edges.push([from, to])
    }
  }
  return edges.sort((a, b) => `${a[0]} ${a[1]}`.localeCompare(`${b[0]} ${b[1]}`))
}

export function statesOf<State extends string, Event extends string>(
  table: StateTable<State, Event>,
): readonly State[] {
  // The keys of a table are its states: this is the border where Object.keys forgets it.
  return Object.keys(table) as State[]
}
