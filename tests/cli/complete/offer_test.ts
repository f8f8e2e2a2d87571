import assert from "node:assert/strict";
import { type Names, offerFor } from "../../../lib/cli/complete/offer.ts";
import { readCommandLine } from "../../../lib/cli/complete/wanted.ts";
import { help } from "../../../lib/cli/help/help_command.ts";
import { VERBS } from "../../../lib/cli/verbs.ts";
import { test } from "../../harness/test.ts";

const commandOf = async (name: string) =>
  name === "help" ? help : await VERBS.find((verb) => verb.name === name)?.load();

const listed = (...values: readonly string[]) => Promise.resolve(values.map((value) => ({ value, doc: "" })));

const NAMES: Names = {
  trees: () => listed("shop", "stack"),
  selectors: () => listed("api", "api.1", "pool/queue"),
  replicated: () => listed("api"),
  functions: (selector) => listed(`${selector}Add`),
  profiles: () => listed("dev"),
  topics: () => listed("config/cycle", "stop", "stop.grace", "strategy"),
};

async function offered(line: string, names = NAMES) {
  return await offerFor(await readCommandLine(line.split(" "), commandOf), VERBS, names);
}

test("completions: what is offered begins with what is typed, and keeps what stands before it", async () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["ap", ["apply"]],
    ["he", ["help"]],
    ["ps ap", ["api", "api.1"]],
    ["ps x", []],
    ["-p s", ["shop", "stack"]],
    ["ps --name=st", ["--name=stack"]],
    ["up --only api,po", ["api,pool/queue"]],
    ["wait --for=ready,st", ["--for=ready,started", "--for=ready,stopped"]],
    ["call api a", ["apiAdd"]],
    ["signal TER", ["TERM"]],
    ["signal SIGTER", ["SIGTERM"]],
    ["ps --wa", ["--watch"]],
    ["up --profile ", ["dev"]],
    ["help st", ["status", "start", "stop", "stop.grace", "strategy"]],
  ];
  for (const [line, expected] of cases) {
    assert.deepEqual((await offered(line)).candidates.map(({ value }) => value), expected, line);
  }
});

test("completions: files and commands are left to the shell, and a number goes on", async () => {
  assert.equal((await offered("check ")).more, "files");
  assert.equal((await offered("exec api -- ")).more, "commands");
  assert.equal((await offered("exec api -- ls ")).more, "files");
  assert.equal((await offered("init --pid1 -- ")).more, "commands");
  const { candidates, isOpen } = await offered("scale ap");
  assert.deepEqual([candidates.map(({ value }) => value), isOpen], [["api="], true]);
});

test("completions: the machine is asked for nothing but what the word names", async () => {
  const none = () => Promise.reject(new Error("asked"));
  const names: Names = {
    trees: none,
    selectors: none,
    replicated: none,
    functions: none,
    profiles: none,
    topics: none,
  };
  for (const line of ["", "ps --", "wait --for ", "check ", "call a f ", "nonsense "]) {
    await offered(line, names);
  }
  await assert.rejects(offered("ps ", names));
});
