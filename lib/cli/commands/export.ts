import { ExitCode } from "../../base/exit_code.ts";
import { nearestName } from "../../base/nearest.ts";
import { resolvePath } from "../../base/posix_path.ts";
import { UserError } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { anyOf, didYouMean, quote } from "../../config/wording.ts";
import type { Exporter } from "../../formats/exporter.ts";
import { EXPORTERS } from "../../formats/exporters.ts";
import type { Command } from "../command.ts";
import { renderFindings } from "../render/findings.ts";
import { requirePlan } from "../require_plan.ts";
import { fileOf } from "../which_tree.ts";
import { writeNew } from "../write_new.ts";

/** `supervise export`. */
export const exportVerb: Command = {
  usage: "FORMAT [FILE]",
  about: [
    "Prints a configuration as another tool reads it, with a report on stderr of every key: what was kept, what is different " +
    "there, what has no place there and what to do about it. Nothing is started.",
    `FORMAT is ${anyOf(Object.keys(EXPORTERS))}.`,
  ],
  options: [
    {
      name: "output",
      short: "o",
      value: "PATH",
      takes: "file",
      doc: "write there; a folder for formats of several files; default: print",
    },
    { name: "force", doc: "write over files that are there" },
  ],
  examples: [["supervise export systemd", "to see what becomes of it"]],
  words: [1, 2],
  takes: [Object.keys(EXPORTERS), "file"],
  async run(context) {
    const { ui, args, host, program } = context;
    const exporter = await fromPromise(exporterFor(args.words[0]!));
    const file = fileOf(context, 1);
    const plan = await requirePlan(context, file, "tell");
    const source = { plan, placeOf: () => null, supervise: "supervise" };
    const { files, findings } = await fromPromise(Promise.resolve(exporter.write(source)));
    const output = args.text("output");
    const path = output === null ? null : resolvePath(program.cwd, output);
    if (path !== null) {
      const isFolder = files.length > 1 || host.files.inspect(path)?.kind === "folder";
      for (const { name, text } of files) {
        writeNew(host.files, isFolder ? `${path}/${name}` : path, text, args.has("force"));
      }
    }
    if (ui.json) {
      await fromPromise(ui.printJson([{ format: exporter.name, file, output: path, files, findings }]));
      return ExitCode.done;
    }
    if (path === null) {
      const shown = files.map(({ name, text }) => files.length === 1 ? text : `# ${name}\n${text}`);
      await fromPromise(ui.print(shown.join("\n").trimEnd()));
    }
    await fromPromise(ui.say(renderFindings(findings, file, ui.err)));
    return ExitCode.done;
  },
};

async function exporterFor(name: string): Promise<Exporter> {
  const load = Object.hasOwn(EXPORTERS, name) ? EXPORTERS[name] : undefined;
  if (load !== undefined) return await load();
  const near = didYouMean(nearestName(name, Object.keys(EXPORTERS)));
  throw new UserError("export/unknown-format", `There is no format ${quote(name)}${near}`, {
    hint: `it is ${anyOf(Object.keys(EXPORTERS))}`,
    exitCode: ExitCode.usage,
  });
}
