/** Functions that throw, in all the ways there are. */
import { ErrorGroup, openActorNursery, openNursery, runInActor } from "supervise";

export class OutOfStock extends Error {
  override readonly name = "OutOfStock";
  readonly item: string;
  readonly wanted: number;

  constructor(item: string, wanted: number) {
    super(`There is no ${item}`);
    this.item = item;
    this.wanted = wanted;
  }
}

export function throwsTypeError(): never {
  const nothing = undefined as unknown as { readonly property: string };
  return nothing.property as never;
}

export function throwsRangeError(text = "too far"): never {
  throw new RangeError(text);
}

export function throwsOutOfStock(): never {
  throw new OutOfStock("tea", 3);
}

export class Refused extends Error {
  override readonly name = "Refused";
  readonly times = 3;
}

export function throwsRefused(): never {
  throw new Refused("no");
}

export function throwsText(): never {
  // deno-lint-ignore no-throw-literal -- Whatever is thrown is to arrive.
  throw "just text";
}

export function throwsWithCauses(): never {
  const first = new SyntaxError("first");
  const second = new OutOfStock("milk", 1);
  second.cause = first;
  throw new Error("third", { cause: second });
}

export function throwsWithUnsendable(): never {
  throw Object.assign(new Error("it has more"), {
    code: "E_MORE",
    callback: () => {},
    deep: { list: [1, 2] },
  });
}

export async function throwsGroup(): Promise<void> {
  await openNursery((nursery) => {
    nursery.startSoon(() => {
      throw new RangeError("one");
    });
    nursery.startSoon(() => {
      throw new ErrorGroup([new TypeError("two"), new OutOfStock("sugar", 2)]);
    });
  });
}

/** Throws what an actor below throws, in so many actors more. */
export async function throwsBelow(depth: number): Promise<void> {
  if (depth === 0) throwsRangeError("deep down");
  await runInActor<typeof import("./errors.ts"), "throwsBelow">(import.meta.url, "throwsBelow", [depth - 1], {
    name: `level${depth}`,
  });
}

/** Two actors below that each have two below, and so on, the lowest of which all throw. */
export async function throwsInTree(depth: number): Promise<void> {
  if (depth === 0) throwsRangeError("leaf");
  await openActorNursery(async (nursery) => {
    const branches = await Promise.all(
      ["left", "right"].map((name) =>
        nursery.startActor<typeof import("./errors.ts")>(name, { module: import.meta.url })
      ),
    );
    for (const branch of branches) nursery.startSoon(() => branch.call.throwsInTree(depth - 1));
  });
}
