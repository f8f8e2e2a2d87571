import { run } from "../run.ts";

/** Whether a program can be found. */
export async function hasProgram(name: string): Promise<boolean> {
  return await run(["sh", "-c", `command -v ${name}`]).then(() => true, () => false);
}
