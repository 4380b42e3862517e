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

export const identity = { login, password, register }
