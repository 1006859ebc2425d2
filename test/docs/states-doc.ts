import { EFFECT_TABLE } from '../../src/domain/effect.ts'
import { LEG_TABLE, RETURN_STATES } from '../../src/domain/leg.ts'
import { REQUEST_TABLE } from '../../src/domain/request.ts'
import { statesOf, type StateTable } from '../../src/domain/state-table.ts'
import { en } from '../../src/http/pages/words/en.ts'
import { PIPELINE } from '../../src/pipeline.ts'
import { table, type Block } from './marked-blocks.ts'

/** The blocks of ARCHITECTURE.md: the stages, and the state tables that the code keeps. */
export function architectureBlocks(): readonly Block[] {
  return [
    { name: 'stages', text: stagesTable() },
    { name: 'request-states', text: requestTable() },
    { name: 'leg-states', text: legTable() },
    { name: 'effect-states', text: statesTable(EFFECT_TABLE) },
  ]
}

function stagesTable(): string {
  return table(
    ['stage', 'takes', 'from the states', 'then'],
    PIPELINE.map(({ stage, takes, from, then }) => [
      `\`${stage}\``,
      takes,
      from.map((state) => `\`${state}\``).join(', '),
      then,
    ]),
  )
}

function requestTable(): string {
  return table(
    ['state', 'on the pages', 'events and where they lead'],
    statesOf(REQUEST_TABLE).map((state) => [`\`${state}\``, en.state[state], wayFrom(REQUEST_TABLE, state)]),
  )
}

function legTable(): string {
  const returns = `resumed by a person: back to \`returnTo\`, one of ${RETURN_STATES.map((one) => `\`${one}\``).join(', ')}`
  return table(
    ['state', 'events and where they lead'],
    statesOf(LEG_TABLE).map((state) => [
      `\`${state}\``,
      state === 'parked' ? `${wayFrom(LEG_TABLE, state)}; ${returns}` : wayFrom(LEG_TABLE, state),
    ]),
  )
}

function statesTable<State extends string, Event extends string>(states: StateTable<State, Event>): string {
  return table(
    ['state', 'events and where they lead'],
    statesOf(states).map((state) => [`\`${state}\``, wayFrom(states, state)]),
  )
}

function wayFrom<State extends string, Event extends string>(states: StateTable<State, Event>, state: State): string {
  const ways = Object.entries(states[state]).map(([event, to]) => `${event} → \`${String(to)}\``)
  return ways.length === 0 ? 'the end' : ways.join('; ')
}
