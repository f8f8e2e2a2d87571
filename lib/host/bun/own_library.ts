import { isDeno } from "../shared/runtime.ts";

/** The part of the runtime's plugins that is needed. */
interface PluginBuilder {
  module(name: string, load: () => Promise<{ readonly exports: object; readonly loader: "object" }>): void;
}

/** Name under which programs import the library. */
const NAME = "supervise";

/**
 * Lets what is imported from now on import the library by its name, with nothing installed, and get the very instance that
 * runs here: a task belongs to the run of one instance. Where it is not Bun, the configuration maps the name.
 *
 * @param load Gives the library, when it is first imported.
 */
export function offerLibrary(load: () => Promise<object>): void {
  if (isDeno) return;
  const { plugin } = (globalThis as unknown as {
    Bun: { plugin(plugin: { name: string; setup(build: PluginBuilder): void }): void };
  }).Bun;
  plugin({
    name: NAME,
    setup: (build) => build.module(NAME, async () => ({ exports: await load(), loader: "object" })),
  });
}
