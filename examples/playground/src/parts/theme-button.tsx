/** The button for the light or dark theme. The system's theme is used until the button is pressed. */

import { useEffect, useState } from "preact/hooks";

type Theme = "light" | "dark";

const system = (): Theme => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

export function ThemeButton() {
  const [chosen, choose] = useState<Theme>();
  const [theme, setTheme] = useState(system);

  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => setTheme(system());
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  useEffect(() => {
    if (chosen) document.documentElement.dataset.theme = chosen;
    dispatchEvent(new Event("themechange"));
  }, [chosen, theme]);

  const other = (chosen ?? theme) === "dark" ? "light" : "dark";
  return (
    <button
      class="button quiet"
      type="button"
      aria-label={`Show the page ${other}`}
      onClick={() => choose(other)}
    >
      <span aria-hidden="true">{other === "dark" ? "☾" : "☀"}</span>
    </button>
  );
}
