/** Unconfirmed facts and traps of a vendor by name, with the values each can take; the first is the default. */
export type SwitchTable = Readonly<Record<string, readonly [string, ...string[]]>>

export type SwitchName<Table extends SwitchTable> = Extract<keyof Table, string>

/** The switches of one running sandbox. */
export interface Switchboard<Table extends SwitchTable> {
  readonly table: Table
  get(name: SwitchName<Table>): string
  is<Name extends SwitchName<Table>>(name: Name, value: Table[Name][number]): boolean
  /** @throws Error for an unknown name or value. */
  set(name: string, value: string): void
}

export function switchboard<const Table extends SwitchTable>(table: Table): Switchboard<Table> {
  const values = new Map(Object.entries(table).map(([name, [first]]) => [name, first]))
  const get = (name: string): string => {
    const value = values.get(name)
    if (value === undefined) throw new Error('the sandbox has no such switch')
    return value
  }
  return {
    table,
    get,
    is: (name, value) => get(name) === value,
    set(name, value) {
      if (!Object.hasOwn(table, name) || table[name]?.includes(value) !== true)
        throw new Error('the sandbox has no such switch or value')
      values.set(name, value)
    },
  }
}
