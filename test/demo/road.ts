import type { Locator, Page } from 'playwright-core'
import type { Who } from './people.ts'

export const COLUMNS = ['slack', 'discord', 'teams'] as const
type Column = (typeof COLUMNS)[number]

/** What a person does on the demo's page. */
export function createRoad(page: Page) {
  const column = (name: Column) => page.locator(`#column-${name}`)
  const messages = (name: Column) => column(name).locator('.message.hub')
  const form = page.locator('dialog.form')
  return {
    column,
    messages,
    form,
    speakAs: (who: Who) => page.locator(`#who input[value="${who}"]`).check(),
    trouble: (name: string, on: boolean) => page.locator(`#troubles input[name="${name}"]`).setChecked(on),
    async say(name: Column, text: string): Promise<void> {
      const input = column(name).locator('.composer textarea')
      await input.fill(text)
      await input.press('Enter')
    },
    /** Takes one of the lines that the page offers. */
    async take(name: Column, label: string): Promise<void> {
      await column(name).locator('.tries').getByRole('button', { name: label, exact: true }).click()
      await column(name).locator('.composer textarea').press('Enter')
    },
    press: (message: Locator, label: string) => message.getByRole('button', { name: label, exact: true }).click(),
    /** Fills what is open and sends it. */
    async answer(field: string, words: string): Promise<void> {
      await form.locator(`[name="${field}"]`).fill(words)
      await form.locator('footer .primary').click()
      await form.waitFor({ state: 'detached' })
    },
    story: (name: Column) =>
      messages(name)
        .filter({ has: page.getByRole('button', { name: 'Refine', exact: true }) })
        .last(),
    /** The newest card of a run of this workflow, as it says so. */
    run: (name: Column, workflow: string, says: RegExp | string = '') =>
      messages(name)
        .filter({ hasText: new RegExp(`${workflow} · WF-\\d+`) })
        .filter({ hasText: says })
        .last(),
  }
}
export type Road = ReturnType<typeof createRoad>

/** From a typed line to the question for production, which Bob answers on another platform than the one it was started on. */
export async function toProduction(road: Road): Promise<void> {
  await road.speakAs('ann')
  await road.take('slack', 'Pipeline')
  await road.speakAs('bob')
  const asked = road.run('discord', 'ci-pipeline', 'Has somebody looked at the change?')
  await road.press(asked, 'Approve')
  await road.run('teams', 'ci-pipeline', 'to production?').waitFor()
}
