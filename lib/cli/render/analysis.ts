/** The analysis of a journal for people: a paragraph for each question, and none for one that has no answer. */
import type { Analysis } from "../../analysis/analysis.ts";
import type { Link } from "../../analysis/critical_path.ts";
import type { Spent } from "../../analysis/moment.ts";
import type { ProbeWait } from "../../analysis/probe_waits.ts";
import type { Restarted } from "../../analysis/restarts.ts";
import type { StartAnalysis } from "../../analysis/start.ts";
import type { StartsCompared } from "../../analysis/starts.ts";
import { counted, grouped } from "../../base/counted.ts";
import { describeDuration, formatDuration } from "../../base/duration.ts";
import { nameSome, someLines } from "../../base/name_some.ts";
import { ROOT } from "../../config/plan.ts";
import type { AnalysisSubject } from "./analysis_fields.ts";
import type { Painter } from "./paint.ts";
import { printable } from "./printable.ts";
import { renderTable } from "./table.ts";
import { wrapTo } from "./wrap.ts";

/** So many links of a chain are read; the shortest are left out of a longer one. */
const MOST_LINKS = 20;
const MOST_GAINS = 5;
const MOST_PROBES = 5;
const MOST_RESTARTED = 8;

interface Page {
  readonly about: AnalysisSubject;
  readonly columns: number;
  readonly paint: Painter;
}

/** See the module. @param columns Those of the terminal; Infinity where there is none. */
export function renderAnalysis(
  analysis: Analysis,
  about: AnalysisSubject,
  columns: number,
  paint: Painter,
): string {
  const page = { about, columns, paint };
  return [
    headLines(analysis, page),
    ...startParts(analysis, page),
    stopLines(analysis, page),
    restartLines(analysis, page),
  ].filter((lines) => lines.length > 0).map((lines) => lines.join("\n")).join("\n\n");
}

function headLines(
  { from, to, entries, lives }: Analysis,
  { about, columns, paint }: Page,
): readonly string[] {
  const name = printable(about.name);
  const text = from === null
    ? `${name}: there is no entry of the journal from then on`
    : `${name}: ${counted(entries, "entry", "entries")} of ${counted(lives, "life", "lives")}, ${
      dateOf(from)
    } to ${dateOf(to!)}`;
  return wrapTo(text, columns).map((line) => paint.bold(line));
}

function startParts({ start, starts, hasPlan }: Analysis, page: Page): readonly (readonly string[])[] {
  if (start === null) return [sentence("No start has begun within these entries of the journal", page)];
  return [
    [...startHead(start, page), ...doubtLines(start, page), ...chainLines(start.path, hasPlan, page)],
    gainLines(start, page),
    probeLines(start.probes, page),
    compareLines(starts, start, page),
  ];
}

/** The name of what the analysis is about, in a sentence. */
function subjectOf({ about }: Page): string {
  return about.selectors.length === 0 ? "the tree" : nameSome(about.selectors);
}

function startHead(start: StartAnalysis, page: Page): readonly string[] {
  const { startedAt, readyAt, unready, unstarted } = start;
  const head = title("last start", startedAt, page);
  const subject = subjectOf(page);
  if (readyAt !== null) {
    return [head, ...sentence(`  ${subject} was ready after ${describeDuration(readyAt - startedAt)}`, page)];
  }
  return [
    head,
    ...sentence(`  ${subject} was not ready as far as the journal goes`, page),
    ...(unready.length === 0 ? [] : sentence(`  started and never ready: ${nameSome(unready)}`, page)),
    ...(unstarted.length === 0 ? [] : sentence(`  never started: ${nameSome(unstarted)}`, page)),
  ];
}

function doubtLines(start: StartAnalysis, page: Page): readonly string[] {
  const { missing, isClockSetBack, contradictions, unknown } = start;
  const [first] = contradictions;
  const doubts = [
    ...(missing > 0
      ? [
        `${
          counted(missing, "entry", "entries")
        } of this life of the tree cannot be read; the chain may have a gap`,
      ]
      : []),
    ...(isClockSetBack ? ["the clock was set back meanwhile; times around that are wrong"] : []),
    ...(unknown.length > 0 ? [`the file has changed since: it does not have ${nameSome(unknown)}`] : []),
    ...(first !== undefined
      ? [
        `${first.path} was started before ${first.on} was as the file wants it: the file has changed since, or ` +
        "somebody has started it without its dependencies",
      ]
      : []),
  ];
  return doubts.flatMap((doubt) => wrapIndented(`note: ${doubt}`, page).map(page.paint.yellow));
}

