/**
 * The panel of a run: its buttons and figures, and below them the settings. On a narrow page these are folded away, so that
 * what the buttons set in motion is on the screen with them.
 */

import type { ComponentChildren } from "preact";
import { useMedia } from "./use-media.js";

export function RunControls(props: {
  buttons: ComponentChildren;
  figures: ComponentChildren;
  settings: ComponentChildren;
  /** Where the run is, read aloud when it changes: "" while it plays, which would be too often. */
  announced: string;
  children?: ComponentChildren;
}) {
  const { buttons, figures, settings, announced, children } = props;
  const wide = useMedia("(min-width: 48rem)");
  return (
    <section class="panel run" aria-label="The run">
      <div class="row spread">
        {buttons}
        {figures}
      </div>
      {wide ? (
        <div class="row">{settings}</div>
      ) : (
        <details>
          <summary>Settings</summary>
          <div class="row">{settings}</div>
        </details>
      )}
      {children}
      <p class="visually-hidden" role="status">
        {announced}
      </p>
    </section>
  );
}
