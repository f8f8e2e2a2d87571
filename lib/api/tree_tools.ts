/**
 * The parts by which the library compiles and runs whole trees. They are more than all the rest of it together, so they are loaded when
 * they are first needed: a program that only has actors starts sooner without.
 */
export { checkFile } from "../daemon/check/check_file.ts";
export { findFile } from "../daemon/find_tree.ts";
export { keptProfiles } from "../daemon/kept_profiles.ts";
export { launch } from "../daemon/launch.ts";
export { adjustPlan, loadPlan, readPiped } from "../daemon/load_plan.ts";
export { receiptOf } from "../daemon/receipt.ts";
export { stateFolderOf } from "../daemon/state_folder.ts";
export { treeIdOf } from "../daemon/tree_id.ts";
export { entriesBetween, lastLifeIn, readJournal } from "../engine/journal/journal_reader.ts";
export { readLines } from "../engine/logs/log_reader.ts";
export { placesIn } from "../words/explaining/key_text.ts";
export { explainedWith } from "./explained.ts";
