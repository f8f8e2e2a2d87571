/** Every key of the language is told of by every format, wherever a file sets it. */
import assert from "node:assert/strict";
import { ACTOR_CHANGES } from "../../lib/config/changes/actor_changes.ts";
import { ROOT_CHANGES, TREE_CHANGES } from "../../lib/config/changes/tree_changes.ts";
import { EXPORTERS } from "../../lib/formats/exporters.ts";
import {
  ACTOR_SAMPLES,
  actorFile,
  casesOf,
  ROOT_SAMPLES,
  rootFile,
  SAMPLE_FILES,
  TREE_SAMPLES,
  treeFile,
} from "../config/changes/samples.ts";
import { test } from "../harness/test.ts";
import { exportText } from "./exporting.ts";

const CASES = [
  ...casesOf(ACTOR_CHANGES, ACTOR_SAMPLES, "a", actorFile).map((one) => ({
    ...one,
    path: "a",
    address: "actors.a ",
  })),
  ...casesOf(TREE_CHANGES, TREE_SAMPLES, "pool", treeFile)
    .map((one) => ({ ...one, path: "pool", address: "trees.pool " })),
  ...casesOf(ROOT_CHANGES, ROOT_SAMPLES, "", rootFile).map((one) => ({ ...one, path: "", address: "" })),
];

for (const [name, load] of Object.entries(EXPORTERS)) {
  test(`export ${name}: whatever key a file sets is told of, with its line`, async () => {
    const exporter = await load();
    const told: string[] = [];
    const missing: string[] = [];
    for (const { name: key, before, alike, after, path, address } of CASES) {
      for (const text of [before, alike, after]) {
        const { placeOf, findings, plan } = await exportText(exporter, text, {
          ...SAMPLE_FILES,
          per: "actor",
        });
        const places = [path, `${path}.1`].map((path) => placeOf(path, key));
        const place = places.find((place) => place !== null) ?? null;
        if (place === null) continue;
        const table = key.split(".")[0]!;
        const isTold = findings.some(({ from, file, line }) =>
          file === plan.file && line !== null &&
          [key, table].some((name) => from === `${address}${name}` || from.startsWith(`${address}${name}.`))
        );
        (isTold ? told : missing).push(key);
      }
    }
    assert.deepEqual([...new Set(missing)], []);
    // The keys that a file cannot set by themselves are few.
    const never = [...new Set(CASES.map(({ name }) => name))].filter((key) => !told.includes(key));
    assert.deepEqual(never, ["defaults", "actors", "trees", "include"]);
  });

  test(`export ${name}: every finding is a whole one, and what is lost says why`, async () => {
    const exporter = await load();
    for (const { after } of CASES) {
      const { findings, files } = await exportText(exporter, after, { ...SAMPLE_FILES, per: "actor" });
      assert.ok(files.length > 0);
      for (const { outcome, from, to, why, hint } of findings) {
        assert.equal(outcome === "lost", to === null, from);
        assert.equal(outcome === "kept", why === null, from);
        for (const words of [why, hint]) {
          assert.doesNotMatch(words ?? "", /\.$|^[A-Z](?!loud)[a-z]+ ?$|undefined|\[object/, from);
        }
      }
    }
  });
}
