const list = (words: string): readonly string[] => words.split(',').map((word) => word.trim())

/** Words two readers will understand differently, by language. Phrases are matched whole, without regard to case. */
const AMBIGUOUS: Readonly<Record<string, readonly string[]>> = {
  en: list(`
    fast, faster, quick, quickly, slow, easy, easier, easily, simple, simply, user-friendly, user friendly,
    intuitive, robust, seamless, seamlessly, flexible, scalable, efficient, efficiently, optimal, reasonable,
    appropriate, adequate, nice, nicer, better, improve, improved, modern, smooth, clean, good, proper, properly,
    several, various, many, a lot, a few, large, huge, small, soon, asap, as soon as possible, if possible,
    usually, normally, typically, generally, sometimes, often, regularly, periodically, real-time, near real time,
    etc, etc., and so on, and/or, and such, or something, tbd, somehow, stuff, state of the art, minimal,
    sufficient, relevant`),
  de: list(`
    schnell, schneller, langsam, einfach, einfacher, leicht, benutzerfreundlich, nutzerfreundlich, intuitiv,
    robust, nahtlos, flexibel, skalierbar, effizient, optimal, angemessen, geeignet, passend, schön, schöner,
    besser, verbessern, modern, übersichtlich, sauber, mehrere, verschiedene, viele, einige, große, groß, bald,
    zeitnah, möglichst, wenn möglich, normalerweise, üblicherweise, in der regel, manchmal, oft, regelmäßig, etc,
    etc., usw, usw., und so weiter, und/oder, o.ä., irgendwie, ausreichend, relevant, sinnvoll, ggf., evtl.`),
  fr: list(`
    rapide, rapidement, facile, facilement, simple, simplement, convivial, intuitif, robuste, flexible, efficace,
    approprié, mieux, meilleur, améliorer, moderne, plusieurs, certains, bientôt, si possible, normalement,
    parfois, souvent, etc, etc., et/ou, dès que possible, régulièrement`),
  es: list(`
    rápido, rápidamente, fácil, fácilmente, simple, sencillo, intuitivo, robusto, flexible, eficiente, adecuado,
    mejor, mejorar, moderno, varios, varias, algunos, algunas, pronto, si es posible, normalmente, a veces, etc,
    etc., y/o, lo antes posible`),
  nl: list(`
    snel, sneller, makkelijk, gemakkelijk, eenvoudig, gebruiksvriendelijk, intuïtief, robuust, flexibel, efficiënt,
    passend, beter, verbeteren, modern, verschillende, sommige, binnenkort, indien mogelijk, meestal, soms, enz,
    enz., etc, etc., en/of, zo snel mogelijk`),
  it: list(`
    veloce, velocemente, rapido, facile, facilmente, semplice, intuitivo, robusto, flessibile, efficiente,
    adeguato, meglio, migliorare, moderno, vari, alcuni, presto, se possibile, di solito, a volte, ecc, ecc., e/o,
    il prima possibile`),
  pt: list(`
    rápido, rapidamente, fácil, facilmente, simples, intuitivo, robusto, flexível, eficiente, adequado, melhor,
    melhorar, moderno, vários, várias, alguns, algumas, em breve, se possível, normalmente, às vezes, etc, etc.,
    e/ou, o mais rápido possível`),
}

const patterns = new Map<string, RegExp>()

function patternFor(language: string): RegExp {
  const known = patterns.get(language)
  if (known !== undefined) return known
  const words = (AMBIGUOUS[language] ?? AMBIGUOUS.en ?? []).toSorted((a, b) => b.length - a.length)
  const choices = words.map((word) => word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(/ /g, '\\s+')).join('|')
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${choices})(?![\\p{L}\\p{N}_-])`, 'giu')
  patterns.set(language, pattern)
  return pattern
}

/** A label or a value in quotes is a name, not a promise: "Easy Apply" is not ambiguous. */
const NAMES = /"[^"\n]{1,80}"|“[^”\n]{1,80}”|„[^“”\n]{1,80}[“”]|«[^»\n]{1,80}»|`[^`\n]{1,200}`|https?:\/\/\S+/gu

/** The ambiguous words of a text in the order they appear, lower-cased, each once. */
export function findAmbiguous(text: string, language: string): string[] {
  const found = text.replace(NAMES, ' ').match(patternFor(language)) ?? []
  return [
    ...new Set(
      found.map((word) =>
        word
          .toLowerCase()
          .replace(/\s+/g, ' ')
          .replace(/^(etc|usw|ecc|enz)$/, '$1.'),
      ),
    ),
  ]
}
