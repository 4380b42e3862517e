import { describe, expect, it } from 'vitest'
import { matchesGlob } from './glob.ts'
import { parseSettings } from './parse.ts'
import { DEFAULT_SETTINGS } from './settings.ts'

const parse = (text: string) => parseSettings(Buffer.from(text))

describe('a settings file', () => {
  it('may be absent in part or as a whole', async () => {
    expect(await parse('')).toEqual({ settings: DEFAULT_SETTINGS, problems: [] })
    const { settings, problems } = await parse(
      'docs:\n  paths: [manual/**, README*]\n  describes:\n    manual/api/**: [src/api/**]\n  mode: issue\n  language: de\n  style: manual/style.md\n',
    )
    expect(problems).toEqual([])
    expect(settings).toMatchObject({
      paths: ['manual/**', 'README*'],
      describes: { 'manual/api/**': ['src/api/**'] },
      mode: 'issue',
      language: 'de',
      style: 'manual/style.md',
      branch: 'autodevhub/docs',
    })
  })
  it.each([
    [
      'a path out of the repository',
      'docs:\n  paths:\n    - docs/**\n    - ../../etc/**\n',
      'line 4: docs.paths.1 must be a path inside the repository',
    ],
    ['an absolute path', 'docs:\n  style: /etc/passwd\n', 'line 2: docs.style must be a path inside the repository'],
    ['a wildcard that could be slow', 'docs:\n  paths: ["+(a|b)+(a|b)*"]\n', 'may use the wildcards *, ** and ? only'],
    ['a branch of somebody else', 'docs:\n  branch: main\n', 'line 2: docs.branch must begin with "autodevhub/"'],
    ['a word that is no setting', 'docs:\n  modus: off\n', '“modus” is no setting of docs: there are paths, ignore'],
    ['broken YAML', 'docs:\n  paths: [a\n  mode: off\n', 'line 3'],
    ['the same key twice', 'docs:\n  mode: off\n  mode: issue\n', 'line 3: Map keys must be unique'],
    ['a list where a map is due', '- docs\n', 'line 1: the file expected object'],
    ['an anchor', 'docs:\n  paths: &a [docs/**]\n  ignore: *a\n', 'write the value out instead'],
  ])('with %s changes nothing and is told where', async (_, text, said) => {
    const { settings, problems } = await parse(text)
    expect(settings).toEqual(DEFAULT_SETTINGS)
    expect(problems.join('\n')).toContain(said)
    expect(problems.every((problem) => problem.startsWith('.autodevhub.yml: '))).toBe(true)
  })
  it('with an avalanche of anchors is refused at once', async () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]']
    for (let i = 1; i < 12; i += 1) {
      const [now, before] = [String.fromCharCode(97 + i), String.fromCharCode(96 + i)]
      bomb.push(`${now}: &${now} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`)
    }
    const started = performance.now()
    expect((await parse(bomb.join('\n'))).problems).toEqual([
      '.autodevhub.yml: uses an anchor with an alias (&name, *name): write the value out instead',
    ])
    expect(performance.now() - started).toBeLessThan(1_000)
  })
  it('of any size, depth or encoding is refused at once', async () => {
    expect((await parse(`# ${'x'.repeat(70_000)}`)).problems[0]).toContain('larger than 64 KB')
    expect((await parse('['.repeat(20_000))).problems[0]).toContain('levels deep')
    expect(
      (await parse(Array.from({ length: 200 }, (_, i) => `${' '.repeat(i * 2)}a:`).join('\n'))).problems[0],
    ).toContain('levels deep')
    expect((await parseSettings(Buffer.from([0xff, 0xfe, 0x41]))).problems[0]).toContain('is not UTF-8')
  })
})

describe('wildcards', () => {
  it.each([
    ['README*', 'README.md', true],
    ['README*', 'docs/README.md', false],
    ['**/README.md', 'README.md', true],
    ['**/README.md', 'a/b/README.md', true],
    ['docs/**', 'docs/a/b.md', true],
    ['docs/**', 'docsx/a.md', false],
    ['docs/*/a?.md', 'docs/x/a1.md', true],
    ['docs/*/a?.md', 'docs/x/y/a1.md', false],
    ['*.md', 'a.mdx', false],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(matchesGlob(pattern, path)).toBe(expected)
  })
  it('are never slow', () => {
    const started = performance.now()
    expect(matchesGlob(`${'*a'.repeat(60)}b`, 'a'.repeat(400))).toBe(false)
    expect(matchesGlob(`${'**/'.repeat(60)}b`, 'a/'.repeat(200))).toBe(false)
    expect(performance.now() - started).toBeLessThan(200)
  })
})
