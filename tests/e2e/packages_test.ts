/** What is released, as far as it takes seconds: `npm run release -- --check` does the rest. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { packDebian } from "../../packaging/debian/package.ts";
import { layMainPackage } from "../../packaging/npm/packages.ts";
import { packTarball } from "../../packaging/tarball.ts";
import { targetHere } from "../../packaging/targets.ts";
import { e2e, type Sandbox } from "../harness/supervise.ts";
import { VERSION } from "../../lib/base/version.ts";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const TARGET = targetHere().name;
const sha256 = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");
const PATH = `${ROOT}/node_modules/.bin:${process.env["PATH"]}`;

/** Runs a command that is to succeed. @returns What it printed. */
async function printed(sandbox: Sandbox, argv: readonly string[], cwd = sandbox.dir): Promise<string> {
  const done = await sandbox.run(["env", `--chdir=${cwd}`, ...argv], { PATH }).done;
  assert.equal(done.code, 0, `${argv.join(" ")}: ${done.stdout}${done.stderr}`);
  return done.stdout.trim();
}

e2e(
  "packages: a binary has the same bytes when it is built again, and tells where it came from",
  async (sandbox) => {
    const build = async (file: string) => {
      const path = join(sandbox.dir, file);
      const words = [`--package=deb`, `--commit=${COMMIT}`, "cli.ts", path];
      await printed(sandbox, ["node", "packaging/build.mjs", ...words], ROOT);
      return path;
    };
    const [one, again] = [await build("one/supervise"), await build("again/supervise")];
    assert.equal(sha256(one), sha256(again));
    assert.deepEqual(
      JSON.parse(await printed(sandbox, [one, "version", "--json"])).origin,
      { package: "deb", target: TARGET, commit: COMMIT },
    );
    assert.match(
      await printed(sandbox, [one, "version"]),
      new RegExp(`; Debian package for ${TARGET}, commit 0123456789ab\\)$`),
    );
  },
);

e2e(
  "packages: an archive has the same bytes whenever and by whomever its files were made",
  async (sandbox) => {
    const pack = async (name: string, date: string) => {
      sandbox.write(`${name}/supervise-1/b/c`, "c");
      sandbox.write(`${name}/supervise-1/a`, "a", 0o755);
      await printed(sandbox, ["touch", `--date=${date}`, `${name}/supervise-1/a`, `${name}/supervise-1/b/c`]);
      const file = join(sandbox.dir, `${name}.tar.gz`);
      await packTarball(join(sandbox.dir, name), "supervise-1", file, 1_700_000_000);
      return file;
    };
    const one = await pack("one", "2001-02-03");
    assert.equal(sha256(one), sha256(await pack("again", "2011-12-13")));
    assert.match(
      await printed(sandbox, ["tar", "-tvf", one]),
      /^-rwxr-xr-x 0\/0 +1 2023-11-14 .*supervise-1\/a$/m,
    );
  },
);

e2e(
  "packages: the Debian package has its files in place, for root alone, and the same bytes again",
  async (sandbox) => {
    const binary = sandbox.write("binary", "#!/bin/sh\n", 0o755);
    const pack = async (scratch: string) => {
      const into = join(sandbox.dir, scratch);
      mkdirSync(into);
      return await packDebian(into, join(into, "parts"), {
        version: "1.2.3",
        architecture: "amd64",
        binary,
        pages: [
          { path: "man/man1/supervise.1", shared: "man/man1/supervise.1", text: ".TH supervise 1\n" },
          {
            path: "completions/_supervise",
            shared: "zsh/vendor-completions/_supervise",
            text: "#compdef supervise\n",
          },
        ],
        license: "MIT License\n",
        libraries: [{ name: "a", version: "1.0.0", license: "MIT", text: null }],
        notice: "supervise contains parts of other projects.\n",
        changes: [{ version: "1.2.3", lines: ["Something new."] }],
        epoch: 1_700_000_000,
      });
    };
    const one = await pack("one");
    assert.equal(sha256(one), sha256(await pack("again")));
    const listed = (await printed(sandbox, ["dpkg-deb", "--contents", one])).split("\n");
    assert.ok(listed.every((line) => / root\/root /.test(line)), listed.join("\n"));
    assert.deepEqual(listed.map((line) => line.split(" ").at(-1)!).filter((name) => !name.endsWith("/")), [
      "./lib/systemd/system/supervise@.service",
      "./usr/bin/supervise",
      "./usr/lib/systemd/user/supervise@.service",
      "./usr/share/doc/supervise/THIRD-PARTY.gz",
      "./usr/share/doc/supervise/changelog.gz",
      "./usr/share/doc/supervise/copyright",
      "./usr/share/lintian/overrides/supervise",
      "./usr/share/man/man1/supervise.1.gz",
      "./usr/share/zsh/vendor-completions/_supervise",
    ]);
    assert.equal(await printed(sandbox, ["dpkg-deb", "--field", one, "Version"]), "1.2.3");
  },
  ["dpkg-deb"],
);

