/**
 * A Procfile, as foreman and Heroku read it: `name: command` a line. Each command is run by a shell. Foreman gives the n-th of
 * them the port 5000 + 100 n as PORT, reads `.env` and its own options from `.foreman`, and ends all when one has ended.
 */
import { folderOf } from "../../base/posix_path.ts";
import { formatDuration } from "../../base/duration.ts";
import { parseEnvFile } from "../../config/text/dotenv.ts";
import { quote } from "../../config/wording.ts";
import { addActor, type DraftActor, type DraftTree, draftTree, fitShutdown, orderKeys } from "../draft.ts";
import { FindingList } from "../finding.ts";
import type { Imported, Importer, ImportSource } from "../importer.ts";
import { envPlaceholder, literal } from "../literal.ts";
import { notReadable } from "../not_readable.ts";
import { type ForemanOptions, NO_OPTIONS, parseForemanOptions, parseFormation } from "./foreman_options.ts";

const ENTRY = /^([A-Za-z0-9_-]+):\s*(.+)$/;
const FIRST_PORT = 5_000;
const HIGHEST_PORT = 65_535;
const PORTS_APART = 100;
const USUAL_TIMEOUT_MS = 5_000;
/** Of a port, the last digit is that of the copy. */
const MOST_PORTS = 9;
const MOST_COPIES = 1_000;

/** See the module. */
export const importer: Importer = {
  name: "procfile",
  title: "a Procfile",
  recognizes: (baseName, text) =>
    /^Procfile(?:\..+)?$|\.procfile$/i.test(baseName) &&
    text.split("\n").some((line) => ENTRY.test(line.trim())),
  options: ["formation", "port"],
  read,
};

/** An entry of the file. */
interface Entry {
  readonly name: string;
  readonly command: string;
  readonly line: number;
}

function read(source: ImportSource): Imported {
  const { file, disk } = source;
  const draft = draftTree();
  const findings = new FindingList(file);
  const options = readOptions(source);
  const entries = entriesOf(source);
  if (entries.length === 0) {
    throw notReadable(file, null, "it names no process", "write `name: command`, an entry a line");
  }
  setEnvFiles(source, options, draft, findings);
  const port = firstPort(source, options);
  entries.forEach((entry, index) => {
    addEntry(entry, { draft, findings, copies: copiesOf(entry.name, options), port: portOf(port, index) });
  });
  releaseFirst(draft.actors);
  draft.defaults.keys.set("stop", { grace: formatDuration(options.timeoutMs ?? USUAL_TIMEOUT_MS) });
  draft.defaults.comments.push("As foreman has it.");
  if (entries.length > 1 || entries[0]!.name !== "release") {
    findings.changed(
      null,
      "the end of a process",
      'restart = "always"',
      "foreman ends all when one has ended; here that one is started again",
      'write restart = "never" and significant = true to have all end with it',
    );
  }
  tellOptions(
    `${folderOf(file)}/.foreman`,
    options,
    draft,
    findings,
    disk.exists(`${folderOf(file)}/.foreman`),
  );
  orderKeys(draft);
  fitShutdown(draft);
  return { draft, findings: findings.all };
}

/** Those of the file `.foreman`, under those of the command line. */
function readOptions({ file, disk, options: given = new Map() }: ImportSource): ForemanOptions {
  const path = `${folderOf(file)}/.foreman`;
  const found = disk.read(path);
  if ("text" in found && found.problem !== null) {
    throw notReadable(path, null, found.problem.message, found.problem.hint ?? "mend the file");
  }
  const ofFile = "why" in found ? NO_OPTIONS : parseForemanOptions(path, found.text);
  const formation = given.get("formation");
  const port = given.get("port");
  const first = port === undefined ? ofFile.port : Number(port);
  if (first !== null && (first < 1 || first > HIGHEST_PORT)) {
    throw notReadable(port === undefined ? path : "--port", null, `there is no port ${first}`, "write 5000");
  }
  return {
    ...ofFile,
    port: first,
    ...(formation === undefined ? {} : { formation: parseFormation(formation, "--formation") }),
  };
}

function entriesOf({ file, text }: ImportSource): readonly Entry[] {
  const entries: Entry[] = [];
  for (const [index, written] of text.split(/\r\n|\n|\r/).entries()) {
    const content = written.trim();
    if (content === "" || content.startsWith("#")) continue;
    const [, name, command] = ENTRY.exec(content) ?? [];
    if (name === undefined || command === undefined) {
      throw notReadable(
        file,
        index + 1,
        `${quote(content)} is no entry of a Procfile`,
        "write `name: command`, the name in letters, digits, _ and -",
      );
    }
    entries.push({ name, command, line: index + 1 });
  }
  return entries;
}

