import assert from "node:assert/strict";
import { WatchPattern } from "../../../lib/engine/watching/watch_pattern.ts";
import { test } from "../../harness/test.ts";

/** A watch, the paths that count, the ones that do not, and the folders below which there may be some. */
const CASES: readonly {
  readonly paths: readonly string[];
  readonly ignore?: readonly string[];
  readonly counts: readonly string[];
  readonly not: readonly string[];
  readonly holds?: readonly string[];
  readonly holdsNot?: readonly string[];
}[] = [
  {
    paths: ["/app/src"],
    counts: ["/app/src", "/app/src/a.ts", "/app/src/deep/b"],
    not: [
      "/app/srcs/a.ts",
      "/app/a.ts",
      "/app/src/.git/HEAD",
      "/app/src/a.ts~",
      "/app/src/.a.ts.swp",
      "/app/src/4913",
    ],
    holds: ["/app/src", "/app/src/deep"],
    holdsNot: ["/app/other", "/app/src/node_modules", "/app/src/deep/.git"],
  },
  {
    paths: ["/app/src/**/*.ts", "/app/config.toml"],
    counts: ["/app/src/a.ts", "/app/src/b/c/d.ts", "/app/config.toml"],
    not: ["/app/src/a.js", "/app/config.yml", "/app/src/config.toml"],
    holds: ["/app/src", "/app/src/b/c", "/app"],
    holdsNot: ["/app/config", "/app/lib"],
  },
  {
    paths: ["/app/*/main.?s"],
    counts: ["/app/one/main.ts", "/app/two/main.js"],
    not: ["/app/main.ts", "/app/one/deep/main.ts"],
    holds: ["/app/one"],
    holdsNot: ["/app/one/deep"],
  },
  {
    paths: ["/app"],
    ignore: ["*.log", "/app/tmp", "/app/data/**/cache"],
    counts: ["/app/a", "/app/data/x"],
    not: ["/app/a.log", "/app/deep/b.log", "/app/tmp/a", "/app/data/x/cache/y"],
    holdsNot: ["/app/tmp", "/app/data/x/cache"],
  },
  // That a folder is watched itself says that it counts, whatever it is called.
  {
    paths: ["/app/node_modules/mine"],
    counts: ["/app/node_modules/mine/a.js"],
    not: ["/app/node_modules/a.js"],
  },
  { paths: ["/"], counts: ["/a", "/b/c"], not: ["/b/.git/x"], holds: ["/b"] },
];

test("watch pattern: which files count, and which folders are worth watching", () => {
  for (const { paths, ignore = [], counts, not, holds = [], holdsNot = [] } of CASES) {
    const pattern = new WatchPattern({ paths, ignore });
    for (const path of counts) assert.ok(pattern.counts(path), `${paths} counts ${path}`);
    for (const path of not) assert.ok(!pattern.counts(path), `${paths} does not count ${path}`);
    for (const folder of holds) assert.ok(pattern.mayHold(folder), `${paths} may be in ${folder}`);
    for (const folder of holdsNot) assert.ok(!pattern.mayHold(folder), `${paths} cannot be in ${folder}`);
  }
});

test("watch pattern: what all that counts is in, is the part before the first wildcard", () => {
  const { bases } = new WatchPattern({ paths: ["/a/b/**/*.ts", "/a/b/*.js", "/c.toml", "/*"], ignore: [] });
  assert.deepEqual(bases, ["/a/b", "/c.toml", "/"]);
});
