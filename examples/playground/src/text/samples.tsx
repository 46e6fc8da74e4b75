/** What the model writes: at the newest of the steps after which it is asked, and at earlier ones. */

import { Slider } from "../parts/fields.js";
import { Empty, Message } from "../parts/message.js";
import { Panel } from "../parts/panel.js";
import { HOTTEST } from "./settings.js";
import type { Sample, Views } from "./watch.js";

export interface SamplesProps {
  views: Partial<Views>;
  temperature: number;
  onTemperature(temperature: number): void;
}

export function Samples({ views, temperature, onTemperature }: SamplesProps) {
  const { samples = [], sampleTrouble } = views;
  const [newest, ...earlier] = samples;
  return (
    <Panel
      class="span-7"
      title="Samples"
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
      {sampleTrouble !== undefined ? (
        <Message kind="warning">The model cannot continue this prompt: {sampleTrouble}</Message>
      ) : newest ? (
        <Written sample={newest} temperature={temperature} newest />
      ) : (
        <Empty>The model writes its first sample when it is ready.</Empty>
      )}
      {earlier.length > 0 && (
        <>
          <h4 class="label">Earlier</h4>
          <ol class="earlier">
            {earlier.map((sample) => (
              <li key={sample.step}>
                <Written sample={sample} temperature={temperature} />
              </li>
            ))}
          </ol>
        </>
      )}
      <p class="note">
        Each sample is written by the weights of the step beside it: the link at that step shows the same one.
        The model continues the prompt a character at a time, each drawn by its probability. A temperature
        below 1 makes likely characters more likely; 0 always takes the likeliest.
      </p>
    </Panel>
  );
}

interface WrittenProps {
  sample: Sample;
  /** The one that is chosen now: another one is named. */
  temperature: number;
  newest?: boolean;
}

function Written({ sample, temperature, newest = false }: WrittenProps) {
  const { step, prompt, text } = sample;
  return (
    <figure class={newest ? "sample newest" : "sample"}>
      <figcaption>
        step {step}
        {sample.temperature !== temperature && `, temperature ${sample.temperature}`}
      </figcaption>
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
