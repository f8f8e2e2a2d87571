/** Out and in again: the actors of a file are the same as far as the format of another tool can hold them. */
import assert from "node:assert/strict";
import type { ActorSpec, Plan } from "../../lib/config/plan.ts";
import type { Exporter, Per } from "../../lib/formats/exporter.ts";
import { EXPORTERS } from "../../lib/formats/exporters.ts";
import type { Importer } from "../../lib/formats/importer.ts";
import { IMPORTERS } from "../../lib/formats/importers.ts";
import { test } from "../harness/test.ts";
import { exportText } from "./exporting.ts";
import { importText } from "./importing.ts";

/** Two daemons, one of which waits for the other, with the keys that all formats know. */
const COMMON = `name = "shop"
[actors.db]
exec = ["/usr/bin/redis-server", "--port", "6380", "a b", "100%"]
daemon = true
restart = "always"
env = { LEVEL = "info", GREETING = "hello world" }
stop = { signal = "SIGINT", grace = "20s" }

[actors.web]
exec = ["/usr/bin/python3", "-m", "http.server", "8081"]
daemon = true
restart = "on-failure"
`;

/** Parts of an actor, as a text or as data. */
type Held = (actor: ActorSpec) => unknown;

const ALWAYS: Readonly<Record<string, Held>> = {
  argv: ({ argv }) => argv,
  env: ({ env }) => env,
  daemon: ({ daemon }) => daemon,
  restart: ({ restart }) => restart,
  signal: ({ stop }) => stop.signal,
  grace: ({ stop }) => stop.graceMs,
};

interface Trip {
  readonly format: string;
  readonly per: Per;
  /** Keys of `db` and of `web` that this format holds beside. */
  readonly db?: string;
  readonly web?: string;
  readonly held: Readonly<Record<string, Held>>;
}

const cwd: Held = ({ cwd }) => cwd;
const needs: Held = ({ dependsOn }) => dependsOn.map(({ on, condition }) => [lastOf(on), condition]);
const limits: Held = ({ privileges }) => privileges;
const memory: Held = ({ cgroup }) => cgroup;

const TRIPS: readonly Trip[] = [
  { format: "supervisord", per: "actor", web: 'cwd = "/srv/web"\numask = "0027"\n', held: { cwd, limits } },
  {
    format: "systemd",
    per: "actor",
    db: "ready = { notify = true }\nlimits = { nofile = 4096 }\nno_new_privs = true\nnice = 5\n",
    web: 'cwd = "/srv/web"\ndepends_on = { db = "ready" }\ncgroup = { memory_max = "64MiB" }\n',
    held: { cwd, needs, limits, memory, ready: ({ ready }) => ready },
  },
  {
    format: "compose",
    per: "actor",
    db:
      'health = { exec = ["/bin/true"], interval = "5s", timeout = "2s", retries = 4, on_failure = "ignore" }\n',
    web: 'depends_on = { db = "healthy" }\nprofiles = ["debug"]\n',
    held: { needs, health: ({ health }) => health, profiles: ({ profiles }) => profiles },
  },
];

for (const { format, per, db = "", web = "", held } of TRIPS) {
  test(`round trip: actors are the same behind ${format}`, async () => {
    const [exporter, importer] = await Promise.all([EXPORTERS[format]!(), IMPORTERS[format]!()]);
    const text = COMMON.replace("\n[actors.web]", `${db}\n[actors.web]`) + web;
    const { before, after } = await travel(exporter, importer, text, per);
    const all = { ...ALWAYS, ...held };
    assert.deepEqual(partsOf(after, all), partsOf(before, all));
  });
}

async function travel(
  exporter: Exporter,
  importer: Importer,
  text: string,
  per: Per,
): Promise<{ readonly before: Plan; readonly after: Plan }> {
  const { files, plan } = await exportText(exporter, text, { file: "/srv/app/supervise.toml", per });
  const sources = files.filter(({ name }) => importer.isOneOfMany?.(name) ?? true);
  const [first, ...others] = sources.map(({ name, text }) => ({ file: `/srv/app/${name}`, text }));
  const again = await importText(
    importer,
    first!.file.slice("/srv/app/".length),
    first!.text,
    {},
    {},
    others,
  );
  return { before: plan, after: again.plan };
}

/** By the last names of actors: each format has its own way to say of which tree they are. */
function partsOf(plan: Plan, held: Readonly<Record<string, Held>>): Readonly<Record<string, unknown>> {
  const actors = plan.nodes.filter((node) => node.kind !== "tree");
  return Object.fromEntries(
    actors.map((actor) => [
      lastOf(actor.path),
      Object.fromEntries(Object.entries(held).map(([name, part]) => [name, part(actor)])),
    ]).toSorted(([a], [b]) => String(a) < String(b) ? -1 : 1),
  );
}

function lastOf(path: string): string {
  return path.replace(/^.*\//, "").replace(/^shop-/, "");
}
