/** The settings of a run. */

import { Check, Segments, TypedField } from "../parts/fields.js";
import { SpeedField } from "../parts/transport.js";
import { CELLS, schema, type GohomeSettings } from "./settings.js";

interface ControlsProps {
  settings: GohomeSettings;
  /** Number of distinct letters. */
  letters: number;
  set(some: Partial<GohomeSettings>): void;
  change(some: Partial<GohomeSettings>): void;
}

export function Controls({ settings, letters, set, change }: ControlsProps) {
  const { word, cell, output, hidden, rate, seed, speed } = settings;
  return (
    <>
      <TypedField
        label="Word"
        value={word}
        setting={schema.word}
        width={16}
        onChange={(word) => set({ word })}
      />
      <Segments label="Cell" value={cell} options={CELLS} onChange={(cell) => set({ cell })} />
      <Check label="Output layer" value={output} onChange={(output) => set({ output })} />
      {output ? (
        <TypedField
          label="Units"
          value={hidden}
          setting={schema.hidden}
          width={5}
          onChange={(hidden) => set({ hidden })}
        />
      ) : (
        <TypedField
          label="Units"
          value={letters}
          setting={schema.hidden}
          width={5}
          disabled
          onChange={() => {}}
        />
      )}
      <TypedField
        label="Learning rate"
        value={rate}
        setting={schema.rate}
        width={9}
        onChange={(rate) => set({ rate })}
      />
      <TypedField
        label="Seed"
        value={seed}
        setting={schema.seed}
        width={9}
        onChange={(seed) => set({ seed })}
      />
      <SpeedField value={speed} onChange={(speed) => change({ speed })} />
    </>
  );
}
