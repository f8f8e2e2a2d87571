/** What `init` finds in folders of projects, and that what comes of each is a configuration. */
import assert from "node:assert/strict";
import { findProject, type Project } from "../../lib/formats/project/find_project.ts";
import { addActor, type DraftTree, draftTree } from "../../lib/formats/draft.ts";
import type { Importer } from "../../lib/formats/importer.ts";
import { combined } from "../../lib/formats/project/combine.ts";
import { foreignFiles } from "../../lib/formats/project/foreign_files.ts";
import { projectFolder } from "../../lib/formats/project/project_folder.ts";
import type { Proposal, Unusable } from "../../lib/formats/project/proposal.ts";
import { NEXT_KEYS, STARTER } from "../../lib/formats/project/starter.ts";
import { writeToml } from "../../lib/formats/write_toml.ts";
import { compileText, diskOf } from "../config/compiling.ts";
import { test } from "../harness/test.ts";

const FOLDER = "/srv/app";
const FILE = `${FOLDER}/supervise.toml`;

type Files = Readonly<Record<string, string>>;

function projectOf(files: Files): Promise<Project> {
  const disk = diskOf(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`${FOLDER}/${name}`, text])),
  );
  return findProject({ path: FOLDER, disk, environment: {}, except: ["supervise.toml"] });
}

/** What the likeliest configuration runs: `name: command` and, behind `in`, the folder. */
async function runsOf(files: Files): Promise<readonly string[]> {
  const { proposals: [first], unusable } = await projectOf(files);
  assert.ok(first !== undefined, JSON.stringify(unusable));
  const toml = `${writeToml(first.draft)}\n${NEXT_KEYS}`;
  const { plan, problems } = compileText(toml, { file: FILE });
  assert.ok(plan !== null, `${JSON.stringify(problems)}\n${toml}`);
  return plan.nodes.flatMap((node) => {
    if (node.kind === "tree") return [];
    const argv = node.argv.map((word) => word.replace(`${FOLDER}/`, ""));
    const cwd = node.cwd === FOLDER ? "" : ` in ${node.cwd.slice(FOLDER.length + 1)}`;
    return [`${node.path}: ${argv.join(" ")}${cwd}`];
  });
}

const json = JSON.stringify;
const scripts = (scripts: Files, more: object = {}) => json({ scripts, ...more });

