import assert from "node:assert/strict";
import { maskerFor } from "../../lib/config/mask.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";

test("mask: values of secret names are hidden wherever they stand, and passwords in URLs", () => {
  const env = { DB_PASSWORD: "hunter22", API_KEY: "k-123456", TOKEN: "", PIN_SECRET: "12", PORT: "8080" };
  const mask = maskerFor(planOf({ children: { a: { env }, b: {} } }));
  assert.deepEqual(mask.env({ ...env, URL: "postgres://me:hunter22@db/x", OTHER: "http://u:p@h/" }), {
    DB_PASSWORD: "***",
    API_KEY: "***",
    TOKEN: "",
    PIN_SECRET: "***",
    PORT: "8080",
    URL: "postgres://me:***@db/x",
    OTHER: "http://u:***@h/",
  });
  assert.equal(mask.text("psql --password=hunter22 --port 8080"), "psql --password=*** --port 8080");
  assert.equal(mask.text("12 is too short to hide everywhere"), "12 is too short to hide everywhere");
});

test("mask: what proves the mark of a run is hidden, and what is public of it stays", () => {
  const mask = maskerFor(planOf({ children: { a: {} } }));
  const text = (proof: string) => `env SUPERVISE_RUN=0123456789ab.x1y2.3.${proof} sleep 9`;
  assert.equal(mask.text(text("0123456789abcdef".repeat(2))), text("***"));
});

test("mask: data is masked at any depth, under a secret name whole", () => {
  const params = {
    db: [{ password: "hunter22", port: 80 }],
    tokens: { a: ["t-000001", 123, true] },
    none: null,
  };
  const module = { file: "/a.ts", export: "default", params, debug: false };
  const mask = maskerFor(planOf({ children: { a: { module } } }));
  assert.deepEqual(mask.data(params), {
    db: [{ password: "***", port: 80 }],
    tokens: { a: ["***", "***", true] },
    none: null,
  });
  assert.deepEqual(mask.data(["hunter22", 5]), ["***", 5]);
  assert.equal(
    mask.text("run --password hunter22 --token t-000001 --port 80"),
    "run --password *** --token *** --port 80",
  );
});

test("mask: a name is secret by any part of it, in any case", () => {
  const mask = maskerFor(planOf({ children: {} }));
  const secret = ["SECRET", "my_token", "DbPassword", "PASSWD", "SSH_PASSPHRASE", "PRIVATE_KEY", "APIKEY"];
  const alsoSecret = ["API_KEY", "AWS_ACCESS_KEY_ID", "ACCESSKEY", "GOOGLE_CREDENTIALS", "BASIC_AUTH"];
  const open = ["PORT", "HOME", "PASS", "KEY", "KEYBOARD", "TOKE", "API", "ACCESS"];
  const env = Object.fromEntries([...secret, ...alsoSecret, ...open].map((name) => [name, "x"]));
  const shown = Object.entries(mask.env(env)).filter(([, value]) => value === "x").map(([name]) => name);
  assert.deepEqual(shown, open);
});

test("mask: of secrets that hold each other the longest goes first, wherever it stands", () => {
  const env = { A_TOKEN: "abcd", B_TOKEN: "abcdefgh", C_TOKEN: "$&.*" };
  const mask = maskerFor(
    planOf({ children: { a: { env }, pool: { children: { b: { env: { D_SECRET: "deep-secret" } } } } } }),
  );
  assert.equal(mask.text("abcdefgh abcd abcdefgh"), "*** *** ***");
  assert.equal(mask.text("x=$&.*, y=deep-secret"), "x=***, y=***");
  assert.equal(mask.text(""), "");
});

test("mask: a password in a URL goes, its user, host and everything else stays", () => {
  const mask = maskerFor(planOf({ children: {} }));
  const cases: readonly (readonly [string, string])[] = [
    ["postgres://me:pw@db:5432/x", "postgres://me:***@db:5432/x"],
    ["redis://:pw@cache", "redis://:***@cache"],
    ["amqp+ssl://u:p%40ss@q/v", "amqp+ssl://u:***@q/v"],
    ["two http://a:b@c http://d:e@f", "two http://a:***@c http://d:***@f"],
    ["http://localhost:8080/a@b", "http://localhost:8080/a@b"],
    ["mailto:me@example.org", "mailto:me@example.org"],
    ["http://user@host/", "http://user@host/"],
  ];
  for (const [text, expected] of cases) assert.equal(mask.text(text), expected);
});

test("mask: a masker that has learnt another plan is the masker of both, and keeps the secrets of both", () => {
  const before = planOf({ children: { a: { env: { A_TOKEN: "first-secret" } } } });
  const after = planOf({ children: { a: { env: { A_TOKEN: "second-secret" } } } });
  maskerFor(before).learn(after);
  for (const plan of [before, after]) {
    assert.equal(maskerFor(plan).text("first-secret second-secret"), "*** ***");
  }
});
