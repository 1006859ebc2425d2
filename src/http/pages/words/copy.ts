import type { RedactionReason } from '../../../domain/redaction.ts'
import type { Language } from '../words.ts'

export type CopyWords = Readonly<
  Record<
    | 'title'
    | 'text'
    | 'read'
    | 'places'
    | 'records'
    | 'files'
    | 'left_out'
    | 'secrets'
    | 'record'
    | 'whole'
    | 'others'
    | 'hide'
    | 'show'
    | 'why'
    | 'is_out'
    | 'next'
    | 'cut'
    | 'empty'
    | 'pick'
    | 'download'
    | 'release_text'
    | RedactionReason,
    string
  >
>

export const COPY_WORDS: Readonly<Record<Language, CopyWords>> = {
  en: {
    title: 'The copy before it goes out',
    text: 'This is what the person gets. Take out what is about other people: what looks like it is marked and ticked. Each look is noted in the history.',
    read: 'Read the copy',
    places: 'Places',
    records: 'Records',
    files: 'Files',
    left_out: 'Left out',
    secrets: 'Credentials removed',
    record: 'Record {number}',
    whole: 'the whole record',
    others: 'may be about somebody else',
    hide: 'Leave out what is ticked',
    show: 'Put back what is ticked',
    why: 'Why',
    is_out: 'left out',
    next: 'Further records',
    cut: 'The record has more fields than are shown: leave out the whole record if in doubt.',
    empty: 'Nothing was found: the copy says so.',
    pick: 'Choose a place to read what is in it.',
    download: 'Open the file',
    release_text: 'Releasing sends it on: it is sealed as you see it now.',
    third_party: 'it is about somebody else',
    secret: 'it is a credential',
    trade_secret: 'it is a trade secret',
  },
  nl: {
    title: 'De kopie voor ze vertrekt',
    text: 'Dit krijgt de persoon. Laat weg wat over anderen gaat: wat daarop lijkt is gemarkeerd en aangevinkt. Elke blik komt in het verloop.',
    read: 'De kopie lezen',
    places: 'Plaatsen',
    records: 'Gegevens',
    files: 'Bestanden',
    left_out: 'Weggelaten',
    secrets: 'Sleutels verwijderd',
    record: 'Gegeven {number}',
    whole: 'het volledige gegeven',
    others: 'gaat misschien over iemand anders',
    hide: 'Laat weg wat aangevinkt is',
    show: 'Zet terug wat aangevinkt is',
    why: 'Waarom',
    is_out: 'weggelaten',
    next: 'Volgende gegevens',
    cut: 'Het gegeven heeft meer velden dan getoond: laat bij twijfel het volledige gegeven weg.',
    empty: 'Er werd niets gevonden: de kopie zegt dat.',
    pick: 'Kies een plaats om te lezen wat erin staat.',
    download: 'Het bestand openen',
    release_text: 'Vrijgeven stuurt ze door: ze wordt verzegeld zoals u ze nu ziet.',
    third_party: 'het gaat over iemand anders',
    secret: 'het is een toegangssleutel',
    trade_secret: 'het is een bedrijfsgeheim',
  },
  fr: {
    title: 'La copie avant l’envoi',
    text: 'Voici ce que la personne reçoit. Omettez ce qui concerne d’autres personnes : ce qui y ressemble est marqué et coché. Chaque lecture est notée dans l’historique.',
    read: 'Lire la copie',
    places: 'Endroits',
    records: 'Données',
    files: 'Fichiers',
    left_out: 'Omis',
    secrets: 'Clés retirées',
    record: 'Donnée {number}',
    whole: 'la donnée entière',
    others: 'concerne peut-être une autre personne',
    hide: 'Omettre ce qui est coché',
    show: 'Remettre ce qui est coché',
    why: 'Pourquoi',
    is_out: 'omis',
    next: 'Données suivantes',
    cut: 'La donnée a plus de champs que montrés : dans le doute, omettez-la entièrement.',
    empty: 'Rien n’a été trouvé : la copie le dit.',
    pick: 'Choisissez un endroit pour lire ce qui s’y trouve.',
    download: 'Ouvrir le fichier',
    release_text: 'Libérer l’envoie : elle est scellée telle que vous la voyez.',
    third_party: 'cela concerne une autre personne',
    secret: 'c’est une clé d’accès',
    trade_secret: 'c’est un secret d’affaires',
  },
}
