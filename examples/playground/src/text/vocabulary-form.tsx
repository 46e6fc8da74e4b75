/** The form for the characters of a network whose file has none. */

import { useId, useState } from "preact/hooks";
import { Message, messageOf } from "../parts/message.js";
import { charactersOf, sortedCharacters, type Nameless } from "./model-file.js";

export interface VocabularyFormProps {
  /** The name of the file. */
  name: string;
  network: Nameless;
  /** The text of the page, whose characters are proposed. */
  text: string;
  onCancel(): void;
  /** @throws RangeError for characters that do not fit the network */
  onCharacters(characters: string[]): void;
}

export function VocabularyForm({ name, network, text, onCancel, onCharacters }: VocabularyFormProps) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const [trouble, setTrouble] = useState<string>();
  const { cell, hidden, layers, size } = network;
  const ofText = text === "" ? [] : sortedCharacters(text);
  const take = (characters: string[]) => {
    try {
      onCharacters(characters);
    } catch (error) {
      setTrouble(messageOf(error));
    }
  };
  return (
    <form
      class="vocabulary"
      onSubmit={(event) => {
        event.preventDefault();
        take(charactersOf(typed));
      }}
    >
      <h4 class="label">Which characters does {name} know?</h4>
      <p>
        The file has a network ({cell}, {hidden} × {layers}) over {size} characters, but does not name them.
        Enter them in the order of their ids, 0 to {size - 1}: literally, or as a JSON array of strings.
      </p>
      <div class="field">
        <label for={id}>
          Vocabulary{" "}
          <span class="note">
            {charactersOf(typed).length} of {size}
          </span>
        </label>
        <textarea
          id={id}
          rows={3}
          spellcheck={false}
          value={typed}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setTrouble(undefined);
          }}
        />
      </div>
      {trouble && <Message kind="error">{trouble}</Message>}
      <div class="row">
        <button class="button primary" type="submit" disabled={typed === ""}>
          Open the model
        </button>
        <button
          class="button"
          type="button"
          disabled={ofText.length === 0}
          onClick={() => setTyped(JSON.stringify(ofText))}
        >
          Fill in the characters of the text, sorted ({ofText.length})
        </button>
        <button class="button" type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
