import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
/** Schemas of the compose and Kubernetes projects; they are outside the repository, and a clone alone has to pass. */
const infra = new URL('../../../shared/data/infra/', import.meta.url)
const hasSchemas = existsSync(infra)
if (!hasSchemas) console.warn(`${fileURLToPath(infra)} is absent: the schema checks of deploy/ are skipped`)

function problems(schemaFile: string, value: unknown): readonly string[] {
  const schema: Record<string, unknown> = JSON.parse(readFileSync(new URL(schemaFile, infra), 'utf8'))
  const { $schema: _, ...body } = schema // one names draft-07 by an address that Ajv does not know
  const ajv = new Ajv({ strict: false, validateFormats: false })
  const validate = ajv.compile(body)
  validate(value)
  return (validate.errors ?? []).map(
    (error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
  )
}

const Compose = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string(),
      command: z.array(z.string()).default([]),
      environment: z.record(z.string(), z.string()).default({}),
      ports: z.array(z.string()).default([]),
      restart: z.string(),
      read_only: z.boolean().default(false),
      depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
    }),
  ),
  volumes: z.record(z.string(), z.null()),
})

describe('docker-compose.yml', () => {
  const document: unknown = parse(read('docker-compose.yml'), { merge: true })
  const { services, volumes } = Compose.parse(document)

  it.skipIf(!hasSchemas)('is valid against the compose specification', () => {
    expect(problems('compose-spec.json', document)).toEqual([])
    expect(problems('compose-spec.json', { services: { a: { imagge: 'x' } } })).not.toEqual([]) // the schema does look
  })

  it('runs both roles on a store that keeps and a queue that does not evict', () => {
    expect(Object.keys(services).sort()).toEqual(['hub-web', 'hub-worker', 'postgres', 'redis'])
    expect(services['hub-web']?.environment.HUB_ROLE).toBe('web')
    expect(services['hub-worker']?.environment.HUB_ROLE).toBe('worker')
    expect(services.redis?.command.join(' ')).toBe('redis-server --maxmemory-policy noeviction --appendonly yes')
    expect(Object.keys(volumes).sort()).toEqual(['postgres', 'redis'])
    for (const hub of ['hub-web', 'hub-worker'] as const) {
      expect(services[hub]?.depends_on).toEqual({
        postgres: { condition: 'service_healthy' },
        redis: { condition: 'service_healthy' },
      })
    }
  })

  it('has no default secret and no port that others reach', () => {
    for (const [name, service] of Object.entries(services)) {
      expect(service.read_only, name).toBe(true)
      expect(service.restart, name).toBe('unless-stopped')
      for (const port of service.ports) expect(port, name).toMatch(/^127\.0\.0\.1:/)
      for (const [key, value] of Object.entries(service.environment)) {
        if (/PASSWORD|KEY|DATABASE_URL/.test(key)) expect(value, `${name} ${key}`).toMatch(/\$\{[A-Z_]+:\?[^}]+\}/)
      }
    }
  })
})

describe('deploy/kubernetes.yaml', () => {
  const documents: readonly unknown[] = parseAllDocuments(read('deploy/kubernetes.yaml')).map((one) => one.toJS())

  it.skipIf(!hasSchemas)('is valid against the strict schema', () => {
    expect(documents).toHaveLength(3)
    for (const document of documents) expect(problems('kubernetes-strict.schema.json', document)).toEqual([])
    expect(problems('kubernetes-strict.schema.json', { apiVersion: 'v1', kind: 'Service', sepc: {} })).not.toEqual([])
  })
  it('migrates where no probe stops it half-way, with a command that is there', () => {
    const command = z.object({ command: z.tuple([z.literal('node'), z.string(), z.literal('migrate')]) })
    const Deployment = z.object({
      spec: z.object({ template: z.object({ spec: z.object({ initContainers: z.tuple([command]) }) }) }),
    })
    const deployments = documents.flatMap((document) => Deployment.safeParse(document).data ?? [])
    expect(deployments).toHaveLength(2)
    for (const { spec } of deployments) {
      const [script] = spec.template.spec.initContainers.map((one) => one.command[1])
      expect(existsSync(new URL(`../../${script}`, import.meta.url)), script).toBe(true)
    }
  })
})

describe('deploy/Dockerfile', () => {
  const lines = read('deploy/Dockerfile').split('\n')
  const copied = lines.flatMap((line) => /^COPY ((?!--from).+) \S+$/.exec(line)?.[1]?.split(' ') ?? [])

  it('copies what exists, and nothing that .dockerignore keeps out', () => {
    const kept = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1))
    expect([...new Set(copied)].sort()).toEqual([...kept].sort())
    for (const path of copied) expect(existsSync(new URL(`../../${path}`, import.meta.url)), path).toBe(true)
  })

  it('does not run as root, checks its health and holds no secret', () => {
    expect(lines.filter((line) => line.startsWith('USER '))).toEqual(['USER node'])
    expect(lines.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true)
    expect(lines.filter((line) => /^(ENV|ARG) .*(TOKEN|SECRET|PASSWORD|KEY)/.test(line))).toEqual([])
  })
})

it('deploy/env.example gives no value to a secret', () => {
  const given = read('deploy/env.example')
    .split('\n')
    .filter((line) => /^#?[A-Z_]+=./.test(line))
  expect(given.filter((line) => /TOKEN|SECRET|PASSWORD|KEY/.test(line))).toEqual([])
})

describe('deploy/pages/docs.yml', () => {
  const Workflow = z.object({
    permissions: z.record(z.string(), z.string()),
    jobs: z.record(
      z.string(),
      z.looseObject({
        permissions: z.record(z.string(), z.string()),
        'timeout-minutes': z.number(),
        steps: z.array(
          z.looseObject({
            uses: z.string().optional(),
            run: z.string().optional(),
            with: z.record(z.string(), z.unknown()).default({}),
          }),
        ),
      }),
    ),
  })
  const { permissions, jobs } = Workflow.parse(parse(read('deploy/pages/docs.yml')))
  const steps = Object.values(jobs).flatMap((job) => job.steps)

  it('gives each job the least it needs', () => {
    expect(permissions).toEqual({})
    expect(Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, job.permissions]))).toEqual({
      build: { contents: 'read', pages: 'read' },
      deploy: { pages: 'write', 'id-token': 'write' },
    })
  })
  it('keeps no token in a checkout, runs no install script, and puts nothing that others chose into a shell', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))
    expect(checkouts.map((step) => step.with['persist-credentials'])).toEqual([false, false])
    const runs = steps.flatMap(({ run }) => run ?? [])
    expect(runs.filter((run) => run.includes('${{'))).toEqual([])
    expect(runs[0]).toContain('--ignore-scripts')
    expect(runs[1]).toContain('docs build --from "$GITHUB_WORKSPACE/source" --out "$GITHUB_WORKSPACE/site"')
    expect(read('deploy/pages/docs.yml')).not.toContain('secrets.')
  })
})
