/**
 * A Procfile, as foreman and Heroku read it: `name: command` a line. Each command is run by a shell; foreman gives the n-th of
 * them the port 5000 + 100 n as PORT, and ends all when one has ended.
 */
import { UserError } from "../../base/user_error.ts";
import { quote } from "../../config/wording.ts";
import { addActor, draftTree } from "../draft.ts";
import { FindingList } from "../finding.ts";
import type { Imported, Importer, ImportSource } from "../importer.ts";

const ENTRY = /^([A-Za-z0-9_-]+):\s*(.+)$/;
const FIRST_PORT = 5_000;
const PORTS_APART = 100;

/** See the module. */
export const importer: Importer = {
  name: "procfile",
  title: "a Procfile",
  recognizes: (baseName, text) =>
    /^Procfile(?:\..+)?$|\.procfile$/i.test(baseName) &&
    text.split("\n").some((line) => ENTRY.test(line.trim())),
  read,
};

function read({ file, text, disk }: ImportSource): Imported {
  const draft = draftTree();
  const findings = new FindingList(file);
  for (const [index, written] of text.split(/\r\n|\n|\r/).entries()) {
    const entry = written.trim();
    const line = index + 1;
    if (entry === "" || entry.startsWith("#")) continue;
    const [, name, command] = ENTRY.exec(entry) ?? [];
    if (name === undefined || command === undefined) {
      throw new UserError(
        "import/not-readable",
        `${file}:${line}: ${quote(entry)} is no entry of a Procfile`,
        {
          hint: "write `name: command`, the name in letters, digits, _ and -",
        },
      );
    }
    const actor = addActor(draft, name);
    const port = FIRST_PORT + PORTS_APART * (draft.actors.length - 1);
    const isRelease = name === "release";
    actor.keys.set("shell", command);
    if (!isRelease) actor.keys.set("daemon", true);
    if (/\$\{?PORT\b/.test(command)) {
      actor.keys.set("env", { PORT: `\${env:PORT:-${port}}` });
      findings.changed(
        line,
        name,
        `actors.${actor.name} env.PORT`,
        `PORT is ${port} unless the shell has one`,
      );
    } else {
      findings.kept(line, name, `actors.${actor.name} shell`);
    }
  }
  releaseFirst(draft.actors);
  const folder = file.slice(0, file.lastIndexOf("/"));
  if (disk.exists(`${folder}/.env`)) {
    draft.keys.set("env_file", [".env"]);
    findings.kept(null, ".env", 'env_file = [".env"]');
  }
  return { draft, findings: findings.all };
}

/** Heroku runs `release` before the others, which begin once it has succeeded. */
function releaseFirst(actors: ReturnType<typeof draftTree>["actors"]): void {
  const release = actors.find(({ name }) => name === "release");
  if (release === undefined) return;
  for (const { name, keys } of actors) {
    if (name !== "release") keys.set("depends_on", { release: "completed" });
  }
}
