/** The same functions for pools that pass one value: their arguments as one array. */
import * as jobs from "./jobs.ts";

export const add = (args: Parameters<typeof jobs.add>) => jobs.add(...args);
export const burn = (args: Parameters<typeof jobs.burn>) => jobs.burn(...args);
export const block = (args: Parameters<typeof jobs.block>) => jobs.block(...args);
export const take = (args: Parameters<typeof jobs.take>) => jobs.take(...args);
export const prepare = (args: Parameters<typeof jobs.prepare>) => jobs.prepare(...args);
export const give = () => jobs.give();
