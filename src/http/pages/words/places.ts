import type { Language } from '../words.ts'

export type PlacesWords = Readonly<
  Record<
    | 'welcome'
    | 'welcome_text'
    | 'pages'
    | 'pages_text'
    | 'api'
    | 'api_text'
    | 'health'
    | 'health_text'
    | 'lost'
    | 'refreshes'
    | 'plan',
    string
  >
>

export const PLACES_WORDS: Readonly<Record<Language, PlacesWords>> = {
  en: {
    welcome: 'This is Habeas',
    welcome_text:
      'It carries a person’s request about their data to every system, looks again, and signs what it found.',
    pages: 'Requests',
    pages_text: 'for the people who decide',
    api: 'The API',
    api_text: 'for the support portal and other programs',
    health: 'Health',
    health_text: 'whether it runs',
    lost: 'You may be looking for one of these:',
    refreshes: 'This page looks again by itself.',
    plan: 'The plan',
  },
  nl: {
    welcome: 'Dit is Habeas',
    welcome_text:
      'Het brengt iemands verzoek over zijn gegevens naar elk systeem, kijkt opnieuw, en ondertekent wat het vond.',
    pages: 'Verzoeken',
    pages_text: 'voor wie beslist',
    api: 'De API',
    api_text: 'voor het portaal en andere programma’s',
    health: 'Toestand',
    health_text: 'of het draait',
    lost: 'Misschien zoekt u een van deze:',
    refreshes: 'Deze pagina kijkt vanzelf opnieuw.',
    plan: 'Het plan',
  },
  fr: {
    welcome: 'Ceci est Habeas',
    welcome_text:
      'Il porte la demande d’une personne sur ses données à chaque système, revérifie, et signe ce qu’il a trouvé.',
    pages: 'Demandes',
    pages_text: 'pour celles et ceux qui décident',
    api: 'L’API',
    api_text: 'pour le portail et d’autres programmes',
    health: 'État',
    health_text: 's’il fonctionne',
    lost: 'Vous cherchez peut-être l’une de celles-ci :',
    refreshes: 'Cette page se met à jour d’elle-même.',
    plan: 'Le plan',
  },
}
