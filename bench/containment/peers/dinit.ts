/** dinit, as a user's service manager. */
import { type Peer, quoted } from "../peer.ts";

const service = (words: readonly string[]) =>
  `type = process\ncommand = ${words.join(" ")}\nrestart = true\nstop-timeout = 2\n`;

export const dinit: Peer = {
  name: "dinit",
  programs: ["dinit", "dinitctl"],
  version: "dinit --version",
  install: "built from its repository, as Debian 12 does not have it",
  settings: "`stop-timeout = 2`",
  files: (command) => ({
    "services/a": service(command("a")),
    "services/b": service(command("b")),
    "services/boot": "type = internal\nwaits-for = a\nwaits-for = b\n",
  }),
  start: `exec dinit --user --services-dir services --socket-path ${quoted(["sock"])}`,
  stop: "dinitctl -p sock stop a",
  down: "dinitctl -p sock shutdown",
  restart: "dinitctl -p sock restart a",
};
