/** What the model expects behind a prompt that is being typed. */

import { Panel, TypedField } from "../parts/fields.js";
import { Busy, Message } from "../parts/message.js";
import { visible } from "./characters.js";
import { schema } from "./settings.js";
import type { NextCharacters } from "./watch.js";

export interface NextPanelProps {
  next: NextCharacters | undefined;
  prompt: string;
  onPrompt(prompt: string): void;
}

export function NextPanel({ next, prompt, onPrompt }: NextPanelProps) {
  return (
    <Panel class="span-5" title="What comes next">
      <TypedField label="Prompt" value={prompt} setting={schema.prompt} width={24} onChange={onPrompt} />
      {!next ? (
        <Busy>asking the model</Busy>
      ) : next.trouble === undefined ? (
        <Bars next={next} />
      ) : (
        <Message kind="warning">It cannot be asked: {next.trouble}</Message>
      )}
      <p class="note">How likely it thinks each character to be the next one. ␣ is a space, ↵ a new line.</p>
    </Panel>
  );
}

function Bars({ next }: { next: NextCharacters }) {
  return (
    <ol class="next" aria-label={`The likeliest characters behind ${next.prompt}`}>
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
