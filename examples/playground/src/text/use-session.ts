/**
 * A training in the page. A change of its settings starts another one. It is displayed a few times per
 * second, and its step is written to the link.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { Undoable } from "../parts/undo.js";
import { printOf } from "../store.js";
import { RemoteSession } from "./remote-session.js";
import type { Recipe } from "./session.js";
import type { Question } from "./watch.js";

/** Milliseconds between two changes of the link during training. */
const LINK_EVERY = 400;
/** Milliseconds that a question waits for the next one, because a slider causes many. */
const ASK_AFTER = 80;

export interface OpenedModel {
  name: string;
  bytes: Uint8Array;
}

export interface SessionInput {
  /** Undefined while there is no text. */
  text: string | undefined;
  recipe: Recipe;
  file: OpenedModel | undefined;
  /** Increments with every link that is followed. */
  visit: number;
  /** The step that the link names. */
  step: number;
  /** Called with the step to write to the link. */
  onStep(step: number): void;
  /** Sets all settings, the text and the file to their current values, with a step. */
  restore(step: number): void;
  question: Question;
  active: boolean;
}

export interface LiveSession {
  /** Undefined while there is no text. */
  session: RemoteSession | undefined;
  /** The step of the run that this one replaced, or undefined if there is none. */
  replaced: number | undefined;
  reset(): void;
  undo(): void;
}

export function useSession(input: SessionInput): LiveSession {
  const { text, recipe, file, visit, step, onStep, restore, question, active } = input;
  const [frame, setFrame] = useState(0);
  const [anew, setAnew] = useState(0);
  const runs = useRef<Undoable<RemoteSession>>(null);
  runs.current ??= new Undoable<RemoteSession>();
  const prints = usePrints(text, file);
  const content = JSON.stringify([prints, recipe]);
  if (text === undefined) runs.current.leave();
  const session =
    text === undefined
      ? undefined
      : runs.current.get(
          `${content} ${visit} ${anew}`,
          () => new RemoteSession({ text, recipe, file: file?.bytes, key: content, step, question }),
          (value) => {
            setAnew(anew);
            restore(value.steps);
          },
        );
  const shown = useRef<RemoteSession | undefined>(undefined);
  if (shown.current !== session) {
    shown.current?.pause(); // it may be restored, and must not take time from the current one
    shown.current = session;
  }

  const looked = useRef(active);
  looked.current = active;
  useEffect(() => {
    if (!session) return;
    session.onChange = () => {
      if (looked.current || session.phase !== "training") setFrame((n) => n + 1);
    };
    setFrame((n) => n + 1); // its last report
  }, [session]);
  useEffect(() => () => runs.current?.free(), []);

  const linked = useRef(0);
  useEffect(() => {
    if (!session || session.steps === step || session.phase === "ready") return;
    const training = session.phase === "training";
    if (training && session.steps < session.goal) return; // on its way to the step of the link
    const now = performance.now();
    if (training && now - linked.current < LINK_EVERY) return;
    linked.current = now;
    onStep(session.steps);
  }, [frame, session]);

  const { prompt, temperature, seed } = question;
  useEffect(() => {
    const timer = setTimeout(() => session?.ask(question), ASK_AFTER);
    return () => clearTimeout(timer);
  }, [session, prompt, temperature, seed]);

  return {
    session,
    replaced: runs.current.replaced?.steps,
    reset: () => {
      onStep(0);
      setAnew((n) => n + 1);
    },
    undo: () => runs.current?.undo(),
  };
}

/** Returns the names of a text and a file, each computed once. */
function usePrints(text: string | undefined, file: OpenedModel | undefined): string {
  const kept = useRef<{ text: typeof text; file: typeof file; prints: string } | null>(null);
  if (kept.current?.text !== text || kept.current?.file !== file || kept.current === null)
    kept.current = { text, file, prints: `${printOf(text ?? "")} ${file ? printOf(file.bytes) : ""}` };
  return kept.current.prints;
}
