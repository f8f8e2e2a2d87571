/**
 * Scripts as people write them, one line an option of `simulate`, and back:
 *
 *     --crash     ACTOR[#RUN]@TIME[*N]           crashes TIME after its start, in N runs from RUN on; RUN and N are 1
 *     --exit      ACTOR[#RUN]@TIME[*N]=HOW       ends so: an exit code, or a signal
 *     --missing   ACTOR[#RUN][*N]                cannot be started
 *     --slow      ACTOR[#RUN][*N]=DURATION       takes so long until it is ready, or until it is done; `never`
 *     --lasts     ACTOR[#RUN][*N]=DURATION       takes so long from its start to its end
 *     --hang      ACTOR[#RUN]@TIME[*N]           from then on answers nothing, and only SIGKILL ends it
 *     --unhealthy ACTOR[#RUN]@TIME[*N]/DURATION  its health checks fail for so long
 *     --stopping  ACTOR[#RUN][*N]=DURATION[:HOW] takes so long to end when it is asked to; `never`
 *     --hook      ACTOR[#RUN][*N].HOOK=DURATION[:CODE]
 *     --request   WORDS@TIME                     `restart api`, `stop db`, `start web`, `reset api`, `signal HUP api`, `down`
 *     --kill-supervisor TIME[/DURATION]          another one is there so long after
 *
 * Times behind an actor count from the start of its run, others from the beginning of the tree. N may be `all`. Lines without a
 * time hold for all runs unless they name some. PURE.
 */
import { formatDuration, parseDuration } from "../base/duration.ts";
import { parseSignal, type Signal } from "../base/signals.ts";
import type { HookName, NodeId, Plan } from "../config/plan.ts";
import { nameHint, select } from "../config/select.ts";
import type { HowEnded, RunLine, Runs, ScriptLine, ScriptRequest } from "./script.ts";
import { CRASH } from "./behaviour.ts";

/** The kinds of lines, each the name of an option. */
export const LINE_KINDS = [
  "crash",
  "exit",
  "missing",
  "slow",
  "lasts",
  "hang",
  "unhealthy",
  "stopping",
  "hook",
  "request",
  "kill-supervisor",
] as const;

/** See {@linkcode LINE_KINDS}. */
export type LineKind = typeof LINE_KINDS[number];

/** A line that cannot be read, or means nothing. */
export interface ScriptProblem {
  readonly line: string;
  readonly what: string;
  readonly hint: string;
}

/** The lines that a text stands for: one for each replica of an actor. */
export type ReadLine =
  | { readonly ok: true; readonly lines: readonly ScriptLine[] }
  | { readonly ok: false; readonly problem: ScriptProblem };

/** How each kind is written. */
export const LINE_FORMS: Readonly<Record<LineKind, string>> = {
  crash: "db@10s, db@10s*5, db#3@10s",
  exit: "migrate@2s=1, migrate@2s=SIGKILL",
  missing: "api, api#2*3",
  slow: "api=40s, api=never, db#1=2m",
  lasts: "migrate=2m",
  hang: "web@1m",
  unhealthy: "api@5m/30s",
  stopping: "db=20s, db=never, db=1s:0",
  hook: "api.pre_start=5s, api.pre_start=5s:1",
  request: '"restart api"@3m, "signal HUP api"@3m, down@1h',
  "kill-supervisor": "1m, 1m/10s",
};

const HOOKS: readonly HookName[] = ["pre_start", "post_start", "pre_stop", "post_stop"];
const RUN = String.raw`(?<path>[^#@*=]+?)(?:#(?<from>\d+))?`;
const FORMS: Readonly<Record<Exclude<LineKind, "request">, RegExp>> = {
  crash: new RegExp(String.raw`^${RUN}@(?<at>[^*=/@]+)(?:\*(?<count>\d+|all))?$`),
  exit: new RegExp(String.raw`^${RUN}@(?<at>[^*=/@]+)(?:\*(?<count>\d+|all))?=(?<how>\w+)$`),
  missing: new RegExp(String.raw`^${RUN}(?:\*(?<count>\d+|all))?$`),
  slow: new RegExp(String.raw`^${RUN}(?:\*(?<count>\d+|all))?=(?<ms>[^:]+)$`),
  lasts: new RegExp(String.raw`^${RUN}(?:\*(?<count>\d+|all))?=(?<ms>[^:]+)$`),
  hang: new RegExp(String.raw`^${RUN}@(?<at>[^*=/@]+)(?:\*(?<count>\d+|all))?$`),
  unhealthy: new RegExp(String.raw`^${RUN}@(?<at>[^*=/@]+)(?:\*(?<count>\d+|all))?\/(?<ms>[^*=@]+)$`),
  stopping: new RegExp(String.raw`^${RUN}(?:\*(?<count>\d+|all))?=(?<ms>[^:]+)(?::(?<how>\w+))?$`),
  hook: new RegExp(String.raw`^${RUN}(?:\*(?<count>\d+|all))?\.(?<hook>\w+)=(?<ms>[^:]+)(?::(?<how>\w+))?$`),
  "kill-supervisor": /^@?(?<at>[^/@]+)(?:\/(?<ms>[^/@]+))?$/,
};

