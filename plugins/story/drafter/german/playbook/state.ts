import { type Play, seed } from '../scene.ts'

/** Außer Betrieb genommen und behalten: gelöscht wird nichts, und es gibt einen Weg zurück. */
const suspend: Play = {
  happy: (s) =>
    seed('happy', 100, 'Nicht mehr aktiv, aber noch da', [`${s.der} ist aktiv`], `${s.the} ${s.does}`, [
      `ist ${s.der} in der Liste mit Datum als nicht mehr aktiv gekennzeichnet`,
      'alles, was dazu gehört, ist noch vorhanden',
    ]),
  more: (s) => [
    s.facets.has('account') || s.facets.has('person')
      ? seed(
          'boundary',
          44,
          'Eine Sitzung, die gerade offen ist',
          ['die betroffene Person ist angemeldet'],
          `${s.the} ${s.does}`,
          ['führt ihr nächster Klick zur Anmeldung'],
          /sitzung|angemeldet/iu,
        )
      : seed('boundary', 44, 'Was gerade läuft', [`jemand arbeitet mit ${s.noun.one}`], `${s.the} ${s.does}`, [
          'lässt sich Begonnenes beenden',
          'Neues lässt sich nicht mehr beginnen',
        ]),
    seed(
      'boundary',
      43,
      'Es gibt einen Weg zurück',
      [`${s.der} ist nicht mehr aktiv`],
      `${s.the} das wieder aufhebt`,
      ['ist alles wie vorher'],
      /reaktivier|wiederherstell|aufheb/iu,
    ),
    seed(
      'failure',
      40,
      'Zweimal dasselbe ändert nichts',
      ['jemand anderes hat denselben Schritt gerade ausgeführt'],
      `${s.the} ihn bestätigt`,
      ['bleibt es bei einem Eintrag im Verlauf'],
    ),
  ],
}

const rate: Play = {
  happy: (s) =>
    seed('happy', 100, 'Die Bewertung zählt sofort', [`${s.ein} hat drei Bewertungen`], `${s.the} ${s.does}`, [
      'ist die eigene Bewertung zu sehen',
      'Durchschnitt und Anzahl enthalten sie',
    ]),
  more: (s) => [
    seed(
      'boundary',
      44,
      'Eine Person, eine Bewertung',
      ['es gibt schon eine eigene Bewertung'],
      `${s.the} noch einmal bewertet`,
      ['ersetzt die neue Bewertung die alte', 'die Anzahl bleibt gleich'],
      /einmal|erneut/iu,
    ),
    seed('boundary', 40, 'Noch ohne Bewertung', [`${s.ein} hat keine Bewertung`], `${s.the} die Seite öffnet`, [
      'steht dort, dass es noch keine gibt',
      'es erscheint kein Durchschnitt von 0',
    ]),
    seed('failure', 38, 'Nichts ausgewählt', ['es ist kein Wert gewählt'], `${s.the} die Bewertung abschickt`, [
      'wird nichts gespeichert',
      'der Hinweis zeigt auf die fehlende Auswahl',
    ]),
  ],
}

export const state = { suspend, rate }
