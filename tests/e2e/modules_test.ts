import assert from "node:assert/strict";
import process from "node:process";
import { e2e, type Running, UNDER_TEST } from "../harness/supervise.ts";

/** What scripts import: Deno, which runs them by itself, is not given the library of the binary. */
const library = (part: string) =>
  UNDER_TEST === "deno" ? new URL(`../../lib/${part}.ts`, import.meta.url).href : "supervise";

const CALCULATOR = `
export function add(a, b) { return a + b; }
`;

/** An entry of the journal. */
interface Entry {
  readonly path: string;
  readonly event: string;
  readonly [field: string]: unknown;
}

/** Starts a tree in the foreground and waits until an entry or a line tells that it is there. */
async function upUntil(up: Running, pattern: RegExp): Promise<Running> {
  await up.line(pattern);
  return up;
}

/** Ends a foreground tree. */
async function interrupt(up: Running): Promise<string> {
  up.kill("SIGINT");
  const { code, stdout, stderr } = await up.done;
  assert.equal(code, 130, stderr);
  assert.match(stderr, /0 left/);
  return `${stdout}${stderr}`;
}

function entriesIn(jsonLines: string): readonly Entry[] {
  return jsonLines.trim().split("\n").map((line) => JSON.parse(line) as Entry);
}

e2e("modules: a daemon is ready when its module is loaded, and not before", async (sandbox) => {
  sandbox.write(
    "api.ts",
    `
    import { existsSync } from "node:fs";
    console.log("loading");
    await new Promise((resolve) => {
      const looking = setInterval(() => {
        if (!existsSync("go")) return;
        clearInterval(looking);
        resolve();
      }, 10);
    });
    ${CALCULATOR}`,
  );
  sandbox.config(`actors.api = { module = "api.ts", daemon = true }`);
  const up = await upUntil(sandbox.start(["up"]), /api +\| loading/);
  const { state, ready } = await sandbox.row("api");
  assert.deepEqual([state, ready], ["starting", false]);
  sandbox.write("go", "");
  await up.line(/api: ready after/);
  assert.equal((await sandbox.row("api")).ready, true);
  await interrupt(up);
});

e2e("modules: one that is not loaded in time has failed to start", async (sandbox) => {
  sandbox.write("api.ts", `await new Promise(() => setInterval(() => {}, 1_000));`);
  sandbox.config(
    `actors.api = { module = "api.ts", daemon = true, restart = "never", start_timeout = "1s", significant = true }`,
  );
  const done = await sandbox.supervise("up");
  assert.equal(done.code, 1);
  assert.match(done.stderr, /"api" has failed: not ready within 1.0s \(the module being loaded: not yet\)/);
});

e2e(
  "modules: a function is run with its params, and when it returns the actor has completed",
  async (sandbox) => {
    sandbox.write("job.ts", `export async function work(params) { console.log(JSON.stringify(params)); }`);
    sandbox.write("plain.ts", `export default (params = "nothing") => console.log("got " + params);`);
    sandbox.config(`
    [actors.job]
    module = "job.ts"
    export = "work"
    params = { name = "x", sizes = [1, 2.5], deep = { flag = true } }
    [actors.plain]
    module = "plain.ts"
    depends_on = ["job"]
  `);
    const done = await sandbox.supervise("up");
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /job +\| \{"name":"x","sizes":\[1,2\.5\],"deep":\{"flag":true\}\}/);
    assert.match(done.stdout, /plain +\| got nothing/);
  },
);

e2e("modules: what its code has failed with is shown, listed and kept, without secrets", async (sandbox) => {
  sandbox.write(
    "api.ts",
    `
    export default function main() {
      raise();
    }
    function raise() {
      throw new RangeError("no luck with " + process.env.API_TOKEN, { cause: new TypeError("the deep reason") });
    }`,
  );
  sandbox.config(`
    env = { API_TOKEN = "tok-98765" }
    [actors.api]
    module = "api.ts"
    daemon = true
    restart = "never"
    [actors.other]
    exec = "sleep 60"
    daemon = true
  `);
  const up = await upUntil(sandbox.start(["up"]), /supervise \| api: failed/);
  const { error, reason, exit } = await sandbox.row("api");
  assert.equal(reason, "RangeError: no luck with ***");
  assert.equal(exit.code, 1);
  assert.deepEqual([error.type, error.message, error.path], ["RangeError", "no luck with ***", ["api"]]);
  assert.match(error.stack, /at raise \(.*api\.ts:6:\d+\)/);
  assert.deepEqual([error.cause.type, error.cause.message], ["TypeError", "the deep reason"]);
  assert.match((await sandbox.supervise("ps")).stdout, /RangeError: no luck/);
  const entries = entriesIn((await sandbox.supervise("events", "--json")).stdout);
  assert.deepEqual(entries.find(({ event }) => event === "exited")!["error"], error);
  const output = await interrupt(up);
  assert.match(
    output,
    /api: exited with code 1: RangeError: no luck with \*\*\*\n +RangeError.*\n +at raise /,
  );
  assert.match(output, /caused by: TypeError: the deep reason/);
});

