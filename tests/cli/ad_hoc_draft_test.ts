import assert from "node:assert/strict";
import { adHocDraft, type AdHocOptions, commandsIn } from "../../lib/cli/ad_hoc_draft.ts";
import { writeToml } from "../../lib/formats/write_toml.ts";
import { compileText } from "../config/compiling.ts";
import { test } from "../harness/test.ts";

const OPTIONS: AdHocOptions = {
  name: "run",
  names: [],
  cwd: "/srv/app",
  isTogether: false,
  isDaemon: false,
  isShell: false,
  restart: null,
};

/** The actors of the plan of some words. */
function actorsOf(words: readonly string[], options: Partial<AdHocOptions> = {}) {
  const toml = writeToml(adHocDraft(commandsIn(words, "+"), { ...OPTIONS, ...options }));
  const { plan, problems } = compileText(toml, {
    file: "/run/supervise/run-1-x.toml",
    environment: { A: "b" },
  });
  assert.ok(plan !== null, `${JSON.stringify(problems)}\n${toml}`);
  return { plan, actors: plan.nodes.flatMap((node) => node.kind === "tree" ? [] : [node]) };
}

test("ad-hoc tree: words between + are commands, and every word is an argument as it stands", () => {
  assert.deepEqual(commandsIn(["a", "b", "+", "c", "+"], "+"), [["a", "b"], ["c"], []]);
  const words = ["./api", "", "it's", "$HOME", "${env:A}", "$${env:A}", "${dir}", 'a "b"\n', "++"];
  const { actors: [api] } = actorsOf(words);
  assert.deepEqual(api!.argv, ["/srv/app/api", ...words.slice(1)]);
  assert.equal(api!.cwd, "/srv/app");
  const { actors: [shell] } = actorsOf(["echo", "$HOME ${env:A} |", "cat"], { isShell: true });
  assert.deepEqual(shell!.argv, ["/bin/sh", "-c", "echo $HOME ${env:A} | cat"]);
});

test("ad-hoc tree: actors are called after their programs, and what runs others after that", () => {
  const cases: [string, string][] = [
    ["/usr/bin/redis-server --port 1", "redis-server"],
    ["npm run dev", "dev"],
    ["npm start", "start"],
    ["yarn workspace", "workspace"],
    ["npm", "npm"],
    ["make", "make"],
    ["make run", "make"],
    ["make serve", "serve"],
    ["node --inspect src/server.mjs", "server"],
    ["python3 -m http.server", "http-server"],
    ["./start.sh --all", "start"],
    ["go run ./cmd/api", "api"],
    ["cargo run --bin worker", "worker"],
    ["bundle exec sidekiq", "sidekiq"],
    ["sleep 5", "sleep"],
    ["sh -c exit", "exit"],
    ["+-?", "actor"],
  ];
  for (const [words, name] of cases) {
    assert.deepEqual(actorsOf(words.split(" ")).actors.map(({ name }) => name), [name], words);
  }
  const { actors } = actorsOf(["npm", "run", "t", "+", "npm", "run", "t", "+", "npm", "run", "t"], {
    names: ["a"],
  });
  assert.deepEqual(actors.map(({ name }) => name), ["a", "t", "t-2"]);
});

test("ad-hoc tree: in company each is significant, and daemons are restarted", () => {
  const facts = (words: string, options: Partial<AdHocOptions>) =>
    actorsOf(words.split(" "), options).actors.map((
      { significant, restart, daemon },
    ) => [significant, restart, daemon]);
  assert.deepEqual(facts("a + b", {}), [[false, "never", false], [false, "never", false]]);
  assert.deepEqual(facts("a", { isTogether: true, isDaemon: true }), [[true, "always", true]]);
  assert.deepEqual(facts("a", { restart: "on-failure" }), [[false, "on-failure", false]]);
});
