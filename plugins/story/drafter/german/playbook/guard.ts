import { type Play, seed } from '../scene.ts'

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

export const guard = { restrict, audit, limit }
