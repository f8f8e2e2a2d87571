// Imported first by a test whose actors look into their runtime, which another build of it would hide: they start from sources.
import process from "node:process";

delete process.env["SUPERVISE_BUILT"];
