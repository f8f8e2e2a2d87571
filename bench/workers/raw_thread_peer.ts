/** A worker with nothing in between. */
import { parentPort } from "node:worker_threads";
import { buffersOf, type Jobs } from "./contender.ts";
import * as jobs from "./jobs.ts";

type Request = readonly [
  name: keyof Jobs,
  args: readonly unknown[],
  isMoving: boolean,
];

/** What a web worker has, and Node does not. */
const scope = globalThis as unknown as {
  onmessage: (event: { data: Request }) => void;
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
};

function answer(
  [name, args, isMoving]: Request,
  post: (value: unknown, transfer: ArrayBuffer[]) => void,
) {
  const value = (jobs[name] as (...args: readonly unknown[]) => unknown)(
    ...args,
  );
  post(value, isMoving ? buffersOf([value]) : []);
}

if ("Bun" in globalThis || "Deno" in globalThis) {
  scope.onmessage = ({ data }) => answer(data, (value, transfer) => scope.postMessage(value, transfer));
} else {
  parentPort!.on(
    "message",
    (data) =>
      answer(
        data,
        (value, transfer) => parentPort!.postMessage(value, transfer),
      ),
  );
}
