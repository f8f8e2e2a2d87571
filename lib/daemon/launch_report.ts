import type { ErrorName } from "../base/error_names.ts";
import {
  boolean,
  count,
  decodeJsonOrNull,
  list,
  nullable,
  object,
  type Shape,
  text,
  whole,
} from "../base/shape.ts";
import { survivorShape } from "../engine/containment/receipt_shapes.ts";
import type { ByteSource } from "../host/ports/processes.ts";
import type { LaunchReport } from "./launch_options.ts";
import { readToEnd } from "./read_to_end.ts";

type Up = LaunchReport & { readonly ok: true };
type Refused = LaunchReport & { readonly ok: false };

const UP = object<Omit<Up, "ok">>({ cleared: count, unattributed: list(survivorShape), adopted: count });
const REFUSED = object<Omit<Refused, "ok">>({
  error: object<Refused["error"]>({
    code: text as Shape<ErrorName>,
    message: text,
    hint: nullable(text),
    exitCode: whole,
  }),
});

/** The report of a supervisor about itself. */
export const launchReportShape: Shape<LaunchReport> = (value, at) => {
  const { ok } = object<{ readonly ok: boolean }>({ ok: boolean })(value, at);
  return ok ? { ok, ...UP(value, at) } : { ok, ...REFUSED(value, at) };
};

/** Reads the report of a supervisor that is up, or the reason why it is not; null if it has died before. */
export async function readLaunchReport(source: ByteSource): Promise<LaunchReport | null> {
  const text = await readToEnd(source);
  source.close();
  return decodeJsonOrNull(launchReportShape, text);
}
