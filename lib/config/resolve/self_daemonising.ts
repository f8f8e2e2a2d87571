import { baseName } from "../../base/posix_path.ts";
import type { Report } from "../report.ts";
import type { Span } from "../toml/source.ts";
import { quote } from "../wording.ts";

/** A program that goes to the background: always unless `unless` matches its arguments, or only if `when` does. */
interface SelfDaemonising {
  readonly programs: readonly string[];
  readonly when?: RegExp;
  readonly unless?: RegExp;
  /** How to keep it in the foreground. */
  readonly hint: string;
}

const SELF_DAEMONISING: readonly SelfDaemonising[] = [
  {
    programs: ["nginx"],
    unless: /daemon\s+off|(?:^| )-[tTvVhs]/,
    hint: `add the arguments -g "daemon off;"`,
  },
  { programs: ["sshd"], unless: /(?:^| )-[a-zA-Z]*[DdTti]/, hint: "add the argument -D" },
  {
    programs: ["httpd", "apache2"],
    unless: /-D\s*FOREGROUND|(?:^| )-[XtSvVlLh]/,
    hint: "add the argument -DFOREGROUND",
  },
  { programs: ["apachectl", "apache2ctl"], when: /(?:^| )start\b/, hint: "run httpd -DFOREGROUND" },
  { programs: ["php-fpm"], unless: /(?:^| )(?:-F|--nodaemonize|-[tvim])/, hint: "add the argument -F" },
  { programs: ["cron", "crond"], unless: /(?:^| )-[a-zA-Z]*[fn]/, hint: "add the argument -f" },
  { programs: ["rsyslogd"], unless: /(?:^| )-[a-zA-Z]*[nNv]/, hint: "add the argument -n" },
  {
    programs: ["dnsmasq"],
    unless: /(?:^| )-[a-zA-Z]*[kd]|--(?:keep-in-foreground|no-daemon|test)/,
    hint: "add the argument -k",
  },
  { programs: ["supervisord"], unless: /(?:^| )-[a-zA-Z]*n|--nodaemon/, hint: "add the argument -n" },
  { programs: ["pg_ctl"], when: /(?:^| )(?:start|restart)\b/, hint: "run postgres itself" },
  { programs: ["postfix"], when: /(?:^| )start$/, hint: "write start-fg instead of start" },
  { programs: ["caddy"], when: /^start\b/, hint: "write run instead of start" },
  { programs: ["pm2"], when: /^start\b/, hint: "run the program itself, or pm2-runtime" },
  { programs: ["redis-server"], when: /--daemonize\s+yes/, hint: "remove --daemonize yes" },
  { programs: ["mysqld", "mariadbd"], when: /--daemonize\b|(?:^| )-D\b/, hint: "remove --daemonize" },
  { programs: ["mongod"], when: /--fork\b/, hint: "remove --fork" },
  { programs: ["memcached"], when: /(?:^| )(?:-d|--daemon)(?: |$)/, hint: "remove -d" },
  { programs: ["haproxy"], when: /(?:^| )-[a-zA-Z]*D/, hint: "remove -D" },
  { programs: ["gunicorn"], when: /(?:^| )(?:-D|--daemon)(?: |$)/, hint: "remove --daemon" },
  { programs: ["uwsgi"], when: /--daemonize2?\b|(?:^| )-d\b/, hint: "remove --daemonize" },
  { programs: ["docker", "podman"], when: /^run .*(?:^| )(?:-d|--detach)(?: |$)/, hint: "remove the -d" },
  { programs: ["docker", "podman"], when: /^compose .*\bup .*(?:-d|--detach)(?: |$)/, hint: "remove the -d" },
  { programs: ["docker-compose"], when: /\bup .*(?:-d|--detach)(?: |$)/, hint: "remove the -d" },
  { programs: ["setsid"], unless: /(?:^| )(?:-w|--wait)/, hint: "run the program itself" },
  { programs: ["start-stop-daemon", "daemonize", "daemon"], hint: "run the program itself" },
];

/** Warns of a program that will look as if it had ended, because it goes on in the background. */
export function warnOfSelfDaemonising(argv: readonly string[], at: Span, report: Report): void {
  const [program = "", ...rest] = argv;
  const name = baseName(program);
  const args = rest.join(" ");
  const withoutVersion = name.replace(/[\d.]+$/, "");
  const known = SELF_DAEMONISING.find(({ programs, when, unless }) =>
    (programs.includes(name) || programs.includes(withoutVersion)) && (when?.test(args) ?? true) &&
    !(unless?.test(args) ?? false)
  );
  if (known === undefined) return;
  report.add(
    "config/self-daemonising",
    at,
    `${quote(name)} will go to the background and seem to have ended`,
    {
      expected: "a program that stays in the foreground",
      hint: known.hint,
    },
  );
}
