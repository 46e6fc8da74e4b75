/** To be written. */

import { Empty } from "../parts/message.js";
import type { Tab } from "../tab.js";

export const gohomeTab: Tab = { id: "gohome", title: "gohome", View: () => <Empty>Nothing here yet.</Empty> };
