import { type Play, seed } from '../scene.ts'

const configure: Play = {
  happy: (s) =>
    /dunkel|dark|design|farb/iu.test(s.act)
      ? seed(
          'happy',
          100,
          'Jede Seite folgt der gewählten Darstellung',
          ['die bisherige Darstellung ist aktiv'],
          `${s.the} ${s.does}`,
          ['wechselt die Seite ohne Neuladen', 'auch alle anderen Seiten erscheinen so'],
        )
      : seed('happy', 100, 'Die Einstellung wirkt und bleibt', ['die alte Einstellung gilt'], `${s.the} ${s.does}`, [
          'wirkt die neue Einstellung ohne erneute Anmeldung',
          'sie gilt auch beim nächsten Besuch',
        ]),
  more: (s) =>
    /dunkel|dark|design|farb/iu.test(s.act)
      ? [
          seed(
            'quality',
            44,
            'Alles bleibt lesbar',
            ['die neue Darstellung ist aktiv'],
            `${s.the} Formulare, Tabellen und Fehlermeldungen öffnet`,
            ['beträgt der Kontrast mindestens 4,5 zu 1'],
          ),
          seed(
            'boundary',
            41,
            'Die Wahl bleibt erhalten',
            [`${s.the} hat eine Darstellung gewählt`],
            `${s.er} am nächsten Tag wiederkommt`,
            ['erscheint die Seite sofort in dieser Darstellung'],
          ),
          seed(
            'boundary',
            38,
            'Wer nie gewählt hat',
            ['das Gerät ist auf dunkel eingestellt'],
            `${s.the} zum ersten Mal kommt`,
            ['folgt die Seite dem Gerät'],
          ),
        ]
      : [
          seed(
            'failure',
            43,
            'Ein unsinniger Wert wird abgelehnt',
            ['der eingegebene Wert ist nicht erlaubt'],
            `${s.the} speichert`,
            ['bleibt die alte Einstellung in Kraft', 'die erlaubten Werte werden genannt'],
          ),
          seed(
            'boundary',
            40,
            'Andere sind nicht betroffen',
            ['eine zweite Person nutzt dieselbe Funktion'],
            `${s.the} die Einstellung ändert`,
            ['behält die zweite Person ihre eigene'],
          ),
        ],
}

const validate: Play = {
  happy: (s) =>
    seed('happy', 100, 'Gültiges geht ohne Rückfrage durch', ['alle Angaben sind gültig'], `${s.the} sie abschickt`, [
      'werden sie angenommen',
    ]),
  more: (s) => [
    seed(
      'failure',
      46,
      'Ungültiges wird begründet abgelehnt',
      ['eine Angabe verletzt eine Regel'],
      `${s.the} sie abschickt`,
      ['wird sie nicht angenommen', 'die Meldung nennt Feld und Regel'],
    ),
    seed(
      'permission',
      40,
      'Die Prüfung lässt sich nicht umgehen',
      ['die Anfrage wird am Formular vorbei gesendet'],
      'sie denselben ungültigen Wert enthält',
      ['wird sie ebenso abgelehnt'],
    ),
  ],
}

const approve: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'Nach der Freigabe geht es weiter',
      [`${s.ein} wartet auf eine Entscheidung`],
      `${s.the} ${s.does}`,
      ['sind Entscheidung, Name und Zeitpunkt zu sehen', 'die antragstellende Person wird informiert'],
    ),
  more: (s) => [
    seed(
      'permission',
      45,
      'Niemand entscheidet über Eigenes',
      [`${s.the} hat selbst ${s.einen} eingereicht`],
      `${s.er} die Freigabe dafür erteilen will`,
      ['wird das abgelehnt'],
    ),
    seed(
      'failure',
      44,
      'Eine Ablehnung nennt ihren Grund',
      [`${s.ein} wartet auf eine Entscheidung`],
      `${s.the} ohne Begründung ablehnt`,
      ['wird nach dem Grund gefragt', 'die antragstellende Person kann ihn lesen'],
      /ablehn/iu,
    ),
    seed(
      'failure',
      41,
      'Zwei Entscheidungen gleichzeitig',
      ['zwei Personen haben denselben Vorgang geöffnet', 'eine hat eben entschieden'],
      'die andere anders entscheidet',
      ['gilt die erste Entscheidung', 'die zweite Person erfährt, wer entschieden hat'],
    ),
  ],
}

export const decisions = { configure, validate, approve }
