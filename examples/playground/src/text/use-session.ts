/** A training in the page: made anew when what decides it changes, shown a few times a second, its step kept in the link. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { TextSession, type Recipe } from "./session.js";
import { Watch, type Question } from "./watch.js";

/** Pictures of a training that runs: enough to see it move, and little of its time. */
const REFRESH_MILLISECONDS = 120;

export interface OpenedModel {
  name: string;
  bytes: Uint8Array;
}

export interface SessionInput {
  /** Undefined while there is none. */
  text: string | undefined;
  recipe: Recipe;
  file: OpenedModel | undefined;
  /** Grows with every link that is followed. */
  visit: number;
  /** How far the link says it has come. */
  step: number;
  onStep(step: number): void;
  question: Question;
  active: boolean;
}

export type LiveSession =
  { session: TextSession; watch: Watch; reset(): void } | { session?: never; trouble: string | undefined };

export function useSession(input: SessionInput): LiveSession {
  const { text, recipe, file, visit, step, onStep, question, active } = input;
  const [frame, setFrame] = useState(0);
  const [anew, setAnew] = useState(0);
  const refresh = useRef(() => {});
  const looked = useRef(active);
  looked.current = active;
  const reset = () => {
    onStep(0);
    setAnew((n) => n + 1);
  };
  const made = useMemo((): LiveSession => {
    if (text === undefined) return { trouble: undefined };
    try {
      const session = new TextSession({
        text,
        recipe,
        file: file?.bytes,
        worker: true,
        onChange: () => refresh.current(),
      });
      return { session, watch: new Watch(session), reset };
    } catch (error) {
      return { trouble: error instanceof Error ? error.message : String(error) };
    }
  }, [text, JSON.stringify(recipe), file, visit, anew]);
  const { session } = made;

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    refresh.current = () => {
      timer ??= setTimeout(
        () => {
          timer = undefined;
          if (looked.current || session?.phase !== "training") setFrame((n) => n + 1);
        },
        session?.phase === "training" ? REFRESH_MILLISECONDS : 0,
      );
    };
    if (step > 0) session?.train(step);
    return () => {
      clearTimeout(timer);
      refresh.current = () => {};
      session?.free();
    };
  }, [session]);

  // the link follows where training stands; while it runs the link would change all the time
  const stands = session !== undefined && session.phase !== "training";
  useEffect(() => {
    if (stands && session.steps !== step && session.phase !== "ready") onStep(session.steps);
  }, [frame, session]);

  const phase = session?.phase;
  const { prompt, temperature, seed } = question;
  useEffect(() => {
    if (!active || made.session === undefined) return;
    let request = 0;
    const look = () => {
      const news = made.watch.frame(question);
      if (news) setFrame((n) => n + 1);
      if (news || made.session.phase === "training") request = requestAnimationFrame(look);
    };
    request = requestAnimationFrame(look);
    return () => cancelAnimationFrame(request);
  }, [
    made,
    phase,
    session?.steps === undefined || phase === "training" ? 0 : session.steps,
    prompt,
    temperature,
    seed,
    active,
  ]);
  return made;
}
