/** The ways in which actors of the chaos talk to each other. */
import type { Context } from "../../../lib/actor/dialog/context.ts";
import type { MsgStream } from "../../../lib/actor/dialog/msg_stream.ts";
import type { Portal } from "../../../lib/actor/dialog/portal.ts";
import { openNursery } from "../../../lib/scope/nursery.ts";
import { sleep } from "../../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../../lib/scope/timeouts.ts";
import { between, type Chance, chanceOf, Mishap, pick } from "./chance.ts";
import type { ChaosFunctions } from "./chaos_module.ts";

/** How a talk goes. */
export interface Talk {
  readonly chance: Chance;
  /** How deep in the tree the other one is, at least. */
  readonly depth: number;
  /** Told of what is not as it should be. */
  readonly onError: (error: unknown) => void;
}

/** How long streams are at the most: shorter and longer than what may be on its way. */
const LENGTHS = [5, 30, 200];

type Way = (portal: Portal<ChaosFunctions>, how: Talk) => unknown;

const WAYS: readonly Way[] = [
  (portal, { chance, depth }) => portal.call.work(chance(), depth),
  (portal, { chance, depth }) => portal.call.work(chance(), depth),
  (portal, { chance, depth }) => portal.call.raise(chance(), depth),
  (portal, { chance }) => moveOnAfter(chance() * 400, () => portal.call.nap()),
  (portal, { chance }) => portal.cancelActor({ timeout: chance() * 2_000, reason: "by chance" }),
  (portal) => portal.call.endItself(),
  echo,
  converse,
  converse,
  follow,
];

/** Talks to an actor in one of the ways. */
export async function talk(portal: Portal<ChaosFunctions>, how: Talk): Promise<void> {
  await pick(how.chance, WAYS)(portal, how);
}

async function echo(portal: Portal<ChaosFunctions>, { chance, onError }: Talk): Promise<void> {
  const text = "x".repeat(between(chance, 0, 3_000));
  if (await portal.call.echo(text) !== text) onError(new Error("an echo is not what was called"));
}

async function follow(portal: Portal<ChaosFunctions>, { chance, onError }: Talk): Promise<void> {
  const last = between(chance, 0, pick(chance, LENGTHS));
  const until = between(chance, 0, 2 * last);
  await portal.openStreamFrom("count", [last], async (values) => {
    let expected = 0;
    for await (const value of values) {
      if (value !== expected) onError(new Error(`${value} came instead of ${expected}`));
      if (expected === until) return;
      expected += 1;
    }
    if (expected !== last) onError(new Error(`a stream ended at ${expected} instead of ${last}`));
  });
}

async function converse(portal: Portal<ChaosFunctions>, how: Talk): Promise<void> {
  const { chance } = how;
  const options = { cancelTimeout: 100 + chance() * 3_000 };
  await portal.openContext("converse", [chance()], async (context, first) => {
    if (first !== "hello") how.onError(new Error("a context started with something else"));
    if (chance() < 0.1) throw new Mishap("in a context");
    if (chance() < 0.8) await context.openStream((stream) => exchange(stream, how));
    await leave(context, chance);
  }, options);
}

async function leave(context: Context, chance: Chance): Promise<void> {
  const how = chance();
  if (how < 0.2) await context.cancel("by chance");
  else if (how < 0.4) await context.result();
  else if (how < 0.6) await sleep(chance() * 300);
}

/** Sends numbers in order, and checks those that come. */
export async function exchange(
  stream: MsgStream<number, number>,
  { chance, onError }: Pick<Talk, "chance" | "onError">,
): Promise<void> {
  const most = pick(chance, LENGTHS);
  const [outgoing, incoming] = [between(chance, 0, most), between(chance, 0, most)];
  const pauses = chanceOf(chance());
  await openNursery((nursery) => {
    nursery.startSoon(async () => {
      for (let i = 0; i < outgoing; i++) {
        await stream.send(i);
        if (pauses() < 0.05) await sleep(pauses() * 50);
      }
    });
    nursery.startSoon(async () => {
      let expected = 0;
      for await (const value of stream) {
        if (value !== expected) onError(new Error(`${value} came instead of ${expected}`));
        expected += 1;
        if (expected >= incoming) break;
      }
    });
  }, { collapse: true });
}
