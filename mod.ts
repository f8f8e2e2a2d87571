export { checkFile as check } from "./lib/daemon/check_file.ts";
