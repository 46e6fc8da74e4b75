/** To be written. */

import { Empty } from "../parts/message.js";
import type { Tab } from "../tab.js";

export const throughTimeTab: Tab = {
  id: "through-time",
  title: "Back through time",
  View: () => <Empty>Nothing here yet.</Empty>,
};
