/** The button that copies the page's address, which contains the run. */

import { useState } from "preact/hooks";
import { flushLink } from "../link.js";

/** Milliseconds for which the button shows that it was pressed. */
const SAID = 2000;

export function CopyLink() {
  const [said, setSaid] = useState("");
  const copy = async () => {
    flushLink();
    try {
      await navigator.clipboard.writeText(location.href);
      setSaid("Copied");
    } catch {
      setSaid("Copy it from the address bar"); // the browser does not permit it, as in some frames
    }
    setTimeout(() => setSaid(""), SAID);
  };
  return (
    <>
      <button class="button quiet copy" type="button" onClick={() => void copy()}>
        {said || "Copy link"}
      </button>
      <span class="visually-hidden" role="status">
        {said}
      </span>
    </>
  );
}
