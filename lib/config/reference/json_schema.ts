/**
 * The JSON Schema of a configuration, from the definition that validates. It is of draft 7, which the language servers for
 * TOML know best, and so are two of its ways:
 *
 * 1. A reference stands by itself, because what stands beside one is ignored. So the tables of values are written out where
 *    they are values, each under the sentence of its key; only actors, trees and defaults, which hold each other, are
 *    definitions.
 * 2. An alternative repeats the sentence of its key, because an editor shows that of the alternative.
 *
 * It accepts all that the validator accepts. It refuses unknown keys, values of another type and words that are none of those
 * that there are; what takes more than the look of a value (a cycle, a name that leads nowhere) is left to `check`. PURE.
 */
import { KINDS } from "../keys/kinds.ts";
import { ROOT_TREE } from "../keys/supervisor.ts";
import type { Key, Keys, SectionKey, TableKind } from "../values/key.ts";
import type { Shape } from "../values/type.ts";
import { defaultOf } from "./written_default.ts";

/** A schema, as JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The value of a placeholder may be right in any case. */
const PLACEHOLDER = String.raw`\$\{(env:|dir\}|replica\}|supervise\})`;

/** The name of an actor or a tree. */
const NAME = "^[A-Za-z0-9_-]{1,200}$";

const DEFINITIONS: Readonly<Record<SectionKey["holds"], string>> = {
  actor: "A process that is supervised, with all that it starts.",
  tree: "A nested supervisor with children of its own.",
  defaults: "Keys that every actor below inherits.",
};

/** See the module. */
export function jsonSchema(): JsonSchema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "supervise.toml",
    description: "A tree of processes, as `supervise up` runs it.",
    ...tableSchema(ROOT_TREE),
    definitions: Object.fromEntries(
      Object.entries(DEFINITIONS).map(([name, description]) => [
        name,
        { description, ...tableSchema(kindOf(name)) },
      ]),
    ),
  };
}

function kindOf(name: string): TableKind<Keys> {
  return KINDS.find((kind) => kind.name === name)!;
}

function tableSchema({ keys, exactlyOne }: TableKind<Keys>): JsonSchema {
  const known = Object.entries(keys).filter(([, key]) => key.kind !== "later");
  return {
    type: "object",
    properties: Object.fromEntries(known.map(([name, key]) => [name, keySchema(key)])),
    additionalProperties: false,
    ...(exactlyOne === undefined ? {} : onlyOne(exactlyOne)),
  };
}

function onlyOne(names: readonly string[]): JsonSchema {
  return names.length === 1 ? { required: names } : { oneOf: names.map((name) => ({ required: [name] })) };
}

function keySchema(key: Key): JsonSchema {
  if (key.kind === "section") return sectionSchema(key);
  if (key.kind === "later") return {};
  const byDefault = defaultOf(key);
  return {
    ...shapeSchema(key.type.shape, key.doc),
    ...(byDefault === null ? {} : { default: byDefault }),
  };
}

function sectionSchema({ holds, isMany, doc }: SectionKey): JsonSchema {
  const one = { $ref: `#/definitions/${holds}` };
  if (!isMany) return one;
  return {
    description: doc,
    type: "object",
    patternProperties: { [NAME]: one },
    additionalProperties: false,
  };
}

function shapeSchema(shape: Shape, doc: string): JsonSchema {
  const described = (schema: JsonSchema): JsonSchema => ({ description: doc, ...schema });
  const anyOf = (shapes: readonly JsonSchema[]) => described({ anyOf: shapes.map(described) });
  switch (shape.kind) {
    case "any":
      return described({});
    case "boolean":
      return described(shape.only === undefined ? { type: "boolean" } : { const: shape.only });
    case "integer":
    case "number":
      return described({ type: shape.kind, ...bounds(shape) });
    case "string":
      return described({ type: "string", ...orPlaceholder(shape.pattern) });
    case "enum":
      return anyOf([{ enum: shape.values }, { type: "string", pattern: PLACEHOLDER }]);
    case "list":
      return described({ type: "array", items: shapeSchema(shape.of, doc) });
    case "record":
      return described({ type: "object", ...entries(shape, doc) });
    case "table":
      return described(tableSchema(kindOf(shape.name)));
    case "any-of":
      return anyOf(shape.shapes.map((one) => shapeSchema(one, doc)));
  }
}

function bounds({ min, max }: { readonly min: number; readonly max: number }): JsonSchema {
  return { minimum: min, ...(max >= Number.MAX_SAFE_INTEGER ? {} : { maximum: max }) };
}

function orPlaceholder(pattern: string | undefined): JsonSchema {
  return pattern === undefined ? {} : { pattern: `${pattern}|${PLACEHOLDER}` };
}

function entries({ of, names }: Extract<Shape, { readonly kind: "record" }>, doc: string): JsonSchema {
  const each = shapeSchema(of, doc);
  if (names === undefined) return { additionalProperties: each };
  return {
    properties: Object.fromEntries(names.map((name) => [name, each])),
    additionalProperties: false,
  };
}
