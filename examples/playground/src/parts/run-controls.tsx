/**
 * The panel of a run: its buttons and figures, and the settings below. On a narrow page the settings are
 * collapsed, so that the buttons and their effect are on the screen together.
 */

import type { ComponentChildren } from "preact";
import { useMedia } from "./use-media.js";

export function RunControls(props: {
  buttons: ComponentChildren;
  figures: ComponentChildren;
  settings: ComponentChildren;
  /**
   * The position of the run, which is read aloud when it changes. It is "" while the run plays, because that
   * would be too often.
   */
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