function chainLines(path: readonly Link[], hasPlan: boolean, page: Page): readonly string[] {
  if (path.length === 0) return [];
  const { columns, paint } = page;
  const longest = new Set(path.toSorted((a, b) => b.to - b.from - (a.to - a.from)).slice(0, MOST_LINKS));
  const shown = path.filter((link) => longest.has(link));
  const most = Math.max(...shown.map(({ from, to }) => to - from));
  const rows = shown.map(({ path: at, spent, from, to }) => [
    {
      text: `  ${describeDuration(to - from)}`,
      right: true,
      ...(to - from === most ? { paint: paint.bold } : {}),
    },
    { text: nameOf(at), paint: paint.cyan },
    {
      text: at === ROOT ? "the rest" : spent === "waiting" && !hasPlan ? UNKNOWN_WAIT : SPENT[spent],
      paint: paint.dim,
    },
  ]);
  const left = path.length - shown.length;
  const more = left === 0 ? [] : [paint.dim(`  and ${counted(left, "shorter wait")}; --json has them all`)];
  return [...renderTable(rows, columns).split("\n"), ...more];
}

const UNKNOWN_WAIT = "waited, for whom only the file tells";

const SPENT: Readonly<Record<Spent, string>> = {
  waiting: "waited for its turn",
  hook: "ran its pre_start hook",
  starting: "started, until it was ready",
  checking: "was checked, until it was healthy",
  running: "ran, until it had completed",
  failing: "ran, and was never ready",
  backoff: "paused before it was restarted",
  grace: "was asked to stop, and had its grace",
  killed: "was killed, until it was gone",
  clearing: "had left something that was ended",
};

function gainLines({ gains }: StartAnalysis, page: Page): readonly string[] {
  if (gains.length === 0) return [];
  const { columns, paint } = page;
  const rows = gains.slice(0, MOST_GAINS).map(({ path, ms, then }) => [
    { text: `  ${describeDuration(ms)}`, right: true, paint: paint.green },
    { text: `if ${path} took no time${then === null ? "" : `; then it waits for ${then}`}` },
  ]);
  return [
    paint.bold(`${capital(subjectOf(page))} would be ready sooner by`),
    ...renderTable(rows, columns).split("\n"),
  ];
}

function probeLines(probes: readonly ProbeWait[], { columns, paint }: Page): readonly string[] {
  if (probes.length === 0) return [];
  const total = probes.reduce((sum, { waitedMs }) => sum + waitedMs, 0);
  const rows = probes.slice(0, MOST_PROBES).map((wait) => [
    { text: `  ${describeDuration(wait.waitedMs)}`, right: true },
    { text: nameOf(wait.path), paint: paint.cyan },
    { text: probeText(wait), paint: paint.dim },
  ]);
  const left = probes.length - rows.length;
  return [
    paint.bold(
      `Time until actors were ready: ${describeDuration(total)} of ${counted(probes.length, "actor")}`,
    ),
    ...renderTable(rows, columns).split("\n"),
    ...(left <= 0 ? [] : [paint.dim(`  and ${grouped(left)} more; --json has them all`)]),
  ];
}

function probeText({ probe, intervalMs, lostMsAtMost }: ProbeWait): string {
  if (probe === null) return "";
  if (probe === "delay") return "delay: always";
  if (intervalMs === null) return `${probe}: says so itself`;
  const lost = lostMsAtMost ?? 0;
  const first = `${probe}: asked every ${formatDuration(intervalMs)} at first`;
  return lost === 0 ? first : `${first}; up to ${describeDuration(lost)} lost`;
}

