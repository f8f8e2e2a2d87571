/** The files of actors on a fake disk, in virtual time. */
import assert from "node:assert/strict";
import { FileWatch } from "../../../lib/engine/watching/file_watch.ts";
import { FakeMachine } from "../../../lib/host/fake/fake_machine.ts";
import { openNursery } from "../../../lib/scope/nursery.ts";
import { sleep } from "../../../lib/scope/sleep.ts";
import { runVirtual } from "../../../lib/testing/run_virtual.ts";
import { planOf } from "../../harness/plan.ts";
import { test } from "../../harness/test.ts";

interface Stage {
  readonly machine: FakeMachine;
  readonly watch: FileWatch;
  /** What was told since this was asked last: `web /src/a.ts`, `web ?` if it is not known which. */
  told(): Promise<readonly string[]>;
}

/** Watches `paths` for actors by their names. */
function planFor(paths: Readonly<Record<string, readonly string[]>>) {
  return planOf({
    children: Object.fromEntries(
      Object.entries(paths).map(([name, paths]) => [
        name,
        { daemon: true, watch: { paths, ignore: [], debounceMs: 200, signal: null } },
      ]),
    ),
  });
}

function watching(
  name: string,
  files: readonly string[],
  paths: Readonly<Record<string, readonly string[]>>,
  body: (stage: Stage) => Promise<void>,
): void {
  test(`file watch: ${name}`, () =>
    runVirtual(async (clock) => {
      const machine = new FakeMachine(clock);
      for (const file of files) machine.disk.write(file, "");
      let lines: string[] = [];
      const watch = new FileWatch({
        watching: machine.host.watching,
        onChange: (node, files) =>
          lines.push(...files.length === 0 ? [`${node} ?`] : files.map((file) => `${node} ${file}`)),
        onRefused: (node, path, why) => lines.push(`${node} cannot watch ${path}: ${why}`),
      });
      await openNursery(async (nursery) => {
        nursery.startSoon(() => watch.run());
        watch.set(planFor(paths));
        await sleep(1);
        await body({
          machine,
          watch,
          async told() {
            await sleep(1);
            const told = [...new Set(lines)].sort();
            lines = [];
            return told;
          },
        });
        nursery.cancelScope.cancel("the test is over");
      });
    }));
}

watching(
  "each actor is told of its own files, at any depth, and of none that was there before",
  ["/src/a.ts", "/src/deep/b.ts", "/other/c"],
  { web: ["/src"], api: ["/src/*.ts", "/other"] },
  async ({ machine: { disk }, told }) => {
    assert.deepEqual(await told(), []);
    for (const file of ["/src/a.ts", "/src/deep/b.ts", "/other/c", "/else"]) disk.write(file, "2");
    assert.deepEqual(await told(), ["api /other/c", "api /src/a.ts", "web /src/a.ts", "web /src/deep/b.ts"]);
    disk.remove("/src/a.ts");
    assert.deepEqual(await told(), ["api /src/a.ts", "web /src/a.ts"]);
  },
);

watching(
  "a folder that comes is watched with what it brings, and one that goes no more",
  ["/src/a.ts", "/away/deep/b.ts"],
  { web: ["/src"] },
  async ({ machine: { disk }, told }) => {
    disk.move("/away", "/src/come");
    assert.deepEqual(await told(), ["web /src/come/deep/b.ts"]);
    disk.write("/src/come/deep/b.ts", "2");
    assert.deepEqual(await told(), ["web /src/come/deep/b.ts"]);
    disk.move("/src/come", "/gone");
    await told();
    disk.write("/gone/deep/b.ts", "3");
    assert.deepEqual(await told(), []);
  },
);

watching(
  "one that is watched itself may be removed and come back, with all above it",
  ["/app/src/a.ts"],
  { web: ["/app/src"] },
  async ({ machine: { disk }, told }) => {
    disk.remove("/app");
    await told();
    disk.write("/app/other", "");
    assert.deepEqual(await told(), []);
    disk.write("/app/src/new.ts", "");
    assert.deepEqual(await told(), ["web /app/src/new.ts"]);
    disk.write("/app/src/new.ts", "2");
    assert.deepEqual(await told(), ["web /app/src/new.ts"]);
  },
);

watching(
  "a single file is watched where it is, and where it is to come",
  ["/app/config.toml"],
  { web: ["/app/config.toml", "/etc/late/more.toml"] },
  async ({ machine: { disk }, told }) => {
    disk.write("/app/config.toml", "2");
    disk.write("/app/else", "2");
    disk.makeFolder("/etc", 0o755);
    assert.deepEqual(await told(), ["web /app/config.toml"]);
    disk.write("/etc/late/more.toml", "");
    await told();
    disk.write("/etc/late/more.toml", "2");
    assert.deepEqual(await told(), ["web /etc/late/more.toml"]);
  },
);

watching(
  "another plan watches other files, and what both have goes on",
  ["/one/a", "/two/b"],
  { web: ["/one"], api: ["/one"] },
  async ({ machine: { disk }, watch, told }) => {
    watch.set(planFor({ web: ["/two"], api: ["/one"] }));
    await told();
    disk.write("/one/a", "2");
    disk.write("/two/b", "2");
    assert.deepEqual(await told(), ["api /one/a", "web /two/b"]);
    watch.set(planFor({ web: ["/two"] }));
    await told();
    disk.write("/one/a", "3");
    assert.deepEqual(await told(), []);
  },
);

