import { compileSoon } from "../bun/compile_soon.ts";
import { oddSpecifier } from "../bun/odd_paths.ts";
import { requireReachable } from "./reach.ts";

/**
 * Runs a program as if the runtime had been started with it: the same arguments, and `import.meta.main` is true in it. It
 * gets a runtime of the same version as ours with nothing installed, and no variable that would turn what it starts, if
 * that is supervise too, into a bare runtime.
 */
export async function runScript(path: string): Promise<void> {
  process.argv = [process.execPath, path, ...process.argv.slice(4)];
  requireReachable(path);
  // Those of the build of this program itself.
  process.execArgv = [];
  (globalThis as unknown as { Bun: { main: string } }).Bun.main = path;
  compileSoon();
  await import(oddSpecifier(path) ?? path);
}
