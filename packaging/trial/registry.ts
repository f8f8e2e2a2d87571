/** A registry of npm packages of one's own, on a free port of this machine. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { run } from "../run.ts";

/** One that runs. */
export interface Registry {
  readonly address: string;
  /** The variables with which npm, Bun and Deno take packages from it, and keep them in a folder of their own. */
  readonly env: Readonly<Record<string, string>>;
  publish(tarball: string): Promise<void>;
}

/** Has a registry run for as long as `body` lasts. @param tools The folder that `verdaccio` is installed in. */
export async function withRegistry<T>(
  tools: string,
  folder: string,
  body: (registry: Registry) => Promise<T>,
): Promise<T> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const address = `http://127.0.0.1:${port}/`;
  const config = join(folder, "config.json");
  writeFileSync(
    config,
    JSON.stringify({
      storage: join(folder, "storage"),
      auth: { htpasswd: { file: join(folder, "htpasswd"), max_users: -1 } },
      // No other registry is asked for anything.
      uplinks: {},
      packages: { "**": { access: "$all", publish: "$all", unpublish: "$all" } },
      max_body_size: "500mb",
      listen: `127.0.0.1:${port}`,
      log: { type: "stdout", format: "json", level: "warn" },
    }),
  );
  const server = spawn(join(tools, "node_modules/.bin/verdaccio"), ["--config", config], { stdio: "ignore" });
  const npmrc = join(folder, "npmrc");
  // The registry takes packages from anyone, and npm sends them only with a token.
  writeFileSync(
    npmrc,
    `registry=${address}\n//127.0.0.1:${port}/:_authToken=none\naudit=false\nfund=false\n`,
  );
  const env = {
    npm_config_userconfig: npmrc,
    npm_config_registry: address,
    NPM_CONFIG_REGISTRY: address,
    npm_config_cache: join(folder, "npm-cache"),
    DENO_DIR: join(folder, "deno"),
    BUN_INSTALL_CACHE_DIR: join(folder, "bun-cache"),
    BUN_CONFIG_REGISTRY: address,
  };
  try {
    await answers(address, server);
    return await body({
      address,
      env,
      async publish(tarball) {
        await run(["npm", "publish", tarball, "--silent", "--provenance=false"], { cwd: folder, env });
      },
    });
  } finally {
    if (server.exitCode === null) {
      server.kill();
      await once(server, "exit");
    }
  }
}

async function answers(address: string, server: ChildProcess): Promise<void> {
  while (server.exitCode === null) {
    const answer = await fetch(`${address}-/ping`).catch(() => null);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the registry has ended at its start");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, "close");
  return port;
}
