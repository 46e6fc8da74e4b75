/** The width that an element has, in whole CSS pixels, as it changes. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** @param initial what is assumed until it has been measured */
export function useWidth<E extends HTMLElement>(initial: number): [RefObject<E | null>, number] {
  const element = useRef<E>(null);
  const [width, setWidth] = useState(initial);
  useLayoutEffect(() => {
    const measure = () => {
      const { width } = element.current!.getBoundingClientRect();
      if (width > 0) setWidth(Math.floor(width)); // a hidden tab has none
    };
    measure(); // before it is first painted: what is assumed may be wider than a phone
    const observer = new ResizeObserver(measure);
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
