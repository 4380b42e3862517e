import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { loadYaml } from '../definition/load.ts'

const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.yaml'))
const names = files.map((file) => file.replace('.yaml', ''))
const around = { tasks: ['github.dispatch', 'github.run'], workflows: names }

it.each(files)('%s is valid and calls itself so', (file) => {
  const { definition } = loadYaml(readFileSync(new URL(file, import.meta.url), 'utf8'), around)
  expect(`${definition.name}.yaml`).toBe(file)
  expect(definition.description.length).toBeGreaterThan(20)
})
