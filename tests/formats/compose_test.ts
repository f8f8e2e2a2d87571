import assert from "node:assert/strict";
import { importer as compose } from "../../lib/formats/compose/import_compose.ts";
import { test } from "../harness/test.ts";
import { testShapes } from "./shapes.ts";
import { importText } from "./importing.ts";

testShapes(compose, "compose", { isBare: true });

test("compose: what an include says of folders and variables is told", async () => {
  const include = "include:\n  - path: more.yml\n    project_directory: ..\n    env_file: more.env\n";
  const { told } = await importText(compose, "compose.yaml", include, {
    "more.yml": "services: { web: { command: x } }\n",
  });
  assert.deepEqual(told, [
    "lost 3 include.project_directory: paths of an included file are relative to its own folder",
    "lost 4 include.env_file: variables of included files come from the shell, and from the .env of this file",
    "kept 1 web command",
  ]);
});

test("compose: paths of a container in variables and arguments are those of this machine", async () => {
  const text = `services:
  app:
    build: ./app
    working_dir: /code
    command: [serve, --password, /run/secrets/db-password]
    environment: { PASSWORD_FILE: /run/secrets/db-password, CONFIG: /code/config.yml, OUT: /elsewhere }
    secrets: [db-password, token]
  db:
    image: postgres
    environment: { PGDATA: /var/lib/postgresql/data/pg, POSTGRES_DB: app }
secrets: { db-password: { file: db/password.txt }, token: { environment: TOKEN } }
`;
  const { toml, told } = await importText(compose, "compose.yaml", text, { "app/Dockerfile": "FROM node\n" });
  assert.ok(toml.includes('exec = ["serve", "--password", "${dir}/db/password.txt"]'), toml);
  assert.ok(
    toml.includes(
      'env = { PASSWORD_FILE = "${dir}/db/password.txt", CONFIG = "${dir}/app/config.yml", OUT = "/elsewhere" }',
    ),
    toml,
  );
  assert.match(toml, /env = \{ PATH = ".*", PGDATA = "\$\{dir\}\/data\/db", .*, POSTGRES_DB = "app" \}/);
  const about = told.filter((line) => /secrets|environment\./.test(line));
  assert.deepEqual(about, [
    "changed 11 secrets: nothing is mounted: services read them where they are",
    "changed 6 app environment.PASSWORD_FILE: a path of the container is that of this machine",
    "changed 6 app environment.CONFIG: a path of the container is that of this machine",
    "changed 7 app secrets db-password: nothing is mounted: arguments and variables that say " +
    "/run/secrets/db-password say this file now",
    "lost 7 app secrets token: nothing is mounted",
    "changed 10 db environment.PGDATA: it is what the program of this machine is told",
  ]);
});

test("compose: a port that a command names is that of the program", async () => {
  const text = `services:
  cache:
    image: redis:7
    command: redis-server --port 6380 --appendonly no
  web:
    command: serve
    environment: { CACHE: "redis://cache:6380" }
`;
  const { toml } = await importText(compose, "compose.yaml", text);
  assert.match(toml, /--port["', ]+6380/);
  assert.equal(toml.match(/--port/g)?.length, 1, toml);
  assert.match(toml, /ready = \{ tcp = "127\.0\.0\.1:6380" \}/);
  assert.match(toml, /CACHE = "redis:\/\/127\.0\.0\.1:6380"/);
});
