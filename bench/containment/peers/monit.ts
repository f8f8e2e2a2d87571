/** monit, which looks after processes by their pid files and is nobody's parent. */
import { type Peer, quoted } from "../peer.ts";

const check = (name: string) =>
  `check process ${name} with pidfile DIR/${name}.pid
  start program = "/bin/sh DIR/start ${name}"
  stop program = "/bin/sh DIR/stop ${name}" with timeout 5 seconds
`;

const HEAD = `set daemon 1
set pidfile DIR/monit.pid
set idfile DIR/monit.id
set statefile DIR/monit.state
set httpd unixsocket DIR/sock allow user:word
`;

export const monit: Peer = {
  name: "monit",
  programs: ["monit"],
  version: "monit -V",
  install: "apt: monit",
  settings: "looks every second; stopped by SIGTERM, then SIGKILL after 2 s",
  files: (command) => ({
    "monitrc.in": HEAD + check("a") + check("b"),
    "start": `#!/bin/sh
cd "$(dirname "$0")"
case $1 in
a) ${quoted(command("a"))} > a.log 2>&1 & ;;
b) ${quoted(command("b"))} > b.log 2>&1 & ;;
esac
echo $! > $1.pid
`,
    "stop": `#!/bin/sh
cd "$(dirname "$0")"
pid=$(cat $1.pid)
kill $pid
for _ in $(seq 20); do kill -0 $pid || break; sleep 0.1; done
kill -9 $pid
rm $1.pid
`,
  }),
  start: 'sed "s|DIR|$PWD|" monitrc.in > monitrc; chmod 600 monitrc; exec monit -I -c monitrc',
  stop: "monit -c monitrc stop a; while test -e a.pid; do sleep 0.1; done",
  down:
    "monit -c monitrc stop all; while test -e a.pid -o -e b.pid; do sleep 0.1; done; monit -c monitrc quit",
  restart: "monit -c monitrc restart a",
};