const CASES: readonly (readonly [name: string, files: Files, runs: readonly string[]])[] = [
  ["npm", { "package.json": scripts({ build: "tsc", start: "node .", dev: "vite" }) }, ["dev: npm run dev"]],
  ["pnpm by its lock file", { "package.json": scripts({ start: "x" }), "pnpm-lock.yaml": "" }, [
    "start: pnpm run start",
  ]],
  ["yarn", { "package.json": scripts({ serve: "x" }), "yarn.lock": "" }, ["serve: yarn run serve"]],
  ["bun", { "package.json": scripts({ dev: "x", worker: "y" }), "bun.lock": "" }, [
    "dev: bun run dev",
    "worker: bun run worker",
  ]],
  ["a named manager", {
    "package.json": scripts({ dev: "x" }, { packageManager: "pnpm@9.0.0" }),
    "yarn.lock": "",
  }, ["dev: pnpm run dev"]],
  ["no script that serves", { "package.json": scripts({ build: "x" }), "server.js": "" }, [
    "server: node server.js",
  ]],
  [
    "a script that starts others",
    {
      "package.json": scripts({
        dev: 'concurrently -k "npm:api" "npm run web"',
        api: "a",
        web: "b",
        lint: "c",
      }),
    },
    ["api: npm run api", "web: npm run web"],
  ],
  [
    "run-p with a pattern",
    { "package.json": scripts({ dev: "run-p dev:*", "dev:api": "a", "dev:web": "b" }) },
    ["api: npm run dev:api", "web: npm run dev:web"],
  ],
  [
    "a workspace of npm",
    {
      "package.json": scripts({ dev: "turbo dev" }, { workspaces: ["apps/*", "!apps/old", "libs/**"] }),
      "apps/web/package.json": scripts({ dev: "vite", start: "x" }),
      "apps/api/package.json": scripts({ start: "node ." }),
      "apps/old/package.json": scripts({ start: "node ." }),
      "apps/notes/readme.md": "",
      "libs/ui/button/package.json": scripts({ build: "tsc" }),
      "node_modules/x/package.json": scripts({ start: "x" }),
    },
    ["api: npm run start in apps/api", "web: npm run dev in apps/web"],
  ],
  [
    "a workspace of pnpm",
    {
      "package.json": "{}",
      "pnpm-lock.yaml": "",
      "pnpm-workspace.yaml": "# all\npackages:\n  - 'services/*'  # ours\n  - \"web\"\nother:\n  - nothing\n",
      "services/a/package.json": scripts({ dev: "x" }),
      "web/package.json": scripts({ dev: "y" }),
    },
    ["a: pnpm run dev in services/a", "web: pnpm run dev in web"],
  ],
  ["Rails", { Gemfile: 'gem "rails", "~> 8"\ngem "sidekiq"\n', "bin/rails": "" }, [
    "web: bin/rails server",
    "sidekiq: bundle exec sidekiq",
  ]],
  ["puma", { Gemfile: "gem 'puma'\n", "config.ru": "run App" }, ["web: bundle exec puma"]],
  ["rack", { Gemfile: "gem 'sinatra'\n", "config.ru": "run App" }, ["web: bundle exec rackup"]],
  [
    "Django with Celery",
    {
      "manage.py": "import django",
      "shop/celery.py": 'app = Celery("shop")\n',
      "requirements.txt": "django\n",
    },
    ["web: python3 manage.py runserver 127.0.0.1:8000", "worker: celery -A shop.celery worker"],
  ],
  [
    "FastAPI",
    {
      "pyproject.toml": "[project]\nname='x'\n",
      "app/main.py": "from fastapi import FastAPI\napi: FastAPI = FastAPI(title='x')\n",
    },
    ["web: uvicorn app.main:api --port 8000"],
  ],
  [
    "FastAPI in src, by uv",
    { "pyproject.toml": "", "uv.lock": "", "src/shop/main.py": "app = FastAPI()\n" },
    ["web: uv run uvicorn shop.main:app --app-dir src --port 8000"],
  ],
  [
    "Flask in an environment",
    { "requirements.txt": "flask", "app.py": "app = Flask(__name__)\n", ".venv/bin/flask": "" },
    ["web: .venv/bin/flask --app app run --port 5000"],
  ],
  ["a program of Python", { "pyproject.toml": "[project.scripts]\nserve-it = 'a:b'\n", "poetry.lock": "" }, [
    "serve-it: poetry run serve-it",
  ]],
  ["a file of Python", { "requirements.txt": "", "main.py": "print()\n" }, ["app: python3 main.py"]],
  [
    "Go with cmd",
    {
      "go.mod": "module example.org/shop/v2\n",
      "cmd/api/main.go": "// x\npackage main\n",
      "cmd/worker/run.go": "package main\n",
      "cmd/lib/lib.go": "package lib\n",
      "main.go": "package main\n",
    },
    ["api: go run ./cmd/api", "worker: go run ./cmd/worker"],
  ],
  ["Go", { "go.mod": "module example.org/shop/v2\n", "main.go": "package main\n" }, ["shop: go run ."]],
  [
    "Rust",
    {
      "Cargo.toml": '[package]\nname = "shop"\n',
      "src/main.rs": "",
      "src/bin/job.rs": "",
      "src/bin/api/main.rs": "",
    },
    ["shop: cargo run --bin shop", "job: cargo run --bin job", "api: cargo run --bin api"],
  ],
  [
    "a workspace of Rust",
    {
      "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
      "crates/api/Cargo.toml":
        '[package]\nname = "api"\n[[bin]]\nname = "api-server"\npath = "src/main.rs"\n',
      "crates/api/src/main.rs": "",
      "crates/lib/Cargo.toml": '[package]\nname = "lib"\n',
      "crates/lib/src/lib.rs": "",
    },
    ["api-server: cargo run --bin api-server"],
  ],
  ["make", { Makefile: "VAR := x\n.PHONY: run\nrun: build\n\t./x\nbuild:\n\tcc x\nworker:\n\t./w\n" }, [
    "run: make run",
    "worker: make worker",
  ]],
  ["make with parts", { Makefile: "run: run-api run-web\nrun-api:\n\ta\nrun-web:\n\tb\nrun-tests:\n\tc\n" }, [
    "api: make run-api",
    "web: make run-web",
  ]],
  ["a Procfile before all", { Procfile: "web: ./web\n", "package.json": scripts({ dev: "x" }) }, [
    "web: /bin/sh -c ./web",
  ]],
  ["that of development first", { Procfile: "web: ./web\n", "Procfile.dev": "web: ./dev\n" }, [
    "web: /bin/sh -c ./dev",
  ]],
  [
    "a program that its environment has not",
    { "manage.py": "", "shop/celery.py": 'app = Celery("shop")\n', ".venv/bin/python": "" },
    [
      "web: .venv/bin/python manage.py runserver 127.0.0.1:8000",
      "worker: .venv/bin/celery -A shop.celery worker",
    ],
  ],
  [
    "folders",
    {
      "backend/requirements.txt": "",
      "backend/main.py": "app = FastAPI()\n",
      "backend/.venv/bin/uvicorn": "",
      "frontend/package.json": scripts({ dev: "vite" }),
      "docs/readme.md": "",
    },
    [
      "backend: backend/.venv/bin/uvicorn main:app --port 8000 in backend",
      "frontend: npm run dev in frontend",
    ],
  ],
];

