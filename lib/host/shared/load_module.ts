import { oddSpecifier } from "../bun/odd_paths.ts";
import { requireReachable } from "./reach.ts";
import { isDeno } from "./runtime.ts";

/** Imports a module by its URL. */
export async function loadModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  const path = pathOf(url);
  if (path !== null) requireReachable(path);
  return await import(path === null || isDeno ? url : oddSpecifier(path) ?? url) as Readonly<
    Record<string, unknown>
  >;
}

/** The path that the URL of a file speaks of; null for another, and for one with a query. */
function pathOf(url: string): string | null {
  const path = /^file:\/\/(\/[^?#]*)$/.exec(url)?.[1];
  try {
    return path === undefined ? null : decodeURIComponent(path);
  } catch {
    return null;
  }
}
