/** What a tab is. Its view is mounted when it is first opened and stays mounted, hidden, so that nothing is lost. */

import type { ComponentType } from "preact";

export interface TabProps {
  /** Whether it is the one being looked at; one that is not should neither paint nor write the link. */
  active: boolean;
}

export interface Tab {
  /** Its name in links: `#gohome?…`. */
  id: string;
  title: string;
  View: ComponentType<TabProps>;
}
