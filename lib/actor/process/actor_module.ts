import { resolvePath } from "../../base/posix_path.ts";

/** A module that other actors run, and its type: a name for it that functions can be called by. */
export class ActorModule<M = unknown> {
  /** A path or a URL. */
  readonly specifier: string;
  declare readonly type?: M;

  /** @internal */
  constructor(specifier: string) {
    this.specifier = specifier;
  }
}

/**
 * Names a module that other actors run. Only its type is imported here, never its code.
 *
 * @param specifier A URL, such as `new URL("./api.ts", import.meta.url)`, or a path; a relative one is relative to the
 * working folder.
 *
 * @example
 * ```ts
 * import { actorModule, run, runInActor } from "supervise";
 *
 * const calculator = actorModule<typeof import("../examples/actors/calculator.ts")>("examples/actors/calculator.ts");
 * console.log(await run(() => runInActor(calculator, "add", [1, 2]))); // 3
 * ```
 */
export function actorModule<M = unknown>(specifier: string | URL): ActorModule<M> {
  return new ActorModule<M>(String(specifier));
}

/** URLs of modules, and the folder that they were found from: to make one takes longer than a small job in a worker. */
const urls = new WeakMap<ActorModule, { readonly cwd: string; readonly url: string }>();

/** The URL to import a module by. */
export function moduleUrl(module: string | URL | ActorModule, cwd: string): string {
  if (!(module instanceof ActorModule)) return urlOf(String(module), cwd);
  const known = urls.get(module);
  if (known?.cwd === cwd) return known.url;
  const url = urlOf(module.specifier, cwd);
  urls.set(module, { cwd, url });
  return url;
}

function urlOf(specifier: string, cwd: string): string {
  if (/^[a-z][a-z\d+.-]+:/i.test(specifier)) return specifier;
  return `file://${resolvePath(cwd, specifier).split("/").map(encodeURIComponent).join("/")}`;
}
