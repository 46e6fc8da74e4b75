/** The page: its name, its tabs, the open tab, and the footer. */

import { useEffect, useRef, useState } from "preact/hooks";
import { flushLink, readLink } from "./link.js";
import { CopyLink } from "./parts/copy-link.js";
import { ThemeButton } from "./parts/theme-button.js";
import { tabs } from "./tabs.js";

const openTab = () => (tabs.find(({ id }) => id === readLink().tab) ?? tabs[0]).id;

export function App() {
  const [open, setOpen] = useState(openTab);
  const [visited, setVisited] = useState(() => new Set([open]));
  useEffect(() => {
    document.title = `${tabs.find(({ id }) => id === open)!.title} – bptt playground`;
  }, [open]);
  const list = useRef<HTMLDivElement>(null);

  const show = (id: string) => {
    setOpen(id);
    setVisited((ids) => new Set(ids).add(id));
  };
  useEffect(() => {
    const follow = () => show(openTab());
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);

  const go = (id: string) => {
    if (id === open) return;
    flushLink(); // stores the settings to which "back" returns
    history.pushState(null, "", `#${id}`);
    show(id);
  };
  /** Moves along the tabs with the arrow keys, as the tabs pattern of ARIA requires. */
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ id }) => id === open);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    go(next.id);
    list.current?.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  };

  return (
    <>
      <header class="masthead">
        <h1 class="wordmark">
          bptt <span>playground</span>
        </h1>
        <div class="tabs" role="tablist" aria-label="Experiments" ref={list} onKeyDown={onKeyDown}>
          {tabs.map(({ id, title }) => (
            <button
              key={id}
              id={`tab-${id}`}
              class="tab"
              type="button"
              role="tab"
              aria-selected={id === open}
              aria-controls={`panel-${id}`}
              tabIndex={id === open ? 0 : -1}
              onClick={() => go(id)}
            >
              {title}
            </button>
          ))}
        </div>
        <div class="tools">
          <CopyLink />
          <ThemeButton />
        </div>
      </header>
      <main>
        {tabs.map(({ id, View }) => (
          <section
            key={id}
            id={`panel-${id}`}
            role="tabpanel"
            aria-labelledby={`tab-${id}`}
            hidden={id !== open}
          >
            {visited.has(id) && <View active={id === open} />}
          </section>
        ))}
      </main>
      <footer class="colophon">
        <p>
          Everything runs in this page: a Rust core compiled to WebAssembly, no server, and nothing is sent
          anywhere. The address holds the settings and the step: a copy of it shows the same run,
          bit-identical, on every machine.
        </p>
      </footer>
    </>
  );
}
