import { type Play, seed } from '../scene.ts'

const search: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      `Nur passende ${s.many} erscheinen`,
      [`es gibt ${s.many}, die zur Suche passen, und andere`],
      `${s.the} ${s.does}`,
      ['erscheinen alle passenden Treffer', `${s.kein} ohne Übereinstimmung wird angezeigt`],
    ),
  more: (s) => [
    seed(
      'failure',
      44,
      'Eine Suche ohne Treffer sagt das',
      ['kein Treffer enthält das Wort „Zebra“'],
      `${s.the} nach „Zebra“ sucht`,
      ['steht dort, dass zu „Zebra“ nichts gefunden wurde', 'der Suchtext bleibt stehen und kann geändert werden'],
      /(?:keine|ohne) (?:treffer|ergebnisse)/iu,
    ),
    seed(
      'failure',
      39,
      'Umlaute und Schreibweisen verstecken nichts',
      [`${s.ein} trägt den Namen „Müller-Weiß“`],
      `${s.the} nach „mueller weiss“ sucht`,
      [`wird ${s.den} mit dem Namen „Müller-Weiß“ angezeigt`],
    ),
    seed(
      'permission',
      36,
      'Treffer verraten nichts Verborgenes',
      [`${s.the} darf ${s.einen} nicht sehen`],
      `${s.er} nach dem genauen Namen sucht`,
      ['erscheint kein Treffer dafür', 'auch die Trefferzahl zählt ihn nicht mit'],
    ),
  ],
}

const filter: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      `Nur die gewählten ${s.many} bleiben stehen`,
      [`die Liste enthält unterschiedliche ${s.many}`],
      `${s.the} ${s.does}`,
      [
        'bleiben nur die Einträge mit der gewählten Eigenschaft stehen',
        'der aktive Filter ist sichtbar und lässt sich entfernen',
      ],
    ),
  more: (s) => [
    seed(
      'failure',
      43,
      'Ein Filter ohne Ergebnis erklärt sich',
      [`${s.kein} hat die gewählte Eigenschaft`],
      `${s.the} den Filter setzt`,
      ['nennt die leere Liste den aktiven Filter', 'ein Klick hebt ihn auf'],
    ),
    seed(
      'failure',
      38,
      'Zurück in die gefilterte Liste',
      [`${s.the} hat die Liste gefiltert`],
      `${s.er} ${s.einen} öffnet und zurückgeht`,
      ['ist derselbe Filter noch aktiv'],
    ),
    seed(
      'boundary',
      35,
      'Einträge ohne Wert gehen nicht verloren',
      [`${s.ein} hat im gefilterten Feld keinen Wert`],
      `${s.the} nach „ohne Wert“ filtert`,
      ['erscheint genau dieser Eintrag'],
    ),
  ],
}

const display: Play = {
  happy: (s) =>
    seed('happy', 100, `${s.many} mit aktuellem Stand`, [`es gibt ${s.many}`], `${s.the} ${s.does}`, [
      `erscheint ${s.jeder} genau einmal mit dem aktuellen Stand`,
    ]),
  more: (s) => [
    seed('failure', 42, 'Noch nichts vorhanden', [`es gibt noch keine ${s.many}`], `${s.the} die Ansicht öffnet`, [
      `steht dort, dass es noch keine ${s.many} gibt`,
      'es erscheint keine leere Tabelle',
    ]),
    seed(
      'failure',
      40,
      'Ein Ladefehler sieht nicht aus wie „leer“',
      [`die ${s.many} können nicht geladen werden`],
      `${s.the} die Ansicht öffnet`,
      ['nennt eine Meldung den Fehler', 'ein neuer Versuch ist ohne Verlassen der Seite möglich'],
    ),
    ...(s.own || s.facets.has('person') || s.facets.has('money')
      ? [
          seed(
            'permission',
            37,
            'Fremdes bleibt verborgen',
            [`${s.ein} gehört zu einem anderen Konto`],
            `${s.the} dessen Adresse direkt aufruft`,
            ['wird der Zugriff verweigert'],
          ),
        ]
      : []),
    ...(s.facets.has('time')
      ? [
          seed(
            'boundary',
            39,
            'Zeiten in der richtigen Zeitzone',
            ['ein Zeitpunkt ist als 23:30 Uhr UTC gespeichert'],
            `${s.the} ihn in Berlin im Sommer ansieht`,
            ['steht dort 01:30 Uhr des nächsten Tages'],
          ),
        ]
      : []),
  ],
}

const exporting: Play = {
  happy: (s) =>
    seed('happy', 100, `Die Datei enthält alle gewählten ${s.many}`, [`es gibt drei ${s.many}`], `${s.the} ${s.does}`, [
      `wird eine ${s.format === null ? 'Datei' : `${s.format}-Datei`} heruntergeladen`,
      s.format === 'PDF'
        ? 'alle drei sind darin vollständig lesbar'
        : s.format === null
          ? 'alle drei sind darin enthalten'
          : 'sie enthält eine Kopfzeile und drei Datenzeilen',
    ]),
  more: (s) => [
    ...(s.format === 'CSV'
      ? [
          seed(
            'failure',
            45,
            'Trennzeichen in den Daten verschieben keine Spalten',
            ['ein Feld enthält ein Semikolon, Anführungszeichen und einen Zeilenumbruch'],
            `${s.the} die CSV-Datei in Excel öffnet`,
            ['steht der Inhalt in einer Zelle', 'Umlaute sind lesbar'],
          ),
        ]
      : []),
    ...(s.format === 'PDF'
      ? [
          seed(
            'boundary',
            43,
            'Lange Dokumente brechen sauber um',
            ['der Inhalt füllt mehr als eine Seite'],
            `${s.the} das PDF öffnet`,
            ['steht der Tabellenkopf auf jeder Seite', 'keine Zeile ist durchgeschnitten'],
          ),
        ]
      : []),
    seed('failure', 41, 'Ohne Daten keine kaputte Datei', [`es gibt keine ${s.many}`], `${s.the} den Export startet`, [
      'steht dort, dass es nichts zu exportieren gibt',
      'es wird keine leere Datei angeboten',
    ]),
    ...(s.facets.has('money')
      ? [
          seed(
            'boundary',
            40,
            'Die Summe stimmt mit der Anzeige überein',
            ['auf dem Bildschirm steht eine Summe'],
            `${s.the} die Beträge der Datei addiert`,
            ['ergibt sich auf den Cent dieselbe Summe'],
          ),
        ]
      : []),
    ...(s.own
      ? [
          seed(
            'permission',
            42,
            'Nichts von anderen Konten',
            [`ein anderes Konto hat ebenfalls ${s.many}`],
            `${s.the} den Export öffnet`,
            ['enthält die Datei nichts aus dem anderen Konto'],
          ),
        ]
      : []),
    ...(s.facets.has('person')
      ? [
          seed(
            'permission',
            41,
            'Geschützte Angaben bleiben draußen',
            [`${s.the} darf private Telefonnummern nicht sehen`],
            `${s.er} den Export öffnet`,
            ['enthält die Datei keine privaten Telefonnummern'],
          ),
        ]
      : []),
    seed(
      'failure',
      33,
      'Ein abgebrochener Export lässt sich wiederholen',
      ['der Export bricht nach der Hälfte ab'],
      `${s.the} ihn erneut startet`,
      ['wird eine vollständige Datei heruntergeladen'],
    ),
  ],
}

export const find = { search, filter, display, export: exporting }
