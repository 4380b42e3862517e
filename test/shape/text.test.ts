import { describe, expect, it } from 'vitest'
import { ERROR_CODES } from '#contract'
import { exists, files, isTest, read } from './tree.ts'

const sources = files.filter((path) => /\.(ts|js|cjs|mjs)$/.test(path))
const texts = files.filter((path) => !/\.(png|ico|woff2|jpg)$/.test(path))

/** Every line of the given files that matches, as `path:line: text`. */
function grep(paths: readonly string[], pattern: RegExp): readonly string[] {
  return paths.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 160)}`] : [])),
  )
}

describe('sources', () => {
  it('stay below 400 lines', () => {
    const long = sources
      .filter((path) => !isTest(path))
      .map((path) => ({ path, lines: read(path).trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > 400)
    expect(long).toEqual([])
  })

  it('read the environment in server/ only', () => {
    const others = sources.filter((path) => !path.startsWith('server/') && !isTest(path))
    expect(grep(others, /^(?! *(\/?\*|\/\/)).*process\.env\b/)).toEqual([])
  })

  it('are named in kebab-case', () => {
    const odd = sources.filter((path) => !/^([.a-z0-9-]+\/)*\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z-]+)+$/.test(path))
    expect(odd).toEqual([])
    expect(sources.filter((path) => /(^|\/)(utils?|helpers?|misc|common)\.ts$/.test(path))).toEqual([])
  })

  it('silence no checker', () => {
    const mute = [
      '@ts-' + 'ignore',
      '@ts-' + 'nocheck',
      'biome-' + 'ignore',
      'knip-' + 'ignore',
      'as ' + 'any\\b',
      ': ' + 'any\\b',
    ]
    expect(grep(sources, new RegExp(mute.join('|')))).toEqual([])
  })

  it('leave nothing for later', () => {
    // In quotes it is a platform's own word: the state of a task in a document of Jira.
    const words = ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].map((word) => `(?<!')\\b${word}\\b`)
    expect(grep(sources, new RegExp(words.join('|')))).toEqual([])
  })

  it('skip no test without a condition', () => {
    const tests = files.filter((path) => path.endsWith('.test.ts'))
    expect(grep(tests, /\b(it|test|describe)\.(only|skip|todo)\(/)).toEqual([])
  })
})

describe('the repository', () => {
  it('has the agreed top level', () => {
    const agreed =
      'LICENSE README.md adapters core deploy docker-compose.yml migrations package-lock.json package.json plugins server test tsconfig.json'
    const top = new Set(files.map((path) => path.split('/', 1)[0] ?? path).filter((name) => !name.startsWith('.')))
    expect([...top].sort()).toEqual(agreed.split(' ').sort())
  })

  it('names no machine and no package registry', () => {
    const machine = ['work', 'root'].map((folder) => `(?<![\\w.$}/-])/${folder}/`)
    const hosts = [
      'registry\\.npm' + 'js\\.org',
      'registry\\.yarn' + 'pkg\\.com',
      'localhost:48' + '73',
      '"resol' + 'ved": "http',
    ]
    expect(grep(texts, new RegExp([...machine, ...hosts].join('|')))).toEqual([])
  })

  it('holds no credential', () => {
    const shapes = [
      'xox[abp]-\\d{9,}-\\d{9,}-\\w{20,}',
      'sk-ant-[a-z]+\\d\\d-[\\w-]{30,}',
      'gh[pous]_[A-Za-z0-9]{36}',
      '-----BEGIN [A-Z ]*PRIVATE' + ' KEY',
    ]
    expect(grep(texts, new RegExp(shapes.join('|')))).toEqual([])
  })

  it('has the files that its scripts name', () => {
    const { scripts, bin }: { scripts: Record<string, string>; bin: Record<string, string> } = JSON.parse(
      read('package.json'),
    )
    const named =
      [...Object.values(scripts), ...Object.values(bin)].join(' ').match(/[\w./-]+\.(ts|js|cjs|json)\b/g) ?? []
    expect(named.filter((path) => !exists(path))).toEqual([])
  })

  it('links to files that exist', () => {
    const dead = files
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        [...read(path).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
          .map((match) => new URL(match[1] ?? '', `file:///${path}`).pathname.slice(1))
          .filter((target) => !exists(target))
          .map((target) => `${path} → ${target}`),
      )
    expect(dead).toEqual([])
  })
})

it('the error catalogue documents each code and no other', () => {
  const documented = [...read('core/contract/errors.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1])
  expect(documented).toEqual([...ERROR_CODES])
})
