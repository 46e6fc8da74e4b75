/** The tabs in their order. */

import { gohomeTab } from "./gohome/gohome-tab.js";
import type { Tab } from "./tab.js";
import { textTab } from "./text/text-tab.js";
import { throughTimeTab } from "./through-time/through-time-tab.js";

export const tabs: readonly [Tab, ...Tab[]] = [gohomeTab, throughTimeTab, textTab];
