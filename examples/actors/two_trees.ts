/**
 * A service found by name across two trees: one program serves and tells its address, another, which knows nothing else of
 * it, finds the service there by its name and calls it.
 *
 * Run it with `bun examples/actors/two_trees.ts`.
 */
import {
  actorModule,
  currentActor,
  findActor,
  openActorNursery,
  queryActor,
  run,
  sleepForever,
} from "supervise";
import { spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

type Greeter = typeof import("./two_trees.ts");

export function greet(name: string): string {
  return `hello ${name}, this is ${currentActor().path}`;
}

/** The first tree: an actor called greeter. */
async function serve(): Promise<void> {
  await openActorNursery(async (nursery) => {
    await nursery.startActor("greeter", { module: actorModule<Greeter>(import.meta.url) });
    console.log(currentActor().address);
    await sleepForever();
  });
}

/** The second tree. */
async function call(at: string): Promise<void> {
  const greeter = await findActor<Greeter>("greeter", { at });
  console.log(await greeter!.call.greet("from another tree"));
  console.log(`over there are ${(await queryActor(null, { at })).map(({ path }) => path).join(" and ")}`);
}

if (import.meta.main) {
  if (process.argv.includes("serve")) await run(serve);
  else {
    const runner = "Deno" in globalThis ? ["run", "--allow-all", "--config", "deno.json"] : [];
    const server = spawn(process.execPath, [...runner, fileURLToPath(import.meta.url), "serve"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise((resolve) => server.once("exit", resolve));
    const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
    const { value: address } = await lines.next();
    await run(() => call(String(address)));
    server.kill("SIGINT");
    await ended;
  }
}
