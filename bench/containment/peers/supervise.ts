/** What is built here. */
import type { Peer } from "../peer.ts";

const actor = (name: string, words: readonly string[]) =>
  `[actors.${name}]\nexec = ${JSON.stringify(words)}\ndaemon = true\nstop = { grace = "2s" }\n`;

export const supervise: Peer = {
  name: "supervise",
  programs: ["$SUPERVISE"],
  version: "$SUPERVISE version",
  install: "npm run build",
  settings: "a grace of 2 s",
  files: (command) => ({
    "supervise.toml": actor("a", command("a")) + actor("b", command("b")),
  }),
  start: "$SUPERVISE up -d",
  pidOf: (lab) => (JSON.parse(lab.output("$SUPERVISE ps --json")) as { pid: number }).pid,
  stop: "$SUPERVISE stop a",
  down: "$SUPERVISE down",
  restart: "$SUPERVISE restart a",
  hasGuardian: true,
};

/** As on a machine without control groups. */
export const superviseBySubreaper: Peer = {
  ...supervise,
  name: "supervise, without control groups",
  settings: "a grace of 2 s, --containment=subreaper",
  start: "$SUPERVISE up -d --containment=subreaper",
};