e2e("modules: the error of the last failure stays visible after the restart", async (sandbox) => {
  sandbox.write(
    "api.ts",
    `
    import { existsSync, writeFileSync } from "node:fs";
    if (!existsSync("failed")) {
      writeFileSync("failed", "");
      throw new Error("first time");
    }`,
  );
  sandbox.config(`actors.api = { module = "api.ts", daemon = true }`);
  const up = await upUntil(sandbox.start(["up"]), /api: ready/);
  const { state, restarts, error } = await sandbox.row("api");
  assert.deepEqual([state, restarts, error.message], ["running", 1, "first time"]);
  assert.match((await sandbox.supervise("status", "api")).stdout, /error: +Error: first time/);
  await interrupt(up);
});

e2e("modules: a missing export, and a module that cannot be loaded, say so", async (sandbox) => {
  sandbox.write("api.ts", CALCULATOR);
  sandbox.config(`
    [actors.lost]
    module = "api.ts"
    export = "main"
    [actors.none]
    module = "none.ts"
  `);
  const done = await sandbox.supervise("up");
  assert.equal(done.code, 1);
  assert.match(done.stderr, /lost: failed: NotExposed: The module exports no function "main"/);
  assert.match(done.stderr, /none: failed: .*none\.ts/);
});

e2e("modules: it is stopped by a cancel, and cleans up", async (sandbox) => {
  sandbox.write(
    "api.ts",
    `
    import { currentActor, sleepForever } from "supervise";
    process.on("SIGTERM", () => console.log("a signal came"));
    export default async function () {
      currentActor().lifetime.defer(() => console.log("deferred"));
      try {
        console.log("works");
        await sleepForever();
      } finally {
        console.log("cleaned up");
      }
    }`,
  );
  sandbox.config(`actors.api = { module = "api.ts", daemon = true }`);
  const up = await upUntil(sandbox.start(["up"]), /api +\| works/);
  assert.equal((await sandbox.supervise("stop", "api")).code, 0);
  const { exit, state } = await sandbox.row("api");
  assert.deepEqual([state, exit.code], ["stopped", 0]);
  const output = await interrupt(up);
  assert.match(output, /api +\| cleaned up\n.*deferred/);
  assert.doesNotMatch(output, /a signal came/);
});

e2e(
  "modules: what does not heed a cancel gets the stop signal, and what is stuck is killed",
  async (sandbox) => {
    sandbox.write(
      "deaf.ts",
      `
    process.on("SIGTERM", () => process.exit(7));
    export default async function () {
      console.log("works");
      while (true) await new Promise((resolve) => setTimeout(resolve, 10));
    }`,
    );
    sandbox.write("stuck.ts", `export default function () { console.log("works"); while (true); }`);
    sandbox.config(`
    defaults = { stop = { grace = "1s" } }
    actors.deaf = { module = "deaf.ts", daemon = true }
    actors.stuck = { module = "stuck.ts", daemon = true }
  `);
    const up = sandbox.start(["up"]);
    await Promise.all([up.line(/deaf +\| works/), up.line(/stuck +\| works/)]);
    assert.equal((await sandbox.supervise("stop", "**")).code, 0);
    assert.equal((await sandbox.row("deaf")).exit.code, 7);
    assert.equal((await sandbox.row("stuck")).exit.signal, "SIGKILL");
    await interrupt(up);
  },
);

e2e("modules: when the supervisor is killed, all its modules end", async (sandbox) => {
  sandbox.write("stuck.ts", `export default function () { console.log("works"); while (true); }`);
  sandbox.config(`actors.stuck = { module = "stuck.ts", daemon = true }`);
  const up = await upUntil(sandbox.start(["up"]), /works/);
  process.kill((await sandbox.json("ps")).pid, "SIGKILL");
  assert.equal((await up.done).code, 1);
});

e2e(
  "modules: one finds another by name, hears of its loss, and finds it again after the restart",
  async (sandbox) => {
    sandbox.write(
      "db.ts",
      `
    import { sleepForever } from "supervise";
    export const pid = () => process.pid;
    export const hold = () => sleepForever();`,
    );
    sandbox.write(
      "api.ts",
      `
    import { findActor, TransportClosed, waitForActor } from "supervise";
    export default async function () {
      while (true) {
        const db = await findActor("db") ?? await waitForActor("db");
        try {
          console.log("db is " + await db.call.pid());
          await db.call.hold();
        } catch (error) {
          if (!(error instanceof TransportClosed)) throw error;
          console.log("lost: " + error.message);
        }
      }
    }`,
    );
    sandbox.config(`
    actors.db = { module = "db.ts", daemon = true }
    actors.api = { module = "api.ts", daemon = true, depends_on = ["db"] }
  `);
    const up = await upUntil(sandbox.start(["up"]), /db is \d+/);
    const { pid } = await sandbox.row("db");
    await up.line(new RegExp(`db is ${pid}$`));
    process.kill(pid, "SIGKILL");
    await up.line(/lost: The connection to actor "db" is closed/);
    await up.line(new RegExp(`db is (?!${pid}$)`));
    const { restarts, state } = await sandbox.row("api");
    assert.deepEqual([restarts, state], [0, "running"]);
    await interrupt(up);
  },
);

