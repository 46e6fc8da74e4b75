/** What the page says when something is wrong, missing or under way. */

import type { ComponentChildren } from "preact";
import "./message.css";

const SIGNS = { error: "✕", warning: "!", info: "i" } as const;

/** Something to know: read aloud when it appears. `onClose` puts a button beside it. */
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

/** What a link said that it could not mean. */
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

/** Where there is nothing to see yet: what would be here, and how it comes. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <div class="empty">{children}</div>;
}

/** Something is under way. */
export function Busy({ children }: { children: ComponentChildren }) {
  return (
    <span class="busy" role="status">
      {children}
    </span>
  );
}

/** What an error says, without the name of its class. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
