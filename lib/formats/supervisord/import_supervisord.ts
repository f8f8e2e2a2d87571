/**
 * A supervisord.conf with all that it includes. Programs are actors, groups are nested trees. Of what only supervisord itself
 * is told by, such as its own socket, each line is reported with what does the same here.
 */
import { folderOf, relativePath } from "../../base/posix_path.ts";
import { addTo, addTree, type DraftTree, draftTree, fitShutdown, orderKeys } from "../draft.ts";
import { FindingList } from "../finding.ts";
import { includedFiles, tellIncluded } from "../ini/include_ini.ts";
import {
  type IniDialect,
  type IniEntry,
  type IniSection,
  type MergedSection,
  mergeSections,
  parsePythonIni,
} from "../ini/python_ini.ts";
import type { Imported, Importer, ImportSource, SourceText } from "../importer.ts";
import { notReadable } from "../not_readable.ts";
import { decideNow } from "./decide_now.ts";
import { expand } from "./expand.ts";
import { importProgram } from "./import_program.ts";
import { parseEnvironment } from "./environment.ts";
import { pathOf } from "./program_keys.ts";
import { readList, readNumber } from "../ini/values.ts";

const DIALECT: IniDialect = { inlineComments: ";#", lowerCase: true };
/** Programs without a priority have this one. */
const USUAL_PRIORITY = 999;

/** See the module. */
export const importer: Importer = {
  name: "supervisord",
  title: "a supervisord.conf",
  recognizes: (baseName, text) =>
    /^supervisord?\b.*\.(?:conf|ini)$/i.test(baseName) ||
    (/\.(?:conf|ini|cfg)$|^-$/i.test(baseName) &&
      /^\[(?:program|fcgi-program|eventlistener|group):[^\]]+\]|^\[supervisord\]/m.test(text)),
  read,
};

/** The sections that have no counterpart, each with the reason and the advice. */
const OWN_SECTIONS: readonly (readonly [RegExp, string, string])[] = [
  [
    /^unix_http_server$/,
    "supervise has a socket of its own, in a folder of the user's alone",
    "no command has to be told where it is",
  ],
  [
    /^inet_http_server$/,
    "supervise does not listen on the network unless it is asked to",
    "use `supervise` on that machine",
  ],
  [/^supervisorctl$/, "commands find the tree by its file", "run `supervise ps` in its folder, or with -f"],
  [
    /^rpcinterface:/,
    "there is no XML-RPC",
    "`supervise ps --json` and the other verbs are for programs, too",
  ],
  [/^ctlplugin:/, "there are no plugins", "the verbs of `supervise` can be used in scripts"],
];

/** The advice for the keys of `[supervisord]` that say nothing about programs. */
const OWN_KEYS: Readonly<Record<string, string>> = {
  logfile: "`supervise events` shows what was decided, from a journal in the folder of the tree",
  logfile_maxbytes: "the journal is rotated by itself",
  logfile_backups: "the journal is rotated by itself",
  loglevel: "`supervise events` shows everything",
  pidfile: "no file is needed: a lock makes it the only one",
  identifier: 'write name = "..." to give the tree a label',
  childlogdir: "logs are below $XDG_STATE_HOME; write log.file for others",
  minfds: "raise the limit of open files before supervise is started, or write limits.nofile",
  minprocs: "raise the limit of processes before supervise is started, or write limits.nproc",
  nocleanup: "old logs are kept as the rotation says",
  strip_ansi: "lines are kept as they are, and shown without harm",
  user: "start supervise as that user",
};

function read({ file, text, disk, environment }: ImportSource): Imported {
  const findings = new FindingList(file);
  const main = parsePythonIni(file, text, DIALECT);
  const included = includes(main, disk, file, findings);
  const { sections, replaced } = mergeSections([...main, ...included]);
  for (const { section, entry, by } of replaced) {
    const where = by.file === entry.file ? `line ${by.line}` : `${by.file}:${by.line}`;
    findings.of(entry.file).lost(
      entry.line,
      `${section} ${entry.name}`,
      `${where} says it again, and counts`,
    );
  }
  decideNow(sections, environment, findings);
  const draft = draftTree();
  for (const section of sections.values()) readSection(section, draft, findings);
  importPrograms(sections, draft, findings);
  if (![...sections.keys()].some((name) => /^(?:fcgi-)?program:/.test(name))) {
    throw notReadable(
      file,
      null,
      "there is no [program:...] in it",
      "name the file that has the programs, or that includes it",
    );
  }
  orderKeys(draft);
  fitShutdown(draft);
  return { draft, findings: findings.all };
}

/** As in supervisord, what an included file includes is not. */
function includes(
  main: readonly IniSection[],
  disk: ImportSource["disk"],
  file: string,
  findings: FindingList,
): readonly IniSection[] {
  const read = new Set([file]);
  const entries = main.filter(({ name }) => name === "include").flatMap(({ entries }) => entries);
  return entries.flatMap((entry) => {
    const report = findings.at(entry.line, `include ${entry.name}`);
    if (entry.name !== "files") {
      report.lost("supervisord knows no such key");
      return [];
    }
    const sources = entry.value.split(/\s+/).filter((pattern) => pattern !== "").flatMap((pattern) =>
      includedFiles(pattern.replaceAll("%(here)s/", ""), entry, disk, read)
    );
    tellIncluded(report, "programs", sources);
    return sources.flatMap((source) =>
      includedSections(source, file).filter((section) => {
        if (section.name !== "include") return true;
        findings.of(source.file).lost(
          section.line,
          "include",
          "supervisord reads no includes of a file that is included",
          "name its files in the main file",
        );
        return false;
      })
    );
  });
}

