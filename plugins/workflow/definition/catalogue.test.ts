import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCatalogue } from './catalogue.ts'
import { loadYaml } from './load.ts'
import type { DefinitionStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'workflows-'))
const none = { tasks: [], workflows: [] }
const saved = {
  ...loadYaml('name: saved\nsteps: {a: {delay: 1s}}', none),
  workspace: 'w',
  name: 'saved',
  place: null,
  hasHook: false,
}
const store = {
  get: async (_workspace: string, name: string) =>
    name === 'saved' ? { ...saved, savedBy: { key: 'k', name: 'n' } } : null,
  list: async () => [{ ...saved, savedBy: { key: 'k', name: 'n' } }],
} as Pick<DefinitionStore, 'get' | 'list'> as DefinitionStore
const catalogueOf = (dir: string | null) => createCatalogue({ store: () => store, folder: dir, tasks: () => [] })

beforeAll(() => {
  writeFileSync(join(folder, 'hello.yaml'), 'name: hello\nsteps: {a: {notify: {text: Hello}}}')
  writeFileSync(join(folder, 'release.yml'), 'name: release\ndescription: Ours\nsteps: {a: {delay: 1s}}')
  writeFileSync(join(folder, 'typed.ts'), "export default { name: 'typed', steps: { a: { delay: '1s' } } }")
  writeFileSync(join(folder, 'broken.yaml'), 'name: broken\nsteps: {a: {task: no.such}}')
  writeFileSync(join(folder, 'notes.md'), 'no workflow')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('finds what was saved, what lies in the folder, and what is built in, in this order', async () => {
  const catalogue = catalogueOf(folder)
  expect(await catalogue.names('w')).toEqual(
    expect.arrayContaining(['saved', 'hello', 'typed', 'broken', 'release', 'incident']),
  )
  expect(await catalogue.names('w')).not.toContain('notes')
  expect((await catalogue.find('w', 'saved')).origin).toBe('saved')
  expect(await catalogue.find('w', 'release')).toMatchObject({ origin: 'folder', definition: { description: 'Ours' } })
  expect((await catalogue.find('w', 'incident')).origin).toBe('built in')
  expect((await catalogue.find('w', 'typed')).definition.steps.a?.delay).toBe('1s')
})
it('says what is wrong with one of them and lists the others', async () => {
  const listed = await catalogueOf(folder).list('w')
  expect(listed.find(({ name }) => name === 'broken')?.problem).toContain('a task called no.such')
  expect(listed.find(({ name }) => name === 'hello')?.problem).toBeNull()
  await expect(catalogueOf(folder).find('w', 'broken')).rejects.toMatchObject({ code: 'INPUT_INVALID' })
})
it('names what there is when there is no such workflow, and the variable when there is no such folder', async () => {
  await expect(catalogueOf(null).find('w', 'nothing')).rejects.toThrow(
    /There is no workflow called nothing: there are blue-green/,
  )
  await expect(catalogueOf('/no/such/folder').names('w')).rejects.toThrow(
    'WORKFLOW_DIR: /no/such/folder cannot be read',
  )
})
