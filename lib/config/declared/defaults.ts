/**
 * `[defaults]`: an actor has what it says itself, and beside that what the `[defaults]` of its trees say, the nearest
 * first. The tables `backoff`, `stop`, `hooks`, `cgroup`, `log` and `ready` are inherited key by key, variables by name.
 */
import type { DEFAULTS } from "../keys/defaults.ts";
import type { Variables } from "../keys/env.ts";
import { PROBES, type READY } from "../keys/ready.ts";
import type { Field } from "../values/compound.ts";
import type { Fields, Keys } from "../values/key.ts";
import type { TableValue } from "../values/table.ts";
import type { ActorFields } from "./declared.ts";

type DefaultsFields = Fields<typeof DEFAULTS.keys>;

/** The values that the actors of a tree inherit. */
export interface Defaults {
  readonly fields: DefaultsFields;
  /** Variables, the weakest first. */
  readonly layers: readonly Variables[];
}

/** Nothing to inherit. */
export const NO_DEFAULTS: Defaults = { fields: {}, layers: [] };

/** `[defaults]` of a nested tree over those of the trees above. */
export function nestDefaults(own: DefaultsFields, outer: Defaults): Defaults {
  return { fields: inherit(own, outer.fields), layers: [...outer.layers, ...layersOf(own)] };
}

/** `own` values over inherited ones. */
export function inherit<F extends ActorFields | DefaultsFields>(own: F, base: DefaultsFields): F {
  return {
    ...base,
    ...own,
    ...optional("backoff", merge(own.backoff, base.backoff)),
    ...optional("stop", merge(own.stop, base.stop)),
    ...optional("hooks", merge(own.hooks, base.hooks)),
    ...optional("cgroup", merge(own.cgroup, base.cgroup)),
    ...optional("log", mergeTables(own.log, base.log)),
    ...optional("ready", merge(own.ready, withoutOtherProbe(own.ready, base.ready))),
  };
}

/** The variables of `env_file` and `env` of one table, the weaker first. */
export function layersOf(
  { env, env_file: envFile }: Pick<ActorFields, "env" | "env_file">,
): readonly Variables[] {
  return [envFile, env].flatMap((field) => field === undefined ? [] : [field.value]);
}

function merge<K extends Keys>(
  own: Field<TableValue<K>> | undefined,
  base: Field<TableValue<K>> | undefined,
): Field<TableValue<K>> | undefined {
  if (own === undefined || base === undefined) return own ?? base;
  const fields = { ...base.value.fields, ...own.value.fields };
  const present = new Map([...base.value.present, ...own.value.present]);
  return { ...own, value: { ...own.value, fields, present } };
}

/** A table is inherited key by key, a word as it is; each hides the other. */
function mergeTables<W extends string, K extends Keys>(
  own: Field<W | TableValue<K>> | undefined,
  base: Field<W | TableValue<K>> | undefined,
): Field<W | TableValue<K>> | undefined {
  if (!isTable(own) || !isTable(base)) return own ?? base;
  return merge(own, base);
}

function isTable<K extends Keys>(
  field: Field<string | TableValue<K>> | undefined,
): field is Field<TableValue<K>> {
  return typeof field?.value === "object";
}

type ReadyField = Field<TableValue<typeof READY.keys>> | undefined;

/** An actor with a probe of its own does not inherit another one. */
function withoutOtherProbe(own: ReadyField, base: ReadyField): ReadyField {
  const hasOwn = PROBES.some((probe) => own?.value.present.has(probe));
  if (!hasOwn || base === undefined) return base;
  const { timeout, interval } = base.value.fields;
  const fields = { ...optional("timeout", timeout), ...optional("interval", interval) };
  const present = new Map([...base.value.present].filter(([key]) => !PROBES.some((probe) => probe === key)));
  return { ...base, value: { ...base.value, fields, present } };
}

function optional<N extends string, T>(name: N, value: T | undefined): { readonly [K in N]?: T } {
  return value === undefined ? {} : { [name]: value } as { readonly [K in N]?: T };
}