function compareLines(starts: StartsCompared | null, start: StartAnalysis, page: Page): readonly string[] {
  if (starts === null) {
    return start.readyAt === null ? [] : sentence("No earlier start to compare with", page);
  }
  const { earlier, medianMs, fastestMs, slowestMs, tookMs, trend, slower } = starts;
  const head = `Compared with ${counted(earlier.length, "earlier start")}: ${
    describeDuration(tookMs)
  }, their median ${describeDuration(medianMs)} (${describeDuration(fastestMs)} to ${
    describeDuration(slowestMs)
  })${trend === null ? "" : `; starts become ${trend === "steady" ? "neither slower nor faster" : trend}`}`;
  const lines = slower.map(({ path, tookMs, medianMs }) =>
    `  ${path} took ${describeDuration(tookMs)}, its median is ${describeDuration(medianMs)}`
  );
  return [...sentence(head, page), ...someLines(lines, MOST_RESTARTED)];
}

function stopLines({ stop, hasPlan }: Analysis, page: Page): readonly string[] {
  if (stop === null) return [];
  const { begunAt, endedAt, last, path, killed } = stop;
  const head = title("last stop", begunAt, page);
  if (endedAt === null) {
    return [head, ...sentence("  it goes on, or its end is not in the journal", page)];
  }
  const took = describeDuration(endedAt - begunAt);
  const whom = last === null ? "nothing had to stop" : `${last} was the last`;
  const kills = killed.map(({ path, graceMs, signal }) =>
    graceMs === null
      ? `  ${path} was killed`
      : `  ${path} did not end by ${signal} within ${describeDuration(graceMs)} and was killed`
  );
  return [
    head,
    ...sentence(`  it took ${took}; ${whom}`, page),
    ...chainLines(path, hasPlan, page),
    ...someLines(kills, MOST_RESTARTED).flatMap((line) => wrapIndented(line.trim(), page)),
  ];
}

function restartLines({ restarts: found, from }: Analysis, page: Page): readonly string[] {
  if (from === null) return [];
  const { columns, paint } = page;
  const { restarts, observedMs, perHour, worst } = found;
  const rate = perHour === null
    ? ""
    : `, ${perHour < 10 ? Number(perHour.toFixed(2)) : Math.round(perHour)} an hour`;
  const head = paint.bold(
    `${counted(restarts, "restart")} in ${describeDuration(observedMs)}${rate}`,
  );
  const rows = worst.slice(0, MOST_RESTARTED).map((actor) => [
    { text: `  ${grouped(actor.restarts)}`, right: true },
    { text: nameOf(actor.path), paint: paint.cyan },
    { text: restartedText(actor), paint: paint.dim },
  ]);
  const left = worst.length - rows.length;
  return [
    head,
    ...(rows.length === 0 ? [] : renderTable(rows, columns).split("\n")),
    ...(left <= 0 ? [] : [paint.dim(`  and ${grouped(left)} more; --json has them all`)]),
  ];
}

function restartedText({ endings, downMs, backoffMs, failed, restarts }: Restarted): string {
  const how = endings.map(({ how, count }) => {
    const text = how.replaceAll("_", " ");
    return endings.length === 1 ? text : `${grouped(count)} ${text}`;
  });
  const pauses = backoffMs === 0 ? "" : ` (${describeDuration(backoffMs)} of it pauses)`;
  const parts = [
    ...(how.length === 0 ? [] : [nameSome(how, 3)]),
    ...(restarts === 0 ? [] : [`down ${describeDuration(downMs)}${pauses}`]),
    ...(failed === 0 ? [] : [failed === 1 ? "left failed" : `left failed ${grouped(failed)} times`]),
  ];
  return parts.join("; ");
}

function title(what: string, at: number, { paint }: Page): string {
  return paint.bold(`${capital(what)}, ${dateOf(at)}`);
}

function sentence(text: string, { columns }: Page): readonly string[] {
  const indent = text.length - text.trimStart().length;
  return wrapTo(text.trimStart(), Math.max(1, columns - indent)).map((line) => " ".repeat(indent) + line);
}

function wrapIndented(text: string, page: Page): readonly string[] {
  return sentence(`  ${text}`, page);
}

function nameOf(path: string): string {
  return path === ROOT ? "the tree" : path;
}

function capital(text: string): string {
  return text === "the tree" || text.startsWith("last ") ? text[0]!.toUpperCase() + text.slice(1) : text;
}

function dateOf(ms: number): string {
  return Number.isNaN(ms) ? "at an unknown time" : new Date(ms).toISOString();
}
