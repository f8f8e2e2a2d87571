/** The same functions for tinypool when it moves the result. */
import { Tinypool } from "tinypool";
import * as jobs from "./jobs.ts";

export * from "./jobs_of_one.ts";
export const give = () => Tinypool.move(jobs.give());
