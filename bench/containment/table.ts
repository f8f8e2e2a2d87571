/** The page's tables. */
import type { Event, Outcome } from "./events.ts";
import { EVENTS } from "./events.ts";
import type { Peer } from "./peer.ts";
import { inWords } from "./records.ts";

/** What is known of a peer under an event: what it left, or why that is not known. */
export type Cell = Outcome | string;

/** A table of peers and events. */
export function tableOf(
  rows: readonly (readonly [
    name: string,
    cells: Readonly<Partial<{ [event in Event]: Cell }>>,
  ])[],
  events: readonly Event[],
): string {
  const head = `| | ${events.map((event) => EVENTS[event]).join(" | ")} |\n|${
    " --- |".repeat(events.length + 1)
  }`;
  const lines = rows.map(([name, cells]) => {
    const texts = events.map((event) => {
      const cell = cells[event];
      if (cell === undefined) return "";
      return typeof cell === "string" ? cell : inCell(cell, event);
    });
    return `| ${name} | ${texts.join(" | ")} |`;
  });
  return [head, ...lines].join("\n");
}

/** What each event does to each peer. */
export function commandsOf(
  peers: readonly (readonly [Peer, version: string])[],
): string {
  const code = (text: string | null) =>
    text === null ? "no such command" : `\`${text.replaceAll("|", "\\|")}\``;
  const head = "| | version | settings | stop of one service | full stop | restart of one service |\n|" +
    " --- |".repeat(6);
  const lines = peers.map(([peer, version]) =>
    `| ${peer.name} | ${version} | ${peer.settings} | ${code(peer.stop)} | ${code(peer.down)} | ${
      code(peer.restart)
    } |`
  );
  return [head, ...lines].join("\n");
}

function inCell(outcome: Outcome, event: Event): string {
  const { left, of, leftWhenDone, code, zombies } = outcome;
  const isCommand = event === "stop" || event === "down" || event === "restart";
  const isClean = left.length === 0;
  const notes = [
    `**${left.length}** of ${of}`,
    inWords(left),
    code === null ? "never done" : isCommand || isClean ? `${(outcome.doneMs / 1000).toFixed(1)} s` : "",
    code ? `exit code ${code}` : "",
    isClean && leftWhenDone > 0 && isCommand ? `${leftWhenDone} still there when it said done` : "",
    zombies > 0 ? `${zombies} zombies` : "",
    outcome.hitTheOther ? "ended the other service, too" : "",
    event === "restart"
      ? outcome.sawTwo ? "two at once" : outcome.stands ? "never two" : "not started again"
      : "",
  ];
  return notes.filter((note) => note !== "").join("; ");
}