/** The files that foreman reads, where none were named: those of its options, or `.env`. */
function setEnvFiles(
  { file, disk, hasEnvFiles }: ImportSource,
  { env }: ForemanOptions,
  draft: DraftTree,
  findings: FindingList,
): void {
  if (hasEnvFiles === true) return;
  const names = env ?? (disk.exists(`${folderOf(file)}/.env`) ? [".env"] : []);
  if (names.length === 0) return;
  draft.keys.set("env_file", names.map(literal));
  if (env === null) findings.kept(null, ".env", 'env_file = [".env"]');
}

/** The port of the first process: that of the options, or of the file of variables, or of the shell. */
function firstPort(
  { file, disk, environment, hasEnvFiles }: ImportSource,
  { port, env }: ForemanOptions,
): number | "of the shell" {
  if (port !== null) return port;
  const files = hasEnvFiles === true ? [] : env ?? [".env"];
  const variables = new Map(files.flatMap((name) => {
    const found = disk.read(name.startsWith("/") ? name : `${folderOf(file)}/${name}`);
    return "text" in found ? [...parseEnvFile(found.text).variables] : [];
  }));
  const written = variables.get("PORT") ?? (hasEnvFiles === true ? environment["PORT"] : undefined);
  return written !== undefined && /^\d{1,5}$/.test(written) ? Number(written) : "of the shell";
}

interface Port {
  readonly number: number;
  /** Whether the PORT of the shell goes over it. */
  readonly isUsual: boolean;
}

function portOf(first: number | "of the shell", index: number): Port {
  const isUsual = first === "of the shell" && index === 0;
  return { number: (first === "of the shell" ? FIRST_PORT : first) + PORTS_APART * index, isUsual };
}

/** With a formation, what it does not name is not run; `release` is not part of it, because the others wait for it. */
function copiesOf(name: string, { formation }: ForemanOptions): number {
  return formation === null || name === "release" ? 1 : formation.get(name) ?? formation.get("all") ?? 0;
}

interface Adding {
  readonly draft: DraftTree;
  readonly findings: FindingList;
  readonly copies: number;
  readonly port: Port;
}

function addEntry({ name, command, line }: Entry, { draft, findings, copies, port }: Adding): void {
  const actor = addActor(draft, name);
  const path = `actors.${actor.name}`;
  const isRelease = name === "release";
  actor.keys.set("shell", literal(command));
  if (!isRelease) actor.keys.set("daemon", true);
  if (copies === 0) actor.keys.set("autostart", false);
  if (copies > 1) actor.keys.set("replicas", Math.min(copies, MOST_COPIES));
  if (isRelease) return findings.kept(line, name, `${path} shell, before the others`);
  const { number, isUsual } = port;
  const hasDigits = copies > 1 && copies <= MOST_PORTS && number % 10 === 0;
  const written = hasDigits
    ? `${String(number).slice(0, -1)}\${replica}`
    : isUsual && copies <= 1
    ? envPlaceholder("PORT", String(number))
    : String(number);
  actor.keys.set("env", { PORT: written });
  const to = `${path} shell, env.PORT`;
  if (hasDigits) {
    findings.changed(
      line,
      name,
      to,
      `the ports are ${number + 1} to ${number + copies}, because copies are counted from 1`,
    );
  } else if (copies > 1) {
    findings.changed(
      line,
      name,
      to,
      `all copies have the port ${number}`,
      'write a port with ${replica} in it, as in PORT = "500${replica}"',
    );
  } else if (copies === 0) {
    findings.changed(line, name, to, "its formation is 0, so that it is started by hand");
  } else if (isUsual) findings.changed(line, name, to, `PORT is ${number} unless the shell has one`);
  else findings.kept(line, name, `${to} = ${number}`);
}

/** Heroku runs `release` before the others, which begin once it has succeeded. */
function releaseFirst(actors: readonly DraftActor[]): void {
  const release = actors.find(({ name }) => name === "release");
  if (release === undefined) return;
  for (const { name, keys } of actors) {
    if (name !== "release") keys.set("depends_on", { release: "completed" });
  }
}

function tellOptions(
  file: string,
  options: ForemanOptions,
  draft: DraftTree,
  all: FindingList,
  isThere: boolean,
): void {
  if (!isThere) return;
  const findings = all.of(file);
  if (options.formation !== null) findings.kept(null, "formation", "replicas, autostart");
  if (options.port !== null) findings.kept(null, "port", "env.PORT of each actor");
  if (options.timeoutMs !== null) {
    findings.kept(null, "timeout", `defaults stop.grace = "${formatDuration(options.timeoutMs)}"`);
  }
  if (options.env !== null) findings.kept(null, "env", "env_file");
  if (options.root !== null) {
    draft.defaults.keys.set("cwd", literal(options.root));
    findings.kept(null, "root", "defaults cwd");
  }
  if (options.user !== null) {
    draft.defaults.keys.set("user", literal(options.user));
    findings.kept(null, "user", "defaults user");
  }
  for (const name of options.others) findings.lost(null, name, "it is about foreman itself");
}
