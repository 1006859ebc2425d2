import { listAt } from '../../../src/connector/index.ts'
import { accountOf, plainOf } from './state.ts'
import type { Desk, StoredIssue } from './state.ts'

type Clause = (issue: StoredIssue) => boolean

const TEXT = '"((?:[^"\\\\]|\\\\.)*)"'
const CLAUSE = new RegExp(
  `^(?:issuekey in updatedBy\\(${TEXT}\\)|text ~ ${TEXT}|([a-zA-Z]+|cf\\[\\d+\\]) in \\((${TEXT}(?:, ${TEXT})*)\\))`,
)

/** Reads the part of Jira's query language that the connector speaks; undefined = Jira would answer 400. */
export function readQuery(desk: Desk, jql: string): Clause | undefined {
  const clauses: Clause[] = []
  let rest = jql.replace(/ ORDER BY key$/, '')
  while (rest !== '') {
    const found = CLAUSE.exec(rest)
    const clause = found === null ? undefined : clauseOf(desk, found)
    if (found === null || clause === undefined) return undefined
    clauses.push(clause)
    rest = rest.slice(found[0].length)
    if (rest === '') break
    if (!rest.startsWith(' OR ')) return undefined
    rest = rest.slice(4)
  }
  return clauses.length === 0 ? undefined : (issue) => clauses.some((clause) => clause(issue))
}

function clauseOf(desk: Desk, [, updater, phrase, field, values]: readonly (string | undefined)[]): Clause | undefined {
  if (updater !== undefined)
    return desk.switches.is('updated_by', 'refused')
      ? undefined
      : (issue) => issue.updatedBy.includes(unescaped(updater))
  if (phrase !== undefined) {
    const wanted = ` ${words(unescaped(phrase))} `
    return (issue) => ` ${words(textOf(issue))} `.includes(wanted)
  }
  const ids = [...(values ?? '').matchAll(new RegExp(TEXT, 'g'))].map(([, id]) => unescaped(id ?? ''))
  return (issue) => peopleIn(issue, field ?? '').some((id) => ids.includes(id))
}

function peopleIn(issue: StoredIssue, field: string): readonly string[] {
  switch (field) {
    case 'watcher':
      return issue.watchers
    case 'voter':
      return issue.voters
    case 'worklogAuthor':
      return issue.worklogs.map(({ author }) => accountOf(author))
    default: {
      const value = issue.fields[field.replace(/^cf\[(\d+)\]$/, 'customfield_$1')]
      return [accountOf(value), ...listAt({ value: value ?? null }, 'value').map(accountOf)].filter((id) => id !== '')
    }
  }
}

function textOf({ fields, comments }: StoredIssue): string {
  const own = Object.values(fields).map(plainOf)
  return [...own, ...comments.map(({ body }) => plainOf(body))].join(' ')
}

/** As the index sees a text: words, whatever stands between them. */
function words(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1')
}
