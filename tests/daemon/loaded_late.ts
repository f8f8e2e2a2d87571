/** What the product loads when it is needed, loaded at once: in virtual time nothing waits for a disk. */
import "../../lib/control/client.ts";
import "../../lib/daemon/compile_tree.ts";
import "../../lib/daemon/lost_tree.ts";
import "../../lib/daemon/not_running.ts";
