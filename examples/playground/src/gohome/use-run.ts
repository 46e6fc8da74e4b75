/** The run that the settings describe: made anew when they change, played and paused, its count of steps kept in the link. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { LiveSettings } from "../use-settings.js";
import { Player } from "../parts/player.js";
import { Learner, type Snapshot } from "./learner.js";
import { SPEEDS, type schema } from "./settings.js";

export interface Run {
  learner: Learner;
  snapshot: Snapshot;
  playing: boolean;
  /** Whether it is on its way to the step that the link names. */
  behind: boolean;
  toggle(): void;
  step(): void;
  reset(): void;
}

export function useRun({ settings, change, visit }: LiveSettings<typeof schema>, active: boolean): Run {
  const { word, cell, output, hidden, rate, seed, speed, step } = settings;
  const [frame, setFrame] = useState(0);
  const [anew, setAnew] = useState(0);
  const key = [word, cell, output, output ? hidden : 0, rate, seed, visit, anew].join("\n");
  const learner = useMemo(() => new Learner(settings), [key]);
  const player = useRef<Player>(null);
  player.current ??= new Player(learner, () => setFrame((n) => n + 1));

  useEffect(() => {
    player.current!.take(learner);
    player.current!.runTo(step);
    return () => learner.free();
  }, [learner]);
  useEffect(() => void (player.current!.perSecond = SPEEDS[speed]), [speed]);
  useEffect(() => player.current!.suspend(!active), [active]);

  const { playing, behind } = player.current;
  const { steps } = learner;
  // the link follows when the run stands still; while it plays it would be written in every frame
  useEffect(() => {
    if (!player.current!.playing && !player.current!.behind && steps !== step) change({ step: steps });
  }, [frame, learner]);

  const snapshot = useMemo(() => learner.snapshot(), [learner, steps, frame]);
  return {
    learner,
    snapshot,
    playing,
    behind,
    toggle: () => (playing ? player.current!.pause() : player.current!.play()),
    step: () => player.current!.step(),
    reset: () => {
      player.current!.pause();
      change({ step: 0 });
      setAnew((n) => n + 1);
    },
  };
}