e2e("modules: an actor that a module has started is found in the tree, and ends with it", async (sandbox) => {
  sandbox.write("worker.ts", CALCULATOR);
  sandbox.write(
    "api.ts",
    `
    import { openActorNursery, sleepForever } from "supervise";
    export default () => openActorNursery(async (nursery) => {
      await nursery.startActor("worker", { module: new URL("./worker.ts", import.meta.url) });
      console.log("started");
      await sleepForever();
    });`,
  );
  sandbox.write(
    "asker.ts",
    `
    import { queryActor, waitForActor } from "supervise";
    export default async function () {
      const worker = await waitForActor("worker");
      console.log((await queryActor()).map(({ path }) => path).sort().join(" "));
      console.log("sum " + await worker.call.add(1, 2));
    }`,
  );
  sandbox.config(`
    name = "shop"
    actors.api = { module = "api.ts", daemon = true }
    actors.asker = { module = "asker.ts", significant = true }
  `);
  const done = await sandbox.supervise("up");
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /asker +\| api api\/worker asker shop/);
  assert.match(done.stdout, /asker +\| sum 3/);
});

// Only Bun tells whether it has compiled something.
if (UNDER_TEST !== "deno") {
  e2e(
    "modules: the code of a script and of a module is compiled as soon as Bun does by default",
    async (sandbox) => {
      const work = `
      import { numberOfDFGCompiles } from "bun:jsc";
      const add = (a, b) => a + b;
      export async function work() {
        for (let sum = 0, n = 0; n < 3_000; n++) {
          sum = add(sum, n);
          if (n % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        }
        return numberOfDFGCompiles(add);
      }`;
      sandbox.write(
        "module.ts",
        `${work}\nexport async function tell() { console.log("compiled:", await work()); }`,
      );
      sandbox.write("script.ts", `${work}\nconsole.log("compiled:", await work());`);
      sandbox.config(`
      actors.module = { module = "module.ts", export = "tell" }
      actors.script = { script = "script.ts" }`);
      const done = await sandbox.supervise("up");
      assert.equal(done.code, 0, done.stderr);
      assert.match(done.stdout, /module +\| compiled: [1-9]/);
      assert.match(done.stdout, /script +\| compiled: [1-9]/);
    },
  );
}

// Deno runs a script by itself, with the configuration that it finds beside it.
if (UNDER_TEST !== "deno") {
  e2e("modules: a script imports the library too, and all of it gets one instance", async (sandbox) => {
    sandbox.write("lib/nap.ts", `import { sleep } from "supervise"; export const nap = () => sleep(1);`);
    sandbox.write(
      "job.ts",
      `
      import { run } from "supervise";
      import { nap } from "./lib/nap.ts";
      console.log(await run(async () => { await nap(); return "one instance"; }));`,
    );
    // What is installed under that name is another instance, and not the one that runs it.
    sandbox.write("node_modules/supervise/package.json", `{ "name": "supervise", "main": "./none.js" }`);
    sandbox.config(`actors.job = { script = "job.ts" }`);
    const done = await sandbox.supervise("up");
    assert.equal(done.code, 0, done.stderr + done.stdout);
    assert.match(done.stdout, /job +\| one instance/);
  });
}

e2e(
  "modules: an error that nobody catches is told with its stack, and without source of the program",
  async (sandbox) => {
    sandbox.write(
      "late.ts",
      `
    import { openMemoryChannel } from "supervise";
    export default () => new Promise(() => void setTimeout(() => openMemoryChannel(-1)));`,
    );
    sandbox.config(`
    [actors.late]
    module = "late.ts"
    restart = "never"
    significant = true
  `);
    const { code, stdout, stderr } = await sandbox.supervise("up");
    const lines = `${stdout}${stderr}`.split("\n");
    assert.equal(code, 1);
    assert.ok(
      lines.some((line) => /late +\| Uncaught RangeError: Cannot open a channel/.test(line)),
      stdout + stderr,
    );
    assert.deepEqual(lines.filter((line) => line.length > 400), []);
  },
);

e2e("modules: a script with run() cleans up at SIGTERM, and ends with 143", async (sandbox) => {
  sandbox.write(
    "script.ts",
    `
    import { run } from "${library("api/run")}";
    import { sleepForever } from "${library("scope/sleep")}";
    await run(async () => {
      try {
        console.log("up");
        await sleepForever();
      } finally {
        console.log("cleaned up");
      }
    });`,
  );
  sandbox.config(`actors.script = { script = "script.ts", restart = "never" }`);
  const up = await upUntil(sandbox.start(["up"]), /script +\| up/);
  const { pid } = await sandbox.row("script");
  process.kill(pid as number, "SIGTERM");
  await up.line(/script: exited with code 143/);
  const { stdout, stderr } = await up.done;
  assert.match(`${stdout}${stderr}`, /script +\| cleaned up/);
  assert.doesNotMatch(`${stdout}${stderr}`, /Interrupted/);
});
