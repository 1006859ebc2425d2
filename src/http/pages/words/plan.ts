import type { PlannedDeed } from '../../views/plan-content.ts'
import type { Language } from '../words.ts'

export type PlanWords = Readonly<
  Record<
    | 'total'
    | 'will'
    | 'kept_why'
    | 'cannot_why'
    | 'identifiers'
    | 'given'
    | 'learned_from'
    | 'nothing_found'
    | 'not_searched'
    | 'read_only'
    | 'unsupported'
    | 'vendor_cannot'
    | 'kept_by'
    | 'kept'
    | 'records'
    | 'one_record'
    | 'progress'
    | PlannedDeed,
    string
  >
>

export const PLAN_WORDS: Readonly<Record<Language, PlanWords>> = {
  en: {
    total: '{records} found in {systems} systems: {acted} will be dealt with, {kept} are kept, {cannot} stay',
    will: 'Will be done',
    kept_why: 'Kept, and why',
    cannot_why: 'Stays, and why',
    identifiers: 'Searched by',
    given: 'given with the request',
    learned_from: 'learned from {system}',
    nothing_found: 'nothing found',
    not_searched: 'could not be searched: nothing will happen there',
    read_only: 'the account is set to read only',
    unsupported: 'the system has no way to do it',
    vendor_cannot: 'the system cannot erase it',
    kept_by: '{count}, {law}, until {date}',
    kept: '{count}',
    records: '{count} records',
    one_record: '1 record',
    progress: '{done} of {all} changes confirmed',
    erased: '{count} erased',
    anonymised: '{count} blanked out',
    suppressed: '{count} put on the do-not-contact list',
    copied: '{count} copied',
    changed: '{count} changed',
  },
  nl: {
    total: '{records} gevonden in {systems} systemen: {acted} worden behandeld, {kept} bewaard, {cannot} blijven staan',
    will: 'Wat er gebeurt',
    kept_why: 'Bewaard, en waarom',
    cannot_why: 'Blijft staan, en waarom',
    identifiers: 'Gezocht op',
    given: 'meegegeven met het verzoek',
    learned_from: 'gevonden in {system}',
    nothing_found: 'niets gevonden',
    not_searched: 'kon niet doorzocht worden: daar gebeurt niets',
    read_only: 'de account staat op alleen lezen',
    unsupported: 'het systeem kan dit niet',
    vendor_cannot: 'het systeem kan dit niet wissen',
    kept_by: '{count}, {law}, tot {date}',
    kept: '{count}',
    records: '{count} gegevens',
    one_record: '1 gegeven',
    progress: '{done} van {all} wijzigingen bevestigd',
    erased: '{count} gewist',
    anonymised: '{count} leeggemaakt',
    suppressed: '{count} op de niet-contacteren-lijst',
    copied: '{count} gekopieerd',
    changed: '{count} gewijzigd',
  },
  fr: {
    total: '{records} dans {systems} systèmes : {acted} seront traitées, {kept} conservées, {cannot} restent en place',
    will: 'Ce qui sera fait',
    kept_why: 'Conservé, et pourquoi',
    cannot_why: 'Reste, et pourquoi',
    identifiers: 'Cherché par',
    given: 'donné avec la demande',
    learned_from: 'appris de {system}',
    nothing_found: 'rien trouvé',
    not_searched: 'n’a pas pu être cherché : rien ne s’y passera',
    read_only: 'le compte est réglé sur lecture seule',
    unsupported: 'le système ne sait pas le faire',
    vendor_cannot: 'le système ne peut pas l’effacer',
    kept_by: '{count}, {law}, jusqu’au {date}',
    kept: '{count}',
    records: '{count} données trouvées',
    one_record: '1 donnée trouvée',
    progress: '{done} changements confirmés sur {all}',
    erased: '{count} effacés',
    anonymised: '{count} vidés',
    suppressed: '{count} sur la liste de non-contact',
    copied: '{count} copiés',
    changed: '{count} modifiés',
  },
}
