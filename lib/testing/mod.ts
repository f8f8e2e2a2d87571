/**
 * Tools to test concurrent code: a virtual clock, an order of tasks that is drawn by a seed, and streams in memory. The
 * tests of this library are written with them.
 *
 * @module
 */
export { assertCheckpoints, assertNoCheckpoints } from "./assert_checkpoints.ts";
export { breakLink } from "./break_link.ts";
export {
  checkHalfCloseableStream,
  checkOneWayStream,
  checkTwoWayStream,
  type StreamMaker,
} from "./check_stream.ts";
export { waitAllTasksBlocked } from "./idle.ts";
export {
  MemoryReceiveStream,
  MemorySendStream,
  MemoryStream,
  memoryStreamOneWayPair,
  type MemoryStreamOptions,
  memoryStreamPair,
} from "./memory_stream.ts";
export { DeadlockError, runVirtual, type VirtualRunOptions } from "./run_virtual.ts";
export { BrokenSequence, Sequencer } from "./sequencer.ts";
export { VirtualClock } from "./virtual_clock.ts";
