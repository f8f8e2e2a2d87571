import assert from "node:assert/strict";
import { baseName, folderOf, normalizePath, resolvePath } from "../../lib/base/posix_path.ts";
import { test } from "../harness/test.ts";

test("posix path: normalising removes empty parts and dots, and keeps what cannot be removed", () => {
  const cases: [string, string][] = [
    ["/a/b", "/a/b"],
    ["/a//b/./c/", "/a/b/c"],
    ["/a/../b", "/b"],
    ["/../..", "/"],
    ["/", "/"],
    ["", "."],
    ["a/..", "."],
    ["../a", "../a"],
    ["a/../../b", "../b"],
    ["...", "..."],
  ];
  for (const [path, expected] of cases) assert.equal(normalizePath(path), expected, path);
});

test("posix path: a relative path is resolved against the folder, an absolute one stays", () => {
  const cases: [string, string, string][] = [
    ["/srv/shop", "data", "/srv/shop/data"],
    ["/srv/shop", "./data/../x", "/srv/shop/x"],
    ["/srv/shop", "../other", "/srv/other"],
    ["/srv/shop", "/etc/passwd", "/etc/passwd"],
    ["/", "a", "/a"],
    ["/srv", ".", "/srv"],
  ];
  for (const [folder, path, expected] of cases) assert.equal(resolvePath(folder, path), expected, path);
});

test("posix path: folder and base name take a path apart", () => {
  const cases: [string, string, string][] = [
    ["/srv/shop/supervise.toml", "/srv/shop", "supervise.toml"],
    ["/supervise.toml", "/", "supervise.toml"],
    ["/srv/shop/", "/srv", "shop"],
    ["/", "/", ""],
    ["postgres", ".", "postgres"],
  ];
  for (const [path, folder, base] of cases) {
    assert.equal(folderOf(path), folder, path);
    assert.equal(baseName(path), base, path);
  }
});
