import type { IdentifierKind } from '../../domain/identifier.ts'
import type { RedactionKind, RedactionReason } from '../../domain/redaction.ts'
import type { ArchiveLanguage } from './spec.ts'

/** What the archive says to the person, in one language. */
export interface Words {
  readonly title: string
  readonly portabilityTitle: string
  readonly intro: (controller: string) => string
  readonly portabilityIntro: (controller: string) => string
  readonly reference: string
  readonly made: string
  readonly overview: string
  readonly place: string
  readonly outcome: string
  readonly looked: string
  readonly searchedBy: string
  readonly found: (records: number, files: number) => string
  readonly nothing: string
  readonly nothingAnywhere: string
  readonly failed: string
  readonly nothingInProfile: string
  readonly nothingHere: string
  readonly unread: string
  readonly category: string
  readonly origin: string
  readonly origins: Readonly<Record<'provided' | 'observed' | 'inferred' | 'derived' | 'third_party', string>>
  readonly kinds: Readonly<Record<IdentifierKind, string>>
  readonly completeFile: string
  readonly furtherPages: string
  readonly page: (number: number) => string
  readonly back: string
  readonly attachments: string
  readonly name: string
  readonly kind: string
  readonly size: string
  readonly file: string
  readonly allFiles: string
  readonly check: string
  readonly contact: string
  readonly authority: string
  readonly withheld: string
  readonly withheldText: string
  readonly withheldWhat: string
  readonly withheldWhy: string
  readonly withheldKinds: Readonly<Record<RedactionKind, string>>
  readonly withheldReasons: Readonly<Record<RedactionReason, string>>
  readonly empty: string
  readonly yes: string
  readonly no: string
  readonly readme: readonly string[]
}

const EN: Words = {
  title: 'Your personal data',
  portabilityTitle: 'Your personal data to take with you',
  intro: (controller) =>
    `This is a copy of the personal data about you that ${controller} and the services it works with gave out when asked.`,
  portabilityIntro: (controller) =>
    `This is the data that you gave to ${controller} or that was recorded while you used its services, in a form that other services can read (Art. 20 GDPR).`,
  reference: 'Reference',
  made: 'Made on',
  overview: 'Where we looked',
  place: 'Service',
  outcome: 'Result',
  looked: 'When',
  searchedBy: 'Searched by',
  found: (records, files) =>
    `${plural(records, 'record', 'records')}${files === 0 ? '' : `, ${plural(files, 'file', 'files')}`}`,
  nothing: 'Not found under these identifiers, in these places, at this time.',
  nothingAnywhere: 'We looked in every service below and found nothing under the identifiers that we searched for.',
  failed: 'This service could not be read. It is not part of this copy; we will come back to you about it.',
  nothingInProfile: 'This service holds data about you, none of which you gave it or was recorded while you used it.',
  nothingHere: 'Nothing found here.',
  unread: 'This place was not read, or not to its end',
  category: 'Kind of data',
  origin: 'Where it comes from',
  origins: {
    provided: 'you gave it',
    observed: 'recorded while you used the service',
    inferred: 'concluded by the service',
    derived: 'calculated from other data',
    third_party: 'somebody else gave it',
  },
  kinds: { email: 'e-mail address', phone: 'telephone number', external_id: 'customer number' },
  completeFile: 'The same data for computers',
  furtherPages: 'Too much for this page; all of it is on:',
  page: (number) => `page ${String(number)}`,
  back: 'Back to the overview',
  attachments: 'Files',
  name: 'Name',
  kind: 'Type',
  size: 'Size',
  file: 'In this archive',
  allFiles: 'All files in this archive',
  check: 'manifest-sha256.txt has the SHA-256 digest of every file, so that anyone can check that nothing was changed.',
  contact: 'Questions',
  authority: 'You may lodge a complaint with',
  withheld: 'What is left out',
  withheldText:
    'We left out what would have told you about somebody else, or would have given away a credential. A marker stands in its place.',
  withheldWhat: 'Left out',
  withheldWhy: 'Why',
  withheldKinds: { field: 'field', record: 'whole record', attachment: 'file' },
  withheldReasons: {
    third_party: 'it is about somebody else (Art. 15(4) GDPR)',
    secret: 'it is a credential',
    trade_secret: 'it is a trade secret (Art. 15(4) GDPR)',
  },
  empty: '(empty)',
  yes: 'yes',
  no: 'no',
  readme: [
    'Open index.html in any browser. It works offline and shows everything in this archive.',
    'The folder data has the same data as JSON (UTF-8), with the original files beside it.',
    'datapackage.json describes each file: service, kind of data, where it comes from.',
    'manifest-sha256.txt has the digest of each file. To check: sha256sum --check manifest-sha256.txt',
    'Keep this archive in a safe place: it is about you.',
  ],
}

