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
