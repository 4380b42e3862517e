import { type Play, seed } from '../scene.ts'

const login: Play = {
  happy: (s) =>
    s.has(/sso|single sign|saml|okta|ldap|active directory|entra|firmenkonto/iu)
      ? seed(
          'happy',
          100,
          'Eine Firmenanmeldung genügt',
          [`${s.the} ist bei ${s.system ?? 'der Firmenanmeldung'} angemeldet`],
          `${s.er} die Anwendung öffnet`,
          ['ist kein weiteres Passwort nötig', 'Name und E-Mail stammen aus dem Firmenkonto'],
        )
      : seed(
          'happy',
          100,
          'Richtige Zugangsdaten öffnen das Konto',
          [`${s.the} hat ein aktives Konto`],
          `${s.er} die richtigen Zugangsdaten eingibt`,
          ['erscheint die eigene Startseite'],
        ),
  more: () => [
    seed(
      'failure',
      43,
      'Ein falsches Passwort verrät nichts',
      ['ein aktives Konto'],
      'ein falsches Passwort eingegeben wird',
      ['wird die Anmeldung abgelehnt', 'die Meldung verrät nicht, ob es das Konto gibt'],
      /falsche[sn]? passwort/iu,
    ),
    seed(
      'permission',
      41,
      'Gesperrte Konten bleiben draußen',
      ['das Konto ist gesperrt'],
      'das richtige Passwort eingegeben wird',
      ['wird die Anmeldung abgelehnt'],
    ),
    seed(
      'failure',
      38,
      'Raten wird gebremst',
      ['mehrere falsche Passwörter hintereinander'],
      'ein weiterer Versuch folgt',
      ['ist erst nach einer Wartezeit ein neuer Versuch möglich'],
    ),
  ],
}
const password: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'Das neue Passwort gilt, das alte nicht mehr',
      [`${s.the} hat einen frischen Link geöffnet`],
      `${s.er} ein neues Passwort setzt`,
      ['ist die Anmeldung damit möglich', 'das alte Passwort gilt nicht mehr'],
    ),
  more: () => [
    seed(
      'failure',
      45,
      'Ein benutzter Link gilt nicht mehr',
      ['der Link wurde schon benutzt'],
      'ihn jemand noch einmal öffnet',
      ['lässt sich kein Passwort setzen', 'ein neuer Link kann angefordert werden'],
    ),
    seed(
      'permission',
      44,
      'Das Formular verrät keine Konten',
      ['eine E-Mail-Adresse ohne Konto'],
      'sie in das Formular eingegeben wird',
      ['erscheint dieselbe Meldung wie bei bekannten Adressen'],
    ),
  ],
}
const register: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'Nach der Bestätigung ist das Konto nutzbar',
      [`${s.the} hat noch kein Konto`],
      `${s.er} sich registriert und den Link öffnet`,
      ['ist das Konto aktiv'],
    ),
  more: () => [
    seed(
      'failure',
      44,
      'Die Adresse ist schon vergeben',
      ['zur E-Mail-Adresse gibt es ein Konto'],
      'sich jemand damit erneut registriert',
      ['entsteht kein zweites Konto'],
    ),
    seed(
      'failure',
      41,
      'Die Bestätigung kommt nicht an',
      ['die E-Mail ist nicht angekommen'],
      'eine neue angefordert wird',
      ['wird ein neuer Link gesendet', 'der alte gilt nicht mehr'],
    ),
  ],
}
const restrict: Play = {
  happy: (s) =>
    seed(
      'happy',
      96,
      'Wer darf, kann weiterhin',
      [`${s.the} hat das nötige Recht`],
      `${s.er} die geschützte Funktion benutzt`,
      ['funktioniert sie wie bisher'],
    ),
  more: () => [
    seed(
      'permission',
      47,
      'Wer nicht darf, scheitert am Server',
      ['jemand ohne das Recht'],
      'diese Person die Anfrage direkt sendet',
      ['wird sie abgelehnt', 'der Versuch wird protokolliert'],
    ),
    seed(
      'permission',
      43,
      'Unerlaubtes wird nicht angeboten',
      ['jemand ohne das Recht'],
      'diese Person die Seite öffnet',
      ['ist die Funktion nicht zu sehen'],
    ),
  ],
}
const audit: Play = {
  happy: () =>
    seed(
      'happy',
      100,
      'Jede Änderung hinterlässt einen Eintrag',
      ['ein alter Wert ist gespeichert'],
      'jemand ihn ändert',
      ['nennt ein Eintrag Person, Zeitpunkt, alten und neuen Wert'],
    ),
  more: () => [
    seed(
      'permission',
      45,
      'Niemand schreibt die Geschichte um',
      ['ein Eintrag besteht'],
      'eine Administratorin ihn ändern will',
      ['wird das abgelehnt'],
    ),
    seed(
      'boundary',
      38,
      'Geheimnisse werden nicht protokolliert',
      ['ein Passwort wird geändert'],
      'der Eintrag gelesen wird',
      ['steht dort die Änderung, nicht der Wert'],
    ),
  ],
}
const limit: Play = {
  happy: (s) =>
    seed(
      'happy',
      96,
      'Normale Nutzung merkt nichts',
      ['die Nutzung liegt unter der Grenze'],
      `${s.the} wie üblich arbeitet`,
      ['wird nichts verzögert oder abgelehnt'],
    ),
  more: () => [
    seed(
      'failure',
      46,
      'Über der Grenze gibt es eine klare Antwort',
      ['die Grenze ist erreicht'],
      'eine weitere Anfrage eintrifft',
      ['wird sie abgelehnt', 'die Antwort nennt den nächsten möglichen Zeitpunkt'],
    ),
    seed(
      'boundary',
      43,
      'Gezählt wird je Nutzer',
      ['ein Nutzer hat die Grenze erreicht'],
      'ein anderer seine erste Anfrage stellt',
      ['wird sie normal beantwortet'],
    ),
  ],
}
const pay: Play = {
  happy: (s) =>
    /gutschein|rabattcode/iu.test(s.act)
      ? seed(
          'happy',
          100,
          'Ein gültiger Code senkt die Summe vor dem Bezahlen',
          ['der Warenkorb enthält einen Artikel für 40,00 €'],
          `${s.the} einen gültigen Code über 10,00 € eingibt`,
          ['beträgt die Summe 30,00 €', 'Code und Abzug stehen auf dem Beleg'],
        )
      : seed(
          'happy',
          100,
          'Eine Zahlung führt zu einer bezahlten Bestellung',
          ['der Warenkorb enthält einen Artikel für 40,00 €'],
          `${s.the} ${s.does}`,
          ['ist die Bestellung als bezahlt zu sehen', 'eine Bestätigung über 40,00 € wird gesendet'],
        ),
  more: (s) =>
    /gutschein|rabattcode/iu.test(s.act)
      ? [
          seed(
            'failure',
            46,
            'Ein abgelaufener Code',
            ['der Code ist gestern abgelaufen'],
            `${s.the} ihn eingibt`,
            ['bleibt die Summe gleich', 'die Meldung sagt, dass der Code abgelaufen ist'],
            /abgelaufen|läuft .{0,30}ab|gültig bis/iu,
          ),
          seed(
            'failure',
            44,
            'Ein schon benutzter Code',
            ['der Code ist einmalig und wurde benutzt'],
            `${s.the} ihn noch einmal eingibt`,
            ['bleibt die Summe gleich'],
            /einmalig|nur einmal/iu,
          ),
          seed(
            'boundary',
            42,
            'Ein Code, der mehr wert ist als der Warenkorb',
            ['der Warenkorb kostet 8,00 € und der Code ist 10,00 € wert'],
            `${s.the} ihn eingibt`,
            ['beträgt die Summe 0,00 € und nie weniger'],
          ),
        ]
      : [
          seed(
            'failure',
            46,
            'Eine abgelehnte Karte kostet nichts',
            ['die Bank lehnt die Karte ab'],
            `${s.the} bezahlen will`,
            [
              'gilt keine Bestellung als bezahlt',
              'der Warenkorb ist unverändert',
              'ein anderer Zahlungsweg wird angeboten',
            ],
            /abgelehnt/iu,
          ),
          seed(
            'failure',
            45,
            'Doppelt gedrückt, einmal abgebucht',
            [`${s.the} ist auf der Bezahlseite`],
            `${s.er} zweimal auf „Bezahlen“ drückt`,
            ['wird der Betrag genau einmal abgebucht'],
          ),
          seed(
            'failure',
            43,
            `Keine Antwort von ${s.system ?? 'der Zahlungsstelle'}`,
            [`${s.system ?? 'die Zahlungsstelle'} hat die Zahlung erhalten und die Antwort geht verloren`],
            `${s.the} die Seite neu lädt`,
            ['steht die Bestellung auf „Zahlung wird geprüft“', 'es wird nicht noch einmal abgebucht'],
          ),
        ],
}
const refund: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'Das Geld geht den Weg zurück, den es kam',
      ['eine mit Karte bezahlte Bestellung über 40,00 €'],
      `${s.the} ${s.does}`,
      ['werden 40,00 € auf dieselbe Karte zurückgezahlt', 'die Bestellung zeigt Datum und Betrag'],
    ),
  more: (s) => [
    seed(
      'boundary',
      46,
      'Nie mehr als bezahlt wurde',
      ['30,00 € von 40,00 € sind erstattet'],
      `${s.the} weitere 20,00 € erstatten will`,
      ['wird das abgelehnt', 'die verbleibenden 10,00 € werden genannt'],
    ),
    seed('failure', 43, 'Die Karte gibt es nicht mehr', ['die Karte ist gekündigt'], 'die Erstattung ausgeführt wird', [
      'gilt sie als gescheitert und nicht als erledigt',
    ]),
  ],
}

export const trust = { login, password, register, restrict, audit, limit, pay, refund }
