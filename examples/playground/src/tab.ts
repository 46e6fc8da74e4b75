/**
 * A tab. Its view is mounted when it is first opened and then stays mounted but hidden, so that nothing is
 * lost.
 */

import type { ComponentType } from "preact";

export interface TabProps {
  /** True if the tab is open. A hidden tab must neither paint nor write the link. */
  active: boolean;
}

export interface Tab {
  /** Its name in links: `#gohome?…`. */
  id: string;
  title: string;
  View: ComponentType<TabProps>;
}
