import { address, url } from "../values/address.ts";
import { command } from "../values/command.ts";
import { duration } from "../values/duration.ts";
import { key, type Keys, type TableKind } from "../values/key.ts";
import { isTrue } from "../values/scalar.ts";
import { pattern } from "../values/pattern.ts";
import { suggestProbe } from "./suggest_probe.ts";
import { table } from "../values/table.ts";
import { path } from "../values/text.ts";

/** The keys of `ready` that are probes; a table has exactly one. */
export const PROBES = ["tcp", "http", "exec", "log", "file", "delay", "notify"] as const;

const READY_KEYS = {
  tcp: key(address, null, "Ready when this address accepts a connection.", '"127.0.0.1:5432"'),
  http: key(url, null, "Ready when this URL answers with 2xx or 3xx.", '"http://127.0.0.1:8080/ready"'),
  exec: key(
    command('exec = ["/bin/sh", "-c", "..."]'),
    null,
    "Ready when this command ends with exit code 0.",
    '"pg_isready --quiet"',
  ),
  log: key(
    pattern,
    null,
    "Ready when a line of output matches this regular expression.",
    '"ready to accept connections"',
  ),
  file: key(path, null, "Ready when this file exists.", '"./run/ready"'),
  delay: key(duration(0), null, "Ready when this time has passed.", '"2s"'),
  notify: key(isTrue, null, "Ready when the process says so by the sd_notify protocol.", "true"),
  timeout: key(duration(1), 30_000, "A start that takes longer has failed.", '"1m"'),
  interval: key(duration(1), 100, "The first pause between two attempts; later ones grow.", '"500ms"'),
} satisfies Keys;

/** `ready`: how to find out that an actor is ready. */
export const READY: TableKind<typeof READY_KEYS> = {
  name: "ready",
  title: "a ready table",
  keys: READY_KEYS,
};

/** A value of `ready`. */
export const ready = table(READY, '{ tcp = "127.0.0.1:5432" }', suggestProbe);
