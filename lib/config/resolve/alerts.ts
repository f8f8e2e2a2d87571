import type { TreeFields } from "../declared/declared.ts";
import { ALERT } from "../keys/alert.ts";
import type { Alert } from "../plan.ts";
import type { Report } from "../report.ts";
import { valueOf } from "../values/key.ts";
import { argvOf } from "./argv.ts";

/** The alerts of a file. */
export function alertsOf({ alerts }: Pick<TreeFields, "alerts">, report: Report): readonly Alert[] {
  return (alerts?.value ?? []).flatMap(({ fields: { events, paths, exec, timeout }, present, at }) => {
    if (!present.has("exec")) {
      report.add("config/missing-command", at, "an alert that does not say what to run", {
        expected: 'exec = ["./tell"]',
      });
    }
    if (exec === undefined) return [];
    return [{
      events: [...valueOf(events, ALERT.keys.events)],
      paths: paths === undefined ? null : [...paths.value],
      argv: argvOf(exec.value, report),
      timeoutMs: valueOf(timeout, ALERT.keys.timeout),
    }];
  });
}
