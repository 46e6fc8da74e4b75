/** The predictions of the model for the next character after a typed prompt. */

import { TypedField } from "../parts/fields.js";
import { Busy, Empty, Message } from "../parts/message.js";
import { Panel } from "../parts/panel.js";
import { visible } from "./characters.js";
import { schema } from "./settings.js";
import type { NextCharacters } from "./watch.js";

export interface NextPanelProps {
  next: NextCharacters | undefined;
  prompt: string;
  /** True if there is a model. */
  ready: boolean;
  onPrompt(prompt: string): void;
}

export function NextPanel({ next, prompt, ready, onPrompt }: NextPanelProps) {
  return (
    <Panel class="span-5" title="What comes next">
      <TypedField
        label="Prompt"
        hint="(none: the beginning of the text)"
        value={prompt}
        setting={schema.prompt}
        width={30}
        onChange={onPrompt}
      />
      {next && prompt === "" && (
        <p class="note">
          {next.prompt === "" ? (
            "At the beginning:"
          ) : (
            <>
              After <q>{next.prompt}</q>:
            </>
          )}
        </p>
      )}
      {!ready ? (
        <Empty>What the model expects will appear here when there is a text.</Empty>
      ) : !next ? (
        <Busy>asking the model</Busy>
      ) : next.trouble === undefined ? (
        <Bars next={next} />
      ) : (
        <Message kind="warning">The model cannot read this prompt: {next.trouble}</Message>
      )}
      <p class="note">
        The probability that the model gives to each character as the next one. ␣ is a space, ↵ a new line.
      </p>
    </Panel>
  );
}

function Bars({ next }: { next: NextCharacters }) {
  return (
    <ol class="next" aria-label={`The most likely characters after ${next.prompt}`}>
      {next.tokens.map(({ token, probability }) => (
        <li key={token}>
          <code>{[...token].map(visible).join("")}</code>
          <i style={{ inlineSize: `${100 * probability}%` }} />
          <data value={probability}>{percent(probability)}</data>
        </li>
      ))}
    </ol>
  );
}

function percent(probability: number): string {
  const value = 100 * probability;
  return value > 0 && value < 0.1 ? "< 0.1 %" : `${value.toFixed(1)} %`;
}
