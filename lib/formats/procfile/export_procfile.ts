/** A Procfile, as foreman, overmind, hivemind and Heroku read it. */
import { shellWord } from "../../base/shell_word.ts";
import type { ActorSpec } from "../../config/plan.ts";
import type { Exported, Exporter, ExportSource } from "../exporter.ts";
import { baseActorRules, baseTreeRules, KEEP_TREE } from "../rules/base_rules.ts";
import { lineOf } from "../rules/commands.ts";
import { serviceNames } from "../rules/names.ts";
import {
  type ActorRules,
  AS_THERE,
  changed,
  eachOr,
  kept,
  lost,
  Told,
  type TreeRules,
} from "../rules/rules.ts";
import { tellVariables, variablesOf } from "../rules/variables.ts";

/** See the module. */
export const exporter: Exporter = { name: "procfile", title: "a Procfile", per: ["actor"], write };

interface Entry {
  readonly source: ExportSource;
  /** The parts of the line before the command. */
  readonly before: string[];
}

/** The variable that foreman sets for each process. */
const GIVEN = "PORT";

const TOOL = { name: "foreman", each: "a process" };
const TREE_RULES: TreeRules<unknown> = baseTreeRules(TOOL);
const ACTOR_RULES: ActorRules<Entry> = {
  ...baseActorRules(TOOL),
  cwd: ({ cwd }, { source, before }) => {
    if (cwd === source.plan.dir) return AS_THERE;
    before.push(`cd ${shellWord(cwd)} &&`);
    return kept(`cd ${shellWord(cwd)}`);
  },
  env: (spec, { source, before }) => {
    const { plain, secret } = variablesOf(source.plan, spec);
    const isGiven = (name: string) => name === GIVEN && readsPort(spec);
    const set = Object.entries(plain).filter(([name]) => !isGiven(name));
    const sayable = set.filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
    if (sayable.length > 0) {
      before.push(`export ${sayable.map(([name, value]) => `${name}=${shellWord(value)}`).join(" ")};`);
    }
    return eachOr([
      ...Object.keys(plain).map((part) => ({
        ...(isGiven(part)
          ? changed("PORT", "foreman gives each process a port of its own")
          : sayable.some(([name]) => name === part)
          ? kept(`export ${part}=...`)
          : lost("no shell has a variable of this name")),
        part,
      })),
      ...secret.map((part) => ({
        ...lost(
          "it looks secret, and a Procfile is for all to read",
          `write ${part}=... into .env, which foreman reads`,
        ),
        part,
      })),
    ]);
  },
  inherit_env: ({ inheritEnv }) =>
    inheritEnv ? AS_THERE : lost("a process has what the shell has", "begin the command with `env -i`"),
  daemon: ({ daemon, name }) =>
    daemon || name === "release" ? AS_THERE : changed(
      "a process like the others",
      "foreman ends all when one ends",
      "name it release, or run it by itself before",
    ),
  autostart: ({ autostart }) =>
    autostart
      ? AS_THERE
      : changed("a comment", "foreman starts every entry", "`foreman run` runs a command by itself"),
  restart: ({ restart }) =>
    restart === "never" ? AS_THERE : lost("foreman restarts nothing, and ends all when one ends", KEEP_TREE),
  depends_on: (spec) =>
    eachOr(spec.dependsOn.map(({ on, condition }) => ({
      ...(on === "release" && condition === "completed"
        ? changed("release", "Heroku runs release first, foreman runs it with the others")
        : lost("foreman starts all at once", KEEP_TREE)),
      part: on,
    }))),
};

function write(source: ExportSource): Exported {
  const { plan } = source;
  const told = new Told(source);
  tellVariables(told, source);
  const names = serviceNames(plan);
  const lines: string[] = [];
  for (const spec of plan.nodes) {
    if (spec.kind === "tree") {
      told.tree(TREE_RULES, spec, null);
      continue;
    }
    const before: string[] = [];
    told.actor(ACTOR_RULES, spec, { source, before });
    if (spec.kind === "module") continue;
    // A shell with more than one command in its line does not become the last of them by itself.
    const command = before.length > 0 && spec.kind !== "shell" ? `exec ${lineOf(spec)}` : lineOf(spec);
    const line = `${names.get(spec.path)}: ${oneLine([...before, command].join(" "))}`;
    lines.push(spec.autostart && spec.schedule === null ? line : `# ${line}`);
  }
  return {
    files: [{ name: "Procfile", text: lines.map((line) => `${line}\n`).join("") }],
    findings: told.findings,
  };
}

function readsPort({ argv }: ActorSpec): boolean {
  return argv.some((word) => /\$\{?PORT\b/.test(word));
}

/** An entry is one line: a longer text is handed to a shell of its own. */
function oneLine(line: string): string {
  if (!/[\r\n]/.test(line)) return line;
  const text = line.replaceAll("\\", "\\\\").replaceAll("\r", "\\r").replaceAll("\n", "\\n");
  return `exec sh -c "$(printf %b ${shellWord(text)})"`;
}