for (const [name, files, runs] of CASES) {
  test(`project: ${name}`, async () => assert.deepEqual(await runsOf(files), runs));
}

test("project: what cannot be used is told with its reason if there is nothing else", async () => {
  const files = {
    Procfile: "web: x\nno entry\n",
    "package.json": "{ half",
    "Cargo.toml": "[package",
    "go.mod": "module x\n",
    Gemfile: "gem 'rake'\n",
    "requirements.txt": "",
  };
  const procfile = 'Procfile: /srv/app/Procfile:2: "no entry" is no entry of a Procfile';
  const { proposals, unusable } = await projectOf(files);
  assert.deepEqual(proposals, []);
  assert.deepEqual(unusable.map(({ file, why }) => `${file}: ${why}`), [
    procfile,
    "package.json: it is no JSON object",
    "Gemfile: it has none of rails, puma, rack and sidekiq",
    "requirements.txt: it is not known what of it serves",
    "go.mod: there is no program in cmd, nor beside it",
    "Cargo.toml: it is no TOML",
  ]);
  const beside = await projectOf({ ...files, Makefile: "run:\n" });
  assert.deepEqual(beside.proposals.map(({ file }) => file), ["Makefile"]);
  assert.deepEqual(beside.unusable.map(({ file, why }) => `${file}: ${why}`), [procfile]);
});

/** Stands for systemd: its units are read together. */
const units: Importer = {
  name: "units",
  title: "units",
  recognizes: (name) => /\.(?:unit|bundle)$/.test(name),
  isOneOfMany: (name) => name.endsWith(".unit"),
  read: ({ file, others = [] }) => {
    const draft = draftTree();
    for (const one of [file, ...others.map(({ file }) => file)]) {
      addActor(draft, one).keys.set("exec", "true");
    }
    return { draft, findings: [] };
  },
};

test("project: files that are read together are one proposal, and those of a machine stand apart", async () => {
  const disk = diskOf(
    Object.fromEntries(
      ["a.unit", "b.unit", "c.bundle", "large.unit"].map((name) => [
        `${FOLDER}/${name}`,
        name === "large.unit" ? "x".repeat(1_000_001) : "",
      ]),
    ),
  );
  const source = { path: FOLDER, disk, environment: {}, except: [] };
  const found = await foreignFiles(source, projectFolder(disk, FOLDER), [() => Promise.resolve(units)]);
  const said = (some: readonly (Proposal | Unusable)[]) =>
    some.map((one) => "draft" in one ? [one.file, one.files, one.draft.actors.length] : one);
  assert.deepEqual(said(found.ofMachine), [["a.unit, b.unit", ["a.unit", "b.unit"], 2]]);
  assert.deepEqual(said(found.ofProject), [["c.bundle", ["c.bundle"], 1]]);
});

test("project: a file that is laid over another one is not a second one", async () => {
  const { proposals } = await projectOf({
    "Procfile.dev": "web: a\n",
    "Procfile.local.dev": "web: b\n",
    "Procfile.override.x": "web: c\n",
  });
  assert.deepEqual(proposals.map(({ file }) => file), ["Procfile.dev", "Procfile.override.x"]);
});

