/**
 * A run that settings describe. It can be played, paused and stepped. A change of settings replaces the run
 * by another one, and `undo` restores it. The link names the current step.
 */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Player, type Playable } from "./player.js";
import { Undoable } from "./undo.js";

/** Milliseconds between two changes of the link while the run plays. */
const LINK_EVERY = 400;

/** An object that learns step by step. `S` is all that is displayed at one moment. */
export interface Trainable<S> extends Playable {
  snapshot(): S;
  free(): void;
}

export interface RunOptions<L> {
  /** All settings of the run as one text. Another key is another run. */
  key: string;
  make(): L;
  /** The step that the link names. */
  step: number;
  /** Called with the step to write to the link. */
  onStep(step: number): void;
  /** Sets all settings to their current values, with a step. */
  restore(step: number): void;
  /** Steps per second. */
  perSecond: number;
  /** True if the tab is open. The run is suspended otherwise. */
  active: boolean;
}

export interface Run<L, S> {
  learner: L;
  snapshot: S;
  playing: boolean;
  /** True while it runs to the step of the link. */
  behind: boolean;
  /** The step of the run that this one replaced, or undefined if there is none. */
  replaced: number | undefined;
  toggle(): void;
  step(): void;
  reset(): void;
  undo(): void;
}

export function useRun<S, L extends Trainable<S>>(options: RunOptions<L>): Run<L, S> {
  const { key, make, step, onStep, restore, perSecond, active } = options;
  const [frame, setFrame] = useState(0);
  const [anew, setAnew] = useState(0);
  const runs = useRef<Undoable<L>>(null);
  runs.current ??= new Undoable<L>();
  const learner = runs.current.get(`${key}\n${anew}`, make, (value) => {
    setAnew(anew);
    restore(value.steps);
  });
  const kept = useRef<Player>(null);
  const player = (kept.current ??= new Player(learner, () => setFrame((n) => n + 1)));

  useEffect(() => {
    player.take(learner);
    player.runTo(step);
  }, [learner]);
  useEffect(() => () => runs.current?.free(), []);
  useEffect(() => void (player.perSecond = perSecond), [perSecond]);
  useEffect(() => player.suspend(!active), [active]);
  const linked = useRef(0);
  useEffect(() => {
    if (player.behind || learner.steps === step) return;
    const now = performance.now();
    if (player.playing && now - linked.current < LINK_EVERY) return;
    linked.current = now;
    onStep(learner.steps);
  }, [frame, learner]);

  const snapshot = useMemo(() => learner.snapshot(), [learner, learner.steps]);
  return {
    learner,
    snapshot,
    playing: player.playing,
    behind: player.behind,
    replaced: runs.current.replaced?.steps,
    toggle: () => (player.playing ? player.pause() : player.play()),
    step: () => player.step(),
    reset: () => {
      player.pause();
      onStep(0);
      setAnew((n) => n + 1);
    },
    undo: () => {
      player.pause();
      runs.current?.undo();
    },
  };
}
