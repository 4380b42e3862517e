import path from 'node:path'

/** npm runs scripts in the folder of the hub; people mean the one they are in. */
export function fromHere(file: string, env: NodeJS.ProcessEnv = process.env): string {
  return path.resolve(env.INIT_CWD ?? process.cwd(), file)
}
