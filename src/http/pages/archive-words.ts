import type { Language } from './words.ts'

/** What a person reads who fetches their archive. */
export interface ArchiveWords {
  readonly title: string
  readonly intro: string
  readonly code: string
  readonly codeHint: string
  readonly open: string
  /** One text for every link and code that does not open, whatever the reason. */
  readonly closed: string
  readonly ready: string
  readonly readyText: string
  readonly download: string
  readonly keepText: string
}

export const ARCHIVE_WORDS: Readonly<Record<Language, ArchiveWords>> = {
  en: {
    title: 'Your data',
    intro:
      'The copy of your data that you asked for is ready. To fetch it, fill in the code that you were sent another way.',
    code: 'Code',
    codeHint: 'Eight digits. The link works once: have fifteen minutes and a safe place for the file at hand.',
    open: 'Open',
    closed:
      'This did not open anything. The code may be wrong, or the link was used or has expired. Ask whoever sent it to you for a new one.',
    ready: 'Your copy is ready',
    readyText: 'You can download it for the next fifteen minutes. A download that breaks off can be continued.',
    download: 'Download the copy (ZIP)',
    keepText: 'It holds personal data: keep it where only you can read it. Open index.html in it to start.',
  },
  fr: {
    title: 'Vos données',
    intro:
      'La copie de vos données que vous avez demandée est prête. Pour la retirer, saisissez le code qui vous a été envoyé par une autre voie.',
    code: 'Code',
    codeHint:
      'Huit chiffres. Le lien fonctionne une seule fois : prévoyez quinze minutes et un endroit sûr pour le fichier.',
    open: 'Ouvrir',
    closed:
      'Rien n’a pu être ouvert. Le code est peut-être erroné, ou le lien a déjà servi ou a expiré. Demandez-en un nouveau à la personne qui vous l’a envoyé.',
    ready: 'Votre copie est prête',
    readyText: 'Vous pouvez la télécharger pendant quinze minutes. Un téléchargement interrompu peut être repris.',
    download: 'Télécharger la copie (ZIP)',
    keepText:
      'Elle contient des données personnelles : gardez-la là où vous seul pouvez la lire. Ouvrez-y index.html pour commencer.',
  },
  nl: {
    title: 'Uw gegevens',
    intro:
      'De kopie van uw gegevens waarom u vroeg, is klaar. Vul de code in die u langs een andere weg kreeg om ze op te halen.',
    code: 'Code',
    codeHint: 'Acht cijfers. De link werkt één keer: houd vijftien minuten en een veilige plek voor het bestand klaar.',
    open: 'Openen',
    closed:
      'Er kon niets geopend worden. Misschien is de code fout, of werd de link al gebruikt of is hij verlopen. Vraag een nieuwe aan wie hem u stuurde.',
    ready: 'Uw kopie is klaar',
    readyText: 'U kunt ze de komende vijftien minuten ophalen. Een afgebroken download kan worden voortgezet.',
    download: 'Kopie downloaden (ZIP)',
    keepText:
      'Ze bevat persoonsgegevens: bewaar ze waar alleen u ze kunt lezen. Open daarin index.html om te beginnen.',
  },
}
