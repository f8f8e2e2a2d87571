import { counted } from "../../base/counted.ts";
import { ExitCode } from "../../base/exit_code.ts";
import { nameSome } from "../../base/name_some.ts";
import { nearestName } from "../../base/nearest.ts";
import { baseName, folderOf, resolvePath } from "../../base/posix_path.ts";
import { UserError } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { IncludeDisk } from "../../config/include/disk.ts";
import { parseEnvFile } from "../../config/text/dotenv.ts";
import { anyOf, didYouMean, quote } from "../../config/wording.ts";
import { includeDisk } from "../../daemon/include_disk.ts";
import { MOST_BYTES } from "../../config/text/decode_text.ts";
import type { DraftTree } from "../../formats/draft.ts";
import { inFileOrder } from "../../formats/finding.ts";
import { IMPORTERS } from "../../formats/importers.ts";
import type { Importer, ImportOption, SourceText } from "../../formats/importer.ts";
import { literal } from "../../formats/literal.ts";
import { rebaseDraft } from "../../formats/rebase_draft.ts";
import { writeToml } from "../../formats/write_toml.ts";
import { checkImported } from "../check_imported.ts";
import type { Command, Context } from "../command.ts";
import { LANGUAGE, readFile, readFolder, readSources } from "../import_sources.ts";
import { type Parsed, usage } from "../option.ts";
import { renderFindings } from "../render/findings.ts";
import { problemFields, renderProblems } from "../render/problems.ts";
import { writeNew } from "../write_new.ts";

/** `supervise import`. */
export const importVerb: Command = {
  usage: "FILE...",
  about: [
    "Reads a file of another tool and prints a configuration that does the same, with a report on stderr of every line: what " +
    "was kept, what is different now, what has no place here and what to do about it. Nothing of the file is run, and nothing " +
    "is started.",
    `It knows ${anyOf(Object.keys(IMPORTERS))}, by the file's name and text unless --from says which it is.`,
    "FILE may be a folder of systemd units, or several units; `-` is standard input, and needs --from as a rule.",
  ],
  options: [
    { name: "from", value: "FORMAT", takes: Object.keys(IMPORTERS), doc: "which tool the file is for" },
    {
      name: "output",
      short: "o",
      value: "FILE",
      takes: "file",
      doc: "write the configuration there; default: print it",
    },
    {
      name: "env-file",
      value: "FILE",
      takes: "file",
      many: true,
      doc: "a file of variables that belongs to it",
    },
    { name: "formation", short: "c", value: "NAME=N,...", doc: "how many of each process of a Procfile" },
    { name: "port", value: "N", doc: "the port of the first process of a Procfile; default: 5000" },
    { name: "force", doc: "write over a file that is there" },
  ],
  examples: [
    ["supervise import Procfile", "to see what becomes of it"],
    ["supervise import -o supervise.toml Procfile", "and then `supervise up`"],
    ["supervise import -c web=2,worker=1 Procfile", "with foreman's formation"],
    ["supervise import --json /etc/systemd/system/shop.service", "for programs"],
  ],
  words: [1, Infinity],
  takes: ["file"],
  async run(context) {
    const { ui, args, host, program } = context;
    const disk = includeDisk(host, MOST_BYTES, LANGUAGE);
    const { importer, title, files: [first, ...others] } = await sourcesOf(context, disk);
    const options = optionsFor(importer, args);
    const folder = folderOf(first.file);
    const envFiles = args.list("env-file").map((word) => readFile(disk, resolvePath(program.cwd, word)));
    const { draft, findings: told } = await fromPromise(Promise.resolve(importer.read({
      ...first,
      others,
      disk,
      environment: { ...program.environment, ...variablesOf(envFiles) },
      hasEnvFiles: envFiles.length > 0,
      options,
    })));
    const findings = inFileOrder(told, first.file);
    addEnvFiles(draft, envFiles, folder);
    const output = args.text("output");
    const path = output === null ? null : resolvePath(program.cwd, output);
    if (path !== null) rebaseDraft(draft, folder, folderOf(path));
    const toml = writeToml(draft, [`Made from ${title} by \`supervise import\`.`]);
    const { problems, texts } = checkImported(context, path ?? `${folder}/supervise.toml`, toml, first.file);
    if (path !== null) writeNew(host.files, path, toml, args.has("force"));
    if (ui.json) {
      const shown = { toml, findings, problems: problems.map(problemFields) };
      await fromPromise(ui.printJson([{ from: importer.name, file: first.file, output: path, ...shown }]));
      return ExitCode.done;
    }
    if (path === null) await fromPromise(ui.print(toml.trimEnd()));
    const report = renderFindings(findings, first.file, ui.err);
    if (report !== "") await fromPromise(ui.say(report));
    if (problems.length > 0) {
      await fromPromise(ui.say(`\n${renderProblems(problems, texts, ui.err.isOn).trimEnd()}`));
    }
    if (path !== null) {
      const size = counted(countActors(draft), "actor");
      await fromPromise(ui.say(`wrote ${output} (${size}); \`supervise check ${output}\` looks at it`));
    }
    return ExitCode.done;
  },
};

