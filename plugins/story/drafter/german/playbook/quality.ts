import { type Play, seed } from '../scene.ts'

const performance: Play = {
  happy: () =>
    seed(
      'quality',
      96,
      'Der Gewinn wird gegen heute gemessen',
      ['die heutige Antwortzeit ist gemessen und festgehalten'],
      'dieselbe Messung nach der Änderung mit denselben Daten wiederholt wird',
      ['sind auch die langsamsten 5 % der Antworten schneller als vorher', 'die Ergebnisse sind dieselben'],
    ),
  more: (s) => [
    seed(
      'quality',
      42,
      'Gemessen wird mit vollen Konten',
      ['das Konto enthält so viele Daten wie das größte echte Konto'],
      `${s.the} die Seite zum ersten Mal am Tag öffnet`,
      ['gilt die vereinbarte Antwortzeit auch dort'],
    ),
    seed('failure', 39, 'Warten ist sichtbar', ['die Antwort dauert länger als eine Sekunde'], `${s.the} wartet`, [
      'ist der Fortschritt sichtbar',
      'die Seite lässt sich weiterhin verlassen',
    ]),
    seed(
      'failure',
      36,
      'Schnell heißt nicht veraltet',
      ['die Daten wurden eben geändert'],
      `${s.the} die Seite erneut öffnet`,
      ['steht dort der neue Stand'],
    ),
  ],
}

const access: Play = {
  happy: (s) =>
    seed(
      'quality',
      98,
      'Alles ist ohne Maus erreichbar',
      [`${s.the} verwendet nur die Tastatur`],
      `${s.er} mit der Tabulatortaste durch die Seite geht`,
      ['ist jedes Bedienelement erreichbar', 'der Fokus ist immer sichtbar'],
    ),
  more: (s) => [
    seed(
      'quality',
      44,
      'Ein Screenreader liest Namen und Zustand vor',
      [`${s.the} verwendet einen Screenreader`],
      'ein Feld mit einem Fehler den Fokus erhält',
      ['werden Beschriftung, Wert und Fehler vorgelesen'],
    ),
    seed('quality', 41, 'Text bleibt lesbar', ['die Seite ist auf 200 % vergrößert'], `${s.the} sie liest`, [
      'ist kein Text abgeschnitten',
      'der Kontrast beträgt mindestens 4,5 zu 1',
    ]),
  ],
}

const translate: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'Die gewählte Sprache gilt überall',
      [`${s.the} hat eine andere Sprache gewählt`],
      `${s.er} die Anwendung benutzt`,
      ['erscheinen Beschriftungen, Meldungen und E-Mails in dieser Sprache'],
    ),
  more: (s) => [
    seed(
      'failure',
      43,
      'Eine fehlende Übersetzung bleibt lesbar',
      ['ein Text ist noch nicht übersetzt'],
      `${s.the} die Seite öffnet`,
      ['erscheint der Text in der Standardsprache', 'es ist kein technischer Schlüssel zu sehen'],
    ),
    seed(
      'boundary',
      40,
      'Lange Wörter sprengen nichts',
      ['eine Beschriftung ist doppelt so lang'],
      `${s.the} die Seite am Telefon öffnet`,
      ['ist die Beschriftung vollständig lesbar'],
    ),
  ],
}

const calculate: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'Ein durchgerechnetes Beispiel stimmt',
      ['für ein Beispiel ist das Ergebnis von Hand geprüft'],
      `${s.the} ${s.does}`,
      ['ist das Ergebnis dasselbe', 'die Rechenschritte sind nachvollziehbar'],
    ),
  more: (s) => [
    seed('boundary', 43, 'Gerundet wird einmal, am Ende', ['drei Beträge von je 0,335'], 'die Summe berechnet wird', [
      'beträgt sie 1,01 und nicht 1,02',
    ]),
    seed('failure', 42, 'Ein fehlender Wert ist keine Null', ['ein Wert fehlt noch'], `${s.the} das Ergebnis ansieht`, [
      'ist es als unvollständig gekennzeichnet',
      'der fehlende Wert ist benannt',
    ]),
  ],
}

export const quality = { performance, access, translate, calculate }
