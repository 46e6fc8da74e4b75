/** A run that settings describe: made anew when they change, played, paused and stepped, its count of steps kept in the link. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Player, type Playable } from "./player.js";

/** Something that learns step by step; `S` is all that is shown of one moment. */
export interface Trainable<S> extends Playable {
  snapshot(): S;
  free(): void;
}

export interface RunOptions<L> {
  /** All that the run depends on, as one text: another key is another run. */
  key: string;
  make(): L;
  /** How far the link says it has come. */
  step: number;
  /** Called with the count when the run has come to stand elsewhere. */
  onStep(step: number): void;
  /** Steps a second. */
  perSecond: number;
  /** Whether it is looked at; it holds still otherwise. */
  active: boolean;
}

export interface Run<L, S> {
  learner: L;
  snapshot: S;
  playing: boolean;
  /** Whether it is on its way to the step that the link names. */
  behind: boolean;
  toggle(): void;
  step(): void;
  reset(): void;
}

export function useRun<S, L extends Trainable<S>>(options: RunOptions<L>): Run<L, S> {
  const { key, make, step, onStep, perSecond, active } = options;
  const [frame, setFrame] = useState(0);
  const [anew, setAnew] = useState(0);
  const learner = useMemo(make, [key, anew]);
  const kept = useRef<Player>(null);
  const player = (kept.current ??= new Player(learner, () => setFrame((n) => n + 1)));

  useEffect(() => {
    player.take(learner);
    player.runTo(step);
    return () => learner.free();
  }, [learner]);
  useEffect(() => void (player.perSecond = perSecond), [perSecond]);
  useEffect(() => player.suspend(!active), [active]);
  // the link follows when the run stands still; while it plays it would be written in every frame
  useEffect(() => {
    if (!player.playing && !player.behind && learner.steps !== step) onStep(learner.steps);
  }, [frame, learner]);

  const snapshot = useMemo(() => learner.snapshot(), [learner, learner.steps]);
  return {
    learner,
    snapshot,
    playing: player.playing,
    behind: player.behind,
    toggle: () => (player.playing ? player.pause() : player.play()),
    step: () => player.step(),
    reset: () => {
      player.pause();
      onStep(0);
      setAnew((n) => n + 1);
    },
  };
}
