import type { EffectsMode } from '../../ports/config.ts'
import type { CandidateReason } from '../../domain/identifier.ts'
import type { LegEvent, LegState, ParkReason } from '../../domain/leg.ts'
import type { OutcomeKind, RequestResult } from '../../domain/outcome.ts'
import type { RequestEvent, RequestState } from '../../domain/request.ts'
import type { Right } from '../../domain/right.ts'
import type { Role } from '../access/roles.ts'
import type { Need } from '../views/needs.ts'
import { en } from './words/en.ts'
import { fr } from './words/fr.ts'
import { nl } from './words/nl.ts'
import { COPY_WORDS, type CopyWords } from './words/copy.ts'
import { MATCH_WORDS, type MatchWords } from './words/match.ts'
import { PLACES_WORDS, type PlacesWords } from './words/places.ts'
import { PLAN_WORDS, type PlanWords } from './words/plan.ts'

export type Language = 'nl' | 'fr' | 'en'

type Table<Name extends string> = Readonly<Record<Name, string>>

/** Kinds of lines in a request's history. */
export type EventKind =
  | `request.${RequestEvent | 'received' | 'round_started' | 'forgotten'}`
  | `leg.${LegEvent | 'resumed'}`
  | 'plan.made'
  | 'request.held'
  | 'leg.effects_stopped'
  | 'plan.approved'
  | 'plan.ordered'
  | 'plan.approved_once'
  | 'plan.expired'
  | 'record.decided'
  | 'record.sealed'
  | 'record.refused'
  | 'recheck.ordered'
  | 'recheck.started'
  | 'exception.explained'
  | 'answer.not_delivered'
  | 'archive.opened'
  | 'suppression.kept'
  | 'suppression.lifted'
  | 'archive.link_made'
  | 'archive.link_used'
  | 'archive.code_wrong'
  | 'archive.forgotten'
  | 'copy.viewed'
  | 'copy.redacted'
  | 'copy.restored'
  | 'discovery.limit_reached'

/**
 * Every word that a person reads on our pages, in one shape for all languages. `{…}` is filled in. The users' words stand here and
 * nowhere else: no inner name of the product is among them.
 */
export interface Words extends BaseWords {
  /** The plan as approvers read it. */
  readonly plan: PlanWords
  /** A copy before it goes out. */
  readonly copy: CopyWords
  /** Two records side by side. */
  readonly match: MatchWords
  /** Where one can go from here. */
  readonly places: PlacesWords
}

/** The words of the pages that are older than their topics' own tables. */
export interface BaseWords {
  readonly language: Language
  readonly ui: Table<UiWord>
  readonly right: Table<Right>
  readonly state: Table<RequestState>
  readonly result: Table<RequestResult>
  readonly need: Table<Need>
  readonly system: Table<LegState>
  readonly outcome: Table<OutcomeKind>
  readonly stop: Table<ParkReason>
  readonly because: Table<CandidateReason>
  readonly effects: Table<EffectsMode>
  readonly role: Table<Role | 'person' | 'policy' | 'system'>
  readonly event: Table<EventKind>
  readonly error: Table<ErrorWord>
}

export type ErrorWord =
  'not_found' | 'forbidden' | 'signed_out' | 'too_many' | 'not_now' | 'too_late' | 'plan_changed' | 'field' | 'broken'

export type UiWord =
  | 'skip'
  | 'requests'
  | 'queues'
  | 'sign_in'
  | 'sign_out'
  | 'sign_in_link_text'
  | 'sign_in_key_text'
  | 'api_key'
  | 'continue'
  | 'sign_in_failed'
  | 'stop_alert'
  | 'stop_everywhere'
  | 'all_quiet'
  | 'all_quiet_text'
  | 'needs_decision'
  | 'late'
  | 'due'
  | 'under_way'
  | 'completed'
  | 'none_needs_decision'
  | 'none_late'
  | 'none_due'
  | 'none_under_way'
  | 'none_completed'
  | 'due_on'
  | 'days_left'
  | 'day_left'
  | 'due_today'
  | 'days_late'
  | 'day_late'
  | 'was_late'
  | 'answered_on'
  | 'received'
  | 'reference'
  | 'number'
  | 'whose'
  | 'dry_run'
  | 'same_as'
  | 'systems'
  | 'system'
  | 'found'
  | 'done'
  | 'kept'
  | 'left'
  | 'looked_again'
  | 'how_it_ended'
  | 'place'
  | 'still_there'
  | 'gone'
  | 'seen_times'
  | 'not_yet'
  | 'nothing_yet'
  | 'again_number'
  | 'what_to_do'
  | 'other_actions'
  | 'history'
  | 'when'
  | 'what'
  | 'who'
  | 'why'
  | 'reason'
  | 'reason_hint'
  | 'reason_needed'
  | 'person'
  | 'identify_title'
  | 'identify_text'
  | 'method'
  | 'identify'
  | 'decide_title'
  | 'decide_text'
  | 'searched_for'
  | 'is_person'
  | 'is_other'
  | 'keep'
  | 'keep_law'
  | 'keep_until'
  | 'decide_later'
  | 'created_on'
  | 'decide'
  | 'more_matches'
  | 'approve_title'
  | 'approve_text'
  | 'plan_hash'
  | 'approve'
  | 'approved_by'
  | 'starts_after'
  | 'review_title'
  | 'review_text'
  | 'review'
  | 'new_plan_title'
  | 'new_plan_text'
  | 'new_plan'
  | 'delivery_title'
  | 'delivery_text'
  | 'delivery'
  | 'resume_title'
  | 'retry'
  | 'act_again'
  | 'accept'
  | 'refuse'
  | 'refuse_text'
  | 'withdraw'
  | 'withdraw_text'
  | 'recheck'
  | 'recheck_text'
  | 'not_your_role'
  | 'record'
  | 'record_text'
  | 'planned_looks'
  | 'done_notice'
  | 'back'
  | 'until'
  | 'finishes_by'
  | 'law'
  | 'code'
  | 'history_cut'

const BASE: Readonly<Record<Language, BaseWords>> = { nl, fr, en }

function tableOf(language: Language): Words {
  return {
    ...BASE[language],
    plan: PLAN_WORDS[language],
    copy: COPY_WORDS[language],
    match: MATCH_WORDS[language],
    places: PLACES_WORDS[language],
  }
}

const TABLES: Readonly<Record<Language, Words>> = { nl: tableOf('nl'), fr: tableOf('fr'), en: tableOf('en') }

/** The first language of the browser that we speak; English otherwise. */
export function wordsFor(acceptLanguage: string | undefined): Words {
  const wanted = (acceptLanguage ?? '').split(',').map((one) => one.trim().slice(0, 2).toLowerCase())
  const found = wanted.find((one): one is Language => one === 'nl' || one === 'fr' || one === 'en')
  return TABLES[found ?? 'en']
}

/** Puts values into the places of a text. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place))
}
