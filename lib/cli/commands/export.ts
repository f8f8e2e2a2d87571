import { ExitCode } from "../../base/exit_code.ts";
import { nameSome } from "../../base/name_some.ts";
import { nearestName } from "../../base/nearest.ts";
import { resolvePath } from "../../base/posix_path.ts";
import { UserError } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { maskerFor } from "../../config/mask.ts";
import { anyOf, didYouMean, quote } from "../../config/wording.ts";
import { MOST_BYTES } from "../../config/text/decode_text.ts";
import type { ExportedFile, Exporter, Per } from "../../formats/exporter.ts";
import { EXPORTERS } from "../../formats/exporters.ts";
import { PROFILE_OPTION } from "../active_profiles.ts";
import type { Command, Context } from "../command.ts";
import { usage } from "../option.ts";
import { renderFindings } from "../render/findings.ts";
import { requireLoaded } from "../require_plan.ts";
import { fileOf } from "../which_tree.ts";
import { writeAllNew } from "../write_new.ts";

/** `supervise export`. */
export const exportVerb: Command = {
  usage: "FORMAT [FILE]",
  about: [
    "Prints a configuration as another tool reads it, with a report on stderr of every key: what was kept, what is different " +
    "there, what has no place there and what to do about it. Nothing is started.",
    `FORMAT is ${anyOf(Object.keys(EXPORTERS))}.`,
    "For systemd, launchd and kubernetes the tool runs `supervise up`, which keeps every key; with --per actor it runs each " +
    "actor by itself, without supervise, as the other formats do.",
    "Values of variables that look secret are not written: the files refer to them, and the report says where they go. A file in " +
    "which something looks secret all the same is written for its owner alone, and told of.",
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
    { name: "per", value: "WHAT", doc: "tree or actor: what a service of the tool is made of" },
    { name: "image", value: "NAME", doc: "the image of containers; compose and kubernetes need one" },
    PROFILE_OPTION,
  ],
  examples: [
    ["supervise export systemd", "to see what becomes of it"],
    ["supervise export systemd --per actor -o units", "a unit for each actor, into a folder"],
    ["supervise export compose --image shop -o compose.yaml", "containers of one image"],
  ],
  words: [1, 2],
  takes: [Object.keys(EXPORTERS), "file"],
  async run(context) {
    const { ui, args, host, program } = context;
    const exporter = await fromPromise(exporterFor(args.words[0]!));
    const per = perOf(exporter, args.text("per"));
    const image = args.text("image");
    if (image !== null && exporter.hasImage !== true) {
      throw usage("usage/bad-value", `There are no images in ${exporter.title}`, "leave out --image");
    }
    const file = fileOf(context, 1);
    const { plan, variables, placeOf } = await requireLoaded(context, file, "tell");
    const { files, findings } = await fromPromise(Promise.resolve(exporter.write({
      plan,
      placeOf,
      supervise: program.selfCommand,
      per,
      image,
      variables: new Set(variables.keys()),
      textOf: (file) => host.files.readText(file, MOST_BYTES),
    })));
    const secret = files.filter(({ text }) => maskerFor(plan).text(text) !== text).map(({ name }) => name);
    const written = writeFiles(context, files, secret);
    if (ui.json) {
      const output = args.text("output") === null ? null : resolvePath(program.cwd, args.text("output")!);
      await fromPromise(
        ui.printJson([{ format: exporter.name, per, file, output, files, secret, findings }]),
      );
      return ExitCode.done;
    }
    if (written === null) {
      const shown = files.map(({ name, text }) => files.length === 1 ? text : `# ${name}\n${text}`);
      await fromPromise(ui.print(shown.join("\n").trimEnd()));
    }
    await fromPromise(ui.say(renderFindings(findings, file, ui.err)));
    if (secret.length > 0) {
      const fate = written === null ? "let nobody else read it" : "nobody but you may read it";
      await fromPromise(ui.say(`${nameSome(secret)}: a command or a value in it looks secret; ${fate}`));
    }
    if (written !== null) await fromPromise(ui.say(`wrote ${nameSome(written)}`));
    return ExitCode.done;
  },
};

/**
 * Writes the files where `--output` says; null if it does not.
 *
 * @param secret Names of those that only their owner may read.
 */
function writeFiles(
  { host, program, args }: Context,
  files: readonly ExportedFile[],
  secret: readonly string[],
): readonly string[] | null {
  const output = args.text("output");
  if (output === null) return null;
  const path = resolvePath(program.cwd, output);
  const isFolder = files.length > 1 || output.endsWith("/") || host.files.inspect(path)?.kind === "folder";
  const placed = files.map(({ name, text }) => ({
    path: isFolder ? `${path}/${name}` : path,
    text,
    isPrivate: secret.includes(name),
  }));
  writeAllNew(host.files, placed, { isForced: args.has("force"), folder: isFolder ? path : null });
  return placed.map(({ path }) => path);
}

function perOf({ per: known, title }: Exporter, text: string | null): Per {
  if (text === null) return known[0];
  const per = (["tree", "actor"] as const).find((one) => one === text);
  if (per === undefined) throw usage("usage/bad-value", `--per is ${quote(text)}`, "write tree or actor");
  if (known.includes(per)) return per;
  throw usage(
    "usage/bad-value",
    `--per ${per} is not for ${title}`,
    `write --per ${anyOf(known)}, or leave it out`,
  );
}

async function exporterFor(name: string): Promise<Exporter> {
  const load = Object.hasOwn(EXPORTERS, name) ? EXPORTERS[name] : undefined;
  if (load !== undefined) return await load();
  const near = didYouMean(nearestName(name, Object.keys(EXPORTERS)));
  throw new UserError("export/unknown-format", `There is no format ${quote(name)}${near}`, {
    hint: `it is ${anyOf(Object.keys(EXPORTERS))}`,
    exitCode: ExitCode.usage,
  });
}
