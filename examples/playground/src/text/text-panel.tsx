/** The panel of the training text: one that ships, or one that is pasted, dropped or opened. */

import { useId, useMemo, useState } from "preact/hooks";
import { Select } from "../parts/fields.js";
import { Busy, Empty, Message, messageOf } from "../parts/message.js";
import { counted } from "../parts/number.js";
import { Panel } from "../parts/panel.js";
import { LONGEST_IN_LINK, type TextSettings } from "./settings.js";
import { cleaned, LARGEST_TEXT, readText } from "./text-file.js";
import { TEXT_NAMES, TEXTS, TITLES } from "./texts.js";
import type { LoadedText } from "./use-text.js";

/**
 * Largest number of characters in the field, which is slow with more; a longer text shows only its beginning.
 */
const LONGEST_SHOWN = 30_000;

export interface TextPanelProps {
  settings: TextSettings;
  loaded: LoadedText;
  onChoose(name: TextSettings["text"]): void;
  /** Called with the visitor's own text. */
  onText(text: string): void;
}

export function TextPanel({ settings, loaded, onChoose, onText }: TextPanelProps) {
  const id = useId();
  const [trouble, setTrouble] = useState<string>();
  const [over, setOver] = useState(false);
  const text = loaded.state === "ready" ? loaded.text : "";
  const long = text.length > LONGEST_SHOWN;

  const take = (own: string) => {
    setTrouble(undefined);
    if (own.length > LARGEST_TEXT)
      setTrouble(`That text has ${own.length} characters; the most is ${LARGEST_TEXT}.`);
    else onText(cleaned(own));
  };
  const open = async (file: File | undefined) => {
    if (!file) return;
    try {
      take(await readText(file));
    } catch (error) {
      setTrouble(messageOf(error));
    }
  };
  const drop = {
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      const { files } = event.dataTransfer!;
      if (files.length > 0) void open(files[0]);
      else take(event.dataTransfer!.getData("text/plain"));
    },
  };
  return (
    <Panel title="The text">
      <Select
        label="Learn from"
        value={settings.text}
        options={TEXT_NAMES}
        names={TITLES}
        onChange={(name) => {
          setTrouble(undefined);
          onChoose(name);
        }}
      />
      {settings.text !== "own" && <p class="note">{TEXTS[settings.text].about}</p>}
      {loaded.state === "loading" && <Busy>loading it</Busy>}
      {loaded.state === "failed" && <Message kind="error">{loaded.reason}</Message>}
      <div class={`field ${over ? "over" : ""}`} {...drop}>
        <label for={id}>{long ? "Its beginning" : "Write or paste, or drop a file here"}</label>
        <textarea
          id={id}
          rows={3}
          spellcheck={false}
          readOnly={long}
          disabled={loaded.state === "loading"}
          placeholder="Any plain text, in any language. A few thousand characters are a good start."
          value={long ? text.slice(0, LONGEST_SHOWN) : text}
          onInput={(event) => take(event.currentTarget.value)}
        />
      </div>
      {trouble && (
        <Message kind="error" onClose={() => setTrouble(undefined)}>
          {trouble}
        </Message>
      )}
      <div class="row opener">
        <FileButton accept="text/*,.md,.csv,.json" label="Open a text…" onFile={(file) => void open(file)} />
        {(long || (settings.text === "own" && text !== "")) && (
          <button class="button" type="button" onClick={() => onText("")}>
            Clear
          </button>
        )}
        {loaded.state === "ready" && <About text={loaded.text} own={settings.text === "own"} />}
      </div>
      {loaded.state === "missing" && (
        <Empty>
          No text yet. If you followed a link, its text is too long to be in the link: paste it above, and the
          run is the same.
        </Empty>
      )}
    </Panel>
  );
}

function About({ text, own }: { text: string; own: boolean }) {
  const kinds = useMemo(() => new Set(text).size, [text]);
  return (
    <p class="note" data-characters={text.length}>
      {counted(text.length, "character")}, {kinds} different.
      {own &&
        (text.length <= LONGEST_IN_LINK
          ? " Short enough to be in the link."
          : " Too long for the link: this browser keeps it for a reload; others have to bring it, and get the same run.")}
    </p>
  );
}

/** A button that opens a file. */
export function FileButton(props: { label: string; accept: string; onFile(file: File | undefined): void }) {
  const { label, accept, onFile } = props;
  return (
    <label class="button file">
      {label}
      <input
        class="visually-hidden"
        type="file"
        accept={accept}
        onChange={(event) => {
          onFile(event.currentTarget.files?.[0]);
          event.currentTarget.value = ""; // so that the same file can be opened again
        }}
      />
    </label>
  );
}
