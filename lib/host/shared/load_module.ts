/** Imports a module by its URL. */
export async function loadModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  return await import(url) as Readonly<Record<string, unknown>>;
}
