/**
 * Tests that share one actor, for a process costs more than most of them: whichever the runner asks for first runs all of
 * them, one after the other, and each reports what became of it.
 */
import { type ActorModule, failAfter, openActorNursery, type Portal } from "../../mod.ts";
import { test } from "../harness/test.ts";
import { onStage, type Stage } from "./stage.ts";

type Body<M> = (portal: Portal<M>, stage: Stage) => unknown;

/** What a test failed with. */
interface Failure {
  readonly error: unknown;
}

/** A watchdog against a test that hangs, which would take the others along. */
const CASE_MS = 30_000;

/** Gives what registers a test on an actor of a module, which is called "one". */
export function actorTests<M>(module: ActorModule<M>): (name: string, body: Body<M>) => void {
  const bodies = new Map<string, Body<M>>();
  let failures: Promise<ReadonlyMap<string, Failure>> | null = null;
  return (name, body) => {
    bodies.set(name, body);
    test(name, async () => {
      failures ??= runAll(module, bodies);
      const failure = (await failures).get(name);
      if (failure !== undefined) throw failure.error;
    });
  };
}

async function runAll<M>(
  module: ActorModule<M>,
  bodies: ReadonlyMap<string, Body<M>>,
): Promise<ReadonlyMap<string, Failure>> {
  const failures = new Map<string, Failure>();
  await onStage((stage) =>
    openActorNursery(async (nursery) => {
      const portal = await nursery.startActor("one", { module });
      for (const [name, body] of bodies) {
        try {
          await failAfter(CASE_MS, () => body(portal, stage.fromNow()));
        } catch (error) {
          failures.set(name, { error });
        }
      }
    })
  );
  return failures;
}