const NL: Words = {
  title: 'Uw persoonsgegevens',
  portabilityTitle: 'Uw persoonsgegevens om mee te nemen',
  intro: (controller) =>
    `Dit is een kopie van de persoonsgegevens over u die ${controller} en de diensten waarmee het werkt op onze vraag hebben gegeven.`,
  portabilityIntro: (controller) =>
    `Dit zijn de gegevens die u aan ${controller} gaf of die werden vastgelegd terwijl u de diensten gebruikte, in een vorm die andere diensten kunnen lezen (art. 20 AVG).`,
  reference: 'Referentie',
  made: 'Gemaakt op',
  overview: 'Waar we hebben gezocht',
  place: 'Dienst',
  outcome: 'Resultaat',
  looked: 'Wanneer',
  searchedBy: 'Gezocht op',
  found: (records, files) =>
    `${plural(records, 'gegeven', 'gegevens')}${files === 0 ? '' : `, ${plural(files, 'bestand', 'bestanden')}`}`,
  nothing: 'Niet gevonden onder deze kenmerken, op deze plaatsen, op dit moment.',
  nothingAnywhere: 'We hebben in elke dienst hieronder gezocht en niets gevonden onder de kenmerken waarop we zochten.',
  failed: 'Deze dienst kon niet worden gelezen. Ze zit niet in deze kopie; we komen er bij u op terug.',
  nothingInProfile:
    'Deze dienst heeft gegevens over u, maar geen die u zelf gaf of die bij uw gebruik werden vastgelegd.',
  nothingHere: 'Hier is niets gevonden.',
  unread: 'Deze plaats werd niet of niet volledig gelezen',
  category: 'Soort gegevens',
  origin: 'Waar het vandaan komt',
  origins: {
    provided: 'u gaf het',
    observed: 'vastgelegd terwijl u de dienst gebruikte',
    inferred: 'afgeleid door de dienst',
    derived: 'berekend uit andere gegevens',
    third_party: 'iemand anders gaf het',
  },
  kinds: { email: 'e-mailadres', phone: 'telefoonnummer', external_id: 'klantnummer' },
  completeFile: 'Dezelfde gegevens voor computers',
  furtherPages: 'Te veel voor deze pagina; alles staat op:',
  page: (number) => `pagina ${String(number)}`,
  back: 'Terug naar het overzicht',
  attachments: 'Bestanden',
  name: 'Naam',
  kind: 'Type',
  size: 'Grootte',
  file: 'In dit archief',
  allFiles: 'Alle bestanden in dit archief',
  check:
    'manifest-sha256.txt bevat de SHA-256-controlewaarde van elk bestand, zodat iedereen kan nagaan dat er niets is veranderd.',
  contact: 'Vragen',
  authority: 'U kunt een klacht indienen bij',
  withheld: 'Wat ontbreekt',
  withheldText:
    'We lieten weg wat u iets over iemand anders had verteld, of wat een toegangssleutel had prijsgegeven. Op die plaats staat een merkteken.',
  withheldWhat: 'Weggelaten',
  withheldWhy: 'Waarom',
  withheldKinds: { field: 'veld', record: 'volledig gegeven', attachment: 'bestand' },
  withheldReasons: {
    third_party: 'het gaat over iemand anders (art. 15, lid 4 AVG)',
    secret: 'het is een toegangssleutel',
    trade_secret: 'het is een bedrijfsgeheim (art. 15, lid 4 AVG)',
  },
  empty: '(leeg)',
  yes: 'ja',
  no: 'nee',
  readme: [
    'Open index.html in een browser. Het werkt zonder internet en toont alles wat in dit archief zit.',
    'De map data bevat dezelfde gegevens als JSON (UTF-8), met de oorspronkelijke bestanden ernaast.',
    'datapackage.json beschrijft elk bestand: dienst, soort gegevens, herkomst.',
    'manifest-sha256.txt bevat de controlewaarde van elk bestand. Nagaan: sha256sum --check manifest-sha256.txt',
    'Bewaar dit archief op een veilige plaats: het gaat over u.',
  ],
}

