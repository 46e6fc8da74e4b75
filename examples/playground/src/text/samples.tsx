/** What the model writes: now, and what it wrote at earlier steps. */

import { Slider } from "../parts/fields.js";
import { Empty, Message } from "../parts/message.js";
import { Panel } from "../parts/panel.js";
import { HOTTEST } from "./settings.js";
import type { Sample } from "./writer.js";
import type { Watch } from "./watch.js";

export interface SamplesProps {
  watch: Watch;
  temperature: number;
  onTemperature(temperature: number): void;
}

export function Samples({ watch, temperature, onTemperature }: SamplesProps) {
  const { now, kept, trouble } = watch.writer;
  return (
    <Panel
      class="span-7"
      title="What it writes"
      aside={
        <Slider
          label="Temperature"
          value={temperature}
          min={0}
          max={HOTTEST}
          step={0.05}
          show={(value) => value.toFixed(2)}
          onChange={onTemperature}
        />
      }
    >
      {trouble ? (
        <Message kind="warning">It cannot go on from this prompt: {trouble}</Message>
      ) : now ? (
        <Written sample={now} newest />
      ) : (
        <Empty>Nothing yet.</Empty>
      )}
      {kept.length > 0 && (
        <>
          <h4 class="label">Earlier</h4>
          <ol class="earlier">
            {kept.map((sample) => (
              <li key={sample.step}>
                <Written sample={sample} />
              </li>
            ))}
          </ol>
        </>
      )}
      <p class="note">
        It goes on from the prompt, a character at a time; each is drawn by its probability. A temperature
        below 1 makes the likely likelier, 0 always takes the likeliest.
      </p>
    </Panel>
  );
}

function Written({ sample, newest = false }: { sample: Sample; newest?: boolean }) {
  const { step, prompt, text } = sample;
  return (
    <figure class={newest ? "sample newest" : "sample"}>
      <figcaption>step {step}</figcaption>
      <p
        tabIndex={newest ? 0 : undefined}
        role={newest ? "group" : undefined}
        aria-label={newest ? "The newest sample" : undefined}
      >
        <b>{prompt}</b>
        {text}
      </p>
    </figure>
  );
}
