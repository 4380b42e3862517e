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
const share: Play = {
  happy: (s) =>
    seed('happy', 100, 'Die andere Person erhält genau das Geteilte', [], `${s.the} ${s.does}`, [
      'kann die andere Person es mit ihrem eigenen Konto öffnen',
      'sie sieht sonst nichts',
    ]),
  more: (s) => [
    seed('permission', 44, 'Zugang lässt sich entziehen', ['eine zweite Person hat Zugang'], `${s.the} ihn entzieht`, [
      'kommt sie auch mit dem alten Link nicht mehr hinein',
    ]),
    seed(
      'failure',
      42,
      'Die Person gibt es nicht mehr',
      ['die gewählte Person ist ausgeschieden'],
      `${s.the} sie hinzufügen will`,
      ['erscheint sofort ein Hinweis', 'nichts wird geteilt'],
    ),
  ],
}
const comment: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'Der Kommentar erreicht die anderen',
      ['eine zweite Person sieht dieselbe Seite'],
      `${s.the} ${s.does}`,
      ['erscheint er mit Name und Uhrzeit', 'die zweite Person sieht ihn an seiner Stelle'],
    ),
  more: (s) => [
    seed(
      'failure',
      43,
      'Der Text überlebt eine Störung',
      ['die Verbindung ist unterbrochen'],
      `${s.the} einen langen Text absendet`,
      ['steht der Text noch im Feld'],
    ),
    seed('failure', 41, 'Leeres wird nicht veröffentlicht', ['das Feld enthält nur Leerzeichen'], `${s.the} absendet`, [
      'wird nichts veröffentlicht',
    ]),
    seed(
      'permission',
      38,
      'Fremde Kommentare bleiben unverändert',
      ['ein Kommentar stammt von jemand anderem'],
      `${s.the} ihn ändern will`,
      ['wird das abgelehnt'],
    ),
  ],
}

export const change = {
  create,
  edit,
  delete: remove,
  cancel,
  upload,
  import: importing,
  configure,
  validate,
  approve,
  share,
  comment,
}