const FR: Words = {
  title: 'Vos données personnelles',
  portabilityTitle: 'Vos données personnelles à emporter',
  intro: (controller) =>
    `Ceci est une copie des données personnelles vous concernant que ${controller} et les services avec lesquels elle travaille ont fournies à notre demande.`,
  portabilityIntro: (controller) =>
    `Voici les données que vous avez fournies à ${controller} ou qui ont été enregistrées pendant votre utilisation de ses services, sous une forme que d’autres services peuvent lire (art. 20 RGPD).`,
  reference: 'Référence',
  made: 'Établi le',
  overview: 'Où nous avons cherché',
  place: 'Service',
  outcome: 'Résultat',
  looked: 'Quand',
  searchedBy: 'Recherche par',
  found: (records, files) =>
    `${plural(records, 'enregistrement', 'enregistrements')}${files === 0 ? '' : `, ${plural(files, 'fichier', 'fichiers')}`}`,
  nothing: 'Non trouvé sous ces identifiants, à ces endroits, à ce moment.',
  nothingAnywhere:
    'Nous avons cherché dans chaque service ci-dessous et n’avons rien trouvé sous les identifiants recherchés.',
  failed:
    'Ce service n’a pas pu être lu. Il ne fait pas partie de cette copie ; nous reviendrons vers vous à ce sujet.',
  nothingInProfile:
    'Ce service détient des données vous concernant, mais aucune que vous ayez fournie ou enregistrée pendant votre utilisation.',
  nothingHere: 'Rien n’a été trouvé ici.',
  unread: 'Cet endroit n’a pas été lu, ou pas jusqu’au bout',
  category: 'Type de données',
  origin: 'Provenance',
  origins: {
    provided: 'fourni par vous',
    observed: 'enregistré pendant votre utilisation du service',
    inferred: 'déduit par le service',
    derived: 'calculé à partir d’autres données',
    third_party: 'fourni par quelqu’un d’autre',
  },
  kinds: { email: 'adresse e-mail', phone: 'numéro de téléphone', external_id: 'numéro de client' },
  completeFile: 'Les mêmes données pour les ordinateurs',
  furtherPages: 'Trop long pour cette page ; tout se trouve ici :',
  page: (number) => `page ${String(number)}`,
  back: 'Retour à l’aperçu',
  attachments: 'Fichiers',
  name: 'Nom',
  kind: 'Type',
  size: 'Taille',
  file: 'Dans cette archive',
  allFiles: 'Tous les fichiers de cette archive',
  check:
    'manifest-sha256.txt contient l’empreinte SHA-256 de chaque fichier, pour que chacun puisse vérifier que rien n’a été modifié.',
  contact: 'Questions',
  authority: 'Vous pouvez introduire une réclamation auprès de',
  withheld: 'Ce qui manque',
  withheldText:
    'Nous avons omis ce qui vous aurait appris quelque chose sur une autre personne, ou aurait livré une clé d’accès. Une marque se trouve à cette place.',
  withheldWhat: 'Omis',
  withheldWhy: 'Pourquoi',
  withheldKinds: { field: 'champ', record: 'donnée entière', attachment: 'fichier' },
  withheldReasons: {
    third_party: 'cela concerne une autre personne (art. 15, § 4 RGPD)',
    secret: 'c’est une clé d’accès',
    trade_secret: 'c’est un secret d’affaires (art. 15, § 4 RGPD)',
  },
  empty: '(vide)',
  yes: 'oui',
  no: 'non',
  readme: [
    'Ouvrez index.html dans un navigateur. Il fonctionne hors ligne et montre tout ce que contient cette archive.',
    'Le dossier data contient les mêmes données en JSON (UTF-8), avec les fichiers d’origine.',
    'datapackage.json décrit chaque fichier : service, type de données, provenance.',
    'manifest-sha256.txt contient l’empreinte de chaque fichier. Pour vérifier : sha256sum --check manifest-sha256.txt',
    'Gardez cette archive en lieu sûr : elle parle de vous.',
  ],
}

export const WORDS: Readonly<Record<ArchiveLanguage, Words>> = { en: EN, nl: NL, fr: FR }

function plural(count: number, one: string, many: string): string {
  return `${String(count)} ${count === 1 ? one : many}`
}