/** Lays out what npm would install: the package, and the binary of this machine unless it is left out. */
async function install(sandbox: Sandbox, { withBinary }: { readonly withBinary: boolean }): Promise<string> {
  const bundle = join(sandbox.dir, "bundle");
  await printed(sandbox, [
    "node",
    "packaging/build_bundle.mjs",
    bundle,
    "--package=npm",
    `--commit=${COMMIT}`,
  ], ROOT);
  const typings = join(sandbox.dir, "types");
  mkdirSync(typings);
  layMainPackage(join(sandbox.dir, "node_modules/supervise"), {
    version: VERSION,
    bundle,
    typings,
    targets: [targetHere()],
    texts: [],
  });
  if (withBinary) {
    const folder = join(sandbox.dir, `node_modules/supervise-${TARGET}`);
    mkdirSync(folder);
    symlinkSync(join(ROOT, "dist/supervise"), join(folder, "supervise"));
    writeFileSync(join(folder, "package.json"), "{}");
  }
  return join(sandbox.dir, "node_modules/supervise/bin/supervise.mjs");
}

const TREE = `[actors.module]
module = "./module.ts"
daemon = true
`;
const MODULE = `import { currentTime } from "supervise";
export const answer = () => typeof currentTime;
`;

e2e(
  "packages: the launcher of the npm package runs trees on Node with the binary, on Bun and Deno without",
  async (sandbox) => {
    const launcher = await install(sandbox, { withBinary: true });
    sandbox.config(TREE);
    sandbox.write("module.ts", MODULE);
    const commands: readonly (readonly [string, ...string[]])[] = [
      ["node", launcher],
      ["bun", launcher],
      ["deno", "run", "--allow-all", "--quiet", launcher],
    ];
    for (const command of commands) {
      const supervise = (...words: readonly string[]) => printed(sandbox, [...command, ...words]);
      await supervise("up", "-d", "--quiet");
      assert.equal(await supervise("call", "module", "answer"), '"function"');
      assert.equal(JSON.parse(await supervise("down", "--json")).left, 0);
      const { origin, runtime } = JSON.parse(await supervise("version", "--json"));
      if (command[0] === "node") assert.equal(origin.target, TARGET);
      else assert.deepEqual(origin, { package: "npm", target: null, commit: COMMIT });
      assert.match(runtime, command[0] === "deno" ? /^Deno / : /^Bun /);
    }
  },
);

e2e("packages: the launcher passes signals and exit codes on, and says what is missing", async (sandbox) => {
  const launcher = await install(sandbox, { withBinary: true });
  sandbox.config('[actors.a]\nexec = "sleep 3600"\ndaemon = true\n');
  const endOf = async (command: readonly string[]) => {
    const up = sandbox.run([...command, "up"]);
    // `up` listens for signals when it tells of the tree; the tree may be there before.
    await up.line(/a: ready/);
    up.kill("SIGTERM");
    const { code, signal } = await up.done;
    return { code, signal };
  };
  assert.deepEqual(await endOf(["node", launcher]), await endOf([join(ROOT, "dist/supervise")]));
  assert.equal((await sandbox.run(["node", launcher, "ps"]).done).code, 3);

  rmSync(join(sandbox.dir, `node_modules/supervise-${TARGET}`), { recursive: true });
  const without = await sandbox.run(["node", launcher, "ps"]).done;
  assert.equal(without.code, 1);
  assert.match(
    without.stderr,
    new RegExp(`^error: The package supervise-${TARGET} is not installed[^]*\nhint: `),
  );
});
