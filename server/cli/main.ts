import { HubError } from '#contract'
import { readConfig, type ServerConfig, VERSION } from '../config.ts'
import { failureLines } from '../failure.ts'
import { runChat } from './chat.ts'
import { connect } from './connect.ts'
import { doctor } from './doctor.ts'
import { runLedger } from './ledger.ts'
import { writeManifest } from './manifest.ts'
import { runPlugin } from './plugin.ts'
import { backup, migrate, restore } from './store.ts'

const HELP = `AutoDevHub ${VERSION}

Commands of the hub, as in chat (more: hub -- hub help):
  story "As a shopper I want to pay with a saved card"    draft a story; - reads it from standard input
  story show ST-1 · story list · story refine ST-1 …      hub status · hub whoami · …

Running it:
  jobs list [--state dead] | show <id> | retry <id>
  deliveries list [--state held] | show <id> | retry <id> | resolve <id> sent|resend|drop
  doctor        what is configured, missing, reachable, and what this mode does not promise
  docs build [owner/name …] [--out <folder>] [--public]   the collected documents as a static site with search
  docs build --from <checkout> [--out <folder>]           the same of a git checkout, without a hub: for CI
  slack manifest | teams manifest <file>                  what to give the platform; needs HUB_PUBLIC_URL
  plugin new <name> | plugin test <folder>                a plugin of your own, with a test that passes
  migrate       bring the database up to date and stop
  backup <file> | restore <file>                          embedded database

  --json        answer as JSON

Exit codes: 0 done, 1 failed, 2 wrong use or configuration`

/** The command line. Answers on standard output, progress on standard error. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const json = argv.includes('--json')
    const words = argv.filter((word) => word !== '--json')
    const [first] = words
    if (first === undefined || first === 'help' || first === '--help' || first === '-h') return say(HELP)
    if (first === 'version' || first === '--version') return say(VERSION)
    return await run(readConfig(process.env), words, json)
  } catch (error) {
    const { lines, exitCode } = failureLines(error)
    for (const line of lines) process.stderr.write(`${line}\n`)
    return exitCode
  }
}

async function run(config: ServerConfig, words: readonly string[], json: boolean): Promise<number> {
  const [first, ...rest] = words
  switch (first) {
    case 'doctor':
      return doctor(config, process.env, json)
    case 'migrate':
      return migrate(config)
    case 'plugin':
      return runPlugin(rest, process.env)
    case 'backup':
      return backup(config, rest)
    case 'restore':
      return restore(config, rest)
    case 'docs': {
      if (rest[0] !== 'build') return runLine(config, words, json)
      // Imported when it is asked for: other commands need none of it.
      const { buildDocs } = await import('./docs.ts')
      return buildDocs(config, rest.slice(1), process.env, json)
    }
    case 'jobs':
    case 'deliveries': {
      const client = await connect(config, process.env)
      try {
        return await runLedger(client, first, rest, json)
      } finally {
        await client.close()
      }
    }
    case 'slack':
    case 'teams': {
      if (rest[0] !== 'manifest')
        throw new HubError('INPUT_INVALID', `there is "${first} manifest" and nothing else of ${first}`)
      const client = await connect(config, process.env)
      try {
        return await writeManifest(client, first, rest[1], config, process.env)
      } finally {
        await client.close()
      }
    }
    default:
      return runLine(config, words, json)
  }
}

/** A command of the hub, as in chat. */
async function runLine(config: ServerConfig, words: readonly string[], json: boolean): Promise<number> {
  const line = await commandLine(words)
  const client = await connect(config, process.env)
  try {
    return await runChat(client, line, json)
  } finally {
    await client.close()
  }
}

/** The shell split the line into words; one that is `-` stands for standard input, with its line breaks. */
async function commandLine(words: readonly string[]): Promise<string> {
  if (words.at(-1) !== '-') return words.map(asTyped).join(' ')
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  if (text.trim() === '')
    throw new HubError(
      'INPUT_INVALID',
      'standard input was empty: pipe the text in, as in `cat request.txt | npm run hub -- story -`',
    )
  return [...words.slice(0, -1).map(asTyped), text].join(' ')
}

/** The shell took the quotes of `title="Shop is down"`; free text needs none. */
function asTyped(word: string): string {
  const match = /^((?:--)?[A-Za-z][\w-]*=)(.*\s.*)$/s.exec(word)
  return match?.[2] === undefined ? word : `${match[1]}"${match[2].replace(/["\\]/g, '\\$&')}"`
}

function say(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}
