import { address, url } from "../values/address.ts";
import { choice } from "../values/choice.ts";
import { command } from "../values/command.ts";
import { duration } from "../values/duration.ts";
import { key, type Keys, type TableKind } from "../values/key.ts";
import { integer } from "../values/scalar.ts";
import { suggestProbe } from "./suggest_probe.ts";
import { table } from "../values/table.ts";

/** The keys of `health` that say how it is found out; a table has exactly one. */
export const CHECKS = ["tcp", "http", "exec", "watchdog"] as const;

const HEALTH_KEYS = {
  tcp: key(address, null, "Healthy while this address accepts connections.", '"127.0.0.1:5432"'),
  http: key(url, null, "Healthy while this URL answers with 2xx or 3xx.", '"http://127.0.0.1:8080/health"'),
  exec: key(
    command('exec = ["/bin/sh", "-c", "..."]'),
    null,
    "Healthy while this command ends with exit code 0.",
    '"pg_isready --quiet"',
  ),
  watchdog: key(
    duration(1),
    null,
    "Healthy while the process says so this often, by the sd_notify protocol.",
    '"10s"',
  ),
  interval: key(duration(1), 10_000, "The pause between two checks.", '"5s"'),
  timeout: key(duration(1), 5_000, "A check that takes longer has failed.", '"2s"'),
  retries: key(integer(1), 3, "So many checks have to fail in a row.", "5"),
  start_period: key(duration(0), 0, "How long after it is ready failed checks count for nothing.", '"1m"'),
  on_failure: key(
    choice("on_failure mode", ["restart", "ignore"]),
    "restart",
    "Whether it is restarted by its policy, as after a crash, or only told of.",
    '"ignore"',
  ),
} satisfies Keys;

/** `health`: how to find out that an actor still works. */
export const HEALTH: TableKind<typeof HEALTH_KEYS> = {
  name: "health",
  title: "a health table",
  keys: HEALTH_KEYS,
  exactlyOne: CHECKS,
};

/** A value of `health`. */
export const health = table(
  HEALTH,
  '{ http = "http://127.0.0.1:8080/health", interval = "5s" }',
  suggestProbe,
);
