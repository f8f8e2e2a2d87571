/** The targets of a Makefile that run something, by the names that people give them. */
import { draftTree } from "../draft.ts";
import type { Detector, ProjectFolder } from "./proposal.ts";
import { addServer } from "./server.ts";

const NAMES = ["GNUmakefile", "makefile", "Makefile"];
const RULE = /^([A-Za-z0-9][\w.-]*)\s*::?(?![:=])/;

/** Of these the first one is taken. */
const MAIN = ["dev", "run", "serve", "server", "start", "up", "watch"];
/** These run beside the main one. */
const BESIDE = new Set(["worker", "workers", "scheduler"]);
/** Several of these are the parts of the main one. */
const PART = /^(?:dev|run|serve|start|watch)[-_.]([\w.-]+)$/;
const NO_SERVER = /test|lint|check|build|docker|migrat|seed|setup|install|clean|stop|ci\b/;

/** See the module. */
export const makefile: Detector = (folder) => {
  const file = NAMES.find((name) => folder.has(name));
  if (file === undefined) return null;
  const targets = targetsIn(folder, file);
  const parts = targets.filter((target) => PART.test(target) && !NO_SERVER.test(target));
  const main = MAIN.find((name) => targets.includes(name));
  const chosen = parts.length > 1
    ? parts.map((target) => ({ name: PART.exec(target)![1]!, target }))
    : [...(main === undefined ? parts : [main]), ...targets.filter((target) => BESIDE.has(target))]
      .map((target) => ({ name: target, target }));
  if (chosen.length === 0) return null;
  const draft = draftTree();
  for (const { name, target } of chosen) {
    addServer(draft, { name, argv: ["make", target], why: `The target ${target} of ${file}.` });
  }
  return { file, title: "targets of make", draft, findings: [] };
};

function targetsIn(folder: ProjectFolder, file: string): readonly string[] {
  const lines = (folder.text(file) ?? "").split("\n");
  return [...new Set(lines.flatMap((line) => RULE.exec(line)?.[1] ?? []))];
}