/** Until another supervisor is there, unless a script says otherwise. */
const BACK_MS = 1_000;

/** Reads one line. */
export function readLine(plan: Plan, kind: LineKind, text: string): ReadLine {
  try {
    return { ok: true, lines: kind === "request" ? [request(plan, text)] : linesOf(plan, kind, text) };
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    const { message: what, hint } = error;
    return {
      ok: false,
      problem: { line: `--${kind} ${text}`, what, hint: hint ?? `it is written as in ${LINE_FORMS[kind]}` },
    };
  }
}

/** A line as an option and its value. */
export function writeLine(line: ScriptLine): readonly [LineKind, string] {
  switch (line.kind) {
    case "exit":
      return line.how === CRASH
        ? ["crash", `${head(line)}@${formatDuration(line.atMs)}${many(line)}`]
        : ["exit", `${head(line)}@${formatDuration(line.atMs)}${many(line)}=${line.how}`];
    case "missing":
      return ["missing", `${head(line)}${many(line)}`];
    case "slow":
    case "lasts":
      return [line.kind, `${head(line)}${many(line)}=${lasting(line.ms)}`];
    case "hang":
      return ["hang", `${head(line)}@${formatDuration(line.atMs)}${many(line)}`];
    case "unhealthy":
      return ["unhealthy", `${head(line)}@${formatDuration(line.atMs)}${many(line)}/${lasting(line.forMs)}`];
    case "stop":
      return [
        "stopping",
        `${head(line)}${many(line)}=${lasting(line.ms)}${line.how === null ? "" : `:${line.how}`}`,
      ];
    case "hook":
      return [
        "hook",
        `${head(line)}${many(line)}.${line.hook}=${lasting(line.ms)}${
          line.code === 0 ? "" : `:${line.code}`
        }`,
      ];
    case "request":
      return ["request", `${requestWords(line.request)}@${formatDuration(line.atMs)}`];
    case "kill_supervisor":
      return [
        "kill-supervisor",
        `${formatDuration(line.atMs)}${line.forMs === BACK_MS ? "" : `/${formatDuration(line.forMs)}`}`,
      ];
  }
}

class Wrong extends Error {
  readonly hint: string | null;

  constructor(message: string, hint: string | null = null) {
    super(message);
    this.hint = hint;
  }
}

type Groups = Readonly<Record<string, string | undefined>>;

function linesOf(plan: Plan, kind: Exclude<LineKind, "request">, text: string): readonly ScriptLine[] {
  const found = FORMS[kind].exec(text)?.groups as Groups | undefined;
  if (found === undefined) throw new Wrong("it cannot be read");
  if (kind === "kill-supervisor") {
    const forMs = found["ms"] === undefined ? BACK_MS : duration(found["ms"]);
    return [{ kind: "kill_supervisor", atMs: duration(found["at"]!), forMs }];
  }
  const paths = actorsOf(plan, found["path"]!);
  return paths.map((path) => runLine(kind, path, found));
}

function runLine(
  kind: Exclude<LineKind, "request" | "kill-supervisor">,
  path: NodeId,
  found: Groups,
): RunLine {
  const about = { path, runs: runsOf(found, found["at"] === undefined) };
  const ms = (name = "ms") => durationOrNever(found[name]!);
  switch (kind) {
    case "crash":
      return { kind: "exit", ...about, atMs: duration(found["at"]!), how: CRASH };
    case "exit":
      return { kind, ...about, atMs: duration(found["at"]!), how: howEnded(found["how"]!) };
    case "missing":
      return { kind, ...about };
    case "slow":
    case "lasts":
      return { kind, ...about, ms: ms() };
    case "hang":
      return { kind, ...about, atMs: duration(found["at"]!) };
    case "unhealthy":
      return { kind, ...about, atMs: duration(found["at"]!), forMs: ms() };
    case "stopping":
      return {
        kind: "stop",
        ...about,
        ms: ms(),
        how: found["how"] === undefined ? null : howEnded(found["how"]),
      };
    case "hook": {
      const hook = HOOKS.find((name) => name === found["hook"]);
      if (hook === undefined) {
        throw new Wrong(`there is no hook "${found["hook"]}"`, `hooks are ${HOOKS.join(", ")}`);
      }
      return {
        kind,
        ...about,
        hook,
        ms: ms(),
        code: found["how"] === undefined ? 0 : exitCode(found["how"]),
      };
    }
  }
}