/** In a file that is included, `%(here)s` is the folder of that file. */
function includedSections({ file, text }: SourceText, main: string): readonly IniSection[] {
  const way = relativePath(folderOf(main), folderOf(file));
  const sections = parsePythonIni(file, text, DIALECT);
  if (way === ".") return sections;
  return sections.map((section) => ({
    ...section,
    entries: section.entries.map((entry) => ({
      ...entry,
      value: entry.value.replaceAll("%(here)s", `%(here)s/${way}`),
    })),
  }));
}

function readSection(section: MergedSection, draft: DraftTree, findings: FindingList): void {
  const { name, entries } = section;
  if (name === "supervisord") {
    for (const entry of entries.values()) readOwnKey(entry, draft, findings);
    return;
  }
  const own = OWN_SECTIONS.find(([pattern]) => pattern.test(name));
  if (own !== undefined) {
    for (const entry of entries.values()) {
      findings.of(entry.file).lost(entry.line, `${name} ${entry.name}`, own[1], own[2]);
    }
  } else if (name.startsWith("eventlistener:")) {
    findings.of(section.file).lost(
      section.line,
      name,
      "there is no protocol for listeners, and the program would wait for events for ever",
      "an [[alerts]] table runs a command when something happens; significant = true ends the tree when an actor has failed",
    );
  } else if (!/^(?:(?:fcgi-)?program|group):|^include$/.test(name)) {
    findings.of(section.file).lost(section.line, name, "supervisord knows no such section");
  }
}

function readOwnKey(entry: IniEntry, draft: DraftTree, findings: FindingList): void {
  const report = findings.of(entry.file).at(entry.line, `supervisord ${entry.name}`);
  const textOf = (text: string) =>
    expand(text, { names: {}, processNumber: 0 }, entry, findings.of(entry.file));
  if (entry.name === "environment") {
    const variables = [...parseEnvironment(entry)].map(([name, value]) => [name, textOf(value)] as const);
    addTo(draft, "env", Object.fromEntries(variables));
    report.kept(`env: ${variables.map(([name]) => name).join(", ")}`);
  } else if (entry.name === "directory") {
    draft.defaults.keys.set("cwd", pathOf(textOf(entry.value)));
    report.kept("defaults cwd");
  } else if (entry.name === "umask" && /^[0-7]{1,4}$/.test(entry.value)) {
    draft.defaults.keys.set("umask", entry.value.padStart(4, "0"));
    report.kept("defaults umask");
  } else if (entry.name === "nodaemon") {
    report.kept(/^(?:true|yes|on|1)$/i.test(entry.value) ? "`supervise up`" : "`supervise up -d`");
  } else if (Object.hasOwn(OWN_KEYS, entry.name)) {
    report.lost("it is about supervisord itself", OWN_KEYS[entry.name]!);
  } else report.lost("it is about supervisord itself");
}

/** Adds programs in the order in which supervisord starts them: by priority, then as they stand in the files. */
function importPrograms(
  sections: ReadonlyMap<string, MergedSection>,
  draft: DraftTree,
  findings: FindingList,
): void {
  const groups = readGroups(sections, draft, findings);
  const taken = new Map<string, string>();
  const programs = [...sections.values()].filter(({ name }) => /^(?:fcgi-)?program:/.test(name));
  const sorted = programs.toSorted((one, other) => priorityOf(one) - priorityOf(other));
  for (const section of sorted) {
    const name = section.name.slice(section.name.indexOf(":") + 1).trim();
    const group = groups.get(name) ?? null;
    importProgram({
      section,
      name,
      isFcgi: section.name.startsWith("fcgi-program:"),
      group: group?.name ?? null,
      tree: group?.tree ?? draft,
      prefix: group === null ? "" : `trees.${group.tree.name}.`,
    }, { findings, taken });
  }
}

interface Group {
  readonly name: string;
  readonly tree: ReturnType<typeof addTree>;
}

/** The group of each program that has one. */
function readGroups(
  sections: ReadonlyMap<string, MergedSection>,
  draft: DraftTree,
  findings: FindingList,
): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  const found = [...sections.values()].filter(({ name }) => name.startsWith("group:"));
  for (const section of found.toSorted((one, other) => priorityOf(one) - priorityOf(other))) {
    const name = section.name.slice("group:".length).trim();
    const tree = addTree(draft, name);
    for (const entry of section.entries.values()) {
      const report = findings.of(entry.file).at(entry.line, `${section.name} ${entry.name}`);
      if (entry.name === "programs") {
        for (const program of readList(entry)) {
          if (!sections.has(`program:${program}`) && !sections.has(`fcgi-program:${program}`)) {
            throw notReadable(
              entry.file,
              entry.line,
              `the group has a program "${program}" that is not there`,
              "take it out, or name the file that has it",
            );
          }
          groups.set(program, { name, tree });
        }
        report.kept(`trees.${tree.name}`);
      } else if (entry.name === "priority") {
        report.changed(
          `trees.${tree.name}: its place in the file`,
          "all start at once as their dependencies allow",
          "write depends_on for what has to be there before",
        );
      } else report.lost("supervisord knows no such key");
    }
    if (![...groups.values()].some((group) => group.tree === tree)) {
      draft.trees.splice(draft.trees.indexOf(tree), 1);
    }
  }
  return groups;
}

function priorityOf({ entries }: MergedSection): number {
  const entry = entries.get("priority");
  return entry === undefined ? USUAL_PRIORITY : readNumber(entry);
}