test("project: several proposals become one, with what holds for all of a file in its actors", () => {
  const part = (file: string, before?: string): Proposal & { draft: DraftTree } => ({
    file,
    title: "x",
    draft: draftTree(),
    findings: [],
    ...(before === undefined ? {} : { before }),
  });
  const [a, b] = [part("a.yml"), part("b.json", "npm install")];
  a.draft.keys.set("env_file", [".env"]).set("shutdown", "1m");
  a.draft.defaults.keys.set("stop", { signal: "SIGINT", grace: "3s" }).set("restart", "always");
  addActor(a.draft, "web").keys.set("exec", "a").set("stop", { grace: "9s" });
  const [db, web] = [addActor(b.draft, "db"), addActor(b.draft, "web")];
  db.keys.set("exec", "b").set("depends_on", { web: "ready" });
  web.keys.set("exec", "c").set("daemon", true).set("env_file", "web.env");
  addActor(b.draft, "x").keys.set("exec", "d").set("depends_on", ["web", "db"]);
  const whole = combined([a, b]);
  assert.deepEqual([whole.file, whole.files, whole.before], [
    "a.yml, b.json",
    ["a.yml", "b.json"],
    "npm install",
  ]);
  assert.equal(
    writeToml(whole.draft),
    `shutdown = "1m"

[actors.web]
exec = "a"
stop = { signal = "SIGINT", grace = "9s" }
restart = "always"
env_file = [".env"]

[actors.db]
exec = "b"
depends_on = { web-2 = "ready" }

[actors.web-2]
exec = "c"
daemon = true
env_file = ["web.env"]

[actors.x]
exec = "d"
depends_on = ["web-2", "db"]
`,
  );
  assert.equal(combined([a]), a);
});

test("project: packages that are not installed are to be installed first", async () => {
  const manifest = scripts({ dev: "vite" }, { devDependencies: { vite: "7" } });
  const beforeOf = async (files: Files) => (await projectOf(files)).proposals[0]!.before;
  assert.equal(await beforeOf({ "package.json": manifest, "yarn.lock": "" }), "yarn install");
  assert.equal(await beforeOf({ "package.json": manifest, "node_modules/vite/x": "" }), undefined);
  assert.equal(await beforeOf({ "package.json": manifest, ".pnp.cjs": "" }), undefined);
  assert.equal(await beforeOf({ "package.json": scripts({ dev: "node ." }) }), undefined);
  const workspace = {
    "package.json": scripts({}, { workspaces: ["a"] }),
    "a/package.json": scripts({ dev: "x" }),
  };
  assert.equal(await beforeOf(workspace), "npm install", "its packages are linked");
});

test("project: a file that cannot be read is told of, whatever else is there", async () => {
  const { proposals, unusable } = await projectOf({
    Procfile: "\0w\0e\0b",
    "package.json/x": "",
    "go.mod": "-> /nowhere",
    "logo.png": "\0w\0e\0b",
    Makefile: "run:\n",
  });
  assert.deepEqual(proposals.map(({ file }) => file), ["Makefile"]);
  assert.deepEqual(unusable.map(({ file, why }) => `${file}: ${why}`), [
    "Procfile: the file is UTF-16, and TOML is UTF-8",
    "go.mod: there is no such file",
    "package.json: it is a folder",
  ]);
});

test("project: odd values of files of others are no more than nothing", async () => {
  for (
    const manifest of [
      "[]",
      "null",
      '"x"',
      '{"scripts":[],"workspaces":{"packages":7}}',
      '{"scripts":{"dev":{}}}',
    ]
  ) {
    const { proposals } = await projectOf({ "package.json": manifest });
    assert.deepEqual(proposals, [], manifest);
  }
  assert.deepEqual(await projectOf({}), { proposals: [], unusable: [] });
});

test("starter: it is sound, with ten keys, each of which is sound without its comment sign", () => {
  const { plan, problems } = compileText(STARTER);
  assert.deepEqual(problems, []);
  assert.equal(plan!.nodes.length, 2);
  const uncommented = (text: string) => text.replace(/^# (?=\w+ = )/gm, "");
  const keys = [...uncommented(STARTER).matchAll(/^(\w+) = /gm)].map(([, key]) => key!);
  assert.equal(new Set(keys).size, 10, keys.join());
  const surroundings = { files: { "/srv/shop/.env": "A=1\n" } };
  const whole = `${uncommented(STARTER)}\n[actors.db]\nexec = "x"\ndaemon = true\n`;
  assert.deepEqual(compileText(whole, surroundings).problems, []);
  const next = `[actors.a]\nexec = "x"\n${uncommented(NEXT_KEYS)}\n[actors.db]\nexec = "x"\ndaemon = true\n`;
  assert.deepEqual(compileText(next, surroundings).problems, []);
  assert.equal([...uncommented(NEXT_KEYS).matchAll(/^(\w+) = /gm)].length, 6);
});
