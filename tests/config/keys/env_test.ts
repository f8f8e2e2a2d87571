import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { actorOf, adviceOf, problemsOf } from "../compiling.ts";

test("env: a value that is no text is refused with the text to write", () => {
  const cases: [string, string][] = [["8080", '"8080"'], ["true", '"true"'], ["1.5", '"1.5"']];
  for (const [value, hint] of cases) {
    assert.equal(adviceOf(`[actors.a]\nexec = "x"\nenv = { A = ${value} }`).hint, `write ${hint}`);
  }
});

test("env: names that no process can have, or that supervise sets, are refused", () => {
  assert.deepEqual(
    problemsOf(`[actors.a]\nexec = "x"\n[actors.a.env]\n"" = "1"\n"A=B" = "1"\nSUPERVISE_RUN = "1"
NOTIFY_SOCKET = "1"\nWATCHDOG_USEC = "1"\nLISTEN_FDS = "1"\nSUPERVISED = "fine"`).map((problem) =>
      problem.split(" ")[0]
    ),
    [
      "bad-name",
      "bad-name",
      "reserved-variable",
      "reserved-variable",
      "reserved-variable",
      "reserved-variable",
    ],
  );
});

test("env file: a path is relative to the file and may hold placeholders", () => {
  const files = { "/srv/shop/env/prod.env": "A=1" };
  const text = "[actors.a]\nexec = 'x'\nenv_file = 'env/${env:STAGE:-prod}.env'";
  assert.deepEqual(actorOf(text, "a", { files }).env, { A: "1" });
});

test("env file: of very many bad lines some are told, and how many more there are", () => {
  const files = { "/srv/shop/bad.env": "oops\n".repeat(2_372) };
  const problems = problemsOf("env_file = 'bad.env'\nactors.a.exec = 'x'", { files });
  assert.equal(problems.length, 21);
  assert.equal(problems.at(-1), "bad-env-file 1:12 bad.env: 2,352 more lines are none that set a variable");
});

test("env file: a missing file, a malformed line and a reserved name are told at the path", () => {
  const files = { "/srv/shop/bad.env": "A=1\noops\n'x'\n", "/srv/shop/taken.env": "SUPERVISE_TREE=x" };
  assert.deepEqual(
    problemsOf("env_file = ['no.env', 'bad.env', 'taken.env']\nactors.a.exec = 'x'", { files }),
    [
      'env-file-missing 1:13 cannot read the env file "no.env": there is no such file',
      "bad-env-file 1:23 bad.env:2: expected KEY=VALUE",
      "bad-env-file 1:23 bad.env:3: expected KEY=VALUE",
      'reserved-variable 1:34 taken.env sets "SUPERVISE_TREE", which is reserved',
    ],
  );
});
