import assert from "node:assert/strict";
import { importer } from "../../lib/formats/compose/import_compose.ts";
import { test } from "../harness/test.ts";
import { testFolders } from "./golden.ts";
import { importText } from "./importing.ts";

testFolders(importer, "compose");

test("compose: what an include says of folders and variables is told", async () => {
  const include = "include:\n  - path: more.yml\n    project_directory: ..\n    env_file: more.env\n";
  const { told } = await importText(importer, "compose.yaml", include, {
    "more.yml": "services: { web: { command: x } }\n",
  });
  assert.deepEqual(told, [
    "lost 3 include.project_directory: paths of an included file are relative to its own folder",
    "lost 4 include.env_file: variables of included files come from the shell, and from the .env of this file",
    "kept 1 web command",
  ]);
});
