import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findAmbiguous } from './ambiguity.ts'
import { cleanText, straightenQuotes } from './clean.ts'
import { detectLanguage } from './language.ts'
import { findQuote, splitSpans } from './spans.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(
      fc.constantFrom(
        'a',
        'B',
        '.',
        ' ',
        '\n',
        '\r\n',
        '- ',
        '1. ',
        '3.5',
        'e.g.',
        '“',
        '"',
        '’',
        ',',
        ';',
        '\u202E',
        '\u200B',
        '\u200D',
        '😀',
        'ß',
        '。',
        '> ',
        '\uFEFF',
        'e\u0301',
      ),
    )
    .map((parts) => parts.join('')),
)

describe('cleanText', () => {
  it('strips BOM, line ending variants, controls and direction overrides', () => {
    expect(cleanText('\uFEFFone\r\ntwo\rthree\u2028four\u0000\u0007')).toBe('one\ntwo\nthree\nfour')
    expect(cleanText('pay \u202Etxt.exe\u202C now\u200B\u2066!\u2069')).toBe('pay txt.exe now!')
  })

  it('composes accents, keeps curly quotes, right-to-left letters and emoji sequences', () => {
    expect(cleanText('cafe\u0301 “quoted”')).toBe('café “quoted”')
    expect(cleanText('שלום 👨‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️')).toBe('שלום 👨‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️')
  })

  it('removes text hidden in tag characters and stray joiners', () => {
    expect(cleanText('hi\u{E0069}\u{E0067}\u{E006E} a\u200Db')).toBe('hi ab')
  })

  it('keeps at most one blank line and no trailing spaces', () => {
    expect(cleanText('  a  \n\n\n\n\nb \t\n')).toBe('a\n\nb')
  })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = cleanText(text)
        expect(cleanText(once)).toBe(once)
        expect(once.isWellFormed()).toBe(true)
      }),
    )
  })
})

describe('splitSpans', () => {
  const textsOf = (text: string): string[] => splitSpans(text).map((span) => span.text)

  it('splits sentences but neither numbers, abbreviations nor file names', () => {
    expect(textsOf('Pay 3.5 EUR, e.g. by card. See a.b.csv! Done?')).toEqual([
      'Pay 3.5 EUR, e.g. by card.',
      'See a.b.csv!',
      'Done?',
    ])
    expect(textsOf('Das gilt z.B. am 3. März. Danach nicht mehr.')).toEqual([
      'Das gilt z.B. am 3. März.',
      'Danach nicht mehr.',
    ])
    expect(textsOf('Export orders, items etc. Then mail it.')).toEqual(['Export orders, items etc.', 'Then mail it.'])
  })

  it('takes list items and quoted lines without their marks', () => {
    expect(textsOf('Steps:\n1. Open it\n2) Close it\n- [ ] check\n> said before')).toEqual([
      'Steps:',
      'Open it',
      'Close it',
      'check',
      'said before',
    ])
  })

  it('joins lines that a mail client wrapped', () => {
    expect(
      textsOf('We would like to export all of our invoices as one\nfile so that accounting is happy.'),
    ).toHaveLength(1)
    expect(textsOf('Short line\nanother one')).toHaveLength(2)
  })

  it('numbers the spans, keeps exact offsets and the order, and cuts long ones', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const text = cleanText(raw)
        let end = 0
        splitSpans(text).forEach((span, index) => {
          expect(span.id).toBe(`s${index + 1}`)
          expect(text.slice(span.start, span.end)).toBe(span.text)
          expect(span.start).toBeGreaterThanOrEqual(end)
          expect(span.text.length).toBeLessThanOrEqual(400)
          expect(span.text).toBe(span.text.trim())
          expect(span.text.isWellFormed()).toBe(true)
          end = span.end
        })
      }),
    )
  })

  it('loses no word', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const letters = (text: string): string => text.replace(/[^\p{L}]/gu, '')
        const text = cleanText(raw).replace(/^[ \t]*\(?[a-zA-Z][)][ \t]+/gm, '')
        expect(letters(textsOf(text).join(' '))).toBe(letters(text))
      }),
    )
  })

  it('reads 20,000 words at once', () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `word${index}${index % 17 === 0 ? '.' : ''}`).join(' ')
    const started = process.cpuUsage()
    expect(splitSpans(text).length).toBeGreaterThan(1000)
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(300)
  })
})

describe('findQuote', () => {
  const spans = splitSpans('The user’s “cart” is\tempty. Nothing else matters.')

  it('forgives white space and the style of quotes, and answers with the source', () => {
    expect(findQuote(spans, `user's "cart"  is empty`)).toEqual({ span: spans[0], quote: 'user’s “cart” is\tempty' })
  })

  it('forgives nothing else', () => {
    expect(findQuote(spans, 'the cart is empty')).toBeNull()
    expect(findQuote(spans, 'empty. Nothing')).toBeNull()
    expect(findQuote(spans, '  ')).toBeNull()
  })

  it('finds every span and every word run of it, as an exact slice', () => {
    fc.assert(
      fc.property(anyText, fc.nat(), fc.nat(), (raw, from, length) => {
        const found = splitSpans(cleanText(raw))
        const span = found[0]
        if (span === undefined) return
        const piece = span.text.slice(from % span.text.length).slice(0, 1 + (length % 50))
        if (piece.trim() === '' || !piece.isWellFormed() || piece.normalize('NFC') !== piece) return
        const hit = findQuote(found, straightenQuotes(piece))
        expect(hit).not.toBeNull()
        expect(hit?.span.text.includes(hit.quote)).toBe(true)
      }),
    )
  })
})

describe('detectLanguage', () => {
  it.each([
    ['As a user I want to export my invoices', 'en'],
    ['Rechnungen als CSV exportieren', 'de'],
    ['Als Kundin möchte ich meine Rechnung herunterladen', 'de'],
    ['En tant que client, je veux payer par carte', 'fr'],
    ['Como usuario quiero buscar mis pedidos', 'es'],
    ['Als gebruiker wil ik mijn wachtwoord wijzigen', 'nl'],
    ['Come utente voglio esportare le fatture', 'it'],
    ['Como cliente eu quero ver os meus pedidos e não perder nada', 'pt'],
    ['Хочу экспортировать счета', 'ru'],
    ['請求書をダウンロードしたい', 'ja'],
    ['أريد تصدير الفواتير', 'ar'],
    ['אני רוצה לייצא', 'he'],
  ])('%s → %s', (text, language) => {
    expect(detectLanguage(text).language).toBe(language)
  })

  it('says English with little confidence when nothing decides', () => {
    expect(detectLanguage('export invoices csv').language).toBe('en')
    expect(detectLanguage('export invoices csv').confidence).toBeLessThan(0.3)
    expect(detectLanguage('😀😀').confidence).toBe(0)
  })
})

describe('findAmbiguous', () => {
  it('finds words and phrases whole, once, in order', () => {
    expect(findAmbiguous('It must be fast and user friendly, FAST etc and/or breakfast', 'en')).toEqual([
      'fast',
      'user friendly',
      'etc.',
      'and/or',
    ])
    expect(findAmbiguous('möglichst schnell, usw.', 'de')).toEqual(['möglichst', 'schnell', 'usw.'])
  })

  it('leaves names alone and falls back to English', () => {
    expect(findAmbiguous('Press "Easy Apply" at https://fast.example', 'en')).toEqual([])
    expect(findAmbiguous('quickly', 'xx')).toEqual(['quickly'])
  })
})
