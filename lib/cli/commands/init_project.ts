/** `supervise init`: a configuration for the project of a folder. */
import { ExitCode } from "../../base/exit_code.ts";
import { nearestName } from "../../base/nearest.ts";
import { baseName, folderOf, resolvePath } from "../../base/posix_path.ts";
import { nameSome } from "../../base/name_some.ts";
import { UserError } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { didYouMean, quote } from "../../config/wording.ts";
import { checkFile } from "../../daemon/check/check_file.ts";
import { DEFAULT_FILE } from "../../daemon/find_tree.ts";
import { includeDisk } from "../../daemon/include_disk.ts";
import { MOST_BYTES } from "../../config/text/decode_text.ts";
import { combined } from "../../formats/project/combine.ts";
import { findProject, type Project } from "../../formats/project/find_project.ts";
import type { Proposal } from "../../formats/project/proposal.ts";
import { NEXT_KEYS, STARTER } from "../../formats/project/starter.ts";
import { writeToml } from "../../formats/write_toml.ts";
import type { Context } from "../command.ts";
import { LANGUAGE } from "../import_sources.ts";
import { findingLines } from "../render/findings.ts";
import { problemFields, renderProblems } from "../render/problems.ts";
import { writeNew } from "../write_new.ts";

/**
 * Writes it; returns the exit code: that of an invalid file, if another tool's file says what none of ours can.
 *
 * @throws {UserError} `file/exists`, `file/not-writable`, `init/...`
 */
export async function initProject(context: Context): Promise<number> {
  const { host, program, args, ui } = context;
  const file = resolvePath(program.cwd, args.text("file") ?? DEFAULT_FILE);
  // Before anything is asked.
  if (!args.has("force") && host.files.exists(file)) throw isThere(file);
  const project = await fromPromise(findProject({
    path: folderOf(file),
    disk: includeDisk(host, MOST_BYTES, LANGUAGE),
    environment: program.environment,
    except: [baseName(file)],
  }));
  const chosen = args.has("empty") ? null : await choose(context, project);
  writeNew(host.files, file, textOf(chosen), args.has("force"));
  const { problems, texts } = checkFile(host, program, host.files.realPath(file) ?? file, null);
  const isValid = problems.every(({ severity }) => severity !== "error");
  const exitCode = isValid ? ExitCode.done : ExitCode.badConfig;
  if (ui.json) {
    const taken = chosen?.files ?? [chosen?.file];
    const others = project.proposals.map(({ file }) => file).filter((file) => !taken.includes(file));
    await fromPromise(ui.printJson([{
      file,
      from: chosen?.file ?? null,
      actors: chosen === null ? null : namesOf(chosen),
      before: chosen?.before ?? null,
      findings: chosen?.findings ?? [],
      others,
      unusable: project.unusable,
      problems: problems.map(problemFields),
    }]));
    return exitCode;
  }
  for (const { file, why } of project.unusable) await fromPromise(ui.say(`nothing of ${file}: ${why}`));
  await tellFindings(context, chosen);
  const rendered = renderProblems(problems, texts, ui.err.isOn);
  if (rendered !== "") await fromPromise(ui.say(rendered.trimEnd()));
  await fromPromise(ui.print(`wrote ${shown(context, file)}: ${describe(chosen)}`));
  const verb = isValid ? "up" : "check";
  const word = isDefault(context, file) ? "" : ` ${shown(context, file)}`;
  const before = chosen?.before === undefined ? "" : `\`${chosen.before}\`, then `;
  await fromPromise(
    ui.say(`${isValid ? "next" : "when that is mended"}: ${before}\`supervise ${verb}${word}\``),
  );
  return exitCode;
}

/** Which proposal is meant; null for a file to start from. @throws {UserError} `init/no-such-file` */
async function choose(context: Context, { proposals, unusable }: Project): Promise<Proposal | null> {
  const { program, args, ui } = context;
  const [first, ...more] = args.list("from").map((from) => namedOf(from, { proposals, unusable }));
  if (first !== undefined) return combined([first, ...more]);
  const [likeliest = null, ...others] = proposals;
  if (args.has("yes") || ui.json || ui.verbosity === "quiet" || !program.canAsk) {
    if (others.length > 0) {
      await fromPromise(
        ui.say(`found, too: ${nameSome(others.map(({ file }) => file))} (--from FILE, also several times)`),
      );
    }
    return likeliest;
  }
  return others.length === 0 ? likeliest : await ask(context, proposals);
}

