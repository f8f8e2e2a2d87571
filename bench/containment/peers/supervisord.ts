/** Supervisor, with both of its flags for process groups. */
import { type Peer, quoted } from "../peer.ts";

const program = (name: string, words: readonly string[]) =>
  `[program:${name}]\ncommand=${quoted(words)}\nstopasgroup=true\nkillasgroup=true\nstopwaitsecs=2\n`;

const HEAD = `[supervisord]
nodaemon=true
[unix_http_server]
file=%(here)s/sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://%(here)s/sock
`;

export const supervisord: Peer = {
  name: "supervisord",
  programs: ["supervisord", "supervisorctl"],
  version: "supervisord --version",
  install: "apt: supervisor",
  settings: "`stopasgroup`, `killasgroup`, `stopwaitsecs=2`",
  files: (command) => ({
    "s.conf": HEAD + program("a", command("a")) + program("b", command("b")),
  }),
  start: "exec supervisord -c s.conf",
  stop: "supervisorctl -c s.conf stop a",
  down: "supervisorctl -c s.conf shutdown",
  restart: "supervisorctl -c s.conf restart a",
};
