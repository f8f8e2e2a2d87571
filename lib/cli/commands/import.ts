import { ExitCode } from "../../base/exit_code.ts";
import { nearestName } from "../../base/nearest.ts";
import { baseName, resolvePath } from "../../base/posix_path.ts";
import { UserError } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { anyOf, didYouMean, quote } from "../../config/wording.ts";
import { includeDisk } from "../../daemon/include_disk.ts";
import { MOST_BYTES } from "../../daemon/load_plan.ts";
import { IMPORTERS } from "../../formats/importers.ts";
import type { Importer } from "../../formats/importer.ts";
import { writeToml } from "../../formats/write_toml.ts";
import type { Command, Context } from "../command.ts";
import { renderFindings } from "../render/findings.ts";
import { writeNew } from "../write_new.ts";

/** `supervise import`. */
export const importVerb: Command = {
  usage: "FILE",
  about: [
    "Reads a file of another tool and prints a configuration that does the same, with a report on stderr of every line: what " +
    "was kept, what is different now, what has no place here and what to do about it. Nothing of the file is run, and nothing " +
    "is started.",
    `It knows ${anyOf(Object.keys(IMPORTERS))}, by the file's name and text unless --from says which it is.`,
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
    { name: "force", doc: "write over a file that is there" },
  ],
  examples: [
    ["supervise import Procfile", "to see what becomes of it"],
    ["supervise import -o supervise.toml Procfile", "and then `supervise up`"],
  ],
  words: [1, 1],
  takes: ["file"],
  async run(context) {
    const { ui, args, host } = context;
    const { file, text, disk } = readSource(context);
    const importer = await fromPromise(importerFor(args.text("from"), file, text));
    const source = { file, text, disk, environment: context.program.environment };
    const { draft, findings } = await fromPromise(Promise.resolve(importer.read(source)));
    const toml = writeToml(draft, [`Made from ${baseName(file)} by \`supervise import\`.`]);
    const output = args.text("output");
    const path = output === null ? null : resolvePath(context.program.cwd, output);
    if (path !== null) writeNew(host.files, path, toml, args.has("force"));
    if (ui.json) {
      await fromPromise(ui.printJson([{ from: importer.name, file, output: path, toml, findings }]));
      return ExitCode.done;
    }
    if (path === null) await fromPromise(ui.print(toml.trimEnd()));
    await fromPromise(ui.say(renderFindings(findings, file, ui.err)));
    if (path !== null) {
      await fromPromise(ui.say(`wrote ${output}; \`supervise check ${output}\` looks at it`));
    }
    return ExitCode.done;
  },
};

function readSource({ host, program, args }: Context) {
  const path = resolvePath(program.cwd, args.words[0]!);
  const disk = includeDisk(host, MOST_BYTES);
  const found = disk.read(path);
  if ("why" in found) {
    throw new UserError("import/not-found", `Cannot read "${path}": ${found.why}`, {
      hint: "name a file of another tool, such as a Procfile",
      exitCode: ExitCode.badConfig,
    });
  }
  const { file, text, problem } = found;
  if (problem !== null) {
    throw new UserError("import/not-readable", `${file}:${problem.line}: ${problem.message}`, {
      ...(problem.hint === null ? {} : { hint: problem.hint }),
      exitCode: ExitCode.badConfig,
    });
  }
  return { file, text, disk };
}

async function importerFor(name: string | null, file: string, text: string): Promise<Importer> {
  if (name !== null) {
    const load = Object.hasOwn(IMPORTERS, name) ? IMPORTERS[name] : undefined;
    if (load !== undefined) return await load();
    const near = didYouMean(nearestName(name, Object.keys(IMPORTERS)));
    throw new UserError("import/unknown-format", `There is no format ${quote(name)}${near}`, {
      hint: `--from is ${anyOf(Object.keys(IMPORTERS))}`,
      exitCode: ExitCode.usage,
    });
  }
  for (const load of Object.values(IMPORTERS)) {
    const importer = await load();
    if (importer.recognizes(baseName(file), text)) return importer;
  }
  throw new UserError("import/unknown-format", `It is not known which tool "${file}" is for`, {
    hint: `say so with --from: ${anyOf(Object.keys(IMPORTERS))}`,
    exitCode: ExitCode.badConfig,
  });
}
