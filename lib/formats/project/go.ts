/** A Go module: the programs in cmd, and the one in its own folder. */
import { draftTree } from "../draft.ts";
import { folderIn } from "./project_folder.ts";
import type { Detector, ProjectFolder } from "./proposal.ts";
import { addServer } from "./server.ts";

const FILE = "go.mod";

/** See the module. */
export const go: Detector = (folder) => {
  const manifest = folder.text(FILE);
  if (manifest === null) return null;
  const draft = draftTree();
  for (const name of folder.folders("cmd")) {
    if (!isProgram(folderIn(folder, `cmd/${name}`))) continue;
    addServer(draft, { name, argv: ["go", "run", `./cmd/${name}`], why: `The program in cmd/${name}.` });
  }
  if (draft.actors.length === 0 && isProgram(folder)) {
    const why = "The program of this module.";
    addServer(draft, { name: nameOf(manifest), argv: ["go", "run", "."], why });
  }
  if (draft.actors.length === 0) return { file: FILE, why: "there is no program in cmd, nor beside it" };
  return { file: FILE, title: "a Go module", draft, findings: [] };
};

function isProgram(folder: ProjectFolder): boolean {
  return folder.files().some((name) =>
    name.endsWith(".go") && !name.endsWith("_test.go") && /^package main\b/m.test(folder.text(name) ?? "")
  );
}

/** The last part of the module's path that is no version. */
function nameOf(manifest: string): string {
  const path = /^module\s+"?([^\s"]+)/m.exec(manifest)?.[1] ?? "app";
  return path.split("/").findLast((part) => !/^v\d+$/.test(part)) ?? "app";
}
