/** The part of Eleventy that is used here: it ships without types of its own. */
declare module '@11ty/eleventy' {
  interface UserConfig {
    addGlobalData(name: string, value: () => unknown): void
    addTemplate(virtualPath: string, template: new () => object): void
  }
  export default class Eleventy {
    constructor(
      input: string,
      output: string,
      options: { quietMode: boolean; configPath: false; config(config: UserConfig): void },
    )
    disableLogger(): void
    write(): Promise<unknown>
  }
}
