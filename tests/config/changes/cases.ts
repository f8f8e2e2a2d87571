import { ACTOR_CHANGES } from "../../../lib/config/changes/actor_changes.ts";
import { ROOT_CHANGES, TREE_CHANGES } from "../../../lib/config/changes/tree_changes.ts";
import {
  ACTOR_SAMPLES,
  actorFile,
  type Case,
  casesOf,
  ROOT_SAMPLES,
  rootFile,
  TREE_SAMPLES,
  treeFile,
} from "./samples.ts";

const { depends_on: _, restart: _r, backoff: _b, significant: _s, profiles: _p, ...rootSamples } =
  TREE_SAMPLES;
const ROOT_KEYS = Object.fromEntries(
  Object.entries({ ...ROOT_CHANGES, ...TREE_CHANGES }).filter(([key, change]) =>
    (key in rootSamples || key in ROOT_SAMPLES) && (change as { effect?: string }).effect !== "below"
  ),
);

/** A change of every key, at every place that it can stand at. */
export const CASES: readonly Case[] = [
  ...casesOf(ACTOR_CHANGES, ACTOR_SAMPLES, "a", actorFile),
  ...casesOf(TREE_CHANGES, TREE_SAMPLES, "pool", treeFile),
  ...casesOf(ROOT_KEYS, { ...rootSamples, ...ROOT_SAMPLES }, "", rootFile),
];
