import type { Files, ReadFile } from "../../host/ports/files.ts";

/**
 * Opens a file that is rotated by size and those that it was before, the newest first. Once they are open a rotation
 * changes nothing, and one that happens meanwhile only shows a file a second time, under its next name: from the newest
 * to the oldest none is missed.
 */
export async function openRotated(files: Files, current: string): Promise<readonly ReadFile[]> {
  const opened: ReadFile[] = [];
  // Between two renames of a rotation one number is missing for a moment, or the current file is.
  for (let number = 0, missing = 0; missing < 2; number++) {
    const file = await files.openRead(number === 0 ? current : `${current}.${number}`);
    missing = file === null ? missing + 1 : 0;
    if (file === null) continue;
    if (opened.some(({ identity }) => identity === file.identity)) await file.close();
    else opened.push(file);
  }
  return opened;
}
