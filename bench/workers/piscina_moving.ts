/** The same functions for piscina when it moves the result. */
import { move } from "piscina";
import * as jobs from "./jobs.ts";

export * from "./jobs_of_one.ts";
export const give = () => move(jobs.give());
