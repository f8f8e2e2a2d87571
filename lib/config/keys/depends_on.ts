import type { Condition } from "../plan.ts";
import type { Span } from "../toml/source.ts";
import { choice } from "../values/choice.ts";
import { CONDITION_WORDS } from "../values/foreign_values.ts";
import { either, list, mapped, record } from "../values/compound.ts";
import { text } from "../values/text.ts";
import type { Type } from "../values/type.ts";

/** A dependency as the file names it. */
export interface Wanted {
  readonly name: string;
  /** Null: `ready` for daemons, `completed` for one-shots. */
  readonly condition: Condition | null;
  readonly at: Span;
}

const byName: Type<Wanted> = text({
  name: "a string",
  expected: 'a name such as "db"',
  parse: (name, { span }) => ({ name, condition: null, at: span }),
});

const condition: Type<Condition> = choice(
  "condition",
  ["started", "ready", "healthy", "completed", "exited"],
  { others: CONDITION_WORDS, within: "condition" },
);

const byCondition = record({
  name: "a table of conditions",
  example: '{ db = "ready" }',
  of: condition,
});

/** `depends_on`: names, or names with what to wait for. */
export const dependsOn: Type<readonly Wanted[]> = either(
  list(byName, '["db"]'),
  mapped(
    byCondition,
    (fields) => [...fields].map(([name, field]) => ({ name, condition: field.value, at: field.keyAt })),
  ),
);
