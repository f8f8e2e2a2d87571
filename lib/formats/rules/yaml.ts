/** Texts of YAML out of plain data. */
import { stringify } from "yaml";

/** One document; texts over several lines are blocks, and nothing is folded. */
export function writeYaml(data: object): string {
  return stringify(data, { lineWidth: 0, version: "1.1", aliasDuplicateObjects: false });
}
