import { type Play, seed } from '../scene.ts'

const upload: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'Die hochgeladene Datei lässt sich öffnen',
      ['eine gültige Datei liegt auf dem Gerät'],
      `${s.the} ${s.does}`,
      ['erscheint die Datei mit Name und Größe', 'beim Öffnen zeigt sie denselben Inhalt wie das Original'],
    ),
  more: (s) => [
    seed(
      'failure',
      45,
      'Ein falscher Dateityp wird abgelehnt',
      ['eine Programmdatei wurde umbenannt, damit sie wie eine erlaubte Datei aussieht'],
      `${s.the} sie hochladen will`,
      ['wird sie wegen ihres Inhalts abgelehnt', 'die erlaubten Dateitypen werden genannt'],
    ),
    seed(
      'failure',
      42,
      'Ein abgebrochener Upload hinterlässt nichts Halbes',
      ['die Hälfte ist übertragen'],
      'die Verbindung abbricht',
      ['erscheint keine unvollständige Datei', 'der Upload kann neu gestartet werden'],
    ),
    seed(
      'failure',
      36,
      'Gleicher Name überschreibt nichts',
      ['eine Datei mit demselben Namen ist schon da'],
      `${s.the} eine weitere hochlädt`,
      ['lassen sich beide öffnen'],
    ),
    ...(/foto|bild/iu.test(s.act)
      ? [
          seed(
            'boundary',
            40,
            'Handyfotos stehen richtig herum',
            ['ein Hochkantfoto mit gespeichertem Standort'],
            `${s.the} es hochlädt`,
            ['wird es aufrecht angezeigt', 'der Standort wird nicht weitergegeben'],
          ),
        ]
      : []),
  ],
}

const importing: Play = {
  happy: (s) =>
    seed('happy', 100, 'Jede gültige Zeile kommt an', ['eine Datei mit drei gültigen Zeilen'], `${s.the} ${s.does}`, [
      `sind drei neue ${s.many} vorhanden`,
      'der Bericht nennt „3 importiert, 0 abgelehnt“',
    ]),
  more: (s) => [
    seed(
      'failure',
      45,
      'Eine fehlerhafte Zeile hält die anderen nicht auf',
      ['in Zeile 2 von 3 fehlt ein Pflichtwert'],
      `${s.the} die Datei importiert`,
      ['werden die Zeilen 1 und 3 übernommen', 'der Bericht nennt Zeile 2, die Spalte und den Grund'],
      /(?:fehlerhafte|ungültige) (?:zeile|daten)/iu,
    ),
    seed(
      'failure',
      43,
      'Zweimal importiert ergibt keine Doppelten',
      ['dieselbe Datei wurde schon importiert'],
      `${s.the} sie noch einmal importiert`,
      ['ist kein Eintrag doppelt vorhanden'],
      /doppelt|dublette/iu,
    ),
    seed('boundary', 37, 'Nur eine Kopfzeile', ['die Datei enthält nur die Kopfzeile'], `${s.the} sie importiert`, [
      'steht dort, dass es nichts zu importieren gibt',
    ]),
  ],
}

export const files = { upload, import: importing }
