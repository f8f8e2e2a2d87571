/** A frame of the compiled program, or of the way in which its tasks call what they run. */
const COMPILED = /\/\$bunfs\/root\/|\(?node:async_hooks:/;

/**
 * The lines of a stack that are frames: what runtimes put before them is the message. The frames of the compiled program
 * itself are left out, because their code is minified and tells the user nothing. A stack of such frames alone stays whole:
 * it is of a fault of this program.
 */
export function readableFrames(stack: string | null | undefined): readonly string[] {
  const frames = (stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const readable = frames.filter((frame) => !COMPILED.test(frame));
  return readable.length > 0 ? readable : frames;
}
