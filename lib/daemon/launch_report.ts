import type { ByteSource } from "../host/ports/processes.ts";
import type { LaunchReport } from "./launch_options.ts";

/** What a supervisor reports when it is up, or why it is not; null if it has died before. */
export async function readLaunchReport(source: ByteSource): Promise<LaunchReport | null> {
  const decoder = new TextDecoder();
  let text = "";
  for (let bytes = await source.read(); bytes !== null; bytes = await source.read()) {
    text += decoder.decode(bytes, { stream: true });
  }
  source.close();
  try {
    return JSON.parse(text) as LaunchReport;
  } catch {
    return null;
  }
}