function namedOf(from: string, project: Project): Proposal {
  const name = from.replace(/^\.\//, "");
  const named = project.proposals.find(({ file, files = [file] }) => files.includes(name));
  if (named === undefined) throw noSuchFile(from, project);
  return named;
}

/**
 * Asks for a number, or several. The list with a cursor of `@std/cli` is none for this: it asks the global `Deno` for the terminal, which
 * the binary has not, and ends the process with 0 at Ctrl-C, as if all were done.
 */
async function ask({ program, ui }: Context, proposals: readonly Proposal[]): Promise<Proposal | null> {
  const lines = proposals.map((proposal, index) => `  ${index + 1}  ${describe(proposal)}`);
  const none = proposals.length + 1;
  await fromPromise(
    ui.say(["There are several things to run here:", ...lines, `  ${none}  none of them`].join("\n")),
  );
  for (;;) {
    await fromPromise(ui.say("Which is it to be? Several are put together, as in 1 2. [1]"));
    const answer = program.readLine();
    if (answer === null) throw new UserError("interrupted", "Nothing was chosen, and nothing was written");
    const numbers = new Set(answer.trim() === "" ? [1] : answer.trim().split(/[\s,+]+/).map(Number));
    if (numbers.size === 1 && numbers.has(none)) return null;
    const [first, ...more] = [...numbers].map((number) => proposals[number - 1]);
    const isKnown = (one: Proposal | undefined) => one !== undefined;
    if (first !== undefined && more.every(isKnown)) return combined([first, ...more]);
    await fromPromise(ui.say(`a number from 1 to ${none}, or several as in 1 2`));
  }
}

function textOf(proposal: Proposal | null): string {
  if (proposal === null) return STARTER;
  const header = [
    `Made from ${proposal.file} by \`supervise init\`. \`supervise up\` starts it, \`supervise check\` looks for mistakes.`,
  ];
  return `${writeToml(proposal.draft, header)}\n${NEXT_KEYS}`;
}

async function tellFindings({ ui }: Context, proposal: Proposal | null): Promise<void> {
  const findings = proposal?.findings.filter(({ outcome }) => outcome !== "kept") ?? [];
  if (findings.length === 0) return;
  await fromPromise(ui.say(findingLines(findings, findings[0]!.file, ui.err).join("\n")));
}

function describe(proposal: Proposal | null): string {
  if (proposal === null) return "an example to start from";
  return `${nameSome(namesOf(proposal))} from ${proposal.file} (${proposal.title})`;
}

function namesOf({ draft }: Proposal): readonly string[] {
  return [...draft.actors, ...draft.trees].map(({ name }) => name);
}

function isDefault({ program }: Context, file: string): boolean {
  return file === resolvePath(program.cwd, DEFAULT_FILE);
}

/** As it was named. */
function shown(context: Context, file: string): string {
  return context.args.text("file") ?? (isDefault(context, file) ? DEFAULT_FILE : file);
}

function isThere(file: string): UserError {
  return new UserError("file/exists", `"${file}" is there already, and was left as it is`, {
    hint: "`supervise check` looks at it; --force writes over it, -f FILE writes another one",
  });
}

function noSuchFile(from: string, { proposals, unusable }: Project): UserError {
  const known = unusable.find(({ file }) => file === from);
  if (known !== undefined) {
    return new UserError("init/no-such-file", `Nothing comes of ${quote(from)}: ${known.why}`, {
      exitCode: ExitCode.badConfig,
    });
  }
  const files = proposals.flatMap(({ file, files = [file] }) => files);
  const near = didYouMean(nearestName(from, files));
  return new UserError("init/no-such-file", `Nothing to run was found in ${quote(from)}${near}`, {
    exitCode: ExitCode.badConfig,
    hint: files.length === 0
      ? "`supervise import` reads files of other folders, and says what is wrong with them"
      : `found were ${nameSome(files)}`,
  });
}
