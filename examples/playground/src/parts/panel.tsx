/**
 * A part of the page with a heading and optional controls beside it. An error in a panel affects only that
 * panel.
 */

import type { ComponentChildren } from "preact";
import { useErrorBoundary, useId } from "preact/hooks";
import { Message, messageOf } from "./message.js";

export function Panel(props: {
  title: string;
  class?: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
}) {
  const id = useId();
  const [failure] = useErrorBoundary() as [unknown, () => void];
  return (
    <section class={`panel ${props.class ?? ""}`} aria-labelledby={id}>
      <header>
        <h3 id={id}>{props.title}</h3>
        {failure === undefined && props.aside}
      </header>
      {failure === undefined ? (
        props.children
      ) : (
        <Message kind="error">This panel cannot be shown: {messageOf(failure)}</Message>
      )}
    </section>
  );
}