/** @param isLasting Whether the line holds for all runs if it names none. */
function runsOf(found: Groups, isLasting: boolean): Runs {
  const from = Number(found["from"] ?? 1);
  const isNamed = found["from"] !== undefined || found["count"] !== undefined;
  const named = found["count"] === "all" ? Infinity : Number(found["count"] ?? 1);
  const count = isNamed || !isLasting ? named : Infinity;
  if (from < 1 || count < 1) throw new Wrong("runs are counted from 1");
  return { from, count };
}

function nodesOf(plan: Plan, selectors: readonly string[]): readonly NodeId[] {
  const selected = select(plan, selectors);
  if (selected.ok) return selected.nodes;
  throw new Wrong(`nothing in the file is called "${selected.selector}"`, nameHint(selected.nearest));
}

function actorsOf(plan: Plan, selector: string): readonly NodeId[] {
  const kinds = new Map(plan.nodes.map(({ path, kind }) => [path, kind]));
  const actors = nodesOf(plan, [selector]).filter((path) => kinds.get(path) !== "tree");
  if (actors.length === 0) {
    throw new Wrong(`"${selector}" is a tree, which has no process`, "name an actor in it");
  }
  return actors;
}

function request(plan: Plan, text: string): ScriptLine {
  const [, words, at] = /^"?([^"@]+?)"?@([^@]+)$/.exec(text) ?? [];
  if (words === undefined || at === undefined) throw new Wrong("it cannot be read");
  const [verb, ...rest] = words.trim().split(/\s+/);
  return { kind: "request", atMs: duration(at), request: requestOf(plan, verb!, rest) };
}

function requestOf(plan: Plan, verb: string, rest: readonly string[]): ScriptRequest {
  const nodes = (selectors: readonly string[]) => {
    if (selectors.length === 0) throw new Wrong(`\`${verb}\` names no actor`);
    return nodesOf(plan, selectors);
  };
  switch (verb) {
    case "start":
    case "stop":
    case "restart":
    case "reset":
      return { verb, paths: nodes(rest) };
    case "signal":
      return { verb, signal: signal(rest[0] ?? ""), paths: nodes(rest.slice(1)) };
    case "down":
      if (rest.length > 0) throw new Wrong("`down` is about the whole tree", "name none, or `stop` one");
      return { verb };
    default:
      throw new Wrong(
        `"${verb}" cannot be asked for in a simulation`,
        "it can be start, stop, restart, reset, signal, down",
      );
  }
}

function signal(text: string): Signal {
  const known = parseSignal(text);
  if (known === null) throw new Wrong(`there is no signal "${text}"`);
  return known;
}

function howEnded(text: string): HowEnded {
  return /^\d+$/.test(text) ? exitCode(text) : signal(text);
}

function exitCode(text: string): number {
  const code = Number(text);
  if (!Number.isInteger(code) || code > 255) {
    throw new Wrong(`"${text}" is no exit code`, "exit codes are 0 to 255");
  }
  return code;
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new Wrong(`"${text}" is no duration`, 'durations are written "10s", "1m30s"');
  return ms;
}

function durationOrNever(text: string): number {
  return text === "never" ? Infinity : duration(text);
}

function lasting(ms: number): string {
  return ms === Infinity ? "never" : formatDuration(ms);
}

function head({ path, runs: { from } }: RunLine): string {
  return from === 1 ? path : `${path}#${from}`;
}

function many(line: RunLine): string {
  const { from, count } = line.runs;
  const isLasting = !("atMs" in line);
  if (count === Infinity) return isLasting && from === 1 ? "" : "*all";
  return count === 1 && (from !== 1 || !isLasting) ? "" : `*${count}`;
}

function requestWords(request: ScriptRequest): string {
  if (request.verb === "down") return "down";
  return request.verb === "signal"
    ? `signal ${request.signal.replace(/^SIG/, "")} ${request.paths.join(" ")}`
    : `${request.verb} ${request.paths.join(" ")}`;
}
