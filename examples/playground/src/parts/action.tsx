/** A button that may have nothing to do. It keeps the focus then, which a disabled button would lose. */

import type { ComponentChildren } from "preact";

export function Action(props: {
  primary?: boolean;
  /** True if there is nothing to do. */
  off?: boolean;
  onPress(): void;
  children: ComponentChildren;
}) {
  const { primary = false, off = false, onPress, children } = props;
  return (
    <button
      class={primary ? "button primary" : "button"}
      type="button"
      aria-disabled={off}
      onClick={() => {
        if (!off) onPress();
      }}
    >
      {children}
    </button>
  );
}
