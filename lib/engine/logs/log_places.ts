/**
 * Where an actor has logged beside the folder of its tree: written down there, so that who reads finds it, also when the tree
 * has ended or has another plan.
 */
import { decodeJsonOrNull, list, object, type Shape, text, word } from "../../base/shape.ts";
import type { LogSpec } from "../../config/plan.ts";
import type { Files } from "../../host/ports/files.ts";
import { logPlacesOf } from "../state_folder.ts";

/** A file of the user's, and what is in it. */
export interface LogPlace {
  readonly file: string;
  readonly format: LogSpec["format"];
}

/** How many are remembered of one actor. */
const MOST_PLACES = 20;

const PLACES: Shape<readonly LogPlace[]> = list(
  object<LogPlace>({ file: text, format: word("raw", "json") }),
);

/** Where an actor has logged beside the folder of its tree, the latest last. */
export function readPlaces(files: Pick<Files, "readOwn">, folder: string, path: string): readonly LogPlace[] {
  try {
    return decodeJsonOrNull(PLACES, files.readOwn(logPlacesOf(folder, path)) ?? "[]") ?? [];
  } catch {
    // A user who cannot read it goes without.
    return [];
  }
}

/** Remembers a file. @throws {FileError} */
export function rememberPlace(
  files: Pick<Files, "readOwn" | "replace" | "makeFolder">,
  folder: string,
  path: string,
  { file, format }: LogPlace,
): void {
  const known = readPlaces(files, folder, path);
  const last = known.at(-1);
  if (last?.file === file && last.format === format) return;
  const places = [...known.filter((place) => place.file !== file), { file, format }].slice(-MOST_PLACES);
  const at = logPlacesOf(folder, path);
  files.makeFolder(at.slice(0, at.lastIndexOf("/")));
  files.replace(at, JSON.stringify(places));
}
