// Loaded first on Bun where what has been built is tested: files of the project import it by the library's name.
import { offerLibrary } from "../../lib/host/bun/own_library.ts";
import { LIBRARY } from "./built.ts";

offerLibrary(() => import(LIBRARY));