/** @throws {UserError} `usage/words` for options that the format does not have */
function optionsFor(importer: Importer, args: Parsed): ReadonlyMap<string, string> {
  const written: readonly (readonly [ImportOption, string | null])[] = [
    ["formation", args.text("formation")],
    ["port", args.text("port")],
  ];
  const given = written.flatMap(([name, value]) => value === null ? [] : [[name, value] as const]);
  for (const [name] of given) {
    if (importer.options?.includes(name) !== true) {
      throw usage(
        "usage/words",
        `--${name} is for a Procfile, and this is ${importer.title}`,
        "leave it out",
      );
    }
  }
  return new Map(given);
}

/** The files that are read, and their importer. */
interface Sources {
  readonly importer: Importer;
  /** The name of the files at the top of the configuration that is made from them. */
  readonly title: string;
  readonly files: readonly [SourceText, ...SourceText[]];
}

async function sourcesOf(context: Context, disk: IncludeDisk): Promise<Sources> {
  const from = context.args.text("from");
  const sources = await readSources(context, disk);
  if (sources.folder !== null) {
    const importers = from === null ? await allImporters() : [await fromPromise(importerOf(from))];
    for (const importer of importers) {
      const names = sources.names.filter((name) => importer.isOneOfMany?.(name) === true);
      const [first, ...others] = readFolder(disk, sources.folder, names);
      if (first !== undefined) {
        return { importer, title: `${baseName(sources.folder)}/`, files: [first, ...others] };
      }
    }
    throw new UserError(
      "import/not-found",
      `There is nothing to be imported as a whole in the folder "${sources.folder}"`,
      {
        hint: "name the file in it",
        exitCode: ExitCode.badConfig,
      },
    );
  }
  const [first, ...others] = sources.files;
  const importer = from === null ? await recognize(first!) : await fromPromise(importerOf(from));
  if (others.length > 0 && importer.isOneOfMany === undefined) {
    throw usage(
      "usage/words",
      `${importer.title} stands for itself, and ${others.length + 1} files are named`,
      "name one",
    );
  }
  return {
    importer,
    title: nameSome(sources.files.map(({ file }) => baseName(file))),
    files: [first!, ...others],
  };
}

async function allImporters(): Promise<readonly Importer[]> {
  return await fromPromise(Promise.all(Object.values(IMPORTERS).map((load) => load())));
}

async function importerOf(name: string): Promise<Importer> {
  const load = Object.hasOwn(IMPORTERS, name) ? IMPORTERS[name] : undefined;
  if (load !== undefined) return await load();
  const near = didYouMean(nearestName(name, Object.keys(IMPORTERS)));
  throw new UserError("import/unknown-format", `There is no format ${quote(name)}${near}`, {
    hint: `--from is ${anyOf(Object.keys(IMPORTERS))}`,
    exitCode: ExitCode.usage,
  });
}

async function recognize({ file, text }: SourceText): Promise<Importer> {
  for (const importer of await allImporters()) {
    if (importer.recognizes(baseName(file), text)) return importer;
  }
  const called = baseName(file) === "-" ? "standard input" : `"${file}"`;
  throw new UserError("import/unknown-format", `It is not known which tool ${called} is for`, {
    hint: `say so with --from: ${anyOf(Object.keys(IMPORTERS))}`,
    exitCode: ExitCode.badConfig,
  });
}

function variablesOf(files: readonly SourceText[]): Readonly<Record<string, string>> {
  return Object.fromEntries(files.flatMap(({ text }) => [...parseEnvFile(text).variables]));
}

/** The files that were named go over those that the importer has found. */
function addEnvFiles({ keys }: DraftTree, files: readonly SourceText[], folder: string): void {
  if (files.length === 0) return;
  const found = keys.get("env_file");
  const named = files.map(({ file }) =>
    literal(file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : file)
  );
  keys.set("env_file", [...(Array.isArray(found) ? found : []), ...named]);
}

function countActors({ actors, trees }: DraftTree): number {
  return actors.length + trees.reduce((sum, tree) => sum + countActors(tree), 0);
}
