/**
 * What supervisors leave behind: two services full of traps are run by each of them, and after each event what is left of the
 * traps is counted by pid and start time. Everything is bounded in time, and whatever is left is ended by pid at the end.
 *
 * Usage: bun bench/containment.ts [--only PEER] [--event a|b|c|d|e]
 */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { parseArgs } from "node:util";
import { type Event, EVENTS, measure, type Outcome, start } from "./containment/events.ts";
import { findPython } from "../tests/harness/traps.ts";
import { environment, Lab } from "./containment/lab.ts";
import type { Peer } from "./containment/peer.ts";
import { PEERS } from "./containment/peers.ts";
import { type Cell, commandsOf, tableOf } from "./containment/table.ts";

const LETTERS: Readonly<Partial<{ [letter: string]: readonly Event[] }>> = {
  a: ["stop"],
  b: ["down"],
  c: ["kill"],
  d: ["restart"],
  e: ["guardian", "both"],
};

const { values } = parseArgs({
  options: { only: { type: "string" }, event: { type: "string" } },
});
const events = values.event === undefined ? Object.keys(EVENTS) as Event[] : LETTERS[values.event] ?? [];
const chosen = PEERS.filter(({ name }) => values.only === undefined || name === values.only);
if (events.length === 0 || chosen.length === 0) {
  console.error(
    `--event is one of ${Object.keys(LETTERS)}, --only of ${PEERS.map(({ name }) => name)}`,
  );
  process.exit(2);
}

const python = findPython();
let lab: Lab | null = null;
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    lab?.dispose();
    process.exit(1);
  });
}

const rows: [string, Partial<{ [event in Event]: Cell }>][] = [];
for (const peer of chosen) {
  const cells: Partial<{ [event in Event]: Cell }> = {};
  rows.push([peer.name, cells]);
  for (const event of events) cells[event] = await cellOf(peer, event);
}

const ofGuardian = events.filter((event) => event === "guardian" || event === "both");
const ofAll = events.filter((event) => !(ofGuardian as Event[]).includes(event));
if (ofAll.length > 0) console.log(`\n${tableOf(rows, ofAll)}`);
const guarded = rows.filter(([name]) => PEERS.some((peer) => peer.name === name && peer.hasGuardian));
if (ofGuardian.length > 0 && guarded.length > 0) {
  console.log(`\n${tableOf(guarded, ofGuardian)}`);
}
const installed = chosen.filter(isInstalled).map((peer) => [peer, versionOf(peer)] as const);
console.log(`\n${commandsOf(installed)}`);

/** One event on a fresh instance, or why there is none. */
async function cellOf(peer: Peer, event: Event): Promise<Cell> {
  if (!isInstalled(peer)) return "not installed";
  if ((event === "stop" || event === "restart") && peer[event] === null) {
    return "no such command";
  }
  if ((event === "guardian" || event === "both") && !peer.hasGuardian) {
    return "";
  }
  process.stderr.write(`${peer.name}: ${EVENTS[event]} ... `);
  lab = new Lab(python);
  try {
    await start(lab, peer);
    const outcome = await measure(lab, peer, event);
    console.error(progressOf(outcome));
    return outcome;
  } catch (error) {
    console.error(String(error));
    return "could not be measured";
  } finally {
    lab.dispose();
    lab = null;
  }
}

function progressOf({ left, of, doneMs }: Outcome): string {
  return `${left.length} of ${of} left, ${Math.round(doneMs)} ms`;
}

function isInstalled({ programs }: Peer): boolean {
  return programs.every((name) => shell(`command -v ${name}`) !== "");
}

function versionOf({ version }: Peer): string {
  return shell(version).match(/\d[\w.:+-]*\w/)?.[0] ?? "unknown";
}

function shell(text: string): string {
  return spawnSync("sh", ["-c", text], {
    env: environment(),
    encoding: "utf8",
    timeout: 20_000,
  }).stdout.trim();
}
