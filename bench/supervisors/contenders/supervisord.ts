import { type Contender, each } from "../contender.ts";

const HEAD = `[supervisord]
nodaemon=true
logfile=%(here)s/supervisord.log
pidfile=%(here)s/pid
[unix_http_server]
file=%(here)s/sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://%(here)s/sock
`;
const CONTROL = ["supervisorctl", "-c", "s.conf"];

export const supervisord: Contender = {
  name: "supervisord",
  programs: ["supervisord", "supervisorctl"],
  install: "apt: supervisor",
  settings: "`startsecs=0`, no rotation",
  files: (tree) => ({
    "s.conf": HEAD +
      each(
        tree,
        ({ name, argv }) =>
          `[program:${name}]\ncommand=${
            argv.join(" ")
          }\nstartsecs=0\nautorestart=${tree.restarts}\nredirect_stderr=true\n` +
          `stdout_logfile=%(here)s/logs/${name}.log\nstdout_logfile_maxbytes=0\n`,
      ),
  }),
  start: ["supervisord", "-c", "s.conf"],
  stop: [...CONTROL, "shutdown"],
  list: [...CONTROL, "status"],
  status: (service) => [...CONTROL, "status", service],
  version: ["supervisord", "--version"],
  help: ["supervisorctl", "--help"],
};
