/** The model as a file: the same that the command line and PyTorch read and write. */

import { useState } from "preact/hooks";
import { Message, messageOf } from "../parts/message.js";
import { counted } from "../parts/number.js";
import { Panel } from "../parts/panel.js";
import { modelOf, type TextSession } from "./session.js";
import { readModel } from "./text-file.js";
import { FileButton } from "./text-panel.js";
import type { OpenedModel } from "./use-session.js";

export interface ModelPanelProps {
  session: TextSession | undefined;
  /** What it is called where it is downloaded. */
  name: string;
  opened: OpenedModel | undefined;
  onOpen(model: OpenedModel | undefined): void;
}

export function ModelPanel({ session, name, opened, onOpen }: ModelPanelProps) {
  const [trouble, setTrouble] = useState<string>();
  const open = async (file: File | undefined) => {
    if (!file) return;
    setTrouble(undefined);
    try {
      const bytes = await readModel(file);
      modelOf(bytes, session?.text ?? "").free(); // it is looked at first, so that a bad one changes nothing
      onOpen({ name: file.name, bytes });
    } catch (error) {
      setTrouble(`${file.name} does not open: ${messageOf(error)}`);
    }
  };
  const drop = {
    onDragOver: (event: DragEvent) => event.preventDefault(),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      void open(event.dataTransfer?.files[0]);
    },
  };
  return (
    <Panel title="The model">
      {session && <Shape session={session} />}
      <div class="row" {...drop}>
        <button
          class="button"
          type="button"
          disabled={!session}
          onClick={() => session && download(session.model.save(), name)}
        >
          Download
        </button>
        <FileButton label="Open a model…" accept=".safetensors" onFile={(file) => void open(file)} />
        {opened && (
          <button class="button" type="button" onClick={() => onOpen(undefined)}>
            New weights
          </button>
        )}
      </div>
      {trouble && (
        <Message kind="error" onClose={() => setTrouble(undefined)}>
          {trouble}
        </Message>
      )}
      {opened && !trouble && (
        <Message kind="info">
          The weights are from {opened.name}; training goes on from them. They are not in the link.
        </Message>
      )}
      <p class="note">
        A safetensors file with PyTorch's names and shapes, and the vocabulary: load_state_dict takes it, and
        so do CharRnn.load and the command line, whose files open here. One without a vocabulary is taken to
        be of the characters of the text above.
      </p>
    </Panel>
  );
}

function Shape({ session }: { session: TextSession }) {
  const { rnn, vocabulary } = session.model;
  const parameters = Object.values(rnn.parameters).reduce((sum, { data }) => sum + data.length, 0);
  return (
    <p>
      {rnn.cell}, {counted(rnn.hiddenSize, "unit")}, {counted(rnn.layers, "layer")},{" "}
      {counted(vocabulary.size, "character")}: {counted(parameters, "parameter")}.
    </p>
  );
}

function download(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
