/** To be written. */

import { Empty } from "../parts/message.js";
import type { Tab } from "../tab.js";

export const textTab: Tab = { id: "text", title: "Text", View: () => <Empty>Nothing here yet.</Empty> };
