import { type Play, seed } from '../scene.ts'

const create: Play = {
  happy: (s) =>
    seed('happy', 100, 'Das Neue bleibt erhalten', [], `${s.the} ${s.does}`, [
      'erscheint der neue Eintrag mit den eingegebenen Werten',
      'er ist nach dem Neuladen noch da',
    ]),
  more: (s) => [
    seed(
      'failure',
      43,
      'Fehlende Angaben werden am Feld gezeigt',
      ['ein Pflichtfeld ist leer'],
      `${s.the} speichern will`,
      ['wird nichts gespeichert', 'das leere Feld ist markiert und benannt', 'alle anderen Eingaben bleiben stehen'],
    ),
    seed(
      'failure',
      40,
      'Doppelt gedrückt, einmal gespeichert',
      [`${s.the} hat alles ausgefüllt`],
      `${s.er} zweimal hintereinander auf „Speichern“ drückt`,
      ['ist genau ein Eintrag entstanden'],
    ),
    ...(s.facets.has('person') || s.facets.has('stock') || s.facets.has('account')
      ? [
          seed(
            'failure',
            41,
            'Doppelte werden bemerkt',
            [`es gibt schon ${s.einen} mit demselben Namen`],
            `${s.the} denselben Namen noch einmal eingibt`,
            ['wird der vorhandene Eintrag angeboten'],
          ),
        ]
      : []),
    ...(s.facets.has('time') || s.facets.has('task')
      ? [
          seed(
            'boundary',
            38,
            'Ein Zeitraum, der rückwärts läuft',
            ['das Ende liegt vor dem Anfang'],
            `${s.the} speichern will`,
            ['wird nichts gespeichert', 'die Meldung nennt beide Daten'],
          ),
        ]
      : []),
  ],
}

const edit: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'Der neue Wert gilt überall',
      [`${s.ein} ist mit dem alten Wert gespeichert`],
      `${s.the} ${s.does}`,
      ['ist der neue Wert nach dem Speichern zu sehen', 'Listen und andere Stellen zeigen ihn ebenfalls'],
    ),
  more: (s) => [
    seed(
      'failure',
      43,
      'Zwei ändern dasselbe',
      ['zwei Personen haben denselben Eintrag geöffnet', 'die erste hat schon gespeichert'],
      'die zweite etwas anderes speichert',
      ['erfährt sie von der ersten Änderung', 'keine Änderung geht ungefragt verloren'],
    ),
    seed(
      'failure',
      40,
      'Ein ungültiger Wert ändert nichts',
      [`${s.the} hat einen unzulässigen Wert eingegeben`],
      `${s.er} speichert`,
      ['nennt das Feld den Fehler', 'der alte Wert bleibt bestehen'],
    ),
    seed(
      'failure',
      35,
      'Ungespeichertes geht nicht still verloren',
      [`${s.the} hat etwas geändert und nicht gespeichert`],
      `${s.er} die Seite verlässt`,
      ['wird gefragt, ob die Änderung verworfen werden soll'],
    ),
    ...(s.own
      ? [
          seed(
            'permission',
            39,
            'Fremdes bleibt unverändert',
            [`${s.ein} gehört jemand anderem`],
            `${s.the} die Änderung direkt abschickt`,
            ['wird sie abgelehnt'],
          ),
        ]
      : []),
  ],
}

const remove: Play = {
  happy: (s) =>
    seed('happy', 100, 'Gelöscht heißt weg', [`${s.ein} steht in der Liste`], `${s.the} ${s.does} und das bestätigt`, [
      `steht ${s.der} nicht mehr in der Liste`,
      'die alte Adresse führt zu einem Hinweis',
    ]),
  more: (s) => [
    seed(
      'failure',
      44,
      'Ein falscher Klick löscht nichts',
      [`${s.the} hat „Löschen“ gewählt`],
      `${s.er} die Rückfrage abbricht`,
      ['ist nichts gelöscht'],
      /rückfrage|bestätig/iu,
    ),
    seed(
      'failure',
      42,
      'Noch in Gebrauch',
      [`${s.der} wird an anderer Stelle verwendet`],
      `${s.the} ${s.den} löschen will`,
      ['werden diese Stellen gezeigt', 'vorher wird nichts gelöscht'],
    ),
    seed(
      'permission',
      41,
      'Löschen braucht das Recht dazu',
      ['jemand darf den Eintrag nur ansehen'],
      'diese Person die Löschung direkt abschickt',
      ['wird sie abgelehnt', 'der Eintrag besteht weiter'],
    ),
    ...(s.facets.has('account') || s.facets.has('person')
      ? [
          seed(
            'boundary',
            42,
            'Auch personenbezogene Daten sind weg',
            ['die Löschung ist erfolgt'],
            'eine Administratorin nach dem Namen sucht',
            ['findet sie ihn nicht'],
          ),
        ]
      : []),
  ],
}

const cancel: Play = {
  happy: (s) =>
    seed('happy', 100, 'Die Stornierung gilt sofort', [`${s.ein} ist aktiv`], `${s.the} ${s.does}`, [
      'ist die Stornierung mit Datum und Uhrzeit zu sehen',
      `${s.the} erhält eine Bestätigung`,
    ]),
  more: (s) => [
    seed('failure', 44, 'Zu spät', [`${s.der} ist bereits ausgeführt`], `${s.the} stornieren will`, [
      'wird nichts storniert',
      'die Meldung nennt Grund und Alternative',
    ]),
    seed(
      'failure',
      40,
      'Zweimal storniert ändert nichts',
      [`${s.der} ist bereits storniert`],
      `${s.the} noch einmal storniert`,
      ['bleibt es bei der ersten Stornierung'],
    ),
    ...(s.facets.has('money') || s.facets.has('time')
      ? [
          seed('boundary', 42, 'Bezahltes wird abgerechnet', [`${s.der} ist bezahlt`], `${s.the} storniert`, [
            'nennt die Bestätigung den Betrag, der zurückgezahlt wird',
          ]),
        ]
      : []),
  ],
}

export const records = { create, edit, delete: remove, cancel }
