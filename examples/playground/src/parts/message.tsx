/** Messages of the page about errors, missing data and work in progress. */

import type { ComponentChildren } from "preact";
import "./message.css";

const SIGNS = { error: "✕", warning: "!", info: "i" } as const;

/** A message that is read aloud when it appears. `onClose` adds a button to it. */
export function Message(props: {
  kind: keyof typeof SIGNS;
  children: ComponentChildren;
  onClose?: (() => void) | undefined;
}) {
  return (
    <div class={`message ${props.kind}`} role={props.kind === "error" ? "alert" : "status"}>
      <b aria-hidden="true">{SIGNS[props.kind]}</b>
      <div>{props.children}</div>
      {props.onClose && (
        <button class="button quiet" type="button" aria-label="Dismiss" onClick={props.onClose}>
          <span aria-hidden="true">✕</span>
        </button>
      )}
    </div>
  );
}

/** The parts of a link that could not be read. */
export function Complaints({ of: texts }: { of: readonly string[] }) {
  if (texts.length === 0) return null;
  return (
    <Message kind="warning">
      {texts.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </Message>
  );
}

/** A placeholder for a view that has no content yet, with a hint how to get it. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <div class="empty">{children}</div>;
}

/** A sign of work in progress. */
export function Busy({ children }: { children: ComponentChildren }) {
  return (
    <span class="busy" role="status">
      {children}
    </span>
  );
}

/** Returns the message of an error without the name of its class. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