watching(
  "what cannot be watched is told once for each actor, and the rest is watched",
  ["/src/a/x", "/src/b/y"],
  { web: ["/src"], api: ["/src"] },
  async ({ machine, watch, told }) => {
    machine.disk.deny("/src/b", "reading");
    watch.set(planFor({ web: ["/src", "/more"], api: ["/src", "/other"] }));
    assert.deepEqual(await told(), [
      "api cannot watch /src/b: permission denied",
      "web cannot watch /src/b: permission denied",
    ]);
    machine.disk.write("/src/a/x", "2");
    assert.deepEqual(await told(), ["api /src/a/x", "web /src/a/x"]);
    machine.watches = 0;
    machine.disk.write("/src/more/z", "");
    assert.deepEqual(await told(), []);
  },
);

watching(
  "a path that a link leads to another folder leads there from then on",
  ["/rel/1/a", "/rel/2/b", "/rel/2/deep/c"],
  { web: ["/current"] },
  async ({ machine: { disk }, told }) => {
    disk.link("/current", "rel/1");
    assert.deepEqual(await told(), ["web /current", "web /current/a"]);
    disk.write("/rel/1/a", "2");
    assert.deepEqual(await told(), ["web /current/a"]);
    disk.link("/new", "rel/2");
    disk.move("/new", "/current");
    assert.deepEqual(await told(), ["web /current", "web /current/b", "web /current/deep/c"]);
    disk.write("/rel/1/a", "3");
    assert.deepEqual(await told(), []);
    disk.write("/rel/2/deep/c", "2");
    assert.deepEqual(await told(), ["web /current/deep/c"]);
  },
);

watching(
  "a file that is a link is watched where it leads",
  ["/etc/..1/app.toml", "/etc/..2/app.toml", "/shared/conf"],
  { web: ["/etc/app.toml"], api: ["/conf"] },
  async ({ machine: { disk }, told }) => {
    disk.link("/conf", "/shared/conf");
    disk.link("/etc/..data", "..1");
    disk.link("/etc/app.toml", "..data/app.toml");
    assert.deepEqual(await told(), ["api /conf", "web /etc/app.toml"]);
    disk.write("/shared/conf", "2");
    assert.deepEqual(await told(), ["api /conf"]);
    disk.link("/etc/..new", "..2");
    disk.move("/etc/..new", "/etc/..data");
    assert.deepEqual(await told(), ["web /etc/app.toml"]);
    disk.write("/etc/..1/app.toml", "old");
    assert.deepEqual(await told(), []);
    disk.write("/etc/..2/app.toml", "new");
    assert.deepEqual(await told(), ["web /etc/app.toml"]);
  },
);

watching(
  "a folder above that is moved takes along what was watched, and another one may take its place",
  ["/srv/app/src/a"],
  { web: ["/srv/app/src"] },
  async ({ machine: { disk }, told }) => {
    disk.move("/srv", "/old");
    assert.deepEqual(await told(), ["web /srv/app/src"]);
    disk.write("/old/app/src/a", "2");
    assert.deepEqual(await told(), []);
    disk.write("/srv/app/src/b", "");
    assert.deepEqual(await told(), ["web /srv/app/src/b"]);
  },
);

watching(
  "a folder that has several names is told of by each",
  ["/real/a"],
  { web: ["/real"], api: ["/alias"] },
  async ({ machine: { disk }, watch, told }) => {
    disk.link("/alias", "real");
    await told();
    disk.write("/real/a", "2");
    assert.deepEqual(await told(), ["api /alias/a", "web /real/a"]);
    watch.set(planFor({ api: ["/alias"] }));
    await told();
    disk.write("/real/a", "3");
    assert.deepEqual(await told(), ["api /alias/a"]);
  },
);

watching(
  "a folder that another actor looks to is watched also when it is let go of",
  ["/app/a"],
  { web: ["/app"], api: ["/app/late/x"] },
  async ({ machine: { disk }, watch, told }) => {
    watch.set(planFor({ api: ["/app/late/x"] }));
    await told();
    disk.write("/app/late/x", "");
    assert.deepEqual(await told(), ["api /app/late/x"]);
    watch.set(planFor({ web: ["/app"], api: ["/app/late/x"] }));
    await told();
    watch.set(planFor({ web: ["/app"] }));
    await told();
    disk.write("/app/a", "2");
    assert.deepEqual(await told(), ["web /app/a"]);
  },
);

watching(
  "links that lead in a circle lead nowhere",
  ["/real/a"],
  { web: ["/round"] },
  async ({ machine: { disk }, told }) => {
    disk.link("/round", "about");
    disk.link("/about", "round");
    await told();
    disk.remove("/about");
    disk.link("/about", "real");
    await told();
    disk.write("/real/a", "2");
    assert.deepEqual(await told(), ["web /round/a"]);
  },
);

watching(
  "all that there is may be watched, and be let go of again",
  ["/a/b"],
  { web: ["/"], api: ["/a"] },
  async ({ machine: { disk }, watch, told }) => {
    disk.write("/a/b", "2");
    assert.deepEqual(await told(), ["api /a/b", "web /a/b"]);
    watch.set(planFor({ api: ["/a"] }));
    await told();
    disk.write("/a/b", "3");
    assert.deepEqual(await told(), ["api /a/b"]);
    watch.set(planFor({}));
    await told();
    disk.write("/a/b", "4");
    assert.deepEqual(await told(), []);
  },
);
