/** A frame of the compiled program, or of the way in which its tasks call what they run. */
const COMPILED = /\/\$bunfs\/root\/|\(?node:async_hooks:/;

/**
 * Leaves the frames of the compiled program itself out of a stack. Their code is minified, and tells the user nothing. A
 * stack of such frames alone stays whole: it is of a fault of this program.
 *
 * @param frames Lines of a stack, without the message.
 */
export function readableFrames(frames: readonly string[]): readonly string[] {
  const readable = frames.filter((frame) => !COMPILED.test(frame));
  return readable.length > 0 ? readable : frames;
}
